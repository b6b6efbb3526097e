/** What stands at an attention of the open model costs, of every kind: by the engine's plan for it. */
import { ATTENTION, isBuilt, netFilling, netNamed, SITES, SIZES, type Filling, type Method, type Site, type Size, type Variant } from "../lib/mix.ts";
import { alike, ALL_PICKS } from "../lib/picks.ts";
import type { ModelId, ModelInfo, Plan } from "../protocol.ts";
import { app } from "./app.svelte.ts";

type NetPlan = Plan["nets"][number];

interface Known {
  model: ModelId;
  attention: number;
  /** By site and filling: the layers are alike. */
  nets: ReadonlyMap<string, NetPlan>;
}

function keyOf({ net }: NetPlan): string {
  const named = netNamed(net);
  return named ? `${named.site}.${netFilling(named)}` : net;
}

class CostsState {
  #known = $state.raw<Known | null>(null);

  async learn({ id, recipe }: ModelInfo): Promise<void> {
    if (this.#known?.model === id) return;
    const nets = ALL_PICKS.map((pick) => ({ ...pick, layers: [1] }));
    try {
      const plan = await app.client.request({ type: "plan", recipe: { ...recipe, nets }, gflops: null });
      const known = { model: id, attention: plan.teacher.attention_parameters, nets: new Map(plan.nets.map((net) => [keyOf(net), net])) };
      if (app.model?.id === id) this.#known = known;
    } catch {
      // Without it no cell says what it costs; whatever else is wrong, others tell.
    }
  }

  /** Of all heads. None of a control, and null where it is not known. */
  parametersOf(site: Site, filling: Filling): number | null {
    if (!this.#known || this.#known.model !== app.model?.id) return null;
    if (filling === ATTENTION) return this.#known.attention;
    const net = this.#known.nets.get(`${site}.${filling}`);
    return net ? (net.parameters_all_heads ?? net.parameters) : null;
  }

  /** Sizes of a method that are as a smaller one is, at the first of its sites: the others are alike. */
  alike(method: Method, variant: Variant | null): { size: Size; as: Size }[] {
    const site = SITES.find((site) => isBuilt({ method, variant }, site));
    const sizes = SIZES.flatMap((size) => {
      const net = this.#known?.nets.get(`${site}.${netFilling({ method, size, variant })}`);
      return net ? [{ size, hidden: net.hidden }] : [];
    });
    return alike(sizes);
  }
}

export const costs = new CostsState();
