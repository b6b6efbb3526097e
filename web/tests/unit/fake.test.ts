import { describe, expect, it } from "vitest";
import { costOf, goneFor, parametersOf } from "../../src/fake/costs.ts";
import { PRESETS } from "../../src/fake/files.ts";
import { SIZES } from "../../src/lib/mix.ts";

/** The paper's sizes, with its eight heads. */
const PAPER = { ...PRESETS.paper, model: { ...PRESETS.paper.model, heads: 8 } };
const all = (net: string) => SIZES.map((size) => costOf(`${net}-${size}`, PAPER));

describe("the scripted engine counts as the engine does", () => {
  it.each([
    ["enc.1.alr", [339_275, 659_350, 10_261_600, 40_988_800, 163_897_600]],
    ["enc.1.alrr", [339_275, 659_350, 10_261_600, 40_988_800, 163_897_600]],
    ["enc.1.elr", [339_275, 659_350, 10_261_600, 40_988_800, 163_897_600]],
    ["enc.1.aslr", [1_454_200, 2_894_800, 5_776_000, 11_538_400, 11_538_400]],
    ["self.1.alr", [176_203, 339_478, 5_237_728, 20_912_128, 83_609_728]],
    ["cross.1.alr", [992_150, 1_952_300, 30_756_800, 122_931_200, 491_628_800]],
  ])("%s", (net, parameters) => {
    expect(all(net).map((cost) => cost.parameters)).toEqual(parameters);
  });

  it("all heads beside one, where each has a net of its own", () => {
    expect(all("enc.1.aslr").map((cost) => cost.parameters_all_heads)[0]).toBe(8 * 1_454_200);
    expect(parametersOf("enc.1.aslr-xs", PAPER)).toBe(8 * 1_454_200);
    expect(all("enc.1.alr").every((cost) => cost.parameters_all_heads === undefined)).toBe(true);
  });

  it("variants, as the engine counted them for a width of 4096", () => {
    const small = { ...PRESETS.small, model: { ...PRESETS.small.model, heads: 8 } };
    const parameters = (net: string) => costOf(net, small).parameters;
    expect(["cross.1.alr-m+perquery", "cross.1.alr-m+gated", "cross.1.alr-m+prefix"].map(parameters)).toEqual([4_469_120, 4_601_216, 12_606_464]);
    expect(parameters("enc.1.alr-m+deep2") - parameters("enc.1.alr-m")).toBe(512 * 512 + 3 * 512);
    expect(parameters("self.1.alr-m+deep3") - parameters("self.1.alr-m")).toBe(2 * (512 * 512 + 3 * 512));
  });

  it("what is gone of the teacher", () => {
    const gone = (filling: string) => goneFor(filling, PAPER);
    expect(["attention", "alr-m", "aslr-m", "none", "awr-m", "uniform"].map(gone)).toEqual([0, 49_536, 49_536, 49_536, 33_024, 33_024]);
    // With the output projection and the norm; and the whole layer of width 128 and 512.
    expect([gone("alrr-m"), gone("elr-m")]).toEqual([66_304, 198_272]);
  });
});
