/** A run's entry in IndexedDB, and what its files and messages say about it. */
import type { FileEntry } from "attentionless";
import type { RunRecord, Start } from "../protocol.ts";
import { write } from "./storage.ts";

/** A new run with the visitor's own files, before anything of it is trained. */
export async function begin({ name, recipe, uploads }: Extract<Start, { kind: "new" }>): Promise<RunRecord> {
  const now = Date.now();
  const record: RunRecord = {
    id: `run-${now.toString(36)}`,
    name,
    recipe,
    created: now,
    updated: now,
    step: 0,
    total: 0,
    stage: "text",
    usable: false,
    finished: false,
  };
  await write(
    record,
    uploads.map((upload) => ({ name: `uploads/${upload.name}`, bytes: upload.bytes })),
  );
  return record;
}

export function names(files: FileEntry[]): ReadonlySet<string> {
  return new Set(files.map(({ name }) => name));
}

/** The step in the engine's sentence "the loss became NaN at step 812; ...". */
export function statedStep(message: string): number | null {
  const found = /at step ([0-9]+)/.exec(message);
  return found ? Number(found[1]) : null;
}
