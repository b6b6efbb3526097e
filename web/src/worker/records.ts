/** A run's entry in IndexedDB. */
import type { FileEntry, Recipe } from "attentionless";
import type { RunRecord, Start } from "../protocol.ts";
import type { Host } from "./host.ts";
import { hubFiles } from "./hub.ts";
import { readFiles, runOf, write } from "./storage.ts";

/** The run that is to be trained. */
export async function recordFor(start: Start, host: Host): Promise<RunRecord> {
  switch (start.kind) {
    case "new":
      return begin(start, [...(await uploadsOf(start)), ...(await hubFiles(host, start.recipe))], false);
    case "demo":
      return begin(start, host.demoFiles, true);
    case "saved": {
      const record = await runOf(start.run);
      if (!record) throw new Error("that run is not on this device any more");
      return start.recipe ? { ...record, recipe: start.recipe, stage: "text", step: 0, total: 0, finished: false } : record;
    }
  }
}

/** A run before anything of it is trained, with what it begins with. */
async function begin({ name, recipe }: { name: string; recipe: Recipe }, files: readonly FileEntry[], usable: boolean): Promise<RunRecord> {
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
    worked: 0,
    usable,
    finished: false,
  };
  await write(record, [...files]);
  return record;
}

/** The visitor's own texts: those given now, in the place of those of the run before. */
async function uploadsOf({ uploads, from }: Extract<Start, { kind: "new" }>): Promise<FileEntry[]> {
  const given = uploads.map(({ name, bytes }) => ({ name: `uploads/${name}`, bytes }));
  if (given.length > 0 || !from) return given;
  return (await readFiles(from)).filter(({ name }) => name.startsWith("uploads/"));
}
