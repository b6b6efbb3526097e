/** Names at the ends of lines: what there is room for, and where each of them stands. */

/** With its value beside it, with its value below it, or not there: then a legend has it. */
export type Naming = "beside" | "below" | "legend";

/** Pixels that a name takes in height. */
export const LABEL_LINE = { beside: 16, below: 32, legend: null } satisfies Record<Naming, number | null>;

/** What has to be left of the plot. */
const LEAST = { beside: 180, below: 136 };

/** Of so many lines in a plot of this size; `beside` and `below` are the widths that names with their values would take of it. */
export function namingFor(count: number, plot: { width: number; height: number }, { beside, below }: { beside: number; below: number }): Naming {
  if (plot.width - beside >= LEAST.beside && count * LABEL_LINE.beside <= plot.height) return "beside";
  return plot.width - below >= LEAST.below && count * LABEL_LINE.below <= plot.height ? "below" : "legend";
}

/** From top to bottom by the heights that they are of, none nearer to the next than `line`, and all of them between `top` and `bottom`. */
export function spread<T extends { of: number }>(labels: readonly T[], line: number, top: number, bottom: number): (T & { y: number })[] {
  const sorted = [...labels].sort((one, other) => one.of - other.of);
  const placed: (T & { y: number })[] = [];
  for (const label of sorted) placed.push({ ...label, y: Math.max(label.of, top, (placed.at(-1)?.y ?? -Infinity) + line) });
  let most = bottom;
  for (const label of placed.reverse()) {
    label.y = Math.min(label.y, most);
    most = label.y - line;
  }
  return placed.reverse();
}
