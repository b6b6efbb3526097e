/** A growing curve that keeps at most a few thousand points: of each bucket the lowest and the highest. */

export const MOST_POINTS = 2000;

export class Series {
  #x = new Float64Array(1024);
  #y = new Float64Array(1024);
  length = 0;

  add(x: number, y: number): void {
    // After a recovery or a resumed run, steps are said again.
    while (this.length > 0 && this.#x[this.length - 1] >= x) this.length -= 1;
    if (this.length === this.#x.length) this.#grow();
    this.#x[this.length] = x;
    this.#y[this.length] = y;
    this.length += 1;
  }

  #grow(): void {
    const grown = (old: Float64Array) => {
      const larger = new Float64Array(2 * old.length);
      larger.set(old);
      return larger;
    };
    this.#x = grown(this.#x);
    this.#y = grown(this.#y);
  }

  /** At most `most` points, by the extremes of equal stretches, so that no peak is lost. */
  thinned(most = MOST_POINTS): { x: number[]; y: number[] } {
    const all = { x: Array.from(this.#x.subarray(0, this.length)), y: Array.from(this.#y.subarray(0, this.length)) };
    if (this.length <= most) return all;
    const [x, y]: [number[], number[]] = [[], []];
    const buckets = Math.floor(most / 2);
    for (let bucket = 0; bucket < buckets; bucket++) {
      const [from, to] = [Math.floor((bucket * this.length) / buckets), Math.floor(((bucket + 1) * this.length) / buckets)];
      for (const index of extremes(all.y, from, to)) {
        x.push(all.x[index]);
        y.push(all.y[index]);
      }
    }
    return { x, y };
  }

  last(): { x: number; y: number } | null {
    return this.length > 0 ? { x: this.#x[this.length - 1], y: this.#y[this.length - 1] } : null;
  }
}

/** The indices of the lowest and the highest value, in their order; one where they are the same. */
function extremes(values: number[], from: number, to: number): number[] {
  let [low, high] = [from, from];
  for (let index = from; index < to; index++) {
    if (values[index] < values[low]) low = index;
    if (values[index] > values[high]) high = index;
  }
  return low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
}

/** Series of different steps as uPlot takes them: one common x, and null where a series has no point. */
export function aligned(curves: { x: number[]; y: number[] }[]): (number | null)[][] {
  const steps = [...new Set(curves.flatMap((curve) => curve.x))].sort((one, other) => one - other);
  const columns = curves.map(({ x, y }) => {
    const values = new Map(x.map((step, index) => [step, y[index]]));
    return steps.map((step) => values.get(step) ?? null);
  });
  return [steps, ...columns];
}
