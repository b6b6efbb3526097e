import { beforeEach, describe, expect, it, vi } from "vitest";
import { entry, fakeFiles, fakeRows, PRESETS } from "../../src/fake/files.ts";
import { figureCsv } from "../../src/lib/csv.ts";
import { columnsFor, figureOf, rangeOf, type Names } from "../../src/lib/figure.ts";
import { largestFitting, linesOf, netParameter, nextGap, openOf, type Cost } from "../../src/lib/gaps.ts";
import { parseRoute } from "../../src/lib/route.ts";
import { foundIn, settingsOf, type Found } from "../../src/lib/setting.ts";
import { DEMO, type Recipe, type Row, type ScoredModel } from "../../src/protocol.ts";
import { allRows } from "../../src/worker/rows.ts";
import { clear, disk } from "./memory.ts";

vi.mock("../../src/worker/storage.ts", () => import("./memory.ts"));

function row(mix: string, bleu: number, parameters = 1e6): Row {
  return { mix, bleu, bleu_low: bleu - 2, bleu_high: bleu + 2, bleu_authors: bleu, chrf: bleu, parameters, ms_per_sentence: 1, r2: {}, difference: null, sentences: 100, beam: 1 };
}

function model(name: string, rows: Row[], recipe: Partial<Recipe> = {}, text: string | null = null): ScoredModel {
  return { model: name, name, recipe: { ...PRESETS.tiny, ...recipe }, text, rows };
}

function found(...rows: Row[]): Found {
  return foundIn({ key: "", models: [model("one", rows)] });
}

const NAMES: Names = { teacher: "teacher", trainedOn: "on", control: (it) => it, point: ({ row }) => row.mix, parameters: String };

describe("settings", () => {
  it("have all in common that makes the teacher, but its seed", () => {
    const models = [model("a", []), model("b", [], { seed: 2 }), model("c", [], { pair: "de-en" }), model("d", [], { distil: { ...PRESETS.tiny.distil, epochs: 1 } })];
    expect(settingsOf(models).map(({ models }) => models.map(({ model }) => model))).toEqual([["a", "b", "d"], ["c"]]);
  });

  it("are of one text: of two files by the same name, and however the recipe has its hash", () => {
    const corpus = { ...PRESETS.tiny.corpus, source: "tsv:mine.tsv" };
    const models = [model("a", [], { corpus }, "1"), model("b", [], { corpus }, "2"), model("c", [], { corpus: { ...corpus, hash: "1" } }, "1")];
    expect(settingsOf(models).map(({ models }) => models.map(({ model }) => model))).toEqual([["a", "c"], ["b"]]);
  });

  it("know where each row stands", () => {
    const { teachers, trainedOn, levels, points, others } = found(
      row("teacher", 80), row("trained=all", 81), row("enc=none", 60), row("enc=alr-m", 79), row("enc.1=alr-s,enc.2=alr-s", 70), row("cross=alr-m+gated", 50),
      row("enc=alr-m,self=alr-m,cross=awr-l", 75), row("enc=alr-s,self=alr-s,cross=alr-s,trained=nets", 74), row("enc=none,self=none,cross=none", 1),
      row("enc.2=alr-m", 79), row("enc=alr-m,cross=awr-m", 76), row("enc=none,self=alr-m,cross=alr-m", 2), row("nonsense", 3),
    );
    expect([teachers.length, trainedOn.length]).toEqual([1, 1]);
    expect(levels.map(({ place, control }) => `${place} ${control}`)).toEqual(["enc none", "all none"]);
    expect(points.map(({ place, kind, size, board }) => [place, kind && `${kind.method}+${kind.variant}`, size, board.trained])).toEqual([
      ["enc", "alr+null", "m", null], ["enc", "alr+null", "s", null], ["cross", "alr+gated", "m", null], ["all", null, "l", null], ["all", "alr+null", "s", "nets"],
    ]);
    expect(others.map(({ row }) => row.mix)).toEqual(["enc.2=alr-m", "enc=alr-m,cross=awr-m", "enc=none,self=alr-m,cross=alr-m"]);
  });

  it("count once what a run has from the one that it went on from", () => {
    const rows = [row("teacher", 80), row("enc=alr-m", 79)];
    const other = model("seed 2", rows, { seed: 2 });
    const { teachers, points } = foundIn({ key: "", models: [model("new", [...rows, row("enc.1=alr-m,enc.2=alr-m", 78)]), model("old", rows), other] });
    expect(teachers.map(({ model }) => model.model)).toEqual(["new", "seed 2"]);
    expect(points.map(({ model }) => model.model)).toEqual(["new", "seed 2"]);
  });
});

