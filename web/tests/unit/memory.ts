/** Runs and their files in memory, in the place of IndexedDB, with a switch for a full disk. */
import type { Change, FileEntry } from "attentionless";
import type { RunRecord } from "../../src/protocol.ts";
import { changed } from "../../src/worker/files.ts";

class FullError extends Error {}

export const disk = { full: false, runs: new Map<string, RunRecord>(), files: new Map<string, FileEntry[]>() };

export function clear(): void {
  Object.assign(disk, { full: false, runs: new Map(), files: new Map() });
}

export function namesOf(run: string): string[] {
  return (disk.files.get(run) ?? []).map(({ name }) => name).sort();
}

export const allRuns = async () => [...disk.runs.values()];
export const runOf = async (id: string) => structuredClone(disk.runs.get(id));
export const readFiles = async (run: string) => disk.files.get(run) ?? [];
export const readFile = async (run: string, name: string) => disk.files.get(run)?.find((file) => file.name === name) ?? null;
export const isFull = (error: unknown) => error instanceof FullError;

export async function write(record: RunRecord, changes: Change[]): Promise<void> {
  if (disk.full) throw new FullError("no space");
  disk.runs.set(record.id, structuredClone(record));
  disk.files.set(record.id, changed(disk.files.get(record.id) ?? [], changes));
}

export async function amend(run: string, change: Partial<RunRecord>): Promise<void> {
  const record = disk.runs.get(run);
  if (!record) throw new Error("that run is not on this device any more");
  disk.runs.set(run, { ...record, ...change });
}

export async function remove(run: string): Promise<void> {
  disk.runs.delete(run);
  disk.files.delete(run);
}
