import { describe, expect, it } from "vitest";
import { checkRecipe, plan, withAssignments } from "../../src/fake/engine.ts";
import { PRESETS } from "../../src/fake/files.ts";
import { lineStyle, MARKS } from "../../src/lib/marks.ts";
import { METHODS, netNamed, SITES } from "../../src/lib/mix.ts";
import { chosenNames, fillingsOfMix, goneFor, groupName, hasOurs, marksOf, mixName, spansLayer } from "../../src/lib/name.ts";
import { alike, ALL_PICKS, bestOfEach, completePicks, fillingOfPick, GROUPS, groupsAt, inOrder, largest, mixesOf, placedNets, type NetPick } from "../../src/lib/picks.ts";
import { netsAssignment } from "../../src/lib/recipe.ts";

const ENC_M: NetPick = { site: "enc", method: "alr", size: "m", variant: null };
const ENC_XS: NetPick = { ...ENC_M, size: "xs" };
const SELF_S: NetPick = { site: "self", method: "alr", size: "s", variant: null };
const CROSS_L: NetPick = { site: "cross", method: "awr", size: "l", variant: null };
const everywhere = (picks: NetPick[]) => picks.map((pick) => ({ ...pick, layers: "all" as const }));
const controlsOf = (site: string) => [`${site}=none`, `${site}=uniform`, `${site}=mean`];

it("tells sizes that are as a smaller one is", () => {
  const sizes = (["s", "m", "l", "xl"] as const).map((size, index) => ({ size, hidden: [1, 1, 4, 4][index] }));
  expect(alike(sizes)).toEqual([{ size: "m", as: "s" }, { size: "xl", as: "l" }]);
});

