/** Runs that were deleted a moment ago, and can be had back. */
import { DEMO, EngineError, type RunRecord } from "../protocol.ts";
import { trash as words } from "../strings/trash.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";

const UNDO_MS = 10_000;

class Trash {
  /** The last one first. */
  runs = $state.raw<readonly RunRecord[]>([]);
  error = $state<string | null>(null);
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #held = false;

  /** Whether it was done: where another tab trains, it may be just this run. */
  async put(run: RunRecord): Promise<boolean> {
    if (app.otherTab || !(await this.#asked(() => app.client.request({ type: "trash-run", run: run.id })))) return false;
    this.runs = [run, ...this.runs];
    if (!this.#held) this.#wait(run.id);
    live.say(words.deletedSpoken(run.name));
    if (app.model?.id === run.id) await app.openModel(DEMO);
    return true;
  }

  /** The last one, where none is named. */
  async undo(run: RunRecord | undefined = this.runs[0]): Promise<void> {
    if (!run || !this.#take(run.id)) return;
    if (await this.#asked(() => app.client.request({ type: "restore-run", run: run.id }))) live.say(words.undone(run.name));
  }

  /** While someone is about to take one back, none goes. */
  hold(): void {
    this.#held = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  release(): void {
    this.#held = false;
    for (const { id } of this.runs) this.#wait(id);
  }

  #wait(run: string): void {
    this.#timers.set(run, setTimeout(() => void this.#delete(run), UNDO_MS));
  }

  /** Whether it was here still. */
  #take(run: string): boolean {
    clearTimeout(this.#timers.get(run));
    this.#timers.delete(run);
    const here = this.runs.some(({ id }) => id === run);
    this.runs = this.runs.filter(({ id }) => id !== run);
    if (this.runs.length === 0) this.#held = false;
    return here;
  }

  /** If it cannot be now, the next visit does it. */
  async #delete(run: string): Promise<void> {
    if (this.#take(run)) await app.client.request({ type: "delete-run", run }).catch(() => undefined);
  }

  async #asked(request: () => Promise<unknown>): Promise<boolean> {
    try {
      await request();
      this.error = null;
      await app.refreshRuns();
      return true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // A crash is told by its own notice.
      if (error.kind !== "crashed") live.alert((this.error = error.message));
      return false;
    }
  }
}

export const trash = new Trash();
