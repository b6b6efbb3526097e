/** A run in training: a loop over `step`, which stops between two steps wherever the page wants it to. */
import type { Change, Device, Event, Run } from "attentionless";
import { failureOf, type DeviceChoice, type Failure, type Progress, type RunRecord, type Stage, type Start } from "../protocol.ts";
import { addEvent, addFile, Outbox } from "./curve.ts";
import type { Host } from "./host.ts";
import { isLandmark, jobsOf, move, stageOf } from "./jobs.ts";
import { takeLock } from "./lock.ts";
import { Meter } from "./meter.ts";
import { begin, names, statedStep } from "./records.ts";
import { isFull, readFiles, remove, runOf, write } from "./storage.ts";
import { breathe } from "./turns.ts";

/** Pause and cancel act within a second. */
const BUDGET_MS = 250;
const SAVE_MS = 60_000;
const SAMPLE_MS = 5_000;
/** A sample may take this share of the time at most: on a slow device it comes less often. */
const SAMPLE_SHARE = 0.05;
const REPORT_MS = 250;
/** Before the second try at a lost device. */
const SECOND_TRY_MS = 2_000;
/** A gap between two steps that only a frozen tab explains. */
const FROZEN_MS = 120_000;

/** What is there as long as a run is open. */
interface Sitting {
  record: RunRecord;
  run: Run;
  device: Device;
  jobs: Progress["jobs"];
  state: Progress["state"];
  begun: number;
  worked: number;
  stage: Stage;
  step: number;
  total: number;
  savedAt: number | null;
  sample: Progress["sample"];
  corpus: Progress["corpus"];
  /** Step at which the device was lost, until the run is back. */
  lostAt: number | null;
  losses: number;
  /** The last step of the stage that was ever done. */
  furthest: number;
  release: () => void;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class Trainer {
  #host: Host;
  #sitting: Sitting | null = null;
  #meter = new Meter();
  #outbox = new Outbox();
  #reported = 0;
  #sampleDue = 0;
  #stepped = 0;
  #loop: Promise<void> = Promise.resolve();
  #visible = true;
  #seen: (() => void)[] = [];

  constructor(host: Host) {
    this.#host = host;
  }

  async start(start: Start): Promise<{ run: string }> {
    if (this.#sitting) throw new Error("a run is in training already");
    const release = await takeLock();
    if (!release) {
      this.#host.notify({ type: "training-stopped", why: { kind: "other-tab" } });
      throw new Error("another tab is training");
    }
    try {
      const record = start.kind === "new" ? await begin(start) : await runOf(start.run);
      if (!record) throw new Error("that run is not on this device any more");
      await this.#host.turns.take(() => this.#open(record, start.device, release));
      this.#loop = this.#work();
      return { run: record.id };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #open(record: RunRecord, choice: DeviceChoice, release: () => void): Promise<void> {
    const { engine } = this.#host;
    const device = await this.#host.use(choice);
    const files = await readFiles(record.id);
    const run = engine.Run.open(device, record.recipe, files, "scores");
    const nets = engine.plan(record.recipe).nets.map(({ net }) => net);
    const now = Date.now();
    this.#meter = new Meter();
    this.#outbox = new Outbox();
    addFile(this.#outbox, files);
    this.#sitting = {
      record,
      run,
      device,
      jobs: jobsOf(record.recipe, nets, names(files), record.usable),
      state: "preparing",
      begun: now,
      worked: 0,
      stage: record.stage,
      step: record.step,
      total: record.total,
      savedAt: files.length > 0 ? record.updated : null,
      sample: null,
      corpus: null,
      lostAt: null,
      losses: 0,
      furthest: 0,
      release,
    };
    this.#stepped = now;
    this.#report(true);
  }

  async #work(): Promise<void> {
    for (let sitting = this.#sitting; sitting && this.#goesOn(sitting); sitting = this.#sitting) {
      const current = sitting;
      await this.#host.turns.take(() => this.#turn(current));
      await breathe();
    }
  }

  #goesOn({ state }: Sitting): boolean {
    return state === "preparing" || state === "running" || state === "recovering";
  }

  async #turn(sitting: Sitting): Promise<void> {
    if (this.#sitting !== sitting || !this.#goesOn(sitting)) return;
    try {
      if (sitting.state === "recovering") await this.#reopen(sitting);
      else await this.#step(sitting);
    } catch (error) {
      const failure = failureOf(error);
      // Whatever stands in the way of a new device is the same loss.
      if (sitting.state === "recovering" && failure.kind !== "crashed") this.#lost(sitting, failure);
      else await this.#fail(sitting, failure);
    }
  }

  async #step(sitting: Sitting): Promise<void> {
    const begun = Date.now();
    if (begun - this.#stepped > FROZEN_MS) this.#thawed(sitting, begun - this.#stepped);
    const events = await sitting.run.step(BUDGET_MS);
    this.#stepped = Date.now();
    sitting.worked += this.#stepped - begun;
    for (const event of events) this.#take(sitting, event);
    if (events.some(({ event }) => event === "done")) return this.#finish(sitting);
    if (events.some(isLandmark)) await this.#persist(sitting, sitting.run.takeChanges());
    if (this.#stepped - (sitting.savedAt ?? sitting.begun) >= SAVE_MS) await this.#save(sitting);
    if (this.#stepped >= this.#sampleDue) await this.#translateSample(sitting);
    this.#report(false);
  }

  #thawed(sitting: Sitting, gap: number): void {
    this.#meter.forget();
    this.#host.notify({ type: "thawed", minutes: Math.round(gap / 60_000), step: sitting.step });
  }

  #take(sitting: Sitting, event: Event): void {
    const now = Date.now();
    if (event.event === "resumed" || event.event === "training" || event.event === "distilling") this.#back(sitting, event);
    addEvent(this.#outbox, event, sitting.step);
    move(sitting.jobs, event, now);
    const stage = stageOf(event) ?? sitting.stage;
    if (stage !== sitting.stage && !(stage === "text" || sitting.stage === "text")) sitting.furthest = 0;
    sitting.stage = stage;
    if (event.event === "corpus") {
      const { read, kept, train, valid, test } = event.report;
      sitting.corpus = { train, valid, test, dropped: read - kept };
    }
    if (event.event === "training" || event.event === "distilling") {
      const rate = event.event === "training" ? event.tokens_per_second : event.sentences_per_second;
      this.#meter.add(event.event, now, event.step, event.total, rate);
      this.#advance(sitting, event.step, event.total);
    } else if (event.event === "scoring") {
      this.#advance(sitting, event.sentences, event.total);
    }
  }

  #advance(sitting: Sitting, step: number, total: number): void {
    Object.assign(sitting, { step, total });
    // A pause that was asked for during the step stays asked for.
    if (sitting.state === "preparing") sitting.state = "running";
    // Only what is new counts as recovered: a device can be lost at the same step again and again.
    if (step > sitting.furthest || sitting.stage === "scores") Object.assign(sitting, { losses: 0, furthest: step });
  }

  /** The first word of a run after a loss says where it is. */
  #back(sitting: Sitting, event: Event & { step: number }): void {
    if (sitting.lostAt === null) return;
    const step = event.event === "resumed" ? event.step : 0;
    const redone = Math.max(0, sitting.lostAt - step);
    sitting.lostAt = null;
    this.#host.notify({ type: "training-recovered", step, redone });
  }

