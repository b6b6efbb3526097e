/** The queue of a run as its events move it: teacher, nets, mixes trained as a whole, scores. */
import type { Recipe, RunEvent } from "attentionless";
import { scoredMixes } from "../lib/recipe.ts";
import { isTrained } from "../lib/mix.ts";
import type { Job, Stage } from "../protocol.ts";

function job(id: string, kind: Job["kind"], done: boolean): Job {
  return { id, kind, state: done ? "done" : "waits", part: done ? 1 : 0, loss: null, result: null, savedAt: null, began: null, took: null };
}

/** `names`: the files that the run has already. */
export function jobsOf(recipe: Recipe, nets: string[], names: ReadonlySet<string>, usable: boolean): Job[] {
  const mixes = scoredMixes(recipe);
  return [
    job("teacher", "teacher", usable),
    ...nets.map((net) => job(net, "net", names.has(`nets/${net}.safetensors`))),
    ...mixes.filter(isTrained).map((mix) => job(mix, "tuned", names.has(`tuned/${mix}.safetensors`))),
    ...mixes.map((mix) => job(mix, "score", names.has(`outputs/${mix}.txt`))),
  ];
}

/** With what is known of the same jobs from before: of an earlier sitting, or of a queue that was changed. */
export function knownJobs(jobs: Job[], before: readonly Job[]): Job[] {
  return jobs.map((job) => {
    const known = before.find(({ kind, id }) => kind === job.kind && id === job.id);
    if (!known || (job.state === "done" && known.state !== "done")) return job;
    const { loss, result, savedAt, began, took } = known;
    return { ...job, ...(job.state === "done" ? { loss, result, savedAt, took } : {}), began };
  });
}

/** Of those that waited before some work: when they began, and what they took. */
export function clockJobs(jobs: readonly Job[], waited: ReadonlySet<Job>, from: number, to: number): void {
  for (const job of jobs) {
    if (waited.has(job) && job.state !== "waits") job.began ??= from;
    if (job.state === "done" && job.began !== null) job.took ??= to - job.began;
  }
}

export function stageOf(event: RunEvent): Stage | null {
  switch (event.event) {
    case "corpus":
    case "text":
      return "text";
    case "training":
    case "validated":
      return "teacher";
    case "distilling":
    case "fitted":
      return "nets";
    case "tuning":
    case "tuned":
      return "tuned";
    case "scoring":
    case "scored":
      return "scores";
    case "resumed":
      return event.stage;
    case "done":
      return null;
  }
}

function finish(jobs: Job[], kind: Job["kind"], now: number): void {
  for (const job of jobs) if (job.kind === kind && job.state !== "done") Object.assign(job, { state: "done", part: 1, savedAt: now });
}

// A score of the mix `teacher` has the id of the job that trains it: the kind tells them apart.
function progress(jobs: Job[], kind: Job["kind"], id: string, part: number, loss: number | null): void {
  const found = jobs.find((job) => job.kind === kind && job.id === id && job.state !== "done");
  if (found) Object.assign(found, { state: "runs", part, loss: loss ?? found.loss });
}

function complete(jobs: Job[], kind: Job["kind"], id: string, result: number | null, now: number): void {
  const found = jobs.find((job) => job.kind === kind && job.id === id);
  if (found) Object.assign(found, { state: "done", part: 1, result, savedAt: now });
}

/** What is done once a stage has begun. */
const BEFORE: Partial<Record<Stage | "done", readonly Job["kind"][]>> = {
  nets: ["teacher"],
  tuned: ["teacher", "net"],
  scores: ["teacher", "net", "tuned"],
  done: ["teacher", "net", "tuned"],
};

/** Changes the jobs as an event says. The teacher's end has no event of its own: the next stage's first is it. */
export function move(jobs: Job[], event: RunEvent, now: number): void {
  for (const kind of BEFORE[stageOf(event) ?? "done"] ?? []) finish(jobs, kind, now);
  switch (event.event) {
    case "training":
      return progress(jobs, "teacher", "teacher", event.step / event.total, event.loss);
    case "validated":
      return event.epoch === event.epochs ? finish(jobs, "teacher", now) : undefined;
    case "distilling":
      for (const { net, loss } of event.losses) progress(jobs, "net", net, event.step / event.total, loss);
      return;
    case "fitted":
      return complete(jobs, "net", event.net, event.fit.r2, now);
    case "tuning":
      return progress(jobs, "tuned", event.mix, event.step / event.total, event.loss);
    case "tuned":
      return complete(jobs, "tuned", event.mix, null, now);
    case "scoring":
      return progress(jobs, "score", event.mix, event.sentences / event.total, null);
    case "scored":
      return complete(jobs, "score", event.mix, event.bleu, now);
    default:
  }
}

/** The run can translate. */
export function teacherDone(jobs: readonly Job[]): boolean {
  return jobs.some(({ kind, state }) => kind === "teacher" && state === "done");
}
