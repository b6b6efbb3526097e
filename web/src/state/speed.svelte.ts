/** How fast the open device is: measured once, and only while nothing else runs on it. */
import { app } from "./app.svelte.ts";
import { training } from "./training.svelte.ts";

class SpeedState {
  #measured = $state.raw<Record<string, number>>({});
  #measuring = false;

  get #device(): string | null {
    if (app.engine.phase !== "ready") return null;
    const { kind, name } = app.engine.ready.device;
    return `${kind} ${name}`;
  }

  /** In GFLOP/s; null until it is known. */
  get gflops(): number | null {
    return this.#device === null ? null : (this.#measured[this.#device] ?? null);
  }

  async measure(): Promise<void> {
    const device = this.#device;
    if (device === null || this.gflops !== null || this.#measuring || training.active || training.starting) return;
    this.#measuring = true;
    try {
      const speed = await app.client.request({ type: "speed" });
      // Of another device that was opened meanwhile, nothing is known yet.
      if (device === this.#device) this.#measured = { ...this.#measured, [device]: speed };
    } catch {
      // Without it, no time is said.
    } finally {
      this.#measuring = false;
    }
  }
}

export const speed = new SpeedState();
