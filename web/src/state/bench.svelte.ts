/** The measurement of this device: one piece of work after another, for as long as its view is open. */
import { inGroup, withText, wrongOf, type Found, type Group } from "../lib/bench.ts";
import { EngineError, type BenchRow, type BenchWork, type Ceilings, type CheckedOperation } from "../protocol.ts";
import { bench as words } from "../strings/bench.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";

export type Doing = { kind: "self-test" } | { kind: "ceilings" } | { kind: "work"; work: string };

class BenchState {
  works = $state.raw<BenchWork[]>([]);
  group = $state<Group>("short");
  filter = $state("");
  doing = $state.raw<Doing | null>(null);
  stopping = $state(false);
  /** What was asked for last. */
  asked = $state.raw<BenchWork[]>([]);
  /** The device that was measured. */
  device = $state<string | null>(null);
  operations = $state.raw<CheckedOperation[] | null>(null);
  ceilings = $state.raw<Ceilings | null>(null);
  rows = $state.raw<readonly BenchRow[]>([]);
  outcome = $state<string | null>(null);
  error = $state<string | null>(null);

  /** What a start would measure. */
  get chosen(): BenchWork[] {
    return withText(inGroup(this.works, this.group), this.filter);
  }

  /** What can be kept; nothing before there is a row. */
  get found(): Found | null {
    const { device, ceilings, rows, operations } = this;
    return device !== null && ceilings && rows.length > 0 ? { adapter: device, ceilings, rows: [...rows], operations: operations ?? [] } : null;
  }

  async load(): Promise<void> {
    if (this.works.length === 0) this.works = await app.client.request({ type: "bench-works" });
  }

  async start(): Promise<void> {
    if (this.doing || app.engine.phase !== "ready") return;
    const { name, kind } = app.engine.ready.device;
    Object.assign(this, { asked: this.chosen, device: name, operations: null, ceilings: null, rows: [], outcome: null, error: null, stopping: false });
    app.benching = true;
    try {
      await this.#measure(kind === "wgpu");
      this.outcome = this.stopping ? words.stopped(this.rows.length, this.asked.length) : words.done(this.rows.length);
      live.say(this.outcome);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.error = error.message;
      live.alert(error.message);
    } finally {
      this.doing = null;
      app.benching = false;
      this.stopping = false;
    }
  }

  async #measure(isGpu: boolean): Promise<void> {
    if (isGpu) {
      this.doing = { kind: "self-test" };
      this.operations = await app.client.request({ type: "self-test" });
      const wrong = wrongOf(this.operations);
      if (wrong.length > 0) live.alert(words.wrong(wrong));
    }
    if (this.stopping) return;
    this.doing = { kind: "ceilings" };
    const ceilings = (this.ceilings = await app.client.request({ type: "ceilings" }));
    for (const { work } of this.asked) {
      if (this.stopping) return;
      this.doing = { kind: "work", work };
      this.rows = [...this.rows, await app.client.request({ type: "bench-work", work, ceilings })];
    }
  }

  /** After the piece of work that is being measured. */
  stop(): void {
    this.stopping = this.doing !== null;
  }
}

export const bench = new BenchState();
