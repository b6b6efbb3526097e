/** The run that another tab has in training, as that tab tells of it; and this tab's, told to the others. */
import { timeLeft } from "../lib/format.ts";
import { TRAIN_LOCK, type Progress, type Stage } from "../protocol.ts";
import { app } from "./app.svelte.ts";
import { Curves } from "./curves.svelte.ts";
import { lookForOtherTab } from "./tabs.ts";
import { partDone, training } from "./training.svelte.ts";

type Told =
  /** Who trains shall say all of it. */
  | { type: "watch" }
  /** With the points since the last time, or with all. */
  | { type: "training"; progress: Progress; whole: boolean }
  | { type: "finished"; run: string; name: string };

class Watching {
  readonly curves = new Curves();
  #progress = $state.raw<Progress | null>(null);
  #channel = new BroadcastChannel(TRAIN_LOCK);

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data);
    app.listen((notice) => {
      if (notice.type === "training") this.#tell({ type: "training", progress: notice.progress, whole: false });
      if (notice.type === "training-finished") this.#tell({ type: "finished", run: notice.run, name: notice.name });
    });
  }

  /** Null where no other tab trains: one that is closed does not say so, but its lock is free. */
  get progress(): Progress | null {
    return app.otherTab && !training.active ? this.#progress : null;
  }

  /** How far its stage is, as `42%`, and `3 min` where that is known. */
  get far(): { stage: Stage; part: string; left: string | null } | null {
    const { progress } = this;
    const part = progress && partDone(progress);
    if (!part) return null;
    const { stage, state, leftMs } = progress;
    return { stage, part, left: leftMs === null || state === "paused" ? null : timeLeft(leftMs) };
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
      const { progress, curves } = training;
      if (progress) this.#tell({ type: "training", progress: { ...progress, points: curves.points() }, whole: true });
    } else if (training.active) {
      // Where there are no locks, two tabs may train.
    } else if (told.type === "training") {
      this.#follow(told.progress, told.whole);
    } else {
      training.ended(told.run, told.name);
    }
  }

  #follow(progress: Progress, whole: boolean): void {
    // It began after this tab was looked at last.
    if (!app.otherTab) void lookForOtherTab(false);
    const known = this.#progress?.run === progress.run;
    if (!whole && !known) return;
    if (whole) this.curves.clear();
    if (!known) void app.refreshRuns();
    this.curves.add(progress.run, progress.points);
    this.#progress = progress;
  }
}

export const watching = new Watching();
