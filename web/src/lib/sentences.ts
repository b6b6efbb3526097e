/** The list of scored sentences, in the order that is asked for. */
import type { SentenceTable } from "../protocol.ts";
import { wordsOf } from "./diff.ts";

export type Order = "drop" | "gain" | "length";

/** Sources by their words. */
export const LENGTHS = ["all", "short", "middle", "long"] as const;
export type Length = (typeof LENGTHS)[number];
/** The most words of a short source, and of a middle one. */
export const LENGTH_LIMITS = { short: 6, middle: 10 } as const;

export interface Entry {
  index: number;
  source: string;
  /** Whose translation it is about. */
  mix: string;
  bleu: number;
  chrf: number;
  /** BLEU of the mix less that of the teacher. */
  difference: number;
  changed: boolean;
  /** It has a word that training never saw. */
  unknown: boolean;
  length: number;
}

/** Which sentences are listed. */
export interface Filter {
  changed: boolean;
  unknown: boolean;
  length: Length;
  /** In the source, in whichever case. */
  search: string;
}

export const NO_FILTER: Filter = { changed: false, unknown: false, length: "all", search: "" };

/** Of several mixes each sentence has that which this order is after: by length, the one that is furthest from the teacher. */
export function entries(table: SentenceTable, mixes: readonly string[], order: Order = "drop"): Entry[] {
  const teacher = table.outputs.find((output) => output.mix === "teacher");
  const others = mixes.flatMap((mix) => table.outputs.find((output) => output.mix === mix) ?? []);
  if (others.length === 0) return [];
  const weight = { drop: (it: Entry) => -it.difference, gain: (it: Entry) => it.difference, length: (it: Entry) => Math.abs(it.difference) }[order];
  return table.sources.map((source, index) => {
    const found = others.map(({ mix, bleu, chrf, lines }) => ({
      index,
      source,
      mix,
      bleu: bleu[index],
      chrf: chrf[index],
      difference: teacher ? bleu[index] - teacher.bleu[index] : 0,
      changed: teacher ? lines[index] !== teacher.lines[index] : false,
      unknown: table.unknown[index],
      length: wordsOf(source).length,
    }));
    const further = (one: Entry, other: Entry) => weight(other) - weight(one) || Number(other.changed) - Number(one.changed);
    return found.sort(further)[0];
  });
}

function bucketOf(length: number): Exclude<Length, "all"> {
  if (length <= LENGTH_LIMITS.short) return "short";
  return length <= LENGTH_LIMITS.middle ? "middle" : "long";
}

export function filtered(all: readonly Entry[], { changed, unknown, length, search }: Filter): Entry[] {
  const wanted = search.trim().toLowerCase();
  return all.filter(
    (it) =>
      (!changed || it.changed) &&
      (!unknown || it.unknown) &&
      (length === "all" || bucketOf(it.length) === length) &&
      it.source.toLowerCase().includes(wanted),
  );
}

export function ordered(all: readonly Entry[], order: Order): Entry[] {
  const key = { drop: (it: Entry) => it.difference, gain: (it: Entry) => -it.difference, length: (it: Entry) => -it.length }[order];
  return [...all].sort((one, other) => key(one) - key(other) || one.index - other.index);
}

/** Of a mix's translations, how many are the reference exactly, in percent. */
export function exactMatch(table: SentenceTable, mix: string): number | null {
  const output = table.outputs.find((it) => it.mix === mix);
  if (!output || output.lines.length === 0) return null;
  const hits = output.lines.filter((line, index) => line === table.references[index]).length;
  return (100 * hits) / output.lines.length;
}
