/** How fast the devices here are: measured once, and only while nothing else runs on them. */
import { cpuIsFaster } from "../lib/faster.ts";
import type { DeviceKind } from "../protocol.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";
import { training } from "./training.svelte.ts";

class SpeedState {
  /** By the adapter's name, or that it is the CPU. */
  #measured = $state.raw<Record<string, number>>({});
  /** What is being measured. */
  measuring = $state<DeviceKind | null>(null);
  /** Why it could not be. */
  error = $state.raw<{ kind: DeviceKind; text: string } | null>(null);

  get #inUse(): DeviceKind | null {
    return app.device?.kind ?? null;
  }

  #nameOf(kind: DeviceKind): string | null {
    if (app.engine.phase !== "ready") return null;
    return kind === "cpu" ? "CPU" : (app.engine.ready.probe.adapter?.name ?? null);
  }

  /** In GFLOP/s; null until it is known. */
  of(kind: DeviceKind): number | null {
    const name = this.#nameOf(kind);
    if (name === null || app.engine.phase !== "ready") return null;
    return this.#measured[name] ?? app.engine.ready.speeds[kind];
  }

  /** Of the device in use. */
  get gflops(): number | null {
    return this.#inUse && this.of(this.#inUse);
  }

  /** Not under anything that goes on, and not against what the visitor chose. */
  async #takeFaster(): Promise<void> {
    const busy = training.active || training.starting || app.benching || app.scoring !== null || app.switching !== null;
    const speeds = { wgpu: this.of("wgpu"), cpu: this.of("cpu") };
    if (!busy && app.choice === "auto" && this.#inUse === "wgpu" && cpuIsFaster(speeds)) await app.takeFaster();
  }

  /** Of the device in use, unless the other one is asked for. */
  async measure(kind = this.#inUse): Promise<void> {
    const name = kind && this.#nameOf(kind);
    if (!kind || !name || this.of(kind) !== null || this.measuring || training.active || training.starting) return;
    Object.assign(this, { measuring: kind, error: null });
    try {
      const speed = await app.client.request({ type: "speed", kind });
      // Of another device that was opened meanwhile, nothing is known yet.
      if (name === this.#nameOf(kind)) this.#measured = { ...this.#measured, [name]: speed };
      await this.#takeFaster();
    } catch (error) {
      // Without it, no time is said.
      const text = error instanceof Error ? error.message : String(error);
      this.error = { kind, text };
      live.alert(text);
    } finally {
      this.measuring = null;
    }
  }
}

export const speed = new SpeedState();
