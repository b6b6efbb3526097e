/** A run's entry in IndexedDB. */
import type { FileEntry, Recipe } from "attentionless";
import type { RunRecord, Start } from "../protocol.ts";
import type { Host, Notify } from "./host.ts";
import { hubFiles } from "./hub.ts";
import { tellFull } from "./saver.ts";
import { readFiles, runOf, write } from "./storage.ts";
import { uploaded } from "./text.ts";

/** A run, and what of it there was no space for. */
export interface Begun {
  record: RunRecord;
  unsaved: readonly FileEntry[];
}

/** The run that is to be trained. */
export async function recordFor(start: Start, host: Host): Promise<Begun> {
  switch (start.kind) {
    case "new":
      return begin(start, [...(await uploadsOf(start)), ...(await hubFiles(host, start.recipe))], false, host.notify);
    case "demo":
      return begin(start, host.demoFiles, true, host.notify);
    case "saved": {
      const record = await runOf(start.run);
      if (!record) throw new Error("that run is not on this device any more");
      if (!start.recipe) return { record, unsaved: [] };
      // A teacher in training goes on from where it is.
      const anew = record.usable ? { stage: "text" as const, step: 0, total: 0, finished: false } : {};
      return { record: { ...record, recipe: start.recipe, ...anew }, unsaved: [] };
    }
  }
}

/** A run before anything of it is trained, with what it begins with. Without space it begins in memory. */
async function begin({ name, recipe }: { name: string; recipe: Recipe }, files: readonly FileEntry[], usable: boolean, notify: Notify): Promise<Begun> {
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
  try {
    await write(record, [...files]);
    return { record, unsaved: [] };
  } catch (error) {
    await tellFull(error, notify);
    return { record, unsaved: files };
  }
}

/** The visitor's own texts: those given now, in the place of those of the run before. */
async function uploadsOf({ uploads, from }: Extract<Start, { kind: "new" }>): Promise<FileEntry[]> {
  const given = await uploaded(uploads);
  if (given.length > 0 || !from) return given;
  return (await readFiles(from)).filter(({ name }) => name.startsWith("uploads/"));
}
