/** The visitor's own text, read before a run reads it: what is wrong with it is told when it is chosen. */
import type { FileEntry, Recipe, RunEvent } from "attentionless";
import type { Cleaned, Upload } from "../protocol.ts";
import { own as words } from "../strings/own.ts";
import { MOST_BYTES } from "./files.ts";
import type { Host } from "./host.ts";
import { breathe } from "./turns.ts";

/** Translations have their turns between. */
const BUDGET_MS = 100;
/** What is trained on it does not matter yet. */
const TEXT_ALONE = ["nets=[]", 'score.mixes=["teacher"]', "finetune.mix=null"];

/** As the engine finds them among a run's files. */
export function uploaded(uploads: readonly Upload[]): Promise<FileEntry[]> {
  return Promise.all(uploads.map(async ({ name, file }) => {
    if (file.size > MOST_BYTES) throw new Error(words.tooLarge(name, file.size, MOST_BYTES));
    // A file that was changed or moved since it was chosen is not given any more.
    const bytes = await file.arrayBuffer().catch((cause: unknown) => {
      throw new Error(words.gone(name), { cause });
    });
    return { name: `uploads/${name}`, bytes: new Uint8Array(bytes) };
  }));
}

/** What is known of a text after one more event of its run. */
export function cleanedBy(event: RunEvent, before: Cleaned | null): Cleaned | null {
  if (event.event === "corpus") {
    const { read, kept, train, valid, test, dropped } = event.report;
    return { read, kept, train, valid, test, dropped, tokens: null };
  }
  if (event.event !== "text" || !before) return before;
  return { ...before, tokens: { tooLong: event.too_long, longest: event.longest, train: event.train } };
}

/** By the stages of a run, up to its tokens. They need no GPU, and so no device that could be lost. */
export async function readText(host: Host, recipe: Recipe, uploads: readonly Upload[], signal: AbortSignal): Promise<Cleaned> {
  const files = await uploaded(uploads);
  signal.throwIfAborted();
  const { engine } = host;
  const device = await engine.Device.open("cpu");
  const run = await host.turns.take(() => engine.Run.open(device, engine.withAssignments(recipe, TEXT_ALONE), files, "text"));
  try {
    for (let cleaned: Cleaned | null = null; ; await breathe()) {
      signal.throwIfAborted();
      const events = await host.turns.take(() => run.step(BUDGET_MS));
      cleaned = events.reduce<Cleaned | null>((known, event) => cleanedBy(event, known), cleaned);
      if (cleaned?.tokens) return cleaned;
    }
  } finally {
    run.free();
    device.free();
  }
}
