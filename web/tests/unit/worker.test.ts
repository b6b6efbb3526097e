import type { Recipe } from "attentionless";
import { describe, expect, it, vi } from "vitest";
import type { Marks } from "../../src/protocol.ts";
import { withoutMixes, withoutNet } from "../../src/lib/recipe.ts";
import { addEvent, addFile, Outbox } from "../../src/worker/curve.ts";
import { msAt } from "../../src/worker/times.ts";
import { jobsOf, move, stageOf } from "../../src/worker/jobs.ts";
import { Meter } from "../../src/worker/meter.ts";
import { inspect } from "../../src/worker/inspect.ts";
import { NetworkError, persistent } from "../../src/worker/loader.ts";
import { breathe, Turns } from "../../src/worker/turns.ts";
import { Translator } from "../../src/fake/translator.ts";
import { fakeFiles, PRESETS } from "../../src/fake/files.ts";
import * as fake from "../../src/fake/engine.ts";
import { scripted } from "../../src/fake/source.ts";
import { Host } from "../../src/worker/host.ts";
import type { Engine } from "../../src/worker/loader.ts";
import { times } from "../../src/worker/measure.ts";

const { Device, plan } = fake;

const recipe: Recipe = PRESETS.micro;

describe("jobs", () => {
  const fresh = () => jobsOf(recipe, ["enc.1.alr-m"], new Set(), false);

  it("wait, run and end as the events say", () => {
    const jobs = fresh();
    move(jobs, { event: "training", step: 5, total: 10, loss: 3, rate: 1, tokens_per_second: 1 }, 0);
    expect(jobs[0]).toMatchObject({ state: "runs", part: 0.5, loss: 3 });
    move(jobs, { event: "distilling", step: 1, total: 4, losses: [{ net: "enc.1.alr-m", loss: 0.2 }], sentences_per_second: 1 }, 7);
    expect(jobs[0]).toMatchObject({ state: "done", savedAt: 7 });
    expect(jobs[1]).toMatchObject({ state: "runs", part: 0.25, loss: 0.2 });
    move(jobs, { event: "fitted", net: "enc.1.alr-m", parameters: 1, fit: { mse: 0.1, r2: 0.9 } }, 8);
    expect(jobs[1]).toMatchObject({ state: "done", result: 0.9 });
  });

  it("the score of the teacher is not the teacher", () => {
    const jobs = fresh();
    move(jobs, { event: "scoring", mix: "teacher", sentences: 1, total: 2 }, 0);
    expect(jobs.filter(({ id }) => id === "teacher").map(({ state }) => state)).toEqual(["done", "runs"]);
  });

  it("of mixes that are trained as a whole come before the scores", () => {
    const mix = "enc=alr-m,trained=nets";
    const whole: Recipe = { ...recipe, score: { ...recipe.score, mixes: ["teacher", mix] }, finetune: { ...recipe.finetune, mix: "teacher", what: "all" } };
    const jobs = jobsOf(whole, ["enc.1.alr-m"], new Set(["tuned/trained=all.safetensors"]), true);
    expect(jobs.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      "teacher teacher", "net enc.1.alr-m", `tuned ${mix}`, "tuned trained=all", "score teacher", `score ${mix}`, "score trained=all",
    ]);
    expect(jobs[3].state).toBe("done");
    move(jobs, { event: "tuning", mix, step: 1, total: 4, loss: 1.5, tokens_per_second: 1 }, 3);
    expect(jobs.slice(1, 3)).toMatchObject([{ state: "done" }, { state: "runs", part: 0.25, loss: 1.5 }]);
    move(jobs, { event: "tuned", mix }, 4);
    expect(jobs[2]).toMatchObject({ state: "done", loss: 1.5, savedAt: 4 });
    expect(stageOf({ event: "resumed", stage: "tuned", step: 1, total: 4 })).toBe("tuned");
  });

  it("know what a run has already", () => {
    const jobs = jobsOf(recipe, ["enc.1.alr-m"], new Set(["nets/enc.1.alr-m.safetensors", "outputs/teacher.txt"]), true);
    expect(jobs.filter(({ state }) => state === "done").map(({ kind }) => kind)).toEqual(["teacher", "net", "score"]);
  });
});

describe("a device's speed", () => {
  it("is measured once, and once more on another device", async () => {
    const host = new Host(() => undefined);
    await host.boot(scripted("ready"), "auto", new AbortController().signal);
    const speed = vi.spyOn(host.device, "speed");
    expect([await host.speed("wgpu"), await host.speed("wgpu")]).toEqual([200, 200]);
    expect(speed).toHaveBeenCalledTimes(1);
    await host.use("cpu");
    expect(await host.speed("cpu")).toBe(20);
    await host.use("auto");
    const again = vi.spyOn(host.device, "speed");
    expect(await host.speed("wgpu")).toBe(200);
    expect(again).not.toHaveBeenCalled();
  });

  it("gives each net its time, as a recipe with that net alone has it", () => {
    const engine = fake as unknown as Engine;
    const nets = PRESETS.tiny.nets.slice(0, 3);
    const seconds = times(engine, PRESETS.tiny, nets, 200);
    expect(seconds).toEqual(nets.map((net) => plan({ ...PRESETS.tiny, nets: [net] }, 200).seconds?.nets));
    expect(seconds[2]).toBeGreaterThan(seconds[0]);
    expect(times(engine, PRESETS.tiny, nets, 100)).toEqual(seconds.map((time) => 2 * time));
  });
});

