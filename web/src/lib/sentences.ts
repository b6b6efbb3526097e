/** The list of scored sentences, in the order that is asked for. */
import type { SentenceTable } from "../protocol.ts";
import { wordsOf } from "./diff.ts";

export type Order = "drop" | "gain" | "length";

export interface Entry {
  index: number;
  /** BLEU of the mix less that of the teacher. */
  difference: number;
  changed: boolean;
  length: number;
}

export function entries(table: SentenceTable, mix: string): Entry[] {
  const teacher = table.outputs.find((output) => output.mix === "teacher");
  const other = table.outputs.find((output) => output.mix === mix);
  if (!other) return [];
  return table.sources.map((source, index) => ({
    index,
    difference: teacher ? other.bleu[index] - teacher.bleu[index] : 0,
    changed: teacher ? other.lines[index] !== teacher.lines[index] : false,
    length: wordsOf(source).length,
  }));
}

export function ordered(all: Entry[], order: Order, changedOnly: boolean): Entry[] {
  const key = { drop: (it: Entry) => it.difference, gain: (it: Entry) => -it.difference, length: (it: Entry) => -it.length }[order];
  return all.filter((it) => !changedOnly || it.changed).sort((one, other) => key(one) - key(other) || one.index - other.index);
}

/** Of a mix's translations, how many are the reference exactly, in percent. */
export function exactMatch(table: SentenceTable, mix: string): number | null {
  const output = table.outputs.find((it) => it.mix === mix);
  if (!output || output.lines.length === 0) return null;
  const hits = output.lines.filter((line, index) => line === table.references[index]).length;
  return (100 * hits) / output.lines.length;
}
