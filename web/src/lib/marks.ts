/** How a method is drawn everywhere: its colour, the dash of its lines, and its outline in a box of 10 by 10. */
import type { Method } from "./mix.ts";

export interface Mark {
  color: string;
  dash: number[];
  path: string;
}

export const MARKS: Record<Method, Mark> = {
  alr: { color: "var(--alr)", dash: [6, 3], path: "M.5 .5h9v9h-9z" },
  alrr: { color: "var(--alrr)", dash: [2, 3], path: "M5 .3 9.8 9.6H.2z" },
  aslr: { color: "var(--aslr)", dash: [8, 3, 2, 3], path: "M5 0 10 5 5 10 0 5z" },
  elr: { color: "var(--elr)", dash: [12, 4], path: "M.6 2.6 2.6 .6 5 3 7.4 .6 9.4 2.6 7 5 9.4 7.4 7.4 9.4 5 7 2.6 9.4 .6 7.4 3 5z" },
  awr: { color: "var(--awr)", dash: [8, 2, 2, 2, 2, 2], path: "M.2 .2h9.6L6 5l3.8 4.8H.2L4 5z" },
};

/** Behind the mark of a variant, at the top. */
export const PLUS = "M12.7 -.2v4.6M10.4 2.1h4.6";

const COLORS = ["var(--alrr)", "var(--aslr)", "var(--elr)", "var(--ink-2)", "var(--alr)"];
const DASHES = [[], [2, 3], [12, 4], [6, 3]];

/** Lines that are of no one method. */
export function anyStyle(index: number): { color: string; dash: number[] } {
  const colors = ["var(--accent)", ...COLORS.slice(0, 4)];
  return { color: colors[index % colors.length], dash: DASHES[index % DASHES.length] };
}

/** Lines of one method beside each other: its own colour and dash first, then others that are not those. */
export function lineStyle(method: Method, index: number): { color: string; dash: number[] } {
  const { color, dash } = MARKS[method];
  const colors = [color, ...COLORS.filter((other) => other !== color)].slice(0, COLORS.length);
  const dashes = [dash, ...DASHES.filter((other) => String(other) !== String(dash))];
  return { color: colors[index % colors.length], dash: dashes[Math.floor(index / colors.length) % dashes.length] };
}
