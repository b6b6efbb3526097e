/** What the maps of the lens show: rows of outputs by columns of inputs, each row in shares of its sum. */
import type { Lens } from "attentionless";

/** The mean of the heads, or one of them. */
export type Head = "mean" | number;

export interface HeatMap {
  /** By output, then by input; from 0 to 1, all 0 where an output answers to nothing. */
  rows: number[][];
  /** Sums of the rows before they were divided by them. */
  sums: number[];
}

export function mapOf(values: readonly number[], columns: number): HeatMap {
  const count = columns > 0 ? values.length / columns : 0;
  const raw = Array.from({ length: count }, (_, row) => values.slice(row * columns, (row + 1) * columns));
  const sums = raw.map((row) => row.reduce((sum, value) => sum + value, 0));
  return { rows: raw.map((row, index) => row.map((value) => (sums[index] > 0 ? value / sums[index] : 0))), sums };
}

export function attentionMap({ heads, inputs }: Lens, head: Head): HeatMap {
  const all = head === "mean" ? heads : [heads[head]];
  return mapOf(all[0].map((_, at) => all.reduce((sum, values) => sum + values[at], 0) / all.length), inputs.length);
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((one, other) => values[one] - values[other]);
  const found = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]] === values[order[first]]) end += 1;
    for (let at = first; at < end; at++) found[order[at]] = (first + 1 + end) / 2;
    first = end;
  }
  return found;
}

/** Spearman's rank correlation; none of fewer than three values, or where one side is all alike. */
export function spearman(one: readonly number[], other: readonly number[]): number | null {
  if (one.length < 3) return null;
  const [a, b] = [ranks(one), ranks(other)];
  const mean = (one.length + 1) / 2;
  const product = (x: number[], y: number[]) => x.reduce((sum, value, index) => sum + (value - mean) * (y[index] - mean), 0);
  const scale = Math.sqrt(product(a, a) * product(b, b));
  return scale > 0 ? product(a, b) / scale : null;
}

const SPACE = "▁";
const SPECIAL: Record<string, string> = { "<s>": "‹start›", "</s>": "‹end›", "<unk>": "?" };

/** A token as a label: with a hyphen where it goes on with a word. */
export function tokenLabel(token: string, index: number): string {
  if (token in SPECIAL) return SPECIAL[token];
  if (token.startsWith(SPACE)) return token.slice(SPACE.length) || "␣";
  return index > 0 && /^\p{L}/u.test(token) ? `-${token}` : token;
}
