/**
 * When the series of a run were how far: a few marks of each, between which the rest is read off. The engine's curve has
 * steps alone.
 */
import type { Marks } from "../protocol.ts";

const MOST = 64;

/** After a recovery or a resumed run, steps are done again. */
export function mark(marks: Marks, series: string, step: number, ms: number): void {
  const before = (marks[series] ?? []).filter(([at]) => at < step);
  const thinned = before.length < MOST ? before : before.filter((_, index) => index % 2 === 0);
  marks[series] = [...thinned, [step, ms]];
}

/** NaN where nothing is known of the series, as of runs of earlier days. */
export function msAt(marks: Marks, series: string, step: number): number {
  const own = marks[series] ?? [];
  if (own.length < 2) return own[0]?.[1] ?? NaN;
  const after = own.findIndex(([at]) => at >= step);
  const index = after === -1 ? own.length - 1 : Math.max(1, after);
  const [[from, begun], [to, ended]] = [own[index - 1], own[index]];
  return Math.max(0, begun + ((step - from) / (to - from)) * (ended - begun));
}
