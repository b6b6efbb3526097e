import { expect, it } from "vitest";
import { LABEL_LINE, namingFor, spread } from "../../src/lib/labels.ts";

it("has no two labels in one line, and none outside", () => {
  const heights = (...of: number[]) => spread(of.map((of) => ({ of })), 13, 4, 100).map(({ y }) => y);
  expect(heights(50, 51, 10)).toEqual([10, 50, 63]);
  expect(heights(99, 98, 97)).toEqual([74, 87, 100]);
  expect(heights(0, 1)).toEqual([4, 17]);
});

it("names lines where they end as long as a plot is left, and no two names are in one place", () => {
  const names = { beside: 120, below: 80 };
  expect(namingFor(3, { width: 400, height: 160 }, names)).toBe("beside");
  expect(namingFor(3, { width: 250, height: 160 }, names)).toBe("below");
  expect(namingFor(3, { width: 200, height: 160 }, names)).toBe("legend");
  expect(namingFor(10, { width: 400, height: 160 }, names)).toBe("beside");
  expect(namingFor(11, { width: 400, height: 160 }, names)).toBe("legend");
  expect(namingFor(6, { width: 250, height: 160 }, names)).toBe("legend");
  // As many as are allowed stay inside.
  const placed = spread(Array.from({ length: 10 }, () => ({ of: 100 })), LABEL_LINE.beside, 8, 152);
  expect(placed[0].y).toBe(8);
  expect(placed[9].y).toBe(152);
});
