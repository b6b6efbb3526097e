import { describe, expect, it } from "vitest";
import { farOf, secondsOfJob, sumOf } from "../../src/lib/far.ts";
import type { Job } from "../../src/protocol.ts";

function job(kind: Job["kind"], id: string, state: Job["state"], part = state === "done" ? 1 : 0, took: number | null = null): Job {
  return { kind, id, state, part, took, loss: null, result: null, savedAt: null, began: null };
}

const estimates = new Map([["teacher teacher", 60], ["net a", 20], ["net b", 10], ["score teacher", 5], ["score x", 5]]);
const waiting = [job("net", "a", "waits"), job("net", "b", "waits"), job("score", "teacher", "waits"), job("score", "x", "waits")];
const none = new Set<string>();

describe("a run as a whole", () => {
  it("goes on from stage to stage without starting over", () => {
    const half = farOf({ jobs: [job("teacher", "teacher", "runs", 0.5), ...waiting], leftMs: null }, estimates, none);
    expect(half?.part).toBeCloseTo(0.3);
    expect(half?.leftMs).toBe(70_000);
    const next = farOf({ jobs: [job("teacher", "teacher", "done"), ...waiting], leftMs: null }, estimates, none);
    expect(next?.part).toBeCloseTo(0.6);
    expect(next?.leftMs).toBe(40_000);
  });

  it("trusts what is measured of the stage more than its estimate", () => {
    expect(farOf({ jobs: [job("teacher", "teacher", "runs", 0.5), ...waiting], leftMs: 90_000 }, estimates, none)?.leftMs).toBe(130_000);
  });

  it("leaves out what was done before it", () => {
    const jobs = [job("teacher", "teacher", "done"), job("net", "a", "runs", 0.5), ...waiting.slice(1)];
    expect(farOf({ jobs, leftMs: null }, estimates, new Set(["teacher teacher"]))?.part).toBeCloseTo(0.25);
  });

  it("is not known where one of its jobs is not", () => {
    const jobs = [job("teacher", "teacher", "runs", 0.5), job("tuned", "y", "waits")];
    expect(farOf({ jobs, leftMs: 1 }, estimates, none)).toBeNull();
    expect(sumOf(jobs, estimates)).toEqual({ seconds: 60, all: false });
  });

  it("takes a score to last as long as those before it", () => {
    const jobs = [job("score", "teacher", "done", 1, 3000), job("score", "x", "waits")];
    expect(secondsOfJob(jobs[1], jobs, estimates)).toBe(3);
    expect(secondsOfJob(jobs[1], [jobs[1]], estimates)).toBe(5);
    expect(secondsOfJob(jobs[1], [jobs[1]], new Map())).toBeNull();
  });
});
