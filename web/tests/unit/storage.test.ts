/** What IndexedDB has of a run, on an implementation of it in memory. */
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { beforeEach, expect, test, vi } from "vitest";
import type { RunRecord } from "../../src/protocol.ts";
import { PART } from "../../src/worker/parts.ts";

const record = (id: string) => ({ id, name: id, created: 1, updated: 1 }) as RunRecord;
const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 31 + length) % 251);
const same = (one: Uint8Array | undefined, other: Uint8Array) => expect(Buffer.compare(one ?? new Uint8Array(), other)).toBe(0);

/** Anew, as after a reload: the module keeps what it has open. */
async function storage() {
  vi.resetModules();
  return import("../../src/worker/storage.ts");
}

async function keys(): Promise<unknown[]> {
  const db = await openDB("attentionless");
  const found = await db.getAllKeys("files");
  db.close();
  return found;
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

test("a file is kept in parts and comes back whole, also empty or as long as its parts", async () => {
  const store = await storage();
  const files = [0, 3, PART, 2 * PART + 5].map((length) => ({ name: `net-${length}`, bytes: bytes(length) }));
  await store.write(record("a"), files);
  await store.write(record("b"), [{ name: "net-3", bytes: bytes(4) }]);
  const found = await store.readFiles("a");
  expect(found.map(({ name }) => name).sort()).toEqual(files.map(({ name }) => name).sort());
  for (const { name, bytes } of files) {
    same(found.find((file) => file.name === name)?.bytes, bytes);
    same((await store.readFile("a", name))?.bytes, bytes);
  }
  expect(await store.readFile("a", "net")).toBeNull();
  expect(await keys()).toHaveLength(3 + 3 + 1);
  expect((await store.runOf("a"))?.sizes).toEqual(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes.length])));
}, 60_000);

test("a file that got shorter, or went, leaves no part behind", async () => {
  const store = await storage();
  await store.write(record("a"), [{ name: "teacher", bytes: bytes(PART + 1) }, { name: "teacher.old", bytes: bytes(2) }]);
  await store.write(record("a"), [{ name: "teacher", bytes: bytes(9) }]);
  expect(await keys()).toEqual([["a", "teacher", 0], ["a", "teacher.old", 0]]);
  same((await store.readFile("a", "teacher"))?.bytes, bytes(9));
  await store.write(record("a"), [{ name: "teacher", bytes: null }]);
  expect(await keys()).toEqual([["a", "teacher.old", 0]]);
  await store.write(record("ab"), [{ name: "teacher", bytes: bytes(1) }]);
  await store.remove("a");
  expect(await keys()).toEqual([["ab", "teacher", 0]]);
}, 60_000);

test("a view of a part of memory is kept without the rest of it", async () => {
  const store = await storage();
  const memory = bytes(1000);
  await store.write(record("a"), [{ name: "net", bytes: memory.subarray(10, 20) }]);
  const found = await store.readFile("a", "net");
  expect([...(found?.bytes ?? [])]).toEqual([...memory.subarray(10, 20)]);
  expect(found?.bytes.buffer.byteLength).toBe(10);
});

test("runs of the first form of the store, whose files were not divided, are taken over", async () => {
  const old = await openDB("attentionless", 1, {
    upgrade(db) {
      db.createObjectStore("runs", { keyPath: "id" });
      db.createObjectStore("files");
    },
  });
  await old.put("runs", record("a"));
  const files = [{ name: "nets/enc", bytes: bytes(PART + 7) }, { name: "recipe.json", bytes: bytes(20) }];
  for (const { name, bytes } of files) await old.put("files", bytes, ["a", name]);
  old.close();
  const store = await storage();
  const [run] = await store.allRuns();
  expect(run.sizes).toEqual({ "nets/enc": PART + 7, "recipe.json": 20 });
  for (const { name, bytes } of files) same((await store.readFile("a", name))?.bytes, bytes);
  expect(await keys()).toEqual([["a", "nets/enc", 0], ["a", "nets/enc", 1], ["a", "recipe.json", 0]]);
}, 60_000);

test("a page of a later build is not kept waiting", async () => {
  const store = await storage();
  await store.write(record("a"), []);
  const later = await openDB("attentionless", 9);
  expect(later.version).toBe(9);
  later.close();
});
