/** How long scoring takes here, by what was scored or translated on this device before: one estimate for all views. */
import type { Job, ModelId, Recipe, Row, RunRecord } from "../protocol.ts";

/** Seconds, between which it is expected to be. */
export type Between = [low: number, high: number];

/** Of each mix some sentences are translated one by one, after warm-ups; all of them in batches. */
const ONE_BY_ONE = 55;
/** How far the next scoring may be off the last one. */
const SPREAD = 1.4;
/** As much as the times of training may be off: from half to twice as long. */
const SURE = 4;

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Milliseconds that a mix took in all, on the mean of those that were scored; null where none was. */
export function meanTook(jobs: readonly Job[]): number | null {
  const taken = jobs.flatMap(({ kind, took }) => (kind === "score" && took !== null ? [took] : []));
  return taken.length > 0 ? total(taken) / taken.length : null;
}

/** What was scored: of a model, on a device, in so many milliseconds for a sentence of a mix in all. */
export interface Pace {
  model: ModelId;
  recipe: Pick<Recipe, "model" | "score">;
  device: string;
  each: number;
}

/** Of runs that were scored as they were trained. */
export function pacesOf(runs: readonly Pick<RunRecord, "id" | "recipe" | "device" | "jobs">[]): Pace[] {
  return runs.flatMap(({ id, recipe, device, jobs = [] }) => {
    const took = meanTook(jobs);
    return took === null || device === undefined ? [] : [{ model: id, recipe, device, each: took / recipe.score.sentences }];
  });
}

/** What is known of this device. `rows`: those that were timed one by one, of the model itself; `teacherMs`: of a sentence that it has just translated. */
export interface Known {
  device: string;
  paces: readonly Pace[];
  rows: readonly Row[];
  teacherMs: number | null;
}

function alike(one: Pace["recipe"], other: Pace["recipe"]): boolean {
  return JSON.stringify(one.model) === JSON.stringify(other.model) && one.score.beam === other.score.beam;
}

/** Of so many sentences by these mixes; null where nothing tells, or there is nothing to do. */
export function scoringSeconds(mixes: readonly string[], sentences: number, of: { model: ModelId | null; recipe: Pace["recipe"] }, known: Known): Between | null {
  if (mixes.length === 0) return null;
  const paces = known.paces.filter(({ device, recipe }) => device === known.device && alike(recipe, of.recipe));
  const pace = paces.find(({ model }) => model === of.model) ?? paces[0];
  if (pace) {
    const seconds = (mixes.length * sentences * pace.each) / 1000;
    return [seconds / SPREAD, seconds * SPREAD];
  }
  const timed = known.rows.filter(({ timed, device }) => timed && device === known.device);
  // One that was not timed is taken for the slowest that was.
  const slowest = timed.length > 0 ? Math.max(...timed.map((row) => row.ms_per_sentence)) : known.teacherMs;
  if (slowest === null) return null;
  const ms = total(mixes.map((mix) => timed.find((row) => row.mix === mix)?.ms_per_sentence ?? slowest));
  // In batches a sentence takes a small part of that, or nearly all.
  return [(ONE_BY_ONE * ms) / 1000, ((ONE_BY_ONE + sentences) * ms) / 1000];
}

/** In the middle, where it is as sure as the times of training are, among which it stands. */
export function middleOf(between: Between | null): number | null {
  if (between === null || between[1] > SURE * between[0]) return null;
  return Math.sqrt(between[0] * between[1]);
}
