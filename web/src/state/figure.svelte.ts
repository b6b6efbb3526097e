/** The Board view: the rows of all runs, one setting of them at a time, and what the open nets of it would cost. */
import type { Axis } from "../lib/figure.ts";
import { linesOf, nextGap, type Cost, type Line } from "../lib/gaps.ts";
import { ALL_PICKS, fillingOfPick, type NetPick } from "../lib/picks.ts";
import { netsAssignment } from "../lib/recipe.ts";
import { foundIn, settingsOf, type Found, type Setting } from "../lib/setting.ts";
import { EngineError, type Plan, type Recipe, type ScoredModel } from "../protocol.ts";
import { app } from "./app.svelte.ts";
import { speed } from "./speed.svelte.ts";

/** Variants are open without end: only the plain methods are asked for. */
const PLAIN: readonly NetPick[] = ALL_PICKS.filter(({ variant }) => variant === null);
const NOTHING: Found = { teachers: [], trainedOn: [], levels: [], points: [], others: [] };

function costOf(pick: NetPick, nets: Plan["nets"], seconds: number | null): Cost {
  const own = nets.filter(({ net }) => net.startsWith(`${pick.site}.`) && net.endsWith(`.${fillingOfPick(pick)}`));
  const bytes = own.reduce((sum, { training_bytes, activation_bytes }) => sum + training_bytes + activation_bytes, 0);
  return { pick, bytes, seconds, largestBuffer: Math.max(0, ...own.map(({ largest_buffer_bytes }) => largest_buffer_bytes)) };
}

class FigureState {
  axis = $state<Axis>("size");
  zoomed = $state(false);
  models = $state.raw<ScoredModel[] | null>(null);
  error = $state<string | null>(null);
  #chosen = $state<string | null>(null);
  #costs = $state.raw<{ key: string; costs: Cost[] } | null>(null);

  readonly settings: Setting[] = $derived(settingsOf(this.models ?? []));
  readonly setting: Setting | null = $derived(this.settings.find(({ key }) => key === this.#chosen) ?? this.settings[0] ?? null);
  readonly found: Found = $derived(this.setting ? foundIn(this.setting) : NOTHING);
  readonly lines: Line[] = $derived(linesOf(this.found, this.#costs?.key === this.setting?.key ? (this.#costs?.costs ?? []) : []));

  get next(): Cost | null {
    return nextGap(this.lines, app.largestBuffer);
  }

  choose(key: string): void {
    this.#chosen = key;
  }

  async load(): Promise<void> {
    await this.#guarded(async () => {
      this.models = await app.client.request({ type: "all-rows" });
    });
  }

  /** What all plain nets of the setting would cost, with time where the device's speed is known. */
  async estimate(): Promise<void> {
    const { setting } = this;
    if (!setting) return;
    await this.#guarded(async () => {
      const { gflops } = speed;
      const { recipe } = setting.models[0];
      const nets: Recipe["nets"] = PLAIN.map(({ site, method, size, variant }) => ({ site, layers: "all", method, size, variant }));
      const all = await app.client.request({ type: "assign", recipe, assignments: [netsAssignment(PLAIN.map((pick) => ({ ...pick, layers: "all" })))] });
      const [plan, times] = await Promise.all([
        app.client.request({ type: "plan", recipe: all, gflops: null }),
        gflops === null ? [] : app.client.request({ type: "times", recipe, nets, gflops }),
      ]);
      this.#costs = { key: setting.key, costs: PLAIN.map((pick, index) => costOf(pick, plan.nets, times[index] ?? null)) };
    });
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.error = null;
    } catch (error) {
      // A crash is told by its own notice.
      if (error instanceof EngineError && error.kind === "crashed") return;
      this.error = error instanceof Error ? error.message : String(error);
    }
  }
}

export const figuring = new FigureState();
