/** How fast devices were found to be by which builds of the engine, so that a later visit need not measure them. */
import wasmUrl from "attentionless/wasm";
import { openDB, type DBSchema } from "idb";

interface Schema extends DBSchema {
  speeds: { key: string; value: number };
}

function database() {
  return openDB<Schema>("attentionless-speeds", 1, { upgrade: (db) => void db.createObjectStore("speeds") });
}

/** The name of the engine's file says which build it is. */
const keyOf = (device: string) => `${device} ${wasmUrl}`;

/** In GFLOP/s; null where it was not measured, or nothing can be kept. */
export async function speedOf(device: string): Promise<number | null> {
  try {
    return (await (await database()).get("speeds", keyOf(device))) ?? null;
  } catch {
    return null;
  }
}

export async function rememberSpeed(device: string, gflops: number): Promise<void> {
  try {
    await (await database()).put("speeds", gflops, keyOf(device));
  } catch {
    // It holds for this visit.
  }
}
