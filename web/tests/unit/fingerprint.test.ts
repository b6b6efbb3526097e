import { describe, expect, it } from "vitest";
import { curveOf, fingerprintOf, fromJson, judge, toJson, type Fingerprint, type Trace } from "../../src/lib/fingerprint.ts";

const STEPS = 400;
const LOSSES = Array.from({ length: STEPS }, (_, step) => Math.fround(1 + 6 * Math.exp(-step / 90)));

function trace(change: Partial<Trace> = {}): Trace {
  const curve = new Map([["teacher", LOSSES], ["enc.1.alr-m", LOSSES.map((loss) => loss / 10)]]);
  return { curve, corpus: "c0", weights: "w0", build: "engine-1.wasm", device: "CPU", demo: false, ...change };
}

function print(): Fingerprint {
  const found = fingerprintOf(trace());
  if (!found) throw new Error("a finished run has a fingerprint");
  return found;
}

/** The teacher's losses, changed from a step on. */
function teacher(losses: number[]): Trace {
  return trace({ curve: new Map([...trace().curve, ["teacher", losses]]), weights: "w1" });
}

describe("fingerprints", () => {
  it("have single steps up to 128, means beyond, and the ends of what is fitted", () => {
    const at = (stage: string) => print().checkpoints.filter((point) => point.stage === stage).map(({ step, span }) => [step, span]);
    const singles = [1, 2, 4, 8, 16, 32, 64, 128].map((step) => [step, 1]);
    expect(at("teacher")).toEqual([...singles, [200, 50], [250, 50], [300, 50], [350, 50], [400, 50]]);
    expect(at("enc.1.alr-m")).toEqual([[1, 1], [400, 50]]);
    const mean = LOSSES.slice(150, 200).reduce((sum, loss) => sum + loss, 0) / 50;
    expect(print().checkpoints[8].loss).toBeCloseTo(mean, 5);
  });

  it("of a short run end with its end", () => {
    const short = fingerprintOf(trace({ curve: new Map([["teacher", LOSSES.slice(0, 10)]]) }));
    expect(short?.checkpoints.map(({ step, span }) => [step, span])).toEqual([[1, 1], [2, 1], [4, 1], [8, 1], [10, 10]]);
    expect(fingerprintOf(trace({ weights: null }))).toBeNull();
  });

  it("come back from their JSON, and nothing else does", () => {
    const json = JSON.parse(toJson(print())) as Record<string, unknown>;
    expect(fromJson(json)).toEqual(print());
    const wrong = [
      null, [], { ...json, version: 2 }, { ...json, weights: 3 }, { ...json, device: "x".repeat(300) }, { ...json, demo: "yes" },
      { ...json, curve: [] }, { ...json, curve: [["teacher", [[0, 1, 2]]]] }, { ...json, curve: [["teacher", [[1, 2, 2]]]] },
      { ...json, curve: [["teacher", [[1, 1, "2"]]]] }, { ...json, curve: [["teacher", [[1, 1, null]]]] },
      { ...json, curve: [["teacher", Array.from({ length: 500 }, (_, index) => [index + 1, 1, 2])]] },
    ];
    for (const value of wrong) expect(fromJson(value)).toBeNull();
  });

  it("are read from the file of a run", () => {
    expect(curveOf("teacher\t1\t6.5\nteacher\t2\t6.25\nenc.1.alr-m\t1\t0.5\n")).toEqual(new Map([["teacher", [6.5, 6.25]], ["enc.1.alr-m", [0.5]]]));
  });
});

describe("verdicts", () => {
  it("reproduced: all losses and the weights are the same", () => {
    expect(judge(print(), trace())).toEqual({ kind: "reproduced", count: 15 });
  });

  it("within tolerance: the largest difference for what is allowed there", () => {
    const off = LOSSES.map((loss, step) => (step === 63 ? loss + 0.004 : loss));
    expect(judge(print(), teacher(off))).toMatchObject({ kind: "within", stage: "teacher", step: 64, difference: expect.closeTo(0.004, 5) as number });
    expect(judge(print(), trace({ weights: "w1" }))).toMatchObject({ kind: "within", difference: 0 });
  });

  it("diverged: at the first checkpoint beyond it, with the likely cause", () => {
    const off = LOSSES.map((loss, step) => (step >= 31 ? loss + 0.5 : loss));
    const found = teacher(off);
    expect(judge(print(), found)).toMatchObject({ kind: "diverged", stage: "teacher", step: 32, cause: "unknown" });
    expect(judge(print(), { ...found, device: "a card" })).toMatchObject({ cause: "device" });
    expect(judge(print(), { ...found, build: "engine-2.wasm" })).toMatchObject({ cause: "build" });
    expect(judge(print(), { ...found, weights: null })).toMatchObject({ kind: "diverged" });
  });

  it("while it runs: so far, and nothing before there is a text", () => {
    const begun = trace({ curve: new Map([["teacher", LOSSES.slice(0, 100)]]), weights: null });
    expect(judge(print(), begun)).toEqual({ kind: "so-far", stage: "teacher", step: 64, count: 7 });
    expect(judge(print(), { ...begun, curve: new Map() })).toEqual({ kind: "waiting" });
    expect(judge(print(), trace({ corpus: null }))).toEqual({ kind: "waiting" });
    expect(judge(print(), trace({ corpus: "c1" }))).toEqual({ kind: "other-text" });
  });
});
