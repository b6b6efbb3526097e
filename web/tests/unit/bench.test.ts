import { describe, expect, it } from "vitest";
import { inGroup, withText, wrongOf } from "../../src/lib/bench.ts";
import { benchCsv } from "../../src/lib/csv.ts";

const works = [
  { work: "gemm nn 64x800x6400", operations: 6e8, bytes: 2e7 },
  { work: "dense 6400-3200-6400 batch 256", operations: 5e10, bytes: 1e9 },
];

describe("work", () => {
  it("is short by its operations, and chosen by its name", () => {
    expect(inGroup(works, "short").map(({ work }) => work)).toEqual(["gemm nn 64x800x6400"]);
    expect(inGroup(works, "all")).toEqual(works);
    expect(withText(works, " dense ")).toEqual([works[1]]);
    expect(withText(works, "")).toEqual(works);
  });

  it("is kept as CSV with the ceilings it was measured against", () => {
    const row = { work: "attention 64x32x128, 8 heads", who: "attentionless-wasm", ms: 2, gflops: 3, gb_per_s: 4, percent: 5, loss: null };
    const csv = benchCsv({ adapter: "CPU", ceilings: { gflops: 60, gb_per_s: 80 }, rows: [row], operations: [] });
    expect(csv.split("\r\n")[1]).toBe('"attention 64x32x128, 8 heads",attentionless-wasm,CPU,2,3,4,5,,60,80');
  });

  it("names what is wrong", () => {
    expect(wrongOf([{ operation: "linear", right: true }, { operation: "adam", right: false }])).toEqual(["adam"]);
  });
});