describe("the figure", () => {
  const rows = [row("teacher", 80), row("enc=alr-xs", 60, 1e6), row("enc=alr-m", 75, 2e6), row("enc=elr-m", 74, 3e6), row("cross=none", 3), row("enc=alr-m,self=alr-m,cross=alr-m", 55, 5e6)];
  const all = found(...rows);
  const drawn = figureOf(all, 1300, "size", false, NAMES);

  it("is four plots in a row, two by two, or one below the other", () => {
    expect([1300, 720, 358].map(columnsFor)).toEqual([4, 2, 1]);
    expect(drawn.facets.map(({ place, first }) => [place, first])).toEqual([["enc", true], ["self", false], ["cross", false], ["all", false]]);
    const narrow = figureOf(all, 358, "size", false, NAMES);
    expect(narrow.facets.every(({ left, width, first }) => first && left + width < 358)).toBe(true);
    expect(narrow.facets[3].top + narrow.facets[3].height).toBeLessThan(narrow.height);
  });

  it("begins at 0 unless it is zoomed, which leaves controls below it away", () => {
    expect([rangeOf(all, false), rangeOf(all, true), rangeOf(found(), false)]).toEqual([[0, 90], [50, 90], [0, 10]]);
    expect(drawn.facets[2].levels).toHaveLength(1);
    expect(figureOf(all, 1300, "size", true, NAMES).facets[2].levels).toHaveLength(0);
    const [enc] = drawn.facets;
    expect(enc.marks.map(({ y }) => y)).toEqual([60, 75, 74].map((bleu) => enc.height * (1 - bleu / 90)));
    expect(enc.bands).toEqual([{ y: enc.height * (1 - 80 / 90), low: enc.height * (1 - 78 / 90), high: enc.height * (1 - 82 / 90) }]);
  });

  it("has kinds of one size beside each other, and a curve of one kind", () => {
    const [enc] = drawn.facets;
    const slot = enc.width / 5;
    expect(enc.marks.map(({ x }) => Math.floor(x / slot))).toEqual([0, 2, 2]);
    expect(enc.marks[2].x - enc.marks[1].x).toBe(8);
    expect(enc.curves).toHaveLength(1);
    expect(enc.labels.map(({ text }) => text)).toEqual(["teacher", "enc=alr-m", "enc=elr-m"]);
    expect(drawn.facets[3].labels.map(({ text }) => text)).toEqual(["teacher", "enc=alr-m,self=alr-m,cross=alr-m"]);
  });

  it("can go by parameters, on one axis for all places", () => {
    const facets = figureOf(all, 1300, "parameters", false, NAMES).facets;
    const [enc, , , together] = facets;
    expect(facets.every(({ xTicks }) => JSON.stringify(xTicks) === JSON.stringify(enc.xTicks))).toBe(true);
    expect(enc.xTicks.map(({ text }) => text)).toEqual(["1000000", "2000000", "5000000"]);
    expect(enc.marks[1].x).toBeCloseTo(enc.xTicks[1].at);
    expect(together.marks[0].x).toBeCloseTo(enc.xTicks[2].at);
  });
});

