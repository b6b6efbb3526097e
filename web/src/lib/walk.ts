/** From point to point of a figure by the arrow keys. */

/** The index that a key leads to, of those up to `last`; null where the key is none of these. */
export function walk(key: string, current: number, last: number): number | null {
  const target = { ArrowRight: current + 1, ArrowDown: current + 1, ArrowLeft: current - 1, ArrowUp: current - 1, Home: 0, End: last }[key];
  return target === undefined || last < 0 ? null : Math.min(Math.max(target, 0), last);
}
