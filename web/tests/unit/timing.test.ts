import { expect, it } from "vitest";
import { timingOf } from "../../src/lib/timing.ts";
import type { Row } from "../../src/protocol.ts";

function row(timed?: number, device?: string): Row {
  return { mix: "teacher", bleu: 1, bleu_low: 0, bleu_high: 2, bleu_authors: 1, chrf: 1, parameters: 5, ms_per_sentence: 6, timed, device, r2: {}, difference: null, sentences: 100, beam: 1 };
}

it("milliseconds say what they are of, row by row where rows differ", () => {
  expect(timingOf([row(50, "CPU"), row(50, "CPU")])).toEqual({ least: 50, device: "CPU", apart: false });
  expect(timingOf([row(50, "CPU"), row(12, "CPU")])).toEqual({ least: 12, device: "CPU", apart: false });
  expect(timingOf([row(50, "CPU"), row(50, "A card")])).toEqual({ least: 50, device: null, apart: true });
  // Rows of earlier days were timed in batches.
  expect(timingOf([row(50, "CPU"), row()])).toEqual({ least: 50, device: "CPU", apart: true });
  expect(timingOf([row(), row(0, "")])).toEqual({ least: 0, device: null, apart: false });
  expect(timingOf([])).toEqual({ least: 0, device: null, apart: false });
});
