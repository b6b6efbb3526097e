/** A run in training: a loop over `step`, which stops between two steps wherever the page wants it to. */
import type { FileEntry, RunEvent } from "attentionless";
import { failureOf, type DeviceChoice, type Failure, type Recipe, type RunRecord, type Start, type Stopped } from "../protocol.ts";
import { addEvent, addFile, Outbox } from "./curve.ts";
import { changed, names } from "./files.ts";
import type { Host } from "./host.ts";
import { clockJobs, jobsOf, knownJobs, move, stageOf, teacherDone } from "./jobs.ts";
import { takeLock } from "./lock.ts";
import { Meter } from "./meter.ts";
import { recordFor, type Begun } from "./records.ts";
import { Recovery } from "./recovery.ts";
import { makeSureOfRoom, refuseTooLarge } from "./room.ts";
import { flush, persist } from "./saver.ts";
import { progressOf, sampleSource, sittingOf, type Sitting } from "./sitting.ts";
import { amend, readFiles, remove } from "./storage.ts";
import { cleanedBy } from "./text.ts";
import { breathe } from "./turns.ts";

/** Pause and cancel act within a second. */
const BUDGET_MS = 250;
const SAMPLE_MS = 5_000;
/** A sample may take this share of the time at most: on a slow device it comes less often. */
const SAMPLE_SHARE = 0.05;
/** A gap between two steps, or within one, that only a frozen tab explains. */
const FROZEN_MS = 120_000;

function isStep(event: RunEvent): event is Extract<RunEvent, { event: "training" | "distilling" | "tuning" }> {
  return event.event === "training" || event.event === "distilling" || event.event === "tuning";
}