  async #translateSample(sitting: Sitting): Promise<void> {
    if (sitting.stage !== "teacher" || sitting.step === 0) return;
    const source = await sampleSource(sitting);
    const begun = Date.now();
    if (source) sitting.sample = { source, text: await sitting.run.sample(source) };
    const now = Date.now();
    this.#sampleDue = now + Math.max(SAMPLE_MS, (now - begun) / SAMPLE_SHARE);
  }

  async #save(sitting: Sitting): Promise<void> {
    await sitting.run.save();
    await this.#persist(sitting, sitting.run.takeChanges());
  }

  async #persist(sitting: Sitting, changes: Change[]): Promise<void> {
    const { record, stage, step, total, jobs } = sitting;
    const usable = jobs.some(({ kind, state }) => kind === "teacher" && state === "done");
    const finished = jobs.every(({ state }) => state === "done");
    Object.assign(record, { stage, step, total, usable, finished, updated: Date.now() });
    try {
      await write(record, changes);
      sitting.savedAt = Date.now();
    } catch (error) {
      if (!isFull(error)) throw error;
      const { usage = 0, quota = 0 } = await navigator.storage.estimate();
      this.#host.notify({ type: "storage-full", used: usage, quota });
    }
  }

  async #finish(sitting: Sitting): Promise<void> {
    for (const job of sitting.jobs) Object.assign(job, { state: "done", part: 1 });
    await this.#persist(sitting, sitting.run.takeChanges());
    const { record, run } = sitting;
    const { rows } = run.report();
    this.#report(true);
    this.#close();
    this.#host.notify({ type: "training-finished", run: record.id, name: record.name, usable: true, rows });
  }

  #close(): void {
    const sitting = this.#sitting;
    this.#sitting = null;
    try {
      sitting?.run.free();
    } catch {
      // On a lost device nothing is left to free.
    }
    sitting?.release();
  }

  async #fail(sitting: Sitting, failure: Failure): Promise<void> {
    if (failure.kind === "crashed") throw new WebAssembly.RuntimeError(failure.message);
    if (failure.kind === "device-lost" || failure.kind === "device-fault") return this.#lost(sitting, failure);
    const [run, message] = [sitting.record.id, failure.message];
    const bytes = sitting.device.memory()?.reserved ?? null;
    this.#report(true);
    this.#close();
    if (failure.kind === "not-finite") {
      const kept = (await runOf(run))?.step ?? 0;
      const step = statedStep(message) ?? sitting.step;
      this.#host.notify({ type: "training-stopped", why: { kind: "not-finite", step, kept, run, message } });
    } else if (failure.kind === "out-of-memory") {
      this.#host.notify({ type: "training-stopped", why: { kind: "out-of-memory", bytes, run, message } });
    } else {
      this.#host.notify({ type: "training-stopped", why: { kind: "failed", run, message } });
    }
  }

  /** At once, then after two seconds, then the page is asked. */
  #lost(sitting: Sitting, { message }: Failure): void {
    sitting.losses += 1;
    sitting.lostAt ??= sitting.step;
    if (sitting.losses <= 2) {
      sitting.state = "recovering";
      this.#report(true);
      return;
    }
    const { id: run, step } = sitting.record;
    this.#host.distrustDevice();
    this.#close();
    this.#host.notify({ type: "training-stopped", why: { kind: "device-lost", step, run, message } });
  }

  async #reopen(sitting: Sitting): Promise<void> {
    if (sitting.losses === 2) await sleep(SECOND_TRY_MS);
    // A hidden tab is often refused a device.
    if (!this.#visible) await new Promise<void>((resolve) => this.#seen.push(resolve));
    const device = await this.#host.reopen(sitting.device);
    // Going on with the CPU is for the visitor to say: it is slower, and other bits come out.
    if (device.info().kind !== sitting.device.info().kind) throw new Error("no GPU was offered again");
    const files = await readFiles(sitting.record.id);
    const run = this.#host.engine.Run.open(device, sitting.record.recipe, files, "scores");
    this.#meter.forget();
    Object.assign(sitting, { device, run, state: "running" });
    this.#report(true);
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#seen.splice(0).forEach((resolve) => resolve());
  }

  async pause(): Promise<void> {
    const sitting = this.#sitting;
    if (!sitting || !this.#goesOn(sitting)) return;
    sitting.state = "pausing";
    this.#report(true);
    await this.#loop;
    if (this.#sitting !== sitting) return;
    await this.#host.turns.take(() => this.#save(sitting));
    sitting.state = "paused";
    this.#report(true);
  }

  resume(): void {
    const sitting = this.#sitting;
    if (sitting?.state !== "paused") return;
    sitting.state = "running";
    this.#meter.forget();
    this.#stepped = Date.now();
    this.#loop = this.#work();
    this.#report(true);
  }

  /** What is finished stays: a run whose teacher is trained can translate. */
  async cancel(): Promise<{ kept: boolean }> {
    const sitting = this.#sitting;
    if (!sitting) return { kept: false };
    sitting.state = "pausing";
    await this.#loop;
    if (this.#sitting !== sitting) return { kept: true };
    const { record } = sitting;
    this.#close();
    if (!record.usable) await remove(record.id);
    return { kept: record.usable };
  }

  async checkpoint(): Promise<void> {
    const sitting = this.#sitting;
    if (sitting?.state !== "running") return;
    await this.#host.turns.take(() => (this.#sitting === sitting ? this.#save(sitting) : undefined));
  }

  lose(): void {
    (this.#sitting?.device ?? this.#host.device).lose();
  }

  #report(now: boolean): void {
    const [sitting, time] = [this.#sitting, Date.now()];
    if (!sitting || (!now && time - this.#reported < REPORT_MS)) return;
    this.#reported = time;
    const { points, transfer } = this.#outbox.take();
    const rate = this.#meter.rate();
    const progress: Progress = {
      run: sitting.record.id,
      name: sitting.record.name,
      state: sitting.state,
      stage: sitting.stage,
      step: sitting.step,
      total: sitting.total,
      tokensPerSecond: sitting.stage === "teacher" ? rate : null,
      sentencesPerSecond: sitting.stage === "nets" ? rate : null,
      elapsedMs: sitting.worked,
      leftMs: sitting.stage === "scores" ? null : this.#meter.left(time),
      gpuBytes: sitting.state === "recovering" ? null : (sitting.device.memory()?.in_use ?? null),
      wasmBytes: sitting.device.wasmBytes(),
      device: sitting.device.info(),
      savedAt: sitting.savedAt,
      corpus: sitting.corpus,
      jobs: sitting.jobs.map((job) => ({ ...job })),
      points,
      sample: sitting.sample,
    };
    this.#host.notify({ type: "training", progress }, transfer);
  }
}

/** The same sentence throughout, so that one can watch it get better: the first that is held out. */
async function sampleSource(sitting: Sitting): Promise<string | null> {
  if (sitting.sample) return sitting.sample.source;
  const file = (await readFiles(sitting.record.id)).find(({ name }) => name === "corpus/test.tsv");
  if (!file) return null;
  return new TextDecoder().decode(file.bytes.subarray(0, 4000)).split("\n")[0].split("\t")[0] ?? null;
}
