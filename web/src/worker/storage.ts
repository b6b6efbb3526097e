/** Runs and their files in IndexedDB. */
import type { Change, FileEntry } from "attentionless";
import { openDB, type DBSchema, type IDBPDatabase, type IDBPObjectStore } from "idb";
import type { RunRecord } from "../protocol.ts";

interface Schema extends DBSchema {
  runs: { key: string; value: RunRecord };
  files: { key: [string, string]; value: Uint8Array };
}

const NAME = "attentionless";

type FilesStore = IDBPObjectStore<Schema, ["runs", "files"], "files", "readonly" | "readwrite">;

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

/** Of runs of earlier days, whose records do not have them yet. */
async function measured(files: FilesStore, run: string): Promise<Record<string, number>> {
  const [keys, values] = await Promise.all([files.getAllKeys(filesOf(run)), files.getAll(filesOf(run))]);
  return Object.fromEntries(keys.map(([, name], index) => [name, values[index].length]));
}

/** Newest first, without those that were thrown away. */
export async function allRuns(): Promise<RunRecord[]> {
  const transaction = (await database()).transaction(["runs", "files"]);
  const found = await transaction.objectStore("runs").getAll();
  const runs = found.filter(({ trashed }) => trashed === undefined);
  for (const run of runs) run.sizes ??= await measured(transaction.objectStore("files"), run.id);
  return runs.sort((one, other) => other.created - one.created);
}

export async function runOf(id: string): Promise<RunRecord | undefined> {
  const found = await (await database()).get("runs", id);
  return found?.trashed === undefined ? found : undefined;
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

/** A request that is refused at once would leave those before it to be kept. */
function allOrNothing<T>(transaction: { abort(): void; done: Promise<void> }, request: () => T): T {
  try {
    return request();
  } catch (error) {
    transaction.done.catch(() => undefined);
    transaction.abort();
    throw error;
  }
}

/**
 * All of it or nothing: files of different steps would not fit together. Who trains a run knows neither that it was renamed
 * meanwhile nor that it was thrown away: that stays.
 */
export async function write(record: RunRecord, changes: Change[]): Promise<void> {
  const transaction = (await database()).transaction(["runs", "files"], "readwrite");
  const [runs, files] = [transaction.objectStore("runs"), transaction.objectStore("files")];
  const kept = await runs.get(record.id);
  const sizes = new Map(Object.entries(kept ? (kept.sizes ?? (await measured(files, record.id))) : {}));
  for (const { name, bytes } of changes) {
    if (bytes) sizes.set(name, bytes.length);
    else sizes.delete(name);
  }
  const { name, trashed } = kept ?? record;
  const request = () => [
    ...changes.map(({ name, bytes }) => (bytes ? files.put(bytes, [record.id, name]) : files.delete([record.id, name]))),
    runs.put({ ...record, name, trashed, sizes: Object.fromEntries(sizes) }),
  ];
  const all = Promise.all(allOrNothing(transaction, request));
  // Where space ran out, the requests only say that they were aborted; the transaction says why.
  all.catch(() => undefined);
  await transaction.done;
}

/** Changes what a record says of its run, but for its files. */
export async function amend(run: string, change: Partial<Pick<RunRecord, "name" | "trashed" | "recipe">>): Promise<void> {
  const transaction = (await database()).transaction("runs", "readwrite");
  const record = await transaction.store.get(run);
  if (!record) throw new Error("that run is not on this device any more");
  await Promise.all([transaction.store.put({ ...record, ...change }), transaction.done]);
}

/** Deletes for good what was thrown away before this time. */
export async function purge(before: number): Promise<void> {
  const runs = await (await database()).getAll("runs");
  for (const { id, trashed } of runs) if (trashed !== undefined && trashed < before) await remove(id);
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
