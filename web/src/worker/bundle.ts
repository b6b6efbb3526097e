/** Runs as one file, on their way out and in. Nothing of a file from elsewhere is stored before all of it was checked. */
import type { FileEntry } from "attentionless";
import { whole } from "../lib/format.ts";
import type { RunRecord } from "../protocol.ts";
import { fileText, MOST_BYTES } from "./files.ts";
import type { Host } from "./host.ts";
import { tellFull } from "./saver.ts";
import { isFull, write } from "./storage.ts";

/** Of the header's length, before the header. */
const PREFIX = 8;
const BRACE = "{".charCodeAt(0);

function refused(message: string): Error {
  return Object.assign(new Error(message), { kind: "not-imported" });
}

/** Where the last tensor of a header ends, counted from the first; null where it is no header. */
function dataEnd(text: string): number | null {
  try {
    const header = JSON.parse(text) as Record<string, { data_offsets?: [number, number] }>;
    return Math.max(0, ...Object.values(header).map(({ data_offsets }) => data_offsets?.[1] ?? 0));
  } catch {
    return null;
  }
}

/**
 * The outer form of a `.safetensors` file, in words for who was sent one: its kind, and whether all of it is there. No more is
 * read for it than the header; what the header says of the run is the engine's to check.
 */
export async function checkForm(file: Blob): Promise<void> {
  const start = new DataView(await file.slice(0, PREFIX + 1).arrayBuffer());
  if (start.byteLength <= PREFIX || start.getUint8(PREFIX) !== BRACE) throw refused("this is not a .safetensors file");
  if (file.size > MOST_BYTES) throw refused(`it has ${whole(file.size)} bytes; the page reads up to ${whole(MOST_BYTES)}, the command line any`);
  const length = start.getBigUint64(0, true);
  if (length > BigInt(file.size - PREFIX)) throw refused("the file is cut off within its header");
  const end = dataEnd(await file.slice(PREFIX, PREFIX + Number(length)).text());
  if (end === null) throw refused("its header cannot be read");
  const expected = PREFIX + Number(length) + end;
  if (file.size < expected) throw refused(`the file is cut off: ${whole(file.size)} of ${whole(expected)} bytes are there`);
  if (file.size > expected) throw refused(`the file has ${whole(file.size - expected)} bytes more than its header names`);
}

function recordOf(name: string, files: readonly FileEntry[], host: Host): RunRecord {
  const [recipe, seconds] = ["recipe.json", "seconds.json"].map((file) => JSON.parse(fileText(files, file) ?? "{}") as object);
  const worked = Object.values(seconds as Record<string, number>).reduce((sum, part) => sum + part, 0);
  const now = Date.now();
  return {
    id: `run-${now.toString(36)}`,
    name,
    // Files of earlier days have recipes of their days.
    recipe: host.engine.checkRecipe(recipe).recipe,
    created: now,
    updated: now,
    step: 0,
    total: 0,
    stage: "scores",
    worked: 1000 * worked,
    usable: true,
    finished: true,
  };
}

export async function importRun(host: Host, file: Blob, name: string): Promise<{ run: string }> {
  await checkForm(file);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { record, files } = await host.turns.take(() => {
    const files = host.engine.unpack(bytes);
    return { record: recordOf(name, files, host), files };
  });
  try {
    await write(record, files);
  } catch (error) {
    await tellFull(error, host.notify);
    throw isFull(error) ? refused(`there is no space for its ${whole(file.size)} bytes`) : error;
  }
  return { run: record.id };
}

export async function exportRun(host: Host, files: FileEntry[]): Promise<Blob> {
  const bytes = await host.turns.take(() => host.engine.pack(files));
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" });
}
