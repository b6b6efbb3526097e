/** The run in training as the page sees it. */
import { farOf, keyOf, type Estimates, type Far } from "../lib/far.ts";
import { percent, timeLeft } from "../lib/format.ts";
import { EngineError, failureOf, type DeviceChoice, type Failure, type Notice, type Progress, type Recipe, type RunRecord, type Start, type Stopped } from "../protocol.ts";
import { app } from "./app.svelte.ts";
import { Curves } from "./curves.svelte.ts";
import { live } from "./live.svelte.ts";
import { lookForOtherTab } from "./tabs.ts";
import { fate as words } from "../strings.ts";

const SPOKEN_PARTS = [0.25, 0.5, 0.75, 1];

/** As `42%`; null before it is known of how much. */
export function partDone({ step, total }: Progress): string | null {
  return total > 0 ? percent(step / total) : null;
}

class Training {
  progress = $state.raw<Progress | null>(null);
  stopped = $state.raw<Stopped | null>(null);
  recovered = $state.raw<{ step: number; redone: number } | null>(null);
  thawed = $state.raw<{ minutes: number; step: number } | null>(null);
  finished = $state.raw<{ run: string; name: string } | null>(null);
  /** Why the last start, or what was asked of the run last, did not come about. */
  startError = $state.raw<Failure | null>(null);
  starting = $state(false);
  readonly curves = new Curves();
  /** Of the jobs of the run, once they are known. */
  estimates = $state.raw<Estimates>(new Map());
  /** What was done when it was begun, and is no part of what it takes. */
  #before = $state.raw<ReadonlySet<string>>(new Set());
  /** Of a stage that trains: how many of its parts were passed. */
  #spoken = { what: "", passed: 0 };
  /** What was to begin last. */
  #last: Start | null = null;

  constructor() {
    app.listen((notice) => this.#take(notice));
  }

  get active(): boolean {
    return this.progress !== null;
  }

  /** Of the run as a whole; null where the time of one of its jobs is not known. */
  get far(): Far | null {
    return this.progress && farOf(this.progress, this.estimates, this.#before);
  }

  /** For the tab: `42% · 3 min`, of the run, or of its stage where no more is known. */
  get title(): string | null {
    const { progress, far } = this;
    const part = progress && (far ? percent(far.part) : partDone(progress));
    if (!part) return null;
    const leftMs = far?.leftMs ?? progress.leftMs;
    return leftMs === null ? part : `${part} · ${timeLeft(leftMs)}`;
  }

  /** Gives the run, once it is begun; none where it could not be. */
  async start(start: Start): Promise<string | null> {
    if (this.starting || this.active) return null;
    Object.assign(this, { stopped: null, recovered: null, finished: null, startError: null, thawed: null, starting: true });
    this.curves.clear();
    this.#spoken = { what: "", passed: 0 };
    this.#last = start;
    this.estimates = new Map();
    // So that the browser does not clear a run to make room; it may say no.
    void navigator.storage?.persist?.();
    try {
      const { run } = await app.client.request({ type: "train", start });
      live.say(words.spoken.started);
      await app.refreshRuns();
      return run;
    } catch (error) {
      if (error instanceof EngineError && error.kind === "crashed") return null;
      this.#refuse(error);
      return null;
    } finally {
      this.starting = false;
    }
  }

  async pause(): Promise<void> {
    await this.#ask(async () => {
      await app.client.request({ type: "pause" });
      if (this.progress?.state === "paused") live.say(words.spoken.paused);
    });
  }

  async resume(): Promise<void> {
    await this.#ask(() => app.client.request({ type: "resume" }));
  }

