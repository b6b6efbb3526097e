/** Scores mixes on the held-out sentences of the open model, and reads what they were made into. */
import type { FileEntry, Translator } from "attentionless";
import type { Scored, SentenceTable } from "../protocol.ts";
import type { Host } from "./host.ts";
import { runOf, write } from "./storage.ts";
import { breathe } from "./turns.ts";

const BUDGET_MS = 250;

export async function score(host: Host, mixes: string[], signal: AbortSignal): Promise<Scored> {
  const run = await host.turns.take(() =>
    host.engine.Run.scoring(host.device, host.translator.recipe(), host.files, mixes),
  );
  try {
    for (let done = false; !done; await breathe()) {
      signal.throwIfAborted();
      const events = await host.turns.take(() => run.step(BUDGET_MS));
      for (const event of events) {
        if (event.event === "scoring") host.notify({ ...event, type: "scoring" });
        done ||= event.event === "done";
      }
    }
    const { rows, signature, sentences } = run.report();
    await keep(host, run.takeChanges());
    return { rows, signature, sentences };
  } finally {
    run.free();
  }
}

/** With the model, and in IndexedDB where it is a run of the visitor's. */
async function keep(host: Host, changes: { name: string; bytes: Uint8Array | null }[]): Promise<void> {
  const files = changes.filter((change): change is FileEntry => change.bytes !== null);
  host.addFiles(files);
  const record = await runOf(host.modelId);
  if (record) await write({ ...record, updated: Date.now() }, changes);
}

function textOf(files: FileEntry[], name: string): string | null {
  const file = files.find((entry) => entry.name === name);
  return file ? new TextDecoder().decode(file.bytes) : null;
}

function lines(text: string): string[] {
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  return all;
}

/**
 * The first pairs of the test split that fit the model, which are those that the engine scores: at most L tokens of
 * source, and of target with its `<s>`; none empty. The split itself holds longer ones, too.
 */
export function scoredPairs(translator: Translator, count: number): { source: string; reference: string }[] {
  const most = translator.recipe().model.max_len;
  const pairs = [];
  for (let index = 0; index < translator.heldOut() && pairs.length < count; index++) {
    const pair = translator.sentence(index);
    const [source, target] = [translator.tokens(pair.source), translator.tokens(pair.reference)];
    if (source > 0 && source <= most && target > 0 && target < most) pairs.push(pair);
  }
  return pairs;
}

/** The sentences that were scored, with the translations of those mixes that have been. */
export function sentences(host: Host, mixes: string[]): SentenceTable {
  const found = mixes.flatMap((mix) => {
    const text = textOf(host.files, `outputs/${mix}.txt`);
    return text === null ? [] : [{ mix, lines: lines(text) }];
  });
  const count = Math.max(0, ...found.map((output) => output.lines.length));
  const pairs = scoredPairs(host.translator, count);
  const references = pairs.map(({ reference }) => reference);
  const outputs = found
    .filter((output) => output.lines.length === count && pairs.length === count)
    .map((output) => {
      const scores = host.engine.sentenceScores(output.lines, references);
      return { ...output, bleu: scores.map(({ bleu }) => bleu), chrf: scores.map(({ chrf }) => chrf) };
    });
  return { sources: pairs.map(({ source }) => source), references, outputs };
}
