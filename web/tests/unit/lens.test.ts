/** What the lens shows, and what a reference confirms. */
import { describe, expect, it } from "vitest";
import { lensOf } from "../../src/fake/lens.ts";
import { confirmedWords } from "../../src/lib/confirmed.ts";
import { attentionMap, mapOf, spearman, tokenLabel } from "../../src/lib/lens.ts";

describe("maps", () => {
  it("have rows in shares of their sums", () => {
    expect(mapOf([1, 3, 0, 0], 2)).toEqual({ rows: [[0.25, 0.75], [0, 0]], sums: [4, 0] });
    expect(mapOf([], 0)).toEqual({ rows: [], sums: [] });
  });

  it("show one head, or the mean of all", () => {
    const lens = { outputs: ["a"], inputs: ["b", "c"], heads: [[0.2, 0.8], [0.6, 0.4]], teacher: [1, 1], mix: null };
    expect(attentionMap(lens, 1).rows[0]).toEqual([0.6, 0.4]);
    const [mean] = attentionMap(lens, "mean").rows;
    expect(mean[0]).toBeCloseTo(0.4);
    expect(mean[1]).toBeCloseTo(0.6);
  });

  it("of the scripted engine add up to 1 and hide later words", () => {
    const lens = lensOf("alr-m", "self", "The dog sleeps.", "Le chien dort.");
    const { rows, sums } = attentionMap(lens ?? expect.fail(), 0);
    for (const sum of sums) expect(sum).toBeCloseTo(1);
    expect(rows[0].slice(1)).toEqual([0, 0, 0]);
  });
});

describe("Spearman", () => {
  it("is of ranks, ties shared", () => {
    expect(spearman([1, 2, 3, 4], [10, 20, 30, 1000])).toBeCloseTo(1);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
    // Ranks 1, 2.5, 2.5, 5, 4 and 2, 1, 3.5, 3.5, 5: 5.75 of 9.5.
    expect(spearman([1, 2, 2, 5, 3], [2, 1, 4, 4, 5])).toBeCloseTo(5.75 / 9.5, 9);
  });

  it("is none where there is nothing to rank", () => {
    expect(spearman([1, 2], [2, 1])).toBeNull();
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
  });
});

it("tokens are told as words and the rest of words", () => {
  expect(["▁le", "s", ".", "</s>", "▁"].map(tokenLabel)).toEqual(["le", "-s", ".", "‹end›", "␣"]);
  expect(tokenLabel("The", 0)).toBe("The");
});

it("a reference confirms n-grams of two words or more", () => {
  const confirmed = (text: string, reference: string) => confirmedWords(text, reference).map(Number).join("");
  expect(confirmed("le petit chien dort", "le chien dort")).toBe("0011");
  expect(confirmed("le chien", "le chien dort bien")).toBe("11");
  expect(confirmed("chien le", "le chien")).toBe("00");
  expect(confirmed("a b x b c", "a b c")).toBe("11011");
  expect(confirmed("", "a")).toBe("");
});
