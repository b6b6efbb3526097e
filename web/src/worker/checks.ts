/** Which adapters have shown to which builds of the engine that they compute what the CPU computes. */
import wasmUrl from "attentionless/wasm";
import { openDB, type DBSchema } from "idb";

interface Schema extends DBSchema {
  right: { key: string; value: number };
}

function database() {
  return openDB<Schema>("attentionless-checks", 1, { upgrade: (db) => void db.createObjectStore("right") });
}

/** The name of the engine's file says which build it is. */
const keyOf = (adapter: string) => `${adapter} ${wasmUrl}`;

export async function isKnown(adapter: string): Promise<boolean> {
  try {
    return (await (await database()).get("right", keyOf(adapter))) !== undefined;
  } catch {
    // Where nothing can be kept, it is checked at every visit.
    return false;
  }
}

export async function remember(adapter: string): Promise<void> {
  try {
    await (await database()).put("right", Date.now(), keyOf(adapter));
  } catch {
    // As above.
  }
}
