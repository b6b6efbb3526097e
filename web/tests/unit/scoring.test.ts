import { describe, expect, it } from "vitest";
import { meanTook, middleOf, pacesOf, scoringSeconds, type Known } from "../../src/lib/scoring.ts";
import type { Job, Row, RunRecord } from "../../src/protocol.ts";

type Recipe = RunRecord["recipe"];
const recipe = (layers = 1, beam = 1, sentences = 100) => ({ model: { layers }, score: { sentences, beam } }) as unknown as Recipe;
const score = (took: number | null): Job => ({ kind: "score", id: "x", state: "done", part: 1, took, loss: null, result: null, savedAt: null, began: null });
const row = (mix: string, ms: number, device?: string, timed = 50): Row => ({
  mix, bleu: 1, bleu_low: 0, bleu_high: 2, bleu_authors: 1, chrf: 1, parameters: 5, ms_per_sentence: ms, timed, device, r2: {}, difference: null, sentences: 100, beam: 1,
});
const nothing: Known = { device: "CPU", paces: [], rows: [], teacherMs: null };
const demo = { model: "demo", recipe: recipe() };
const of = (known: Partial<Known>, mixes = ["teacher", "enc=none"], sentences = 500) => scoringSeconds(mixes, sentences, demo, { ...nothing, ...known });

describe("the time of scoring", () => {
  it("is not known where nothing was scored or translated here, and none where nothing is to be scored", () => {
    expect(of({})).toBeNull();
    expect(of({ teacherMs: 10 }, [])).toBeNull();
    expect(of({ rows: [row("teacher", 1, "A card"), row("teacher", 1)] })).toBeNull();
  });

  it("follows from single sentences, of which batches need a small part or nearly all", () => {
    expect(of({ teacherMs: 10 })).toEqual([1.1, 11.1]);
    // Rows of this device tell more than the last sentence, and what has none is as slow as the slowest.
    const rows = [row("teacher", 10, "CPU"), row("enc=alr-m", 20, "CPU"), row("enc=none", 90, "A card")];
    expect(of({ rows, teacherMs: 1000 })).toEqual([1.65, 16.65]);
  });

  it("follows from what scoring took before, on this device and of such a model", () => {
    const pace = { model: "run-1", recipe: recipe(), device: "CPU", each: 7 };
    const [low, high] = of({ paces: [pace], teacherMs: 1000 }) ?? [0, 0];
    expect(low).toBeCloseTo(5);
    expect(high).toBeCloseTo(9.8);
    expect(of({ paces: [{ ...pace, device: "A card" }] })).toBeNull();
    expect(of({ paces: [{ ...pace, recipe: recipe(2) }] })).toBeNull();
    expect(of({ paces: [{ ...pace, recipe: recipe(1, 5) }] })).toBeNull();
    // Of the model itself before others, and the newest of those.
    expect(of({ paces: [pace, { ...pace, each: 70 }] })?.[0]).toBeCloseTo(5);
    expect(of({ paces: [pace, { ...pace, model: "demo", each: 70 }] })?.[0]).toBeCloseTo(50);
  });

  it("is kept with runs that were scored here", () => {
    expect(meanTook([score(3000), score(5000), score(null)])).toBe(4000);
    const jobs = [score(4000)];
    const runs = [{ id: "a", recipe: recipe(), device: "CPU", jobs }, { id: "imported", recipe: recipe(), jobs }, { id: "c", recipe: recipe(), device: "CPU" }];
    expect(pacesOf(runs)).toEqual([{ model: "a", recipe: recipe(), device: "CPU", each: 40 }]);
  });

  it("stands among times of training only where it is as sure as those", () => {
    expect(middleOf([2, 4.5])).toBe(3);
    expect(middleOf([1, 10])).toBeNull();
    expect(middleOf(null)).toBeNull();
  });
});