describe("picks", () => {
  it("come in groups of a site and a method, what is ours told apart", () => {
    expect(GROUPS.map(groupName)).toEqual([
      "Encoder self, ALR", "Encoder self, ALRR", "Encoder self, ASLR", "Encoder self, ELR", "Encoder self, AWR (ours)",
      "Decoder self, ALR", "Decoder self, AWR (ours)", "Cross, ALR", "Cross, AWR (ours)",
    ]);
    expect(SITES.flatMap(groupsAt)).toEqual(GROUPS);
    // ALR has six forms at cross-attention; it, ALRR, ASLR and ELR have three elsewhere; AWR has one.
    expect(ALL_PICKS).toHaveLength(5 * (4 * 3 + 1 + 3 + 1 + 6 + 1));
  });

  it("are in one order, each once", () => {
    expect(inOrder([CROSS_L, ENC_M, SELF_S, ENC_XS, { ...ENC_M }])).toEqual([ENC_XS, ENC_M, SELF_S, CROSS_L]);
    expect([largest([ENC_XS, ENC_M, SELF_S]), largest([])]).toEqual([ENC_M, undefined]);
    const elr: NetPick[] = [{ ...ENC_M, method: "elr", size: "s" }, { ...ENC_M, method: "elr", size: "l" }];
    expect(bestOfEach([CROSS_L, ...elr, ENC_XS, ENC_M], new Map())).toEqual([ENC_M, elr[1], CROSS_L]);
    const deep: NetPick = { ...ENC_M, variant: "deep3" };
    expect([largest([deep, ENC_M]), largest([{ ...deep, size: "l" }, ENC_M]), largest([deep, { ...ENC_M, method: "awr" }])]).toEqual([ENC_M, { ...deep, size: "l" }, deep]);
  });

  it("of a site are named method by method", () => {
    expect(chosenNames([ENC_XS, ENC_M, { ...ENC_M, method: "awr" }])).toEqual(["ALR XS, M", "AWR M"]);
    expect(chosenNames([{ ...ENC_M, variant: "deep2" }, ENC_XS])).toEqual(["ALR XS", "ALR M, 2 hidden layers"]);
    expect(chosenNames([])).toEqual([]);
  });

  it("are those of a recipe", () => {
    expect(placedNets(PRESETS.tiny.nets).map((net) => `${net.site}=${fillingOfPick(net)}`)).toEqual([
      "enc=alr-xs", "enc=alr-s", "enc=alr-m", "enc=alrr-m", "enc=aslr-m", "enc=elr-m", "self=alr-m", "cross=alr-m", "cross=awr-m",
    ]);
    expect(placedNets([{ site: "enc", layers: "all", method: "xyz", size: "m", variant: null }])).toEqual([]);
  });

  it("are all taken by the engine, with names that come back", () => {
    const recipe = withAssignments(PRESETS.tiny, [netsAssignment(ALL_PICKS.map((pick) => ({ ...pick, layers: [1] })))]);
    const names = plan(recipe).nets.map(({ net }) => netNamed(net));
    expect(names).toEqual(ALL_PICKS.map((pick) => ({ ...pick, layer: 1 })));
    const nets = [{ site: "cross", layers: "all", method: "elr", size: "m", variant: null }];
    expect(() => checkRecipe({ ...recipe, nets })).toThrow("elr is not built there");
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

  it("of several methods have together those that lose least", () => {
    const cross: NetPick = { ...CROSS_L, method: "alr" };
    expect(mixesOf(everywhere([{ ...ENC_M, method: "elr" }, ENC_M, cross, CROSS_L])).slice(0, 6)).toEqual([
      "teacher", "enc=alr-m", "enc=elr-m", "cross=alr-l", "cross=awr-l", "enc=alr-m,cross=awr-l",
    ]);
  });

  it("have the best scored together, and of each method the best and its best variant", () => {
    const [deep, awr]: NetPick[] = [{ ...ENC_M, variant: "deep2" }, { ...ENC_M, method: "awr" }];
    const scores = new Map([["enc=alr-xs", 80], ["enc=alr-m", 75], ["enc=awr-m", 79]]);
    expect(mixesOf(everywhere([ENC_XS, ENC_M, awr, CROSS_L]), scores)[5]).toBe("enc=alr-xs,cross=awr-l");
    expect(bestOfEach([ENC_XS, ENC_M, deep, awr, CROSS_L], scores)).toEqual([ENC_XS, deep, awr, CROSS_L]);
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
    ["enc=aslr-l", "Encoder self: ASLR L"],
    ["cross=none", "Cross: nothing (zero)"],
    ["cross=alr-m+gated", "Cross: ALR M, gated (ours)"],
    ["enc.1=elr-s+deep2,trained=nets", "Encoder self 1: ELR S, 2 hidden layers (ours) · nets trained on"],
    ["trained=all", "Transformer · all weights trained on"],
    ["enc=alr-m,self=alr-s,cross=awr-m", "Encoder self: ALR M · Decoder self: ALR S · Cross: AWR M"],
  ])("%s is %s", (mix, name) => {
    expect(mixName(mix)).toBe(name);
  });

  it("what is gone for a net is more than attention, or less", () => {
    expect(["none", ...METHODS.map((method) => `${method}-m`)].map(goneFor)).toEqual([
      "attention", "attention", "attention and residual", "attention", "whole layer", "attention weights",
    ]);
    expect(METHODS.filter((method) => spansLayer(`${method}-m`))).toEqual(["elr"]);
  });

  it("a mix has a mark for each of its methods", () => {
    const marks = (mix: string) => marksOf(fillingsOfMix(mix));
    expect(marks("teacher")).toEqual(["attention"]);
    expect(marks("enc=alr-m,self=alr-s,cross=awr-m")).toEqual(["alr-m", "awr-m"]);
    expect(marks("self=none,cross=mean")).toEqual(["none"]);
    expect(marks("enc=alr-m+deep2,self=alr-m,cross=alr-l+gated,trained=all")).toEqual(["alr-m+deep2", "alr-m"]);
    expect(marks("trained=all")).toEqual(["attention"]);
    expect([hasOurs(fillingsOfMix("enc=alr-m,cross=awr-m")), hasOurs(fillingsOfMix("enc=alr-m"))]).toEqual([true, false]);
  });

  it("methods share neither colour, dash nor outline", () => {
    for (const of of ["color", "dash", "path"] as const) expect(new Set(METHODS.map((method) => String(MARKS[method][of]))).size).toBe(METHODS.length);
    for (const method of METHODS) {
      const styles = Array.from({ length: 15 }, (_, index) => JSON.stringify(lineStyle(method, index)));
      expect([new Set(styles).size, lineStyle(method, 0)]).toEqual([15, { color: MARKS[method].color, dash: MARKS[method].dash }]);
    }
  });
});
