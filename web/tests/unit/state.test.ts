import { describe, expect, it } from "vitest";
import { toCsv } from "../../src/lib/csv.ts";
import { FIRST, next, type EngineState } from "../../src/lib/machine.ts";
import { entries, exactMatch, filtered, NO_FILTER, ordered } from "../../src/lib/sentences.ts";
import { aligned, MOST_POINTS, nearestValue, sampled, Series } from "../../src/lib/series.ts";
import { EngineError, failureOf, unreachable, type Row } from "../../src/protocol.ts";

const READY = { probe: { reason: null, adapter: null }, device: { kind: "cpu", name: "", software: true, wrong: null, largest_buffer_bytes: null }, speeds: { wgpu: null, cpu: null } } as const;

describe("the engine's states", () => {
  it("lead from loading to ready, through failures and restarts", () => {
    const loading = { type: "loading", part: "engine", loaded: 1, total: 2, cached: false } as const;
    let state: EngineState = next(FIRST, loading);
    expect(state).toEqual({ phase: "loading", part: "engine", loaded: 1, total: 2, cached: false });
    state = next(state, { type: "failed", message: "gone", kind: "network" });
    expect(next(state, loading)).toBe(state);
    state = next(next(state, { type: "retry" }), { type: "ready", ready: READY });
    expect(state.phase).toBe("ready");
    expect(next(state, loading)).toBe(state);
    state = next(state, { type: "crashed", message: "unreachable" });
    expect([state.phase, next(state, loading).phase]).toEqual(["restarting", "loading"]);
  });
});

describe("failures", () => {
  it("keep the engine's kinds", () => {
    expect(failureOf(Object.assign(new Error("gone"), { kind: "device-lost" }))).toEqual({ kind: "device-lost", message: "gone" });
    expect(failureOf(Object.assign(new Error("x"), { kind: "nonsense" })).kind).toBe("failed");
    expect(failureOf(Object.assign(new Error("NaN"), { kind: "not-finite", step: 812 }))).toEqual({ kind: "not-finite", message: "NaN", step: 812 });
    expect(failureOf("text")).toEqual({ kind: "failed", message: "text" });
    expect(failureOf(new WebAssembly.RuntimeError("unreachable")).kind).toBe("crashed");
    expect(failureOf(new DOMException("stop", "AbortError")).kind).toBe("cancelled");
    expect(new EngineError({ kind: "usage", message: "no" })).toMatchObject({ kind: "usage", message: "no" });
  });

  it("a message of another build is told", () => {
    expect(() => unreachable({ type: "new" } as never)).toThrow("unknown message");
  });
});

