import { describe, expect, it } from "vitest";
import {
  applied, appliedToAll, BEST, bestFilling, BOARD_PRESETS, columnOf, fillingAt, firstBoard, hasAll, History, moved, obstacleAt, presetBoard, resized, restored, rowOf,
  trainingsOf, type Brush,
} from "../../src/lib/board.ts";
import { formatMix, netNamed, netOf, netsOf, parseMix, sameMix, teacherBoard, variantsOf, type Board } from "../../src/lib/mix.ts";
import { obstacleName, stretches } from "../../src/lib/name.ts";

const NETS = ["enc.1.alr-m", "enc.2.alr-m", "enc.1.alr-s"];
const NONE = new Map<string, number>();
const both = (net: string) => [1, 2].map((layer) => net.replace("=", `.${layer}.`));
const EVERYWHERE = [...NETS, "self.1.alr-s", "self.2.alr-s", "cross.1.awr-m", "cross.2.awr-m", "cross.1.awr-l"];
const ALR_M: Brush = { kind: "alr", size: "m", variant: null };

function board(mix: string): Board {
  const found = parseMix(mix, 2);
  if (!found) throw new Error(`${mix} is no mix`);
  return found;
}

describe("mixes", () => {
  it.each(["teacher", "enc=alr-m", "enc=elr-xl", "enc.1=alrr-s,enc.2=aslr-l,cross=alr-m", "enc=alr-m,self=alr-m,cross=awr-m", "enc=awr-xl", "self=awr-s", "enc=none,self=uniform,cross=mean", "enc.2=alr-m", "enc.1=alr-m,enc.2=none", "cross=alr-m+gated", "enc.1=elr-s+deep3,self=alr-m+deep2", "enc=alr-m,trained=nets", "trained=all", "enc=none,trained=scratch"])("%s comes back", (mix) => {
    expect(formatMix(board(mix))).toBe(mix);
  });

  it("an entry for one layer wins, else the last", () => {
    const parsed = board("enc.1=none,enc=alr-m,enc=alr-s");
    expect(parsed.enc).toEqual(["none", "alr-s"]);
    expect(netsOf(parsed)).toEqual(["enc.2.alr-s"]);
  });

  it.each(["", "enc", "enc.0=none", "enc.3=none", "encoder=none", "enc=alr", "enc=alr-m-m", "enc=xyz-m", "self=alrr-m", "enc=alr-m+gated", "self=alr-m+perquery", "cross=awr-m+deep2", "enc=alr-m+", "enc=alr-m+wide", "trained=nets", "enc=none,trained=nets", "enc=alr-m,trained=on", "teacher,trained=all", "cross=aslr-m", "cross=elr-m", "enc=<b>"])("%s is none", (mix) => {
    expect(parseMix(mix, 2)).toBeNull();
  });

  it("names what is replaced in stretches", () => {
    expect(stretches(board("enc=alr-m,cross.2=none"))).toEqual([
      { site: "enc", first: 1, last: 2, filling: "alr-m" },
      { site: "cross", first: 2, last: 2, filling: "none" },
    ]);
  });
});

