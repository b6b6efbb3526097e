/** Training on the scripted engine, with the disk and the device failing when they should. */
import type { Run } from "attentionless";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as scripted from "../../src/fake/engine.ts";
import { fakeFiles, PRESETS } from "../../src/fake/files.ts";
import { fault, played } from "../../src/fake/script.ts";
import { DEMO, type Notice, type Progress, type Start } from "../../src/protocol.ts";
import { Host } from "../../src/worker/host.ts";
import type { Engine } from "../../src/worker/loader.ts";
import { Trainer } from "../../src/worker/trainer.ts";
import { clear, disk, namesOf } from "./memory.ts";

vi.mock("../../src/worker/storage.ts", () => import("./memory.ts"));

const NEW: Start = { kind: "new", name: "micro", recipe: PRESETS.micro, uploads: [], device: "auto" };

interface Told {
  trainer: Trainer;
  notices: Notice[];
  progress: () => Progress;
  until: (what: (notice: Notice) => boolean) => Promise<Notice>;
}

/** A trainer on the engine, or on one that is changed; with what it tells. */
async function trainerOn(changes: Partial<Engine> = {}): Promise<Told> {
  const notices: Notice[] = [];
  const waiting: (() => void)[] = [];
  const host = new Host((notice) => {
    notices.push(notice);
    for (const look of waiting) look();
  });
  const engine = { ...scripted, ...changes } as unknown as Engine;
  const pack = { files: fakeFiles(), rows: [], command: null };
  await host.boot({ engine: async () => engine, pack: async () => pack }, "auto", new AbortController().signal);
  const until = (what: (notice: Notice) => boolean) =>
    new Promise<Notice>((resolve) => {
      const look = () => {
        const found = notices.find(what);
        if (found) resolve(found);
      };
      waiting.push(look);
      look();
    });
  const progress = () => {
    const last = notices.findLast((notice) => notice.type === "training");
    if (!last) throw new Error("nothing was told");
    return last.progress;
  };
  return { trainer: new Trainer(host), notices, progress, until };
}

const training = (what: (progress: Progress) => boolean) => (notice: Notice) => notice.type === "training" && what(notice.progress);
const finished = (notice: Notice) => notice.type === "training-finished";

beforeEach(() => {
  clear();
  Object.assign(played, { script: "ready", losses: 0 });
  // A page that is not on https: no locks, and nothing is known of the disk.
  vi.stubGlobal("navigator", {});
});
afterEach(() => void vi.unstubAllGlobals());

describe("work", () => {
  it("counts over all sittings", async () => {
    const first = await trainerOn();
    const { run } = await first.trainer.start(NEW);
    await first.until(training(({ step }) => step > 0));
    await first.trainer.pause();
    const { worked } = disk.runs.get(run) ?? { worked: 0 };
    expect(worked).toBeGreaterThan(50);
    const second = await trainerOn();
    await second.trainer.start({ kind: "saved", run, device: "auto" });
    expect(second.progress().elapsedMs).toBe(worked);
    expect(await second.trainer.cancel()).toEqual({ kept: false });
    expect(disk.runs.size).toBe(0);
  });

  it("is begun once, however often it is asked for", async () => {
    const { trainer, notices } = await trainerOn();
    const [first, second] = await Promise.allSettled([trainer.start(NEW), trainer.start(NEW)]);
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
    expect(notices.some(({ type }) => type === "training-stopped")).toBe(false);
    await trainer.cancel();
  });
});

describe("a full disk", () => {
  it("keeps all in memory until there is space, and tells so once in a while", async () => {
    const { trainer, notices, progress, until } = await trainerOn();
    const { run } = await trainer.start(NEW);
    disk.full = true;
    await until(training(({ state, stage }) => state === "paused" && stage === "scores"));
    expect(progress().unsaved).toBe(true);
    expect(namesOf(run)).toEqual([]);
    // Once in the run, and once at its end.
    expect(notices.filter(({ type }) => type === "storage-full")).toHaveLength(2);
    expect(notices.some(finished)).toBe(false);
    disk.full = false;
    trainer.resume();
    await until(finished);
    expect(namesOf(run)).toEqual(expect.arrayContaining(["corpus/test.tsv", "nets/enc.1.alr-m.safetensors", "recipe.json", "teacher.safetensors"]));
    expect(disk.runs.get(run)).toMatchObject({ usable: true, finished: true });
  }, 20_000);
});

describe("a disk that is full from the start", () => {
  it("begins in memory, says so, and is kept once there is space", async () => {
    const { trainer, notices, progress, until } = await trainerOn();
    disk.full = true;
    const upload = { name: "mine.tsv", file: new Blob(["a\tb\n"]) };
    const recipe = { ...PRESETS.micro, corpus: { ...PRESETS.micro.corpus, source: "tsv:mine.tsv" } };
    const { run } = await trainer.start({ ...NEW, recipe, uploads: [upload] });
    await until(training(({ step }) => step > 0));
    expect(progress()).toMatchObject({ unsaved: true, savedAt: null });
    expect(notices.some(({ type }) => type === "storage-full")).toBe(true);
    expect(disk.runs.size).toBe(0);
    disk.full = false;
    await until(training(({ state, stage }) => (state === "paused" && stage === "scores") || stage === "nets"));
    await trainer.checkpoint();
    trainer.retrySaving();
    trainer.resume();
    await until(finished);
    expect(namesOf(run)).toEqual(expect.arrayContaining(["uploads/mine.tsv", "teacher.safetensors"]));
    expect(disk.runs.get(run)).toMatchObject({ usable: true, finished: true });
  }, 20_000);
});