describe("series", () => {
  it("keep peaks when they are thinned", () => {
    const series = new Series();
    for (let step = 0; step < 50_000; step++) series.add(step, step === 31_234 ? 99 : Math.sin(step));
    const { x, y } = series.thinned();
    expect(x.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(y[x.indexOf(31_234)]).toBe(99);
    expect([...x].sort((one, other) => one - other)).toEqual(x);
  });

  it("take back steps that are done again", () => {
    const series = new Series();
    for (const step of [1, 2, 3, 4, 3]) series.add(step, 10 * step + series.length);
    expect(series.along("step")).toEqual({ x: [1, 2, 3], y: [10, 21, 34] });
    expect(series.last()).toEqual({ x: 3, y: 34 });
  });

  it("go along the time as far as it is known", () => {
    const series = new Series();
    for (const [step, ms] of [[1, NaN], [2, 500], [3, 1500]]) series.add(step, 10 * step, ms);
    expect(series.along("time")).toEqual({ x: [0.5, 1.5], y: [20, 30] });
  });

  it("have a value at a cursor between their first and their last, and in a table's row where none is nearer to another", () => {
    expect([0, 1, 2, 3, 4].map((index) => nearestValue([null, 7, null, 8, null], index))).toEqual([null, 1, 1, 3, null]);
    expect(sampled({ x: [1, 9, 11, 40], y: [5, 6, 7, 8] }, [0, 10, 20, 30])).toEqual([5, 7, null, null]);
  });

  it("share their steps in a chart", () => {
    expect(aligned([{ x: [1, 2], y: [5, 6] }, { x: [2], y: [7] }])).toEqual([[1, 2], [5, 6], [null, 7]]);
  });
});

describe("sentences", () => {
  const table = {
    sources: ["a b", "a b c d", "a"],
    references: ["x y", "x", "z"],
    unknown: [false, true, false],
    outputs: [
      { mix: "teacher", lines: ["x y", "x", "z"], tokens: ["▁x ▁y", "▁x", "▁z"], bleu: [100, 100, 100], chrf: [100, 100, 100] },
      { mix: "enc=none", lines: ["x q", "q", "z"], tokens: ["▁x ▁q", "▁q", "▁z"], bleu: [40, 10, 100], chrf: [50, 0, 100] },
    ],
  };

  it("are ordered by drop, gain and length", () => {
    const all = entries(table, ["enc=none"]);
    const order = (by: "drop" | "gain" | "length") => ordered(all, by).map(({ index }) => index);
    expect([order("drop"), order("gain"), order("length")]).toEqual([[1, 0, 2], [2, 0, 1], [1, 0, 2]]);
  });

  it("are, of several mixes, about the one that the order is after", () => {
    const two = { ...table, outputs: [...table.outputs, { mix: "enc=mean", lines: ["x y", "p", "w"], tokens: ["▁x ▁y", "▁p", "▁w"], bleu: [100, 40, 100], chrf: [100, 20, 60] }] };
    const told = (by: "drop" | "gain" | "length") => entries(two, ["enc=none", "enc=mean"], by).map(({ mix, difference, chrf }) => [mix, difference, chrf]);
    expect(told("drop")).toEqual([["enc=none", -60, 50], ["enc=none", -90, 0], ["enc=mean", 0, 60]]);
    expect(told("gain")).toEqual([["enc=mean", 0, 100], ["enc=mean", -60, 20], ["enc=mean", 0, 60]]);
    expect(told("length")).toEqual(told("drop"));
  });

  it("are filtered by change, unknown words, length and search", () => {
    const left = (filter: object) => filtered(entries(table, ["enc=none"]), { ...NO_FILTER, ...filter }).map(({ index }) => index);
    expect(left({})).toEqual([0, 1, 2]);
    expect(left({ changed: true })).toEqual([0, 1]);
    expect(left({ unknown: true })).toEqual([1]);
    expect(left({ search: " B " })).toEqual([0, 1]);
    expect(left({ search: "b", unknown: true })).toEqual([1]);
    const long = entries({ ...table, sources: ["a b c d e f", "a b c d e f g", "a b c d e f g h i j k"] }, ["enc=none"]);
    expect((["short", "middle", "long"] as const).map((length) => filtered(long, { ...NO_FILTER, length }).map(({ index }) => index))).toEqual([[0], [1], [2]]);
  });

  it("match exactly or not", () => {
    expect(exactMatch(table, "enc=none")).toBeCloseTo(100 / 3);
    expect(exactMatch(table, "enc=mean")).toBeNull();
  });
});

it("CSV quotes what has commas", () => {
  const difference = { bleu: -1, low: -2, high: 0.5, verdict: "not distinguishable" } as const;
  const row: Row = { mix: "enc=none,cross=none", bleu: 1, bleu_low: 0, bleu_high: 2, bleu_authors: 3, chrf: 4, parameters: 5, ms_per_sentence: 6, timed: 50, device: "A card", r2: {}, difference, sentences: 7, beam: 1 };
  const [head, line] = toCsv([{ row, exact: null, live: true }]).split("\r\n");
  expect(head.split(",")).toHaveLength(18);
  expect(line).toBe('"enc=none,cross=none",1,0,2,3,4,,5,6,-1,-2,0.5,not distinguishable,7,1,scored here,50,A card');
});
