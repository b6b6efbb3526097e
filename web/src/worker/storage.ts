/** Runs and their files in IndexedDB. */
import type { Change, FileEntry } from "attentionless";
import { openDB, type IDBPDatabase, type IDBPTransaction } from "idb";
import type { RunRecord } from "../protocol.ts";
import { ofRun, type Parts, read, readOne, replace } from "./parts.ts";

interface Schema extends Parts {
  runs: { key: string; value: RunRecord };
}

const NAME = "attentionless";
/** The first form had each file as one value. */
const FORM = 2;

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(NAME, FORM, {
    async upgrade(db, form, _, transaction) {
      if (form === 0) {
        db.createObjectStore("runs", { keyPath: "id" });
        db.createObjectStore("files");
      } else if (form === 1) {
        await divide(transaction);
      }
    },
    // A page of a later build waits until nobody has the earlier form open.
    blocking: (_, __, event) => {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated: () => (opened = null),
  });
  return opened;
}

async function divide(transaction: IDBPTransaction<Schema, ("runs" | "files")[], "versionchange">): Promise<void> {
  const files = transaction.objectStore("files");
  for (const key of await files.getAllKeys()) {
    const [run, name] = key;
    const bytes = await files.get(key);
    // Its key lies in the file's range, which is emptied first.
    if (bytes) for (const request of replace(files, run, name, bytes)) await request;
  }
}

function sizesOf(files: readonly FileEntry[]): Record<string, number> {
  return Object.fromEntries(files.map(({ name, bytes }) => [name, bytes.length]));
}

/** Newest first, without those that were thrown away. */
export async function allRuns(): Promise<RunRecord[]> {
  const transaction = (await database()).transaction(["runs", "files"]);
  const found = await transaction.objectStore("runs").getAll();
  const runs = found.filter(({ trashed }) => trashed === undefined);
  // Those of earlier days do not have them yet.
  for (const run of runs) run.sizes ??= sizesOf(await read(transaction.objectStore("files"), run.id));
  return runs.sort((one, other) => other.created - one.created);
}

export async function runOf(id: string): Promise<RunRecord | undefined> {
  const found = await (await database()).get("runs", id);
  return found?.trashed === undefined ? found : undefined;
}

export async function readFiles(run: string): Promise<FileEntry[]> {
  return read((await database()).transaction("files").store, run);
}

export async function readFile(run: string, name: string): Promise<FileEntry | null> {
  return readOne((await database()).transaction("files").store, run, name);
}

/** A request that is refused at once would leave those before it to be kept. */
async function allOrNothing(transaction: { abort(): void; done: Promise<void> }, requests: Iterable<Promise<unknown>>): Promise<void> {
  try {
    // Where space ran out, the requests only say that they were aborted; the transaction says why.
    for (const request of requests) request.catch(() => undefined);
  } catch (error) {
    transaction.done.catch(() => undefined);
    transaction.abort();
    throw error;
  }
  await transaction.done;
}

/**
 * All of it or nothing: files of different steps would not fit together. Who trains a run knows neither that it was renamed
 * meanwhile nor that it was thrown away: that stays.
 */
export async function write(record: RunRecord, changes: Change[]): Promise<void> {
  const transaction = (await database()).transaction(["runs", "files"], "readwrite");
  const [runs, files] = [transaction.objectStore("runs"), transaction.objectStore("files")];
  const kept = await runs.get(record.id);
  const sizes = new Map(Object.entries(kept ? (kept.sizes ?? sizesOf(await read(files, record.id))) : {}));
  for (const { name, bytes } of changes) {
    if (bytes) sizes.set(name, bytes.length);
    else sizes.delete(name);
  }
  const { name, trashed } = kept ?? record;
  function* requests(): Generator<Promise<unknown>> {
    for (const { name, bytes } of changes) yield* replace(files, record.id, name, bytes ?? null);
    yield runs.put({ ...record, name, trashed, sizes: Object.fromEntries(sizes) });
  }
  await allOrNothing(transaction, requests());
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
    transaction.objectStore("files").delete(ofRun(run)),
    transaction.objectStore("runs").delete(run),
    transaction.done,
  ]);
}

export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
