/** The curves of a run, outside of reactive state: they are drawn, not rendered. */
import { Series } from "../lib/series.ts";
import type { Points } from "../protocol.ts";

export class Curves {
  /** Rises with every batch of new points. */
  drawn = $state(0);
  /** Whose they are. */
  run = $state<string | null>(null);
  // `drawn` says when it changed.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  #series = new Map<string, Series>();

  get size(): number {
    void this.drawn;
    return this.#series.size;
  }

  get names(): string[] {
    void this.drawn;
    return [...this.#series.keys()];
  }

  get(series: string): Series | undefined {
    return this.#series.get(series);
  }

  add(run: string, points: readonly Points[]): void {
    this.run = run;
    for (const { series, x, y, ms } of points) {
      const curve = this.#series.get(series) ?? new Series();
      x.forEach((step, index) => curve.add(step, y[index], ms[index]));
      this.#series.set(series, curve);
    }
    if (points.length > 0) this.drawn += 1;
  }

  clear(): void {
    this.#series.clear();
    this.drawn += 1;
  }

  /** All of them, as they are told to a tab that comes late. */
  points(): Points[] {
    return [...this.#series].map(([series, curve]) => {
      const { x, y, ms } = curve.thinned();
      return { series, x: Float64Array.from(x), y: Float64Array.from(y), ms: Float64Array.from(ms) };
    });
  }
}
