/** What a run gave, small enough for a link: losses at fixed steps and a hash of its weights; and whether another run gave the same. */

/** The losses of each stage, step by step from the first. */
export type Curve = ReadonlyMap<string, readonly number[]>;

export interface Checkpoint {
  stage: string;
  step: number;
  /** Steps that `loss` is the mean of; `step` is the last of them. */
  span: number;
  loss: number;
}

/** What there is of a run. */
export interface Trace {
  curve: Curve;
  corpus: string | null;
  /** Null as long as something is missing. */
  weights: string | null;
  build: string;
  device: string;
  /** Its teacher is the demo's. */
  demo: boolean;
}

export interface Fingerprint {
  checkpoints: Checkpoint[];
  corpus: string;
  weights: string;
  build: string;
  device: string;
  demo: boolean;
}

export interface Compared extends Checkpoint {
  found: number | null;
  allowed: number;
}

export type Cause = "build" | "device" | "unknown";
export type Verdict =
  | { kind: "waiting" }
  | { kind: "other-text" }
  | { kind: "so-far"; stage: string; step: number; count: number }
  | { kind: "reproduced"; count: number }
  | { kind: "within"; stage: string; step: number; difference: number; allowed: number }
  | { kind: "diverged"; stage: string; step: number; found: number; expected: number; cause: Cause };

const TEACHER = "teacher";
/** Up to here single steps are compared, beyond means: what rounds differently drifts apart. */
const SINGLE = 128;
const SPAN = 50;
const MEANS = 8;
/** Of the expected loss, and at least of 1. benches/README.md has what adapters differ by. */
const ALLOWED = { single: 0.01, mean: 0.05 };
const VERSION = 1;
const MOST_CHECKPOINTS = 400;

/** From `curve.tsv`: stage, step and loss on each line. */
export function curveOf(text: string): Curve {
  const curve = new Map<string, number[]>();
  for (const line of text.split("\n")) {
    const [stage, step, loss] = line.split("\t");
    if (loss === undefined) continue;
    const losses = curve.get(stage) ?? [];
    losses[Number(step) - 1] = Number(loss);
    curve.set(stage, losses);
  }
  return curve;
}

function lossAt(curve: Curve, { stage, step, span }: Omit<Checkpoint, "loss">): number | null {
  const losses = curve.get(stage) ?? [];
  if (step > losses.length) return null;
  const mean = losses.slice(step - span, step).reduce((sum, loss) => sum + loss, 0) / span;
  return Number.isFinite(mean) ? Number(mean.toPrecision(7)) : null;
}

/** Steps 1, 2, 4 to 128 and eight means of the teacher; of what is fitted to it, the first step and the end. */
function stepsOf(stage: string, total: number): { step: number; span: number }[] {
  const last = { step: total, span: Math.min(SPAN, total) };
  if (stage !== TEACHER) return [{ step: 1, span: 1 }, last];
  const singles = Array.from({ length: 8 }, (_, power) => 2 ** power).filter((step) => step <= Math.min(total, SINGLE));
  const ends = Array.from({ length: MEANS }, (_, index) => Math.round((total * (index + 1)) / MEANS));
  return [...singles.map((step) => ({ step, span: 1 })), ...ends.filter((step) => step >= SINGLE + SPAN && step < total).map((step) => ({ step, span: SPAN })), last];
}

/** None before all of the run is there. */
export function fingerprintOf({ curve, corpus, weights, build, device, demo }: Trace): Fingerprint | null {
  if (corpus === null || weights === null) return null;
  const checkpoints = [...curve].flatMap(([stage, losses]) =>
    stepsOf(stage, losses.length).flatMap((at) => {
      const loss = lossAt(curve, { stage, ...at });
      return loss === null ? [] : [{ stage, ...at, loss }];
    }),
  );
  return { checkpoints, corpus, weights, build, device, demo };
}

export function compare({ checkpoints }: Fingerprint, { curve }: Trace): Compared[] {
  return checkpoints.map((checkpoint) => {
    const allowed = (checkpoint.span === 1 ? ALLOWED.single : ALLOWED.mean) * Math.max(1, Math.abs(checkpoint.loss));
    return { ...checkpoint, found: lossAt(curve, checkpoint), allowed };
  });
}

/** Of a run that may still be going on. */
export function judge(expected: Fingerprint, trace: Trace): Verdict {
  if (trace.corpus === null) return { kind: "waiting" };
  if (trace.corpus !== expected.corpus) return { kind: "other-text" };
  const there = compare(expected, trace).flatMap(({ found, ...rest }) => (found === null ? [] : [{ ...rest, found }]));
  const off = there.map((checkpoint) => ({ ...checkpoint, difference: Math.abs(checkpoint.found - checkpoint.loss) }));
  const beyond = off.find(({ difference, allowed }) => difference > allowed);
  if (beyond) {
    const cause: Cause = trace.device !== expected.device ? "device" : trace.build !== expected.build ? "build" : "unknown";
    return { kind: "diverged", stage: beyond.stage, step: beyond.step, found: beyond.found, expected: beyond.loss, cause };
  }
  const last = off.at(-1);
  if (!last) return { kind: "waiting" };
  if (trace.weights === null || off.length < expected.checkpoints.length) {
    return { kind: "so-far", stage: last.stage, step: last.step, count: off.length };
  }
  const largest = off.reduce((most, other) => (other.difference / other.allowed > most.difference / most.allowed ? other : most));
  if (largest.difference === 0 && trace.weights === expected.weights) return { kind: "reproduced", count: off.length };
  const { stage, step, difference, allowed } = largest;
  return { kind: "within", stage, step, difference, allowed };
}

/** As JSON, stage by stage. */
export function toJson({ checkpoints, ...rest }: Fingerprint): string {
  const stages = [...new Set(checkpoints.map(({ stage }) => stage))];
  const curve = stages.map((name) => [name, checkpoints.filter(({ stage }) => stage === name).map(({ step, span, loss }) => [step, span, loss])]);
  return JSON.stringify({ version: VERSION, ...rest, curve });
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= 200;
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1e9;

/** Checked field by field, as it comes from a stranger; null where it is none. */
export function fromJson(value: unknown): Fingerprint | null {
  const { version, corpus, weights, build, device, demo, curve } = Object(value) as Record<string, unknown>;
  if (version !== VERSION || ![corpus, weights, build, device].every(isText) || typeof demo !== "boolean" || !Array.isArray(curve)) return null;
  const checkpoints: Checkpoint[] = [];
  for (const entry of curve as unknown[]) {
    const [stage, points] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (!isText(stage) || !Array.isArray(points)) return null;
    for (const point of points as unknown[]) {
      const [step, span, loss] = Array.isArray(point) ? (point as unknown[]) : [];
      if (!isCount(step) || !isCount(span) || span > step || typeof loss !== "number" || !Number.isFinite(loss)) return null;
      checkpoints.push({ stage, step, span, loss });
    }
  }
  if (checkpoints.length === 0 || checkpoints.length > MOST_CHECKPOINTS) return null;
  return { checkpoints, corpus: corpus as string, weights: weights as string, build: build as string, device: device as string, demo };
}
