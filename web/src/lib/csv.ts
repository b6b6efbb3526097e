/** Tables of scores, of runs and of measurements as CSV. */
import type { Found } from "./bench.ts";
import type { Summary } from "./runs.ts";
import type { Row, ScoredModel } from "../protocol.ts";

export const COLUMNS = [
  "mix", "bleu", "bleu_low", "bleu_high", "bleu_authors", "chrf", "exact_match", "parameters", "ms_per_sentence",
  "difference", "difference_low", "difference_high", "verdict", "sentences", "beam", "source", "timed", "device",
] as const;

export interface TableRow {
  row: Row;
  /** The share of sentences that are the reference, word by word; null where the sentences are not at hand. */
  exact: number | null;
  live: boolean;
}

function cell(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(rows: TableRow[]): string {
  const lines = rows.map(({ row, exact, live }) => [
    row.mix, row.bleu, row.bleu_low, row.bleu_high, row.bleu_authors, row.chrf, exact, row.parameters, row.ms_per_sentence,
    row.difference?.bleu, row.difference?.low, row.difference?.high, row.difference?.verdict, row.sentences, row.beam,
    live ? "scored here" : "recorded", row.timed, row.device,
  ]);
  return table([COLUMNS, ...lines]);
}

function table(lines: readonly (readonly (string | number | null | undefined)[])[]): string {
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

export const FIGURE_COLUMNS = [
  "run", "seed", "corpus", "pair", "mix", "bleu", "bleu_low", "bleu_high", "bleu_authors", "chrf", "parameters", "difference", "verdict", "sentences",
] as const;

/** Scores of several runs, the demo's under its own name. */
export function figureCsv(scores: readonly { model: ScoredModel; row: Row }[]): string {
  const lines = scores.map(({ model, row }) => [
    model.name ?? model.model, model.recipe.seed, model.recipe.corpus.source, model.recipe.pair, row.mix, row.bleu, row.bleu_low, row.bleu_high,
    row.bleu_authors, row.chrf, row.parameters, row.difference?.bleu, row.difference?.verdict, row.sentences,
  ]);
  return table([FIGURE_COLUMNS, ...lines]);
}

export const RUN_COLUMNS = [
  "run", "pair", "corpus", "seed", "layers", "d_model", "nets", "bleu", "bleu_low", "bleu_high", "parameters", "best_mix", "best_bleu", "best_bleu_low",
  "best_bleu_high", "best_parameters", "best_difference", "best_difference_low", "best_difference_high", "verdict", "seconds", "device", "created", "bytes", "finished",
] as const;

/** The table of runs: the Transformer's score, and that of the best mix with nets. */
export function runsCsv(all: readonly Summary[]): string {
  const lines = all.map(({ run, bytes, nets, teacher, best }) => [
    run.name, run.recipe.pair, run.recipe.corpus.source, run.recipe.seed, run.recipe.model.layers, run.recipe.model.d_model,
    nets.map(({ site, names }) => `${site}: ${names.join(" ")}`).join("; "),
    teacher?.bleu, teacher?.bleu_low, teacher?.bleu_high, teacher?.parameters,
    best?.mix, best?.bleu, best?.bleu_low, best?.bleu_high, best?.parameters,
    best?.difference?.bleu, best?.difference?.low, best?.difference?.high, best?.difference?.verdict,
    run.worked > 0 ? Math.round(run.worked / 1000) : null, run.device, new Date(run.created).toISOString(), bytes, String(run.finished),
  ]);
  return table([RUN_COLUMNS, ...lines]);
}

export const BENCH_COLUMNS = ["work", "who", "adapter", "ms", "gflops", "gb_per_s", "percent", "loss", "most_gflops", "most_gb_per_s"] as const;

export function benchCsv({ adapter, ceilings, rows }: Found): string {
  const lines = rows.map(({ work, who, ms, gflops, gb_per_s, percent, loss }) => [
    work, who, adapter, ms, gflops, gb_per_s, percent, loss, ceilings.gflops, ceilings.gb_per_s,
  ]);
  return table([BENCH_COLUMNS, ...lines]);
}