describe("a lost device", () => {
  /** The first run loses the device when it is told to, in the middle of a step. */
  function losing(): { Run: Engine["Run"]; stepping: Promise<void>; lose: () => void; saves: () => number } {
    let [opened, saves] = [0, 0];
    let lose: () => void = () => undefined;
    const lost = new Promise<void>((resolve) => (lose = resolve));
    let steps: () => void = () => undefined;
    const stepping = new Promise<void>((resolve) => (steps = resolve));
    const open = (...from: Parameters<Engine["Run"]["open"]>): Run => {
      const run = scripted.Run.open(...from);
      if (++opened > 1) return run;
      run.step = async () => {
        steps();
        await lost;
        throw fault("device-lost", "the GPU device was lost");
      };
      run.save = async () => void saves++;
      return run;
    };
    return { Run: { ...scripted.Run, open }, stepping, lose: () => lose(), saves: () => saves };
  }

  it("does not undo a pause, and comes back when the run goes on", async () => {
    const { Run, stepping, lose, saves } = losing();
    const { trainer, progress, until } = await trainerOn({ Run });
    await trainer.start(NEW);
    await stepping;
    const paused = trainer.pause();
    lose();
    await paused;
    expect([progress().state, saves()]).toEqual(["paused", 0]);
    trainer.resume();
    await until(({ type }) => type === "training-recovered");
    await trainer.cancel();
  });

  it("does not hold up a cancel", async () => {
    const { Run, stepping, lose } = losing();
    const { trainer } = await trainerOn({ Run });
    await trainer.start(NEW);
    await stepping;
    const cancelled = trainer.cancel();
    lose();
    expect(await cancelled).toEqual({ kept: false });
    expect(disk.runs.size).toBe(0);
  });

  it("lets go of a run that waits for another try", async () => {
    Object.assign(played, { script: "lost-always" });
    const { trainer, progress, until } = await trainerOn();
    await trainer.start(NEW);
    await until(training(({ state }) => state === "recovering"));
    await trainer.pause();
    expect(progress().state).toBe("paused");
    await trainer.cancel();
  }, 10_000);
});

describe("a run from another", () => {
  it("has the texts of the one before", async () => {
    const { trainer, until } = await trainerOn();
    const recipe = { ...PRESETS.micro, corpus: { ...PRESETS.micro.corpus, source: "tsv:mine.tsv" } };
    disk.files.set("run-0", ["uploads/mine.tsv", "state/teacher.safetensors"].map((name) => ({ name, bytes: new TextEncoder().encode("a\tb\n") })));
    const { run } = await trainer.start({ ...NEW, recipe, from: "run-0" });
    expect(namesOf(run)).toEqual(["uploads/mine.tsv"]);
    await until(training(({ step }) => step > 0));
    await trainer.cancel();
  });

  it("fits nets to a teacher that is trained already, and keeps those that it had", async () => {
    const { trainer, notices, until } = await trainerOn();
    const nets = [{ site: "enc", layers: [2], method: "alr", size: "l", variant: null }];
    const recipe = { ...PRESETS.tiny, nets: [...PRESETS.tiny.nets, ...nets] };
    const { run } = await trainer.start({ kind: "demo", name: DEMO, recipe, device: "auto" });
    await until(finished);
    expect(notices.some(training(({ stage }) => stage === "teacher"))).toBe(false);
    expect(namesOf(run)).toEqual(expect.arrayContaining(["nets/enc.1.alr-m.safetensors", "nets/enc.2.alr-l.safetensors"]));
  }, 10_000);

  it("trains mixes as a whole, tells of each, and scores them", async () => {
    const { trainer, notices, until } = await trainerOn();
    const mixes = ["enc=alr-m,trained=nets", "trained=all"];
    const recipe = { ...PRESETS.tiny, score: { ...PRESETS.tiny.score, mixes: ["teacher", ...mixes] } };
    const { run } = await trainer.start({ kind: "demo", name: DEMO, recipe, device: "auto" });
    const last = await until(finished);
    const told = notices.flatMap((notice) => (notice.type === "training" ? [notice.progress] : []));
    expect(told.filter(({ stage }) => stage === "tuned").some(({ tokensPerSecond }) => tokensPerSecond === 9_200)).toBe(true);
    const series = new Set(told.flatMap(({ points }) => points.map((point) => point.series)));
    for (const mix of mixes) expect(series).toContain(mix);
    expect(namesOf(run)).toEqual(expect.arrayContaining(mixes.map((mix) => `tuned/${mix}.safetensors`)));
    expect(last.type === "training-finished" && last.rows.map(({ mix }) => mix)).toEqual(["teacher", ...mixes]);
  }, 10_000);
});
