/** The run that another tab has in training, as that tab tells of it; and this tab's, told to the others. */
import type { Far } from "../lib/far.ts";
import { TRAIN_LOCK, type Progress } from "../protocol.ts";
import { app } from "./app.svelte.ts";
import { Curves } from "./curves.svelte.ts";
import { lookForOtherTab } from "./tabs.ts";
import { training } from "./training.svelte.ts";

type Told =
  /** Who trains shall say all of it. */
  | { type: "watch" }
  /** With the points since the last time, or with all. */
  | { type: "training"; progress: Progress; far: Far | null; whole: boolean }
  | { type: "finished"; run: string; name: string };

class Watching {
  readonly curves = new Curves();
  #progress = $state.raw<Progress | null>(null);
  #far = $state.raw<Far | null>(null);
  #channel = new BroadcastChannel(TRAIN_LOCK);

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data);
    app.listen((notice) => {
      if (notice.type === "training") this.#tell({ type: "training", progress: notice.progress, far: training.far, whole: false });
      if (notice.type === "training-finished") this.#tell({ type: "finished", run: notice.run, name: notice.name });
    });
  }

  /** Null where no other tab trains: one that is closed does not say so, but its lock is free. */
  get progress(): Progress | null {
    return app.otherTab && !training.active ? this.#progress : null;
  }

  /** Of the run as a whole, as that tab knows it. */
  get far(): Far | null {
    return this.progress && this.#far;
  }

  ask(): void {
    this.#progress = null;
    this.#tell({ type: "watch" });
  }

  #tell(told: Told): void {
    this.#channel.postMessage(told);
  }

  #hear(told: Told): void {
    if (told.type === "watch") {
      const { progress, far, curves } = training;
      if (progress) this.#tell({ type: "training", progress: { ...progress, points: curves.points() }, far, whole: true });
    } else if (training.active) {
      // Where there are no locks, two tabs may train.
    } else if (told.type === "training") {
      this.#follow(told);
    } else {
      training.ended(told.run, told.name);
    }
  }

  #follow({ progress, far, whole }: Told & { type: "training" }): void {
    // It began after this tab was looked at last.
    if (!app.otherTab) void lookForOtherTab(false);
    const known = this.#progress?.run === progress.run;
    if (!whole && !known) return;
    if (whole) this.curves.clear();
    if (!known) void app.refreshRuns();
    this.curves.add(progress.run, progress.points);
    this.#progress = progress;
    this.#far = far;
  }
}

export const watching = new Watching();
