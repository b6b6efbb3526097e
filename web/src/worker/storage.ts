/** Runs and their files in IndexedDB. */
import type { Change, FileEntry } from "attentionless";
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { RunRecord } from "../protocol.ts";

interface Schema extends DBSchema {
  runs: { key: string; value: RunRecord };
  files: { key: [string, string]; value: Uint8Array };
}

const NAME = "attentionless";

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("runs", { keyPath: "id" });
      db.createObjectStore("files");
    },
    terminated: () => (opened = null),
  });
  return opened;
}

function filesOf(run: string): IDBKeyRange {
  return IDBKeyRange.bound([run, ""], [run, "\uffff"]);
}

/** Newest first. */
export async function allRuns(): Promise<RunRecord[]> {
  const runs = await (await database()).getAll("runs");
  return runs.sort((one, other) => other.created - one.created);
}

export async function runOf(id: string): Promise<RunRecord | undefined> {
  return (await database()).get("runs", id);
}

export async function readFiles(run: string): Promise<FileEntry[]> {
  const transaction = (await database()).transaction("files");
  const [keys, values] = await Promise.all([
    transaction.store.getAllKeys(filesOf(run)),
    transaction.store.getAll(filesOf(run)),
  ]);
  return keys.map(([, name], index) => ({ name, bytes: values[index] }));
}

export async function readFile(run: string, name: string): Promise<FileEntry | null> {
  const bytes = await (await database()).get("files", [run, name]);
  return bytes ? { name, bytes } : null;
}

/** All of it or nothing: files of different steps would not fit together. */
export async function write(record: RunRecord, changes: Change[]): Promise<void> {
  const transaction = (await database()).transaction(["runs", "files"], "readwrite");
  const files = transaction.objectStore("files");
  const writes = changes.map(({ name, bytes }) =>
    bytes ? files.put(bytes, [record.id, name]) : files.delete([record.id, name]),
  );
  const all = Promise.all([...writes, transaction.objectStore("runs").put(record)]);
  // Where space ran out, the requests only say that they were aborted; the transaction says why.
  all.catch(() => undefined);
  await transaction.done;
}

export async function remove(run: string): Promise<void> {
  const transaction = (await database()).transaction(["runs", "files"], "readwrite");
  await Promise.all([
    transaction.objectStore("files").delete(filesOf(run)),
    transaction.objectStore("runs").delete(run),
    transaction.done,
  ]);
}

export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
