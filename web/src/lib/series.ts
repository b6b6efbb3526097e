/** A growing curve that keeps at most a few thousand points: of each bucket the lowest and the highest. */

export const MOST_POINTS = 2000;

/** What a chart goes along. */
export type Axis = "step" | "time";

export interface Curve {
  x: number[];
  y: number[];
}

export class Series {
  #x = new Float64Array(1024);
  #y = new Float64Array(1024);
  #ms = new Float64Array(1024);
  length = 0;

  add(x: number, y: number, ms = NaN): void {
    // After a recovery or a resumed run, steps are said again.
    while (this.length > 0 && this.#x[this.length - 1] >= x) this.length -= 1;
    if (this.length === this.#x.length) this.#grow();
    this.#x[this.length] = x;
    this.#y[this.length] = y;
    this.#ms[this.length] = ms;
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
    this.#ms = grown(this.#ms);
  }

  /** At most `most` points, by the extremes of equal stretches, so that no peak is lost. */
  thinned(most = MOST_POINTS): Curve & { ms: number[] } {
    const chosen = this.#chosen(most);
    const of = (values: Float64Array) => chosen.map((index) => values[index]);
    return { x: of(this.#x), y: of(this.#y), ms: of(this.#ms) };
  }

  /** By steps, or by seconds of work, as far as they are known. */
  along(axis: Axis, most = MOST_POINTS): Curve {
    const { x, y, ms } = this.thinned(most);
    if (axis === "step") return { x, y };
    const known = ms.flatMap((at, index) => (Number.isNaN(at) ? [] : [index]));
    return { x: known.map((index) => ms[index] / 1000), y: known.map((index) => y[index]) };
  }

  #chosen(most: number): number[] {
    if (this.length <= most) return Array.from({ length: this.length }, (_, index) => index);
    const buckets = Math.floor(most / 2);
    const bounds = (bucket: number) => Math.floor((bucket * this.length) / buckets);
    return Array.from({ length: buckets }, (_, bucket) => extremes(this.#y, bounds(bucket), bounds(bucket + 1))).flat();
  }

  last(): { x: number; y: number } | null {
    return this.length > 0 ? { x: this.#x[this.length - 1], y: this.#y[this.length - 1] } : null;
  }
}

/** The indices of the lowest and the highest value, in their order; one where they are the same. */
function extremes(values: Float64Array, from: number, to: number): number[] {
  let [low, high] = [from, from];
  for (let index = from; index < to; index++) {
    if (values[index] < values[low]) low = index;
    if (values[index] > values[high]) high = index;
  }
  return low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
}

/** Series of different steps as uPlot takes them: one common x, and null where a series has no point. */
export function aligned(curves: readonly Curve[]): (number | null)[][] {
  const steps = [...new Set(curves.flatMap((curve) => curve.x))].sort((one, other) => one - other);
  const columns = curves.map(({ x, y }) => {
    const values = new Map(x.map((step, index) => [step, y[index]]));
    return steps.map((step) => values.get(step) ?? null);
  });
  return [steps, ...columns];
}

/** The index of the value next to that place; none beyond the first and the last of them. */
export function nearestValue(values: ArrayLike<number | null | undefined>, index: number): number | null {
  const has = (at: number) => at >= 0 && at < values.length && values[at] !== null && values[at] !== undefined;
  const [before, after] = [-1, 1].map((way) => {
    let at = index;
    while (at >= 0 && at < values.length && !has(at)) at += way;
    return has(at) ? at : null;
  });
  if (before === null || after === null) return null;
  return index - before <= after - index ? before : after;
}

/** What a table has of a column: its value at each of these places, or next to it and nearer to no other. */
export function sampled({ x, y }: Curve, places: readonly number[]): (number | null)[] {
  let index = 0;
  return places.map((place, row) => {
    while (index + 1 < x.length && Math.abs(x[index + 1] - place) <= Math.abs(x[index] - place)) index += 1;
    const reach = Math.min(place - (places[row - 1] ?? -Infinity), (places[row + 1] ?? Infinity) - place) / 2;
    return index < x.length && Math.abs(x[index] - place) <= (Number.isFinite(reach) ? reach : 0) ? y[index] : null;
  });
}
