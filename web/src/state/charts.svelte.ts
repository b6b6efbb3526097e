/** What the charts of a run have in common: their axis, one cursor, and the runs that are drawn behind. */
import type { Axis } from "../lib/series.ts";
import type { Recipe, RunRecord } from "../protocol.ts";
import { app } from "./app.svelte.ts";
import { Curves } from "./curves.svelte.ts";

export const MOST_BEHIND = 5;
/** How the lines of each are dashed. */
export const BEHIND_DASHES = [[], [6, 3], [2, 3], [10, 3, 2, 3], [1, 5]];

export interface Behind {
  id: string;
  name: string;
  dash: number[];
  curves: Curves;
}

/** Losses on another text, or in other words, say nothing beside these. */
function comparable(one: Recipe, other: Recipe): boolean {
  const text = ({ pair, corpus, tokenizer }: Recipe) => JSON.stringify([pair, corpus.source, tokenizer.vocab]);
  return text(one) === text(other);
}

class Charts {
  axis = $state<Axis>("step");
  /** On the axis; `by`: the chart whose cursor was moved. */
  cursor = $state.raw<{ at: number; by: object } | null>(null);
  showsBehind = $state(true);
  #behind = $state.raw<Behind[]>([]);
  #asked = "";

  get behind(): Behind[] {
    return this.showsBehind ? this.#behind : [];
  }

  /** There are some, shown or not. */
  get earlier(): number {
    return this.#behind.length;
  }

  choose(axis: Axis): void {
    this.axis = axis;
    this.cursor = null;
  }

  /** The newest runs on the text of this one; the curves of a run that is over do not change. */
  async look(run: string): Promise<void> {
    const own = app.runs.find(({ id }) => id === run);
    const others = own ? app.runs.filter(({ id, recipe }) => id !== run && comparable(recipe, own.recipe)).slice(0, MOST_BEHIND) : [];
    const asked = [run, ...others.map(({ id, updated }) => `${id} ${updated}`)].join();
    if (asked === this.#asked) return;
    this.#asked = asked;
    const found = await Promise.all(others.map((other) => this.#curvesOf(other)));
    if (asked !== this.#asked) return;
    this.#behind = found.filter(({ curves }) => curves.size > 0).map((each, index) => ({ ...each, dash: BEHIND_DASHES[index] }));
  }

  async #curvesOf({ id, name }: RunRecord): Promise<Omit<Behind, "dash">> {
    const curves = new Curves();
    curves.add(id, await app.client.request({ type: "curves", run: id }));
    return { id, name, curves };
  }
}

export const charts = new Charts();
