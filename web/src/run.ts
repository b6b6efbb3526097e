/** What a run looks like, as it is kept and while it trains. */
import type { DeviceInfo, Recipe } from "attentionless";

/** By series: a step, and the milliseconds of work by then. */
export type Marks = Record<string, [step: number, ms: number][]>;

/** A run in IndexedDB. */
export interface RunRecord {
  id: string;
  name: string;
  recipe: Recipe;
  created: number;
  updated: number;
  step: number;
  total: number;
  stage: Stage;
  /** Milliseconds of work over all sittings. */
  worked: number;
  /** It has a trained teacher, so that it can translate. */
  usable: boolean;
  finished: boolean;
  /** Bytes of its files, by their names. */
  sizes?: Record<string, number>;
  /** Where it was worked on last; not known of runs of earlier days and of those that came as a file. */
  device?: string;
  /** How far its series were when; not known of runs of earlier days and of those that came as a file. */
  marks?: Marks;
  /** What was done of it, and in what time. */
  jobs?: Job[];
  /** When it was thrown away. */
  trashed?: number;
}

export type Stage = "text" | "teacher" | "nets" | "tuned" | "scores";

export type JobState = "waits" | "runs" | "done";
export interface Job {
  id: string;
  /** `tuned`: a mix that is trained as a whole. */
  kind: "teacher" | "net" | "tuned" | "score";
  state: JobState;
  /** From 0 to 1. */
  part: number;
  loss: number | null;
  /** R² of a net, BLEU of a score. */
  result: number | null;
  savedAt: number | null;
  /** Milliseconds of the run's work when it began, and that it took; null before, and of what was done in earlier days. */
  began: number | null;
  took: number | null;
}

/** New points of a series. Series: `train`, `validation`, `rate`, the nets by their names, and mixes that are trained as a whole. */
export interface Points {
  series: string;
  x: Float64Array;
  y: Float64Array;
  /** Milliseconds of work by then; NaN where that is not known. */
  ms: Float64Array;
}

/** Pairs that cleaning left out for one reason, and the source of the first of them. */
export interface Dropped {
  reason: string;
  count: number;
  example: string;
}

/** What reading, cleaning and splitting made of a text. */
export interface Cleaned {
  read: number;
  kept: number;
  train: number;
  valid: number;
  test: number;
  dropped: Dropped[];
  /** Once it is in tokens: the pairs that are too long for the model, the `max_len` at which none is, and what is left to train on. */
  tokens: { tooLong: number; longest: number; train: number } | null;
}

export interface Progress {
  run: string;
  name: string;
  state: "preparing" | "running" | "pausing" | "paused" | "recovering";
  stage: Stage;
  step: number;
  total: number;
  tokensPerSecond: number | null;
  sentencesPerSecond: number | null;
  elapsedMs: number;
  leftMs: number | null;
  gpuBytes: number | null;
  wasmBytes: number;
  device: DeviceInfo;
  savedAt: number | null;
  /** There was no space for what it wrote last. */
  unsaved: boolean;
  corpus: Cleaned | null;
  jobs: Job[];
  points: Points[];
  sample: { source: string; text: string } | null;
}