describe("variants", () => {
  it("are read from a net's text and name", () => {
    expect(netOf("alr-m+deep2")).toEqual({ method: "alr", size: "m", variant: "deep2" });
    expect(netNamed("cross.2.alr-xl+gated")).toEqual({ site: "cross", layer: 2, method: "alr", size: "xl", variant: "gated" });
    expect(netsOf(board("cross.2=alr-m+gated"))).toEqual(["cross.2.alr-m+gated"]);
    expect([variantsOf("alr"), variantsOf("elr"), variantsOf("awr")]).toEqual([["perquery", "gated", "prefix", "deep2", "deep3"], ["deep2", "deep3"], []]);
  });

  it("stand where they are built, and are nets of their own", () => {
    const gated: Brush = { kind: "alr", size: "m", variant: "gated" };
    const nets = [...EVERYWHERE, "cross.1.alr-m+gated"];
    const held = fillingAt(gated, { site: "cross", layer: 0 }, nets);
    expect(obstacleAt(held, "cross", 0, nets)).toBeNull();
    expect(obstacleAt(held, "cross", 1, nets)).toEqual({ kind: "not-trained", net: "cross.2.alr-m+gated" });
    const why = obstacleAt(held, "enc", 0, nets);
    expect(why).toEqual({ kind: "not-built", method: "alr", variant: "gated", site: "enc" });
    expect(why && obstacleName(why)).toBe("ALR, gated is not built for encoder self-attention; ALR, ALRR, ASLR, ELR and AWR are.");
    expect(formatMix(applied(teacherBoard(2), gated, "cross", 0, nets))).toBe("cross.1=alr-m+gated");
  });
});

describe("mixes that are trained as a whole", () => {
  const weights = { layers: 2, nets: NETS, tuned: ["enc.1=alr-m,enc.2=alr-m,trained=nets", "enc=alr-m,trained=all", "trained=all", "cross=alr-s,trained=scratch"] };

  it("are found however they are written", () => {
    expect(sameMix("enc=alr-m,trained=nets", weights.tuned, 2)).toBe("enc.1=alr-m,enc.2=alr-m,trained=nets");
    expect(sameMix("enc=alr-m", weights.tuned, 2)).toBeUndefined();
    expect(sameMix("nonsense", ["nonsense"], 2)).toBeUndefined();
    expect([trainingsOf(board("enc=alr-m"), weights), trainingsOf(board("enc=alr-s"), weights), trainingsOf(board("teacher"), weights)]).toEqual([["nets", "all"], [], ["all"]]);
  });

  it("are there without the nets that they began as", () => {
    const has = (mix: string) => hasAll(board(mix), weights);
    expect(["cross=alr-s,trained=scratch", "cross=alr-s", "enc=alr-m", "enc=alr-m,trained=scratch"].map(has)).toEqual([true, false, true, false]);
  });

  it("are others once a cell is", () => {
    expect(formatMix(restored(board("enc=alr-m,trained=nets"), "enc", 1))).toBe("enc.1=alr-m");
  });
});

