/** The lens: which attention is looked at, and what was seen there. One look at a time; the latest wish wins. */
import type { Lens } from "attentionless";
import type { Head } from "../lib/lens.ts";
import type { Site } from "../lib/mix.ts";
import { EngineError, type ModelId } from "../protocol.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";

export interface Wish {
  model: ModelId;
  mix: string;
  site: Site;
  layer: number;
  text: string;
}

const same = (one: Wish | null, other: Wish | null) => JSON.stringify(one) === JSON.stringify(other);

class LensState {
  open = $state(false);
  /** Layers from 1; null until it is chosen by hand. */
  place = $state.raw<{ site: Site; layer: number } | null>(null);
  head = $state<Head>("mean");
  tables = $state(false);
  /** Output and input that are pointed at. */
  at = $state.raw<[number, number]>([0, 0]);
  seen = $state.raw<{ wish: Wish; lens: Lens | null } | null>(null);
  busy = $state(false);
  error = $state<string | null>(null);
  #wanted: Wish | null = null;

  async look(wish: Wish): Promise<void> {
    this.#wanted = wish;
    if (this.busy) return;
    this.busy = true;
    for (let next = this.#next(); next; next = this.#next()) await this.#see(next);
    this.busy = false;
  }

  #next(): Wish | null {
    return this.#wanted && !same(this.#wanted, this.seen?.wish ?? null) ? this.#wanted : null;
  }

  async #see(wish: Wish): Promise<void> {
    try {
      const lens = await app.client.request({ type: "lens", mix: wish.mix, site: wish.site, layer: wish.layer, text: wish.text });
      this.#show({ wish, lens });
    } catch (error) {
      // Not tried again until something else is wanted.
      if (same(this.#wanted, wish)) this.#wanted = null;
      if (error instanceof EngineError && error.kind === "crashed") return;
      this.error = error instanceof Error ? error.message : String(error);
      live.alert(this.error);
    }
  }

  #show(seen: { wish: Wish; lens: Lens | null }): void {
    const [outputs, inputs] = [seen.lens?.outputs.length ?? 0, seen.lens?.inputs.length ?? 0];
    if (this.at[0] >= outputs || this.at[1] >= inputs) this.at = [0, 0];
    this.seen = seen;
    this.error = null;
  }
}

export const lensing = new LensState();
