/** Scores mixes on the held-out sentences of the open model, and reads what they were made into. */
import type { Change, Translator } from "attentionless";
import { DEMO, type ModelId, type Scored, type SentenceTable } from "../protocol.ts";
import { fileText } from "./files.ts";
import type { Host } from "./host.ts";
import { tellFull } from "./saver.ts";
import { runOf, write } from "./storage.ts";
import { breathe } from "./turns.ts";

const BUDGET_MS = 250;

/** What is finished is kept at once, also where it is stopped; another model may be opened meanwhile. */
export async function score(host: Host, model: ModelId, mixes: string[], signal: AbortSignal): Promise<Scored> {
  const run = await host.turns.take(() =>
    host.engine.Run.scoring(host.device, host.translator.recipe(), host.filesOf(model), mixes),
  );
  const unsaved = new Map<string, Change>();
  try {
    signal.throwIfAborted();
    let done = false;
    do {
      const events = await host.turns.take(() => run.step(BUDGET_MS));
      for (const event of events) {
        if (event.event === "scoring" && host.pace.due("scoring")) host.notify({ ...event, type: "scoring", model });
        done ||= event.event === "done";
      }
      const changes = run.takeChanges();
      host.addFiles(model, changes);
      for (const change of changes) unsaved.set(change.name, change);
      if (changes.length > 0 && model !== DEMO) await keep(host, model, unsaved);
      await breathe();
    } while (!done && !signal.aborted);
    const { rows, signature, sentences } = run.report();
    return { rows, signature, sentences, stopped: !done };
  } finally {
    run.free();
  }
}

/** In IndexedDB; where there is no space, it waits for the next mix, and the model has it as long as it is open. */
async function keep(host: Host, run: string, unsaved: Map<string, Change>): Promise<void> {
  const record = await runOf(run);
  if (!record) return;
  try {
    await write({ ...record, updated: Date.now() }, [...unsaved.values()]);
    unsaved.clear();
  } catch (error) {
    await tellFull(error, host.notify);
  }
}

function lines(text: string): string[] {
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  return all;
}

/** The first held-out sentences, which are those that the engine scores. */
export function scoredPairs(translator: Translator, count: number): { source: string; reference: string }[] {
  return Array.from({ length: Math.min(count, translator.heldOut()) }, (_, index) => translator.sentence(index));
}

/** The sentences that were scored, with the translations of those mixes that have been. */
export function sentences(host: Host, model: ModelId, mixes: string[]): SentenceTable {
  const files = host.filesOf(model);
  const found = mixes.flatMap((mix) => {
    const text = fileText(files, `outputs/${mix}.txt`);
    return text === null ? [] : [{ mix, lines: lines(text) }];
  });
  const count = Math.max(0, ...found.map((output) => output.lines.length));
  const pairs = scoredPairs(host.translator, count);
  const references = pairs.map(({ reference }) => reference);
  const outputs = found
    .filter((output) => output.lines.length === count && pairs.length === count)
    .map((output) => {
      const scores = host.engine.sentenceScores(output.lines, references);
      const tokens = output.lines.map((line) => host.translator.pieces(line).join(" "));
      return { ...output, tokens, bleu: scores.map(({ bleu }) => bleu), chrf: scores.map(({ chrf }) => chrf) };
    });
  const sources = pairs.map(({ source }) => source);
  return { sources, references, unknown: sources.map((source) => host.translator.unknownWords(source).length > 0), outputs };
}
