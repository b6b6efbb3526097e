import { describe, expect, it } from "vitest";
import { checkRecipe, plan, withAssignments } from "../../src/fake/engine.ts";
import { PRESETS } from "../../src/fake/files.ts";
import { lineStyle, MARKS } from "../../src/lib/marks.ts";
import { METHODS, netNamed } from "../../src/lib/mix.ts";
import { fillingsOfMix, groupName, hasOurs, marksOf, mixName } from "../../src/lib/name.ts";
import { ALL_PICKS, completePicks, fillingOfPick, GROUPS, inOrder, largest, mixesOf, placedNets, type NetPick } from "../../src/lib/picks.ts";
import { netsAssignment } from "../../src/lib/recipe.ts";

const ENC_M: NetPick = { site: "enc", method: "alr", size: "m" };
const ENC_XS: NetPick = { ...ENC_M, size: "xs" };
const SELF_S: NetPick = { site: "self", method: "alr", size: "s" };
const CROSS_L: NetPick = { site: "cross", method: "awr", size: "l" };
const everywhere = (picks: NetPick[]) => picks.map((pick) => ({ ...pick, layers: "all" as const }));
const controlsOf = (site: string) => [`${site}=none`, `${site}=uniform`, `${site}=mean`];

describe("picks", () => {
  it("come in groups of a site and a method, what is ours told apart", () => {
    expect(GROUPS.map(groupName)).toEqual(["Encoder self, ALR", "Decoder self, ALR", "Cross, AWR (ours)", "Encoder self, AWR (ours)"]);
    expect(ALL_PICKS).toHaveLength(5 * GROUPS.length);
  });

  it("are in one order, each once", () => {
    expect(inOrder([CROSS_L, ENC_M, SELF_S, ENC_XS, { ...ENC_M }])).toEqual([ENC_XS, ENC_M, SELF_S, CROSS_L]);
    expect([largest([ENC_XS, ENC_M, SELF_S]), largest([])]).toEqual([ENC_M, undefined]);
  });

  it("are those of a recipe", () => {
    expect(placedNets(PRESETS.tiny.nets).map((net) => `${net.site}=${fillingOfPick(net)}`)).toEqual([
      "enc=alr-xs", "enc=alr-s", "enc=alr-m", "self=alr-m", "cross=awr-m",
    ]);
    expect(placedNets([{ site: "enc", layers: "all", method: "xyz", size: "m", variant: null }])).toEqual([]);
  });

  it("are all taken by the engine, with names that come back", () => {
    const recipe = withAssignments(PRESETS.tiny, [netsAssignment(ALL_PICKS.map((pick) => ({ ...pick, layers: [1] })))]);
    const names = plan(recipe).nets.map(({ net }) => netNamed(net));
    expect(names).toEqual(ALL_PICKS.map((pick) => ({ ...pick, layer: 1 })));
    const nets = [{ site: "cross", layers: "all", method: "alr", size: "m", variant: null }];
    expect(() => checkRecipe({ ...recipe, nets })).toThrow("alr is not built there");
  });

  it("count a model's nets that every layer has", () => {
    const nets = ["enc.1.alr-m", "enc.2.alr-m", "enc.1.alr-s", "self.1.alr-s", "self.2.alr-s", "cross.1.awr-l", "cross.2.awr-l", "cross.2.awr-m"];
    expect(completePicks(2, nets)).toEqual([ENC_M, SELF_S, CROSS_L]);
    expect(completePicks(2, [])).toEqual([]);
  });
});

describe("the mixes that are scored", () => {
  it("of one site are its nets and its controls", () => {
    expect(mixesOf(everywhere([ENC_M, ENC_XS]))).toEqual(["teacher", "enc=alr-xs", "enc=alr-m", ...controlsOf("enc")]);
    expect(mixesOf(everywhere([CROSS_L]))).toEqual(["teacher", "cross=awr-l", ...controlsOf("cross")]);
  });

  it("of several sites have the largest of each together", () => {
    expect(mixesOf(everywhere([CROSS_L, SELF_S, ENC_XS, ENC_M]))).toEqual([
      "teacher", "enc=alr-xs", "enc=alr-m", "self=alr-s", "cross=awr-l", "enc=alr-m,self=alr-s,cross=awr-l",
      ...controlsOf("enc"), ...controlsOf("self"), ...controlsOf("cross"),
    ]);
    expect(mixesOf(everywhere([SELF_S, CROSS_L]))[3]).toBe("self=alr-s,cross=awr-l");
  });

  it("of two methods at one site have none together", () => {
    expect(mixesOf(everywhere([ENC_M, { ...ENC_M, method: "awr" }]))).toEqual(["teacher", "enc=alr-m", "enc=awr-m", ...controlsOf("enc")]);
  });

  it("name the layers that were chosen", () => {
    const layers = [1, 3];
    expect(mixesOf([{ ...ENC_M, layers }, { ...SELF_S, layers }]).slice(0, 4)).toEqual([
      "teacher", "enc.1=alr-m,enc.3=alr-m", "self.1=alr-s,self.3=alr-s", "enc.1=alr-m,enc.3=alr-m,self.1=alr-s,self.3=alr-s",
    ]);
  });

  it("without nets are the encoder's controls", () => {
    expect(mixesOf([])).toEqual(["teacher", ...controlsOf("enc")]);
  });
});

describe("names and marks", () => {
  it.each([
    ["teacher", "Transformer"],
    ["self=alr-m", "Decoder self: ALR M"],
    ["cross=awr-m", "Cross: AWR M"],
    ["enc.2=awr-xl", "Encoder self 2: AWR XL"],
    ["cross=none", "Cross: nothing (zero)"],
    ["enc=alr-m,self=alr-s,cross=awr-m", "Encoder self: ALR M · Decoder self: ALR S · Cross: AWR M"],
  ])("%s is %s", (mix, name) => {
    expect(mixName(mix)).toBe(name);
  });

  it("a mix has a mark for each of its methods", () => {
    const marks = (mix: string) => marksOf(fillingsOfMix(mix));
    expect(marks("teacher")).toEqual(["attention"]);
    expect(marks("enc=alr-m,self=alr-s,cross=awr-m")).toEqual(["alr-m", "awr-m"]);
    expect(marks("self=none,cross=mean")).toEqual(["none"]);
    expect([hasOurs(fillingsOfMix("enc=alr-m,cross=awr-m")), hasOurs(fillingsOfMix("enc=alr-m"))]).toEqual([true, false]);
  });

  it("methods share neither colour, dash nor outline", () => {
    for (const of of ["color", "dash", "path"] as const) expect(new Set(METHODS.map((method) => String(MARKS[method][of]))).size).toBe(METHODS.length);
    const styles = Array.from({ length: 10 }, (_, index) => JSON.stringify(lineStyle("awr", index)));
    expect([new Set(styles).size, lineStyle("awr", 0)]).toEqual([10, { color: MARKS.awr.color, dash: MARKS.awr.dash }]);
  });
});
