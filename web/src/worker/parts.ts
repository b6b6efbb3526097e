/**
 * Files in IndexedDB, each in parts: no browser has to take or to give hundreds of megabytes of weights as one value, and who
 * reads a file holds it once and a part of it, not twice.
 */
import type { FileEntry } from "attentionless";
import type { DBSchema, IDBPObjectStore } from "idb";

/** Bytes of a part; the last one of a file may be shorter, and a file without bytes is one part. */
export const PART = 16 * 2 ** 20;

export type PartKey = [run: string, name: string, part: number];

export interface Parts extends DBSchema {
  files: { key: PartKey; value: Uint8Array };
}

type Reading = Pick<IDBPObjectStore<Parts, ["files"], "files", "readonly">, "get" | "getAllKeys">;
type Writing = Pick<IDBPObjectStore<Parts, ["files"], "files", "readwrite">, "put" | "delete">;

/** Every list sorts behind all texts and numbers. */
const LAST = [] as const;

export function ofRun(run: string): IDBKeyRange {
  return IDBKeyRange.bound([run], [run, LAST]);
}

function ofFile(run: string, name: string): IDBKeyRange {
  return IDBKeyRange.bound([run, name], [run, name, LAST]);
}

function partsOf(bytes: Uint8Array): Uint8Array[] {
  // A view would be kept with the whole of what it looks at.
  if (bytes.length <= PART) return [bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice()];
  return Array.from({ length: Math.ceil(bytes.length / PART) }, (_, part) => bytes.slice(part * PART, (part + 1) * PART));
}

/** The requests that leave no part of what the file was before, one made after the other; any may be refused at once. */
export function* replace(files: Writing, run: string, name: string, bytes: Uint8Array | null): Generator<Promise<unknown>> {
  yield files.delete(ofFile(run, name));
  for (const [part, found] of (bytes ? partsOf(bytes) : []).entries()) yield files.put(found, [run, name, part]);
}

async function joined(files: Reading, keys: readonly PartKey[]): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for (const key of keys) parts.push((await files.get(key)) ?? new Uint8Array());
  if (parts.length === 1) return parts[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  // Each part is let go of once it is copied.
  for (let part = parts.shift(); part; part = parts.shift()) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export async function read(files: Reading, run: string): Promise<FileEntry[]> {
  const byName = new Map<string, PartKey[]>();
  for (const key of await files.getAllKeys(ofRun(run))) byName.set(key[1], [...(byName.get(key[1]) ?? []), key]);
  const found: FileEntry[] = [];
  for (const [name, keys] of byName) found.push({ name, bytes: await joined(files, keys) });
  return found;
}

export async function readOne(files: Reading, run: string, name: string): Promise<FileEntry | null> {
  const keys = await files.getAllKeys(ofFile(run, name));
  return keys.length > 0 ? { name, bytes: await joined(files, keys) } : null;
}