export class Trainer {
  #host: Host;
  #recovery: Recovery;
  #sitting: Sitting | null = null;
  #starting = false;
  #meter = new Meter();
  #outbox = new Outbox();
  #sampleDue = 0;
  #stepped = 0;
  #loop: Promise<void> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
    this.#recovery = new Recovery(host);
  }

  async start(start: Start): Promise<{ run: string }> {
    if (this.#sitting || this.#starting) throw new Error("a run is in training already");
    this.#starting = true;
    try {
      return await this.#begin(start);
    } finally {
      this.#starting = false;
    }
  }

  async #begin(start: Start): Promise<{ run: string }> {
    const release = await takeLock();
    if (!release) {
      this.#host.notify({ type: "training-stopped", why: { kind: "other-tab" } });
      throw new Error("another tab is training");
    }
    let record: RunRecord | null = null;
    try {
      const begun = await recordFor(start, this.#host);
      record = begun.record;
      await this.#host.turns.take(() => this.#open(begun, start.device, release));
      // Should it stop before it is saved, it has to know what was asked of it last.
      if (start.kind === "saved" && start.recipe && !record.usable) await amend(record.id, { recipe: start.recipe }).catch(() => undefined);
      this.#loop = this.#work();
      return { run: record.id };
    } catch (error) {
      release();
      // Nothing came of it but its name.
      if (record && start.kind !== "saved") await remove(record.id);
      throw error;
    }
  }

  async #open({ record, unsaved }: Begun, choice: DeviceChoice, release: () => void): Promise<void> {
    const { engine } = this.#host;
    const device = await this.#host.use(choice, record.device);
    const files = changed(await readFiles(record.id), unsaved);
    const plan = engine.plan(record.recipe);
    refuseTooLarge(plan, record.usable, device.info().largest_buffer_bytes ?? Infinity);
    const run = engine.Run.open(device, record.recipe, files, "scores");
    const nets = plan.nets.map(({ net }) => net);
    this.#meter = new Meter();
    this.#outbox = new Outbox();
    addFile(this.#outbox, files);
    this.#sitting = sittingOf({ record, run, device, files, unsaved, nets, release });
    this.#stepped = Date.now();
    this.#report(true);
  }

  async #work(): Promise<void> {
    for (let sitting = this.#sitting; sitting && !sitting.hold; sitting = this.#sitting) {
      const current = sitting;
      await this.#host.turns.take(() => this.#turn(current));
      await breathe();
    }
  }

  async #turn(sitting: Sitting): Promise<void> {
    if (sitting.hold) return;
    await this.#guarded(sitting, () => {
      if (sitting.state === "recovering") return this.#reopen(sitting);
      return sitting.hasRoom ? this.#step(sitting) : this.#tryRoom(sitting);
    });
  }

  async #tryRoom(sitting: Sitting): Promise<void> {
    await makeSureOfRoom(this.#host.engine.plan(sitting.record.recipe), sitting);
    sitting.hasRoom = true;
  }

  /** Work on a run that is still open; what goes wrong with it is told, and mended where it can be. */
  async #guarded(sitting: Sitting, work: () => Promise<void>): Promise<void> {
    if (this.#sitting !== sitting) return;
    try {
      await work();
    } catch (error) {
      const failure = failureOf(error);
      // Whatever stands in the way of a new device is the same loss.
      if (sitting.state === "recovering" && failure.kind !== "crashed") await this.#lost(sitting, failure);
      else await this.#fail(sitting, failure);
    }
  }

  async #step(sitting: Sitting): Promise<void> {
    const begun = Date.now();
    if (begun - this.#stepped > FROZEN_MS) this.#thawed(sitting, begun - this.#stepped);
    const [worked, waited] = [sitting.worked, new Set(sitting.jobs.filter(({ state }) => state === "waits"))];
    const events = await sitting.run.step(BUDGET_MS);
    this.#stepped = Date.now();
    const took = this.#stepped - begun;
    // Reading a large text may take as long by itself.
    const frozen = took > FROZEN_MS && events.some(isStep);
    if (!frozen) sitting.worked += took;
    for (const event of events) this.#take(sitting, event);
    clockJobs(sitting.jobs, waited, worked, sitting.worked);
    this.#outbox.mark(sitting.marks, sitting.worked);
    if (frozen) this.#thawed(sitting, took);
    if (events.some(({ event }) => event === "done")) return this.#finish(sitting);
    // The run writes its state every minute and after each epoch, and all that is finished at once.
    await this.#persist(sitting);
    if (this.#stepped >= this.#sampleDue) await this.#translateSample(sitting);
    this.#report(false);
  }

  #thawed(sitting: Sitting, gap: number): void {
    this.#meter.forget();
    this.#host.notify({ type: "thawed", minutes: Math.round(gap / 60_000), step: sitting.step });
  }

  #take(sitting: Sitting, event: RunEvent): void {
    const now = Date.now();
    if (event.event === "resumed" || isStep(event)) this.#recovery.back(sitting, event);
    addEvent(this.#outbox, event, sitting.step);
    move(sitting.jobs, event, now);
    const stage = stageOf(event) ?? sitting.stage;
    if (stage !== sitting.stage && !(stage === "text" || sitting.stage === "text")) sitting.furthest = 0;
    sitting.stage = stage;
    sitting.corpus = cleanedBy(event, sitting.corpus);
    if (isStep(event)) {
      const rate = event.event === "distilling" ? event.sentences_per_second : event.tokens_per_second;
      this.#meter.add(event.event, now, event.step, event.total, rate);
      this.#advance(sitting, event.step, event.total);
    } else if (event.event === "tuned") {
      // The next one counts from its own first step.
      sitting.furthest = 0;
    } else if (event.event === "scoring") {
      this.#advance(sitting, event.sentences, event.total);
    }
  }

  #advance(sitting: Sitting, step: number, total: number): void {
    Object.assign(sitting, { step, total, state: "running" });
    // Only what is new counts as recovered: a device can be lost at the same step again and again.
    if (step > sitting.furthest || sitting.stage === "scores") Object.assign(sitting, { losses: 0, furthest: step });
  }

  async #translateSample(sitting: Sitting): Promise<void> {
    if (sitting.stage !== "teacher" || sitting.step === 0) return;
    sitting.source ??= sampleSource(await this.#filesOf(sitting));
    const { source } = sitting;
    const begun = Date.now();
    if (source) sitting.sample = { source, text: await sitting.run.sample(source) };
    const now = Date.now();
    this.#sampleDue = now + Math.max(SAMPLE_MS, (now - begun) / SAMPLE_SHARE);
  }

  #filesOf({ record }: Sitting): Promise<FileEntry[]> {
    return this.filesOf(record.id);
  }

  /** Of the run in training as it wrote them last, also where there was no space for it. */
  async filesOf(run: string): Promise<FileEntry[]> {
    const sitting = this.#sitting?.record.id === run ? this.#sitting : null;
    return changed(await readFiles(run), sitting?.unsaved.values() ?? []);
  }

  #persist(sitting: Sitting): Promise<void> {
    return persist(sitting, this.#host.notify);
  }

  /** At once, even if there was no space a moment ago. */
  async #save(sitting: Sitting): Promise<void> {
    await sitting.run.save();
    sitting.retryAt = 0;
    await this.#persist(sitting);
  }

  /** Space may be there again. */
  retrySaving(): void {
    if (this.#sitting) this.#sitting.retryAt = 0;
  }

  async #finish(sitting: Sitting): Promise<void> {
    for (const job of sitting.jobs) Object.assign(job, { state: "done", part: 1 });
    sitting.retryAt = 0;
    await this.#persist(sitting);
    if (sitting.unsaved.size > 0) {
      // Closing it would lose the run: it stays until it is saved, which going on tries again.
      sitting.hold = "paused";
      return this.#report(true);
    }
    const { record, run } = sitting;
    const { rows } = run.report();
    this.#report(true);
    this.#close();
    this.#host.notify({ type: "training-finished", run: record.id, name: record.name, usable: true, rows });
  }

  #close(): void {
    const sitting = this.#sitting;
    this.#sitting = null;
    if (!sitting) return;
    this.#free(sitting);
    sitting.release();
  }

  #free({ run }: Sitting): void {
    try {
      run.free();
    } catch {
      // On a lost device nothing is left to free.
    }
  }

  async #fail(sitting: Sitting, failure: Failure): Promise<void> {
    const { kind, message } = failure;
    if (kind === "crashed") throw new WebAssembly.RuntimeError(message);
    if (kind === "device-lost" || kind === "device-fault") return this.#lost(sitting, failure);
    const bytes = failure.bytes ?? sitting.device.memory()?.reserved ?? null;
    await this.#stop(sitting, ({ id: run, step: kept }) => {
      if (kind === "not-finite") return { kind, stage: sitting.stage, step: failure.step ?? sitting.step, kept, run, message };
      if (kind === "too-large") return { kind, bytes: failure.bytes ?? 0, room: failure.room ?? 0, run, message };
      return kind === "out-of-memory" ? { kind, bytes, room: failure.room ?? null, onCpu: sitting.device.info().kind === "cpu", run, message } : { kind: "failed", run, message };
    });
  }

  /** Ends with what is saved; what there was no space for is tried once more. */
  async #stop(sitting: Sitting, why: (saved: RunRecord) => Stopped): Promise<void> {
    sitting.retryAt = 0;
    // Were it to fail again, there would be no more to say than what is said here.
    await flush(sitting, this.#host.notify).catch(() => undefined);
    this.#report(true);
    this.#close();
    this.#host.notify({ type: "training-stopped", why: why(sitting.record) });
  }

  async #lost(sitting: Sitting, { message }: Failure): Promise<void> {
    if (this.#recovery.begin(sitting)) return this.#report(true);
    this.#host.distrustDevice();
    await this.#stop(sitting, ({ id: run, step }) => ({ kind: "device-lost", step, run, message }));
  }

  async #reopen(sitting: Sitting): Promise<void> {
    const device = await this.#recovery.deviceFor(sitting);
    if (!device) return;
    const run = this.#host.engine.Run.open(device, sitting.record.recipe, await this.#filesOf(sitting), "scores");
    this.#free(sitting);
    this.#meter.forget();
    this.#stepped = Date.now();
    Object.assign(sitting, { device, run, state: "running" });
    this.#report(true);
  }

  setVisible(visible: boolean): void {
    this.#recovery.setVisible(visible);
  }

  /** After the turn that is being taken, whatever comes of it. */
  async #halt(sitting: Sitting): Promise<void> {
    sitting.hold = "pausing";
    this.#recovery.wake();
    this.#report(true);
    await this.#loop;
  }

  async pause(): Promise<void> {
    const sitting = this.#sitting;
    if (!sitting || sitting.hold) return;
    await this.#halt(sitting);
    // Without a device there is nothing to save: the run goes on from its last checkpoint.
    const work = async () => (sitting.state === "recovering" ? undefined : this.#save(sitting));
    await this.#host.turns.take(() => this.#guarded(sitting, work));
    sitting.hold = "paused";
    this.#report(true);
  }

  resume(): void {
    const sitting = this.#sitting;
    if (sitting?.hold !== "paused") return;
    sitting.hold = null;
    this.#meter.forget();
    this.#stepped = Date.now();
    this.#loop = this.#work();
    this.#report(true);
  }

  /** What is finished stays: a run whose teacher is trained can translate. */
  async cancel(): Promise<{ kept: boolean }> {
    const sitting = this.#sitting;
    if (!sitting) return { kept: false };
    await this.#halt(sitting);
    return this.#host.turns.take(() => this.#drop(sitting));
  }

  async #drop(sitting: Sitting): Promise<{ kept: boolean }> {
    // It came to its end meanwhile.
    if (this.#sitting !== sitting) return { kept: true };
    const kept = teacherDone(sitting.jobs);
    sitting.retryAt = 0;
    if (kept) await flush(sitting, this.#host.notify);
    this.#close();
    if (!kept) await remove(sitting.record.id);
    return { kept };
  }

  /** Goes on from where it is with another queue. One that the engine refuses leaves the run as it was. */
  async revise(recipe: Recipe): Promise<void> {
    const sitting = this.#sitting;
    if (!sitting) throw new Error("no run is in training");
    await this.#host.turns.take(async () => {
      if (sitting.state === "running") await this.#guarded(sitting, () => this.#save(sitting));
      if (this.#sitting !== sitting || sitting.state === "recovering") throw new Error("the run cannot be changed while its device is lost");
      const { engine } = this.#host;
      const files = await this.#filesOf(sitting);
      const run = engine.Run.open(sitting.device, recipe, files, "scores");
      this.#free(sitting);
      const jobs = jobsOf(recipe, engine.plan(recipe).nets.map(({ net }) => net), names(files), teacherDone(sitting.jobs));
      Object.assign(sitting, { run, record: { ...sitting.record, recipe }, jobs: knownJobs(jobs, sitting.jobs) });
      // Where there is no space for it, the next save has it.
      await amend(sitting.record.id, { recipe }).catch(() => undefined);
      this.#report(true);
    });
  }

  async checkpoint(): Promise<void> {
    const sitting = this.#sitting;
    if (sitting?.state !== "running") return;
    const work = async () => (sitting.hold || sitting.state !== "running" ? undefined : this.#save(sitting));
    await this.#host.turns.take(() => this.#guarded(sitting, work));
  }

  async delete(run: string): Promise<void> {
    await this.#unused(run, () => remove(run));
    this.retrySaving();
  }

  async trash(run: string): Promise<void> {
    await this.#unused(run, () => amend(run, { trashed: Date.now() }));
  }

  /** Not with a run in training, in this tab or another. */
  async #unused(run: string, work: () => Promise<void>): Promise<void> {
    if (this.#sitting?.record.id === run) throw new Error("that run is in training");
    const release = this.#sitting ? () => undefined : await takeLock();
    if (!release) throw new Error("another tab is training");
    try {
      await work();
    } finally {
      release();
    }
  }

  #report(now: boolean): void {
    const { pace } = this.#host;
    const sitting = this.#sitting;
    if (!sitting || (!now && !pace.due("training"))) return;
    if (now) pace.tell("training");
    const { points, transfer } = this.#outbox.take(sitting.marks);
    this.#host.notify({ type: "training", progress: progressOf(sitting, this.#meter, points, Date.now()) }, transfer);
  }
}