  async cancel(): Promise<void> {
    await this.#ask(async () => {
      await app.client.request({ type: "cancel-training" });
      this.progress = null;
      await app.refreshRuns();
    });
  }

  /** Whether the run does from now on what this recipe says. */
  async revise(recipe: Recipe): Promise<boolean> {
    return this.#ask(async () => {
      await app.client.request({ type: "revise", recipe });
      await app.refreshRuns();
    });
  }

  /** Whether it was done. A crash is told by a notice of its own. */
  async #ask(request: () => Promise<unknown>): Promise<boolean> {
    try {
      await request();
      return true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (error.kind !== "crashed") this.#refuse(error);
      return false;
    }
  }

  #refuse(error: unknown): void {
    this.startError = error instanceof EngineError ? error.failure : failureOf(error);
    live.alert(words.refused(this.startError));
  }

  /** What could not begin, once more, or with another device. */
  async again(device: DeviceChoice): Promise<void> {
    if (this.#last) await this.start({ ...this.#last, device });
  }

  /** After the device did not come back, or with another one. */
  async retry(run: string, device: DeviceChoice): Promise<void> {
    await this.start({ kind: "saved", run, device });
  }

  /** Where another tab trains, it may be just this run: then none is deleted. */
  async delete(run: string): Promise<boolean> {
    if (app.otherTab) return false;
    return this.#ask(async () => {
      await app.client.request({ type: "delete-run", run });
      await app.refreshRuns();
    });
  }

  /** What could go for lack of space: neither the run in training nor the one that is open. */
  get oldest(): RunRecord | null {
    if (app.otherTab) return null;
    return app.runs.filter(({ id }) => id !== this.progress?.run && id !== app.model?.id).at(-1) ?? null;
  }

  #take(notice: Notice): void {
    switch (notice.type) {
      case "training":
        return this.#update(notice.progress);
      case "training-recovered":
        this.recovered = { step: notice.step, redone: notice.redone };
        return live.say(words.recovered(notice.step, notice.redone));
      case "thawed":
        this.thawed = { minutes: notice.minutes, step: notice.step };
        return live.say(words.thawed(notice.minutes, notice.step));
      case "training-stopped":
        return this.#stop(notice.why);
      case "training-finished":
        this.progress = null;
        return this.ended(notice.run, notice.name);
      case "crashed":
        this.progress = null;
        return;
      default:
    }
  }

  /** A run has come to its end, here or in another tab. */
  ended(run: string, name: string): void {
    this.finished = { run, name };
    live.say(words.spoken.finished);
    void app.refreshRuns();
    // It has more nets than when it was opened.
    if (app.model?.id === run) void app.openModel(run);
  }

  #update(progress: Progress): void {
    if (this.progress?.run !== progress.run) this.#before = this.#doneBefore(progress);
    this.curves.add(progress.run, progress.points);
    this.progress = progress;
    this.#speak(progress);
  }

  /** Where more is asked of a run, what it has is not done by it; where it only goes on, all that it ever did is. */
  #doneBefore({ jobs }: Progress): ReadonlySet<string> {
    const goesOn = this.#last?.kind === "saved" && this.#last.recipe === undefined;
    return new Set(jobs.filter(({ state, took }) => state === "done" && !(goesOn && took !== null)).map(keyOf));
  }

  #speak({ stage, step, total, jobs }: Progress): void {
    const of = words.spoken.of[stage];
    if (!of || total === 0) return;
    // Mixes that are trained as a whole count from a first step of their own.
    const what = `${stage} ${jobs.find(({ kind, state }) => kind === "tuned" && state === "runs")?.id ?? ""}`;
    const before = this.#spoken.what === what ? this.#spoken.passed : 0;
    const passed = SPOKEN_PARTS.filter((part) => step / total >= part).length;
    this.#spoken = { what, passed: Math.max(before, passed) };
    if (passed > before) live.sayAbout("training", words.spoken.part(percent(SPOKEN_PARTS[passed - 1]), of));
  }

  #stop(why: Stopped): void {
    this.progress = null;
    this.stopped = why;
    live.alert(words.stopped(why));
    void app.refreshRuns();
    if (why.kind === "other-tab") void lookForOtherTab(false);
  }
}

export const training = new Training();
