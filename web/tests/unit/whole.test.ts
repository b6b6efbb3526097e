import { describe, expect, it } from "vitest";
import { PRESETS } from "../../src/fake/files.ts";
import { trainedAs } from "../../src/lib/mix.ts";
import { mixesOf, placedNets } from "../../src/lib/picks.ts";
import { extended, mixesAssignments, scoredMixes, trainsWhole } from "../../src/lib/recipe.ts";
import { wholeMix, wholesOf, withWhole } from "../../src/lib/whole.ts";
import { withAssignments } from "../../src/fake/engine.ts";
import type { Recipe } from "../../src/protocol.ts";

const NETS = placedNets(PRESETS.tiny.nets);
const MIX = "enc=alr-m,self=alr-m,cross=awr-m";

function scoring(...mixes: string[]): Recipe {
  return { ...PRESETS.tiny, score: { ...PRESETS.tiny.score, mixes } };
}

describe("what is trained as a whole", () => {
  it("is the mix of the largest nets, and the teacher itself", () => {
    expect((["nets", "all", "scratch", "control"] as const).map((whole) => wholeMix(NETS, whole))).toEqual([
      `${MIX},trained=nets`, `${MIX},trained=all`, `${MIX},trained=scratch`, "trained=all",
    ]);
    expect([wholeMix([], "nets"), wholeMix([], "control")]).toEqual([null, "trained=all"]);
    expect(trainedAs("enc=alr-m,trained=nets", "all")).toBe("enc=alr-m,trained=all");
  });

  it("comes and goes by itself", () => {
    const plain = mixesOf(NETS);
    const both = withWhole(withWhole(plain, NETS, "all", true), NETS, "control", true);
    expect(both).toEqual([...plain, `${MIX},trained=all`, "trained=all"]);
    expect(wholesOf(both)).toEqual(["all", "control"]);
    // Also one that was asked for elsewhere, of other nets.
    expect(withWhole([...both, "enc=alr-xs,trained=all"], NETS, "all", false)).toEqual([...plain, "trained=all"]);
    expect(withWhole(both, NETS, "all", true)).toEqual([...plain, "trained=all", `${MIX},trained=all`]);
    expect(withWhole(plain, [], "nets", true)).toEqual(plain);
  });

  it("can stand in a recipe in two ways, and is counted once", () => {
    const recipe = scoring("teacher", "enc=alr-m,trained=all");
    const named = { ...recipe, finetune: { ...recipe.finetune, mix: "enc=alr-m", what: "all" as const } };
    expect(scoredMixes(named)).toEqual(["teacher", "enc=alr-m,trained=all"]);
    expect(scoredMixes({ ...named, score: { ...named.score, mixes: ["teacher"] } })).toEqual(["teacher", "enc=alr-m,trained=all"]);
    const assigned = withAssignments(named, mixesAssignments(scoredMixes(named)));
    expect([assigned.finetune.mix, scoredMixes(assigned)]).toEqual([null, scoredMixes(named)]);
    const old = { ...scoring("teacher"), finetune: undefined } as unknown as Recipe;
    expect(scoredMixes(old)).toEqual(["teacher"]);
    expect([trainsWhole(named), trainsWhole(PRESETS.tiny)]).toEqual([true, false]);
  });

  it("is trained in one way in one run", () => {
    const added = { ...scoring("enc=alr-s,trained=nets"), finetune: { ...PRESETS.tiny.finetune, epochs: 5 } };
    expect(extended(scoring("teacher"), added).finetune.epochs).toBe(5);
    expect(extended(scoring("teacher", "trained=all"), added)).toMatchObject({ finetune: { epochs: 1 }, score: { mixes: ["teacher", "trained=all", "enc=alr-s,trained=nets"] } });
  });
});
