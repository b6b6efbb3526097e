/** How far a run is as a whole, and what is left of it, by what its jobs are estimated to take. */
import type { Job, Progress } from "../protocol.ts";
import { meanTook } from "./scoring.ts";

export const keyOf = ({ kind, id }: Pick<Job, "kind" | "id">) => `${kind} ${id}`;

/** Seconds by jobs. Nets that are fitted together have their shares of what they have in common. */
export type Estimates = ReadonlyMap<string, number>;

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** The seconds of a score: as long as those before it took. */
export function scoreSeconds(jobs: readonly Job[], before: number | null = null): number | null {
  const took = meanTook(jobs);
  return took === null ? before : took / 1000;
}

/** Null where nothing tells. */
export function secondsOfJob(job: Job, jobs: readonly Job[], estimates: Estimates): number | null {
  const known = estimates.get(keyOf(job)) ?? null;
  return job.kind === "score" ? scoreSeconds(jobs, known) : known;
}

/** The seconds of these jobs, as far as they are known, and whether all are. */
export function sumOf(jobs: readonly Job[], estimates: Estimates): { seconds: number; all: boolean } {
  const each = jobs.map((job) => secondsOfJob(job, jobs, estimates));
  return { seconds: total(each.filter((seconds) => seconds !== null)), all: each.every((seconds) => seconds !== null) };
}

export interface Far {
  part: number;
  leftMs: number;
}

/** Of all jobs but those that were done before it was begun; null where the time of one is not known. */
export function farOf({ jobs, leftMs }: Pick<Progress, "jobs" | "leftMs">, estimates: Estimates, before: ReadonlySet<string>): Far | null {
  const own = jobs.filter((job) => !before.has(keyOf(job)));
  const each = own.map((job) => ({ job, seconds: secondsOfJob(job, jobs, estimates) }));
  const known = each.flatMap(({ job, seconds }) => (seconds === null ? [] : [{ job, seconds }]));
  const all = total(known.map(({ seconds }) => seconds));
  if (all === 0 || known.length < each.length) return null;
  const left = (state: Job["state"]) => total(known.filter(({ job }) => job.state === state).map(({ job, seconds }) => (1 - job.part) * seconds));
  // What is being done is measured: that is better than any estimate.
  const running = leftMs ?? 1000 * left("runs");
  return { part: 1 - (left("waits") + left("runs")) / all, leftMs: running + 1000 * left("waits") };
}