describe("the switchboard", () => {
  const teacher = teacherBoard(2);

  it("a click applies the brush, another restores attention", () => {
    const once = applied(teacher, ALR_M, "enc", 0, NETS);
    expect(formatMix(once)).toBe("enc.1=alr-m");
    expect(formatMix(applied(once, ALR_M, "enc", 0, NETS))).toBe("teacher");
  });

  it("puts no net where none is trained or built", () => {
    expect(obstacleAt("alr-l", "enc", 0, NETS)).toEqual({ kind: "not-trained", net: "enc.1.alr-l" });
    expect(obstacleAt("alr-m", "self", 1, NETS)).toEqual({ kind: "not-trained", net: "self.2.alr-m" });
    expect(obstacleAt("awr-xs", "cross", 1, NETS)).toEqual({ kind: "not-trained", net: "cross.2.awr-xs" });
    expect(obstacleAt("alr-m", "cross", 0, NETS)).toEqual({ kind: "not-trained", net: "cross.1.alr-m" });
    expect(obstacleAt("elr-s", "enc", 1, NETS)).toEqual({ kind: "not-trained", net: "enc.2.elr-s" });
    expect(obstacleAt("elr-s", "cross", 0, NETS)).toEqual({ kind: "not-built", method: "elr", variant: null, site: "cross" });
    expect(obstacleAt("awr-m", "cross", 0, EVERYWHERE)).toBeNull();
    for (const site of ["enc", "self", "cross"] as const) expect(obstacleAt("none", site, 0, [])).toBeNull();
    expect(applied(teacher, { kind: "alr", size: "s", variant: null }, "enc", 1, NETS)).toBe(teacher);
  });

  it.each([
    ["awr-m", "self", "AWR M is not trained. Click to train it."],
    ["alrr-m", "self", "ALRR stands in the encoder. Decoder sites take ALR only, as in the paper’s code, and AWR (ours)."],
    ["elr-m", "cross", "ELR stands in the encoder. Decoder sites take ALR only, as in the paper’s code, and AWR (ours)."],
    ["aslr-l", "enc", "ASLR L is not trained. Click to train it."],
    ["alr-l", "self", "ALR L is not trained. Click to train it."],
    ["awr-l", "cross", "AWR L is not trained. Click to train it."],
  ] as const)("says why %s cannot stand at %s", (filling, site, words) => {
    const why = obstacleAt(filling, site, 1, EVERYWHERE);
    expect(why && obstacleName(why)).toBe(words);
  });

  it("headers fill what can be filled, and empty it again", () => {
    const column = appliedToAll(teacher, ALR_M, columnOf("enc", 2), NETS);
    expect(formatMix(column)).toBe("enc=alr-m");
    expect(formatMix(appliedToAll(column, ALR_M, columnOf("enc", 2), NETS))).toBe("teacher");
    expect(formatMix(appliedToAll(teacher, { kind: "none", size: "m", variant: null }, rowOf(0), NETS))).toBe("enc.1=none,self.1=none,cross.1=none");
    expect(formatMix(appliedToAll(teacher, ALR_M, rowOf(0), NETS))).toBe("enc.1=alr-m");
    expect(formatMix(appliedToAll(teacher, { kind: "awr", size: "m", variant: null }, columnOf("cross", 2), EVERYWHERE))).toBe("cross=awr-m");
    expect(appliedToAll(teacher, { kind: "awr", size: "m", variant: null }, columnOf("self", 2), EVERYWHERE)).toBe(teacher);
  });

  it("A gives attention back", () => {
    expect(formatMix(restored(board("enc=alr-m"), "enc", 0))).toBe("enc.2=alr-m");
  });

  it("presets take the largest nets that every layer has", () => {
    expect([bestFilling("enc", 2, EVERYWHERE, NONE), bestFilling("self", 2, EVERYWHERE, NONE), bestFilling("cross", 2, EVERYWHERE, NONE)]).toEqual(["alr-m", "alr-s", "awr-m"]);
    expect(bestFilling("enc", 2, [...NETS, "enc.1.awr-l", "enc.2.awr-l"], NONE)).toBe("awr-l");
    expect(bestFilling("enc", 2, [...NETS, "enc.1.awr-m", "enc.2.awr-m"], NONE)).toBe("alr-m");
    expect(BOARD_PRESETS.map((preset) => formatMix(presetBoard(preset, 2, EVERYWHERE, NONE)))).toEqual([
      "teacher", "enc=alr-m", "self=alr-s", "cross=awr-m", "enc=alr-m,self=alr-s,cross=awr-m",
    ]);
    expect(formatMix(presetBoard("no-attention", 2, NETS, NONE))).toBe("enc=alr-m,self=none,cross=none");
    expect(formatMix(presetBoard("no-encoder", 2, NETS, NONE))).toBe("enc=alr-m");
    expect(formatMix(presetBoard("no-attention", 2, [], NONE))).toBe("enc=none,self=none,cross=none");
    expect(formatMix(presetBoard("teacher", 2, NETS, NONE))).toBe("teacher");
  });

  it("presets take the method that loses least where sizes are alike", () => {
    const everywhere = ["cross=alr-m", "cross=awr-m", "enc=elr-m", "enc=alr-m", "enc=aslr-m"].flatMap(both);
    expect([bestFilling("cross", 2, everywhere, NONE), bestFilling("enc", 2, everywhere, NONE)]).toEqual(["awr-m", "alr-m"]);
    expect(bestFilling("cross", 2, [...everywhere, ...both("cross=alr-l")], NONE)).toBe("alr-l");
    expect(bestFilling("cross", 2, both("cross=alr-m"), NONE)).toBe("alr-m");
    expect(bestFilling("enc", 2, [...both("enc=alrr-l"), ...everywhere], NONE)).toBe("alrr-l");
  });

  it("presets take the best scored net, whatever its size", () => {
    const everywhere = ["enc=alr-m", "enc=alr-l", "enc=alr-s+deep2", "self=alr-m", "self=awr-m"].flatMap(both);
    const scores = new Map([["enc=alr-m", 70], ["enc=alr-s+deep2", 74], ["self=awr-m", 60], ["cross=alr-m", 99]]);
    expect([bestFilling("enc", 2, everywhere, scores), bestFilling("self", 2, everywhere, scores), bestFilling("cross", 2, everywhere, scores)]).toEqual(["alr-s+deep2", "awr-m", "none"]);
    expect(bestFilling("enc", 2, everywhere, NONE)).toBe("alr-l");
    expect(formatMix(firstBoard(2, everywhere, scores))).toBe("enc=alr-s+deep2");
    expect(formatMix(firstBoard(2, both("cross=awr-s"), NONE))).toBe("cross=awr-s");
    expect(formatMix(firstBoard(2, [], NONE))).toBe("teacher");
  });

  it("a brush without sizes is its own filling", () => {
    const cell = { site: "self", layer: 0 } as const;
    expect([ALR_M, { ...ALR_M, kind: "mean" }].map((brush) => fillingAt(brush, cell, []))).toEqual(["alr-m", "mean"]);
  });

  it("the brush for the best holds what each cell has, and leads to the first method where it has none", () => {
    const brush: Brush = { kind: BEST, size: "m", variant: null };
    const nets = [...both("enc=alr-m"), ...both("enc=alr-s"), "self.2.awr-s"];
    const scores = new Map([["enc=alr-m", 60], ["enc=alr-s", 70]]);
    expect(fillingAt(brush, { site: "enc", layer: 1 }, nets, scores)).toBe("alr-s");
    expect(fillingAt(brush, { site: "self", layer: 0 }, nets, scores)).toBe("alr-m");
    expect(resized(brush, "l")).toEqual({ kind: "alr", size: "l", variant: null });
    expect(resized({ kind: "awr", size: "m", variant: null }, "xs")).toEqual({ kind: "awr", size: "xs", variant: null });
    expect(formatMix(appliedToAll(teacher, brush, columnOf("enc", 2), nets, scores))).toBe("enc=alr-s");
    const row = appliedToAll(teacher, brush, rowOf(1), nets, scores);
    expect(formatMix(row)).toBe("enc.2=alr-s,self.2=awr-s");
    expect(formatMix(appliedToAll(row, brush, rowOf(1), nets, scores))).toBe("teacher");
    expect(applied(teacher, brush, "cross", 0, nets, scores)).toBe(teacher);
  });

  it("remembers 50 steps", () => {
    const history = new History();
    for (let layers = 1; layers <= 60; layers++) history.push(teacherBoard(layers));
    expect([history.length, history.pop()?.enc.length]).toEqual([50, 60]);
  });

  it("keys move inside the grid and never to its empty corner", () => {
    const size: [number, number] = [3, 4];
    expect(moved([1, 1], "ArrowRight", false, size)).toEqual([1, 2]);
    expect(moved([2, 3], "ArrowDown", false, size)).toEqual([2, 3]);
    expect(moved([0, 1], "ArrowLeft", false, size)).toEqual([0, 1]);
    expect(moved([2, 2], "Home", false, size)).toEqual([2, 0]);
    expect(moved([2, 2], "Home", true, size)).toEqual([0, 1]);
    expect(moved([0, 1], "End", true, size)).toEqual([2, 3]);
    expect(moved([1, 1], "x", false, size)).toBeNull();
  });
});