describe("gaps", () => {
  const cost = (site: "enc" | "self", size: "xs" | "m" | "l" | "xl", seconds: number | null, largestBuffer = 1): Cost => ({
    pick: { site, method: "alr", size, variant: null }, bytes: 100 - (seconds ?? 0), largestBuffer, seconds,
  });
  const lines = linesOf(found(row("enc=alr-m", 79), row("enc=alr-m,trained=nets", 80), row("cross=alr-s+gated", 50)), [cost("enc", "m", 1), cost("enc", "xs", 5), cost("self", "m", 9, 50)]);

  it("are all that no run has scored, with variants where one was tried", () => {
    expect(lines.map(({ group, variant }) => `${group.site} ${group.method}${variant ?? ""}`)).toEqual([
      "enc alr", "enc alrr", "enc aslr", "enc elr", "enc awr", "self alr", "self awr", "cross alr", "cross alrgated", "cross awr",
    ]);
    // What was trained as a whole is no net by itself.
    expect(lines[0].cells.map(({ points }) => points.length)).toEqual([0, 0, 1, 0, 0]);
  });

  it("stand at the bottom of the figure at their sizes, and name the largest that fits", () => {
    const open = [cost("enc", "l", 9), cost("enc", "xs", 1), cost("self", "m", 2)];
    const [enc, self] = figureOf(found(), 1300, "size", false, NAMES, open).facets;
    expect(enc.opens.map(({ cost, y }) => [cost.pick.size, y === enc.height])).toEqual([["xs", true], ["l", true]]);
    expect(self.opens.map(({ x }) => x)).toEqual([self.width / 2]);
    expect(figureOf(found(row("enc=alr-m", 70)), 1300, "parameters", false, NAMES, open).facets[0].opens).toEqual([]);
    const [line] = linesOf(found(row("enc=alr-s", 70)), [cost("enc", "m", 1, 40), cost("enc", "l", 2, 90), cost("enc", "xl", 3, 200)]);
    expect([100, 50, 20].map((allowed) => largestFitting(line, allowed)?.pick.size)).toEqual(["l", "m", "s"]);
    expect(openOf([line]).map(({ pick }) => pick.size)).toEqual(["m", "l", "xl"]);
  });

  it("are filled from the cheapest on, by time where it is known, with what fits", () => {
    expect(nextGap(lines, 100)?.pick).toMatchObject({ site: "enc", size: "xs" });
    const open = linesOf(found(), [cost("enc", "xs", 5, 99), cost("self", "m", 9, 50)]);
    expect([nextGap(open, 60)?.pick.site, nextGap(open, 10), nextGap(linesOf(found(), []), 100)]).toEqual(["self", null, null]);
    expect(nextGap(linesOf(found(), [cost("enc", "xs", null), cost("self", "m", null)]), 9)?.pick.site).toBe("enc");
    expect(netParameter({ site: "cross", method: "alr", size: "m", variant: "gated" })).toBe("cross=alr-m+gated");
  });
});

describe("the rows of all runs", () => {
  beforeEach(clear);

  it("are those of the demo, with what was scored here since, and of each run that has some", async () => {
    const run = { id: "run-1", name: "mine", recipe: PRESETS.micro, created: 0, updated: 0, step: 0, total: 0, stage: "scores", worked: 0, usable: true, finished: true } as const;
    disk.runs.set("run-1", run);
    disk.runs.set("run-2", { ...run, id: "run-2" });
    disk.files.set("run-1", [entry("rows.json", JSON.stringify([row("teacher", 42)]))]);
    disk.files.set("run-2", [entry("recipe.json", "{}")]);
    const own = { ...PRESETS.micro, corpus: { ...PRESETS.micro.corpus, source: "tsv:mine.tsv" } };
    disk.runs.set("run-3", { ...run, id: "run-3", recipe: own });
    disk.files.set("run-3", [entry("rows.json", JSON.stringify([row("teacher", 4)])), entry("corpus/report.json", '{"hash":"f00","report":{}}')]);
    const pack = { files: [...fakeFiles(), entry("rows.json", JSON.stringify([row("enc=alr-m", 77)]))], rows: fakeRows(), command: null };
    const all = await allRows(pack);
    expect(all.map(({ model, name, text, rows }) => [model, name, text, rows.length])).toEqual([
      ["run-1", "mine", null, 1], ["run-3", "mine", "f00", 1], [DEMO, null, null, fakeRows().length],
    ]);
    expect(all[2].rows.filter(({ mix }) => mix === "enc=alr-m")).toMatchObject([{ bleu: 77 }]);
    expect(await allRows(null)).toHaveLength(2);
    const [head, line] = figureCsv(all.flatMap((model) => model.rows.map((row) => ({ model, row })))).split("\r\n");
    expect([head.split(",").length, line]).toEqual([14, "mine,1,everyday,en-fr,teacher,42,40,44,42,42,1000000,,,100"]);
  });
});

it("the Board has an address", () => {
  expect(parseRoute("#/board").view).toBe("board");
});