describe("the meter", () => {
  it("tells no time left before 20 steps, and then a mean of 30 s", () => {
    const meter = new Meter();
    meter.add("training", 0, 1, 100, 500);
    meter.add("training", 1000, 11, 100, 1500);
    expect([meter.left(1000), meter.rate()]).toEqual([null, 1000]);
    meter.add("training", 2000, 21, 100, 1000);
    expect(meter.left(2000)).toBeCloseTo(7900);
    meter.add("training", 3000, 31, 100, 1000);
    // The same for 5 s, so that it can be read.
    expect(meter.left(3000)).toBeCloseTo(7900);
    expect(meter.left(7500)).toBeCloseTo(6900);
  });

  it("starts again with another stage", () => {
    const meter = new Meter();
    meter.add("training", 0, 1, 100, 500);
    meter.add("distilling", 1000, 3, 50, 80);
    expect([meter.rate(), meter.total]).toEqual([80, 50]);
  });
});

describe("a shorter queue", () => {
  it("lacks a net of one layer and the mixes that have it, or a mix alone", () => {
    const recipe = { ...PRESETS.tiny, nets: [{ site: "enc", layers: "all" as const, method: "alr", size: "m", variant: null }] };
    const mixes = ["teacher", "enc=alr-m", "enc.1=alr-m", "enc.2=alr-m", "enc=none"];
    const long = { ...recipe, score: { ...recipe.score, mixes } };
    const short = withoutNet(long, "enc.2.alr-m");
    expect(short.nets.map(({ layers }) => layers)).toEqual([[1]]);
    expect(short.score.mixes).toEqual(["teacher", "enc.1=alr-m", "enc=none"]);
    expect(withoutNet(short, "enc.1.alr-m").nets).toEqual([]);
    expect(withoutMixes(long, (mix) => mix === "enc=none").score.mixes).toEqual(mixes.slice(0, 4));
  });
});

describe("curves", () => {
  it("gather the points of a batch, and those of an earlier sitting", () => {
    const outbox = new Outbox();
    addFile(outbox, [{ name: "curve.tsv", bytes: new TextEncoder().encode("teacher\t1\t5.5\nenc.1.alr-m\t2\t0.5\n") }]);
    addEvent(outbox, { event: "validated", epoch: 1, epochs: 3, loss: 4, best: true }, 9);
    const { points, transfer } = outbox.take({});
    expect(points.map(({ series, x, y }) => [series, x[0], y[0]])).toEqual([["train", 1, 5.5], ["enc.1.alr-m", 2, 0.5], ["validation", 9, 4]]);
    expect(transfer).toHaveLength(9);
    expect(outbox.take({}).points).toEqual([]);
  });

  it("have the time of every step, of which few are kept", () => {
    const [outbox, marks]: [Outbox, Marks] = [new Outbox(), {}];
    for (let step = 1; step <= 1000; step++) {
      outbox.add("train", step, 1);
      if (step % 5 === 0) outbox.mark(marks, 20 * step);
    }
    expect(marks.train.length).toBeLessThanOrEqual(64);
    expect(Array.from(outbox.take(marks).points[0].ms, Math.round)).toEqual(Array.from({ length: 1000 }, (_, index) => 20 * (index + 1)));
    // Back at step 900, which a slower device does again.
    outbox.add("train", 901, 1);
    outbox.mark(marks, 30_000);
    expect(marks.train.at(-1)).toEqual([901, 30_000]);
    expect(msAt(marks, "train", 901)).toBe(30_000);
    expect(msAt(marks, "rate", 5)).toBeNaN();
  });
});

describe("turns", () => {
  it("never overlap, and one that fails does not stop the next", async () => {
    const turns = new Turns();
    const order: string[] = [];
    const first = turns.take(async () => {
      await breathe();
      order.push("first");
      throw new Error("no");
    });
    const second = turns.take(() => order.push("second"));
    await expect(first).rejects.toThrow("no");
    await second;
    expect(order).toEqual(["first", "second"]);
  });
});

describe("loading", () => {
  const signal = new AbortController().signal;

  it("tries three times, the later ones past the cache", async () => {
    const caches: string[] = [];
    const attempt = (cache: RequestCache) => {
      caches.push(cache);
      return Promise.reject(new NetworkError("gone"));
    };
    await expect(persistent(signal, attempt)).rejects.toThrow("gone");
    expect(caches).toEqual(["default", "reload", "reload"]);
  });

  it("does not try again what trying does not mend", async () => {
    let tries = 0;
    await expect(persistent(signal, () => Promise.reject(new Error(String(++tries))))).rejects.toThrow("1");
  });
});

it("a text too long is cut between two words", async () => {
  const translator = Translator.open(await Device.open("cpu"), fakeFiles());
  const text = Array.from({ length: 40 }, () => "dog").join(" ");
  const { tokens, maxLen, read } = inspect(translator, text);
  expect([tokens, maxLen]).toEqual([50, 24]);
  expect(text.slice(0, read).split(" ")).toHaveLength(19);
  expect(inspect(translator, "The spaceship sleeps").unknown).toEqual(["spaceship"]);
});
