/**
 * What page and worker say to each other. The worker has a table with a handler for each request, and the page a `switch`
 * over notices that ends in `unreachable`, so that a message without a handler does not compile.
 */
import type {
  Adapter,
  BenchReport,
  BenchRow,
  BenchWork,
  CatalogueEntry,
  Ceilings,
  CheckedOperation,
  DeviceChoice,
  DeviceInfo,
  Lens,
  MixSize,
  Plan,
  Preset,
  Probe,
  Reason,
  Recipe,
  Row,
  Site,
  Translation,
} from "attentionless";
import type { Trace } from "./lib/fingerprint.ts";
import type { Cleaned, Points, Progress, RunRecord, Stage } from "./run.ts";

/** `demo`, or the name of a run in IndexedDB. */
export type ModelId = string;
export const DEMO: ModelId = "demo";
/** The Web Lock of the tab that trains. */
export const TRAIN_LOCK = "train";

export type Request =
  /** `kept`: the service worker answers, from its cache where it can. `hooks`: faults for tests, of `worker/hooks.ts`. */
  | { type: "boot"; device: DeviceChoice; base: string; kept: boolean; fake: string | null; hooks: string | null }
  | { type: "probe"; device: DeviceChoice }
  | { type: "open-model"; model: ModelId }
  | { type: "inspect"; text: string }
  | { type: "translate"; generation: number; mix: string; text: string }
  | { type: "describe-mix"; mix: string }
  /** Layers from 1. */
  | { type: "lens"; mix: string; site: Site; layer: number; text: string }
  | { type: "sentence"; index: number }
  | { type: "assign"; recipe: Recipe; assignments: string[] }
  | { type: "check-recipe"; recipe: unknown }
  | { type: "plan"; recipe: Recipe; gflops: number | null }
  /** The seconds of each of these nets, fitted by itself with this recipe. */
  | { type: "times"; recipe: Recipe; nets: Recipe["nets"]; gflops: number }
  /** In GFLOP/s, of the device in use or of the other one. */
  | { type: "speed"; kind: DeviceKind }
  /** The visitor's own, as a run of this recipe would read it; nothing of it is kept. */
  | { type: "read-text"; recipe: Recipe; uploads: Upload[] }
  | { type: "runs" }
  | { type: "rename-run"; run: string; name: string }
  /** Out of the list; until it is deleted, it can be had back. */
  | { type: "trash-run"; run: string }
  | { type: "restore-run"; run: string }
  | { type: "export-run"; run: string }
  | { type: "import-run"; file: Blob; name: string }
  /** What there is of it to compare with another run. */
  | { type: "trace"; run: string }
  /** Its curves, as it was saved last. */
  | { type: "curves"; run: string }
  /** The rows of the demo and of all runs. */
  | { type: "all-rows" }
  | { type: "delete-run"; run: string }
  | { type: "train"; start: Start }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "cancel-training" }
  /** Of the run in training: what it shall do from now on, with the teacher that it has. */
  | { type: "revise"; recipe: Recipe }
  | { type: "checkpoint" }
  | { type: "score"; model: ModelId; mixes: string[] }
  | { type: "sentences"; model: ModelId; mixes: string[] }
  | { type: "measure" }
  | { type: "bench-works" }
  | { type: "self-test" }
  | { type: "ceilings" }
  | { type: "bench-work"; work: string; ceilings: Ceilings }
  | { type: "catalogue" }
  /** From its public home, which is the visitor's to ask for. */
  | { type: "load-hub"; name: string }
  | { type: "forget-hub"; name: string }
  | { type: "visible"; visible: boolean }
  | { type: "hook"; hooks: string }
  /** Stops the request of that id where it can be stopped: loading, scoring, texts and data sets. */
  | { type: "cancel"; target: number };

export type RequestType = Request["type"];
export type RequestOf<T extends RequestType> = Extract<Request, { type: T }>;

/** What each request is answered with. */
export interface Results {
  boot: Booted;
  probe: Ready;
  "open-model": ModelInfo;
  inspect: Inspection;
  translate: Translation;
  "describe-mix": MixSize;
  /** Null of an empty sentence. */
  lens: Lens | null;
  sentence: { source: string; reference: string };
  assign: Recipe;
  "check-recipe": { recipe: Recipe; canonical: string; hash: string };
  plan: Plan;
  times: number[];
  speed: number;
  "read-text": Cleaned;
  runs: RunRecord[];
  "rename-run": null;
  "trash-run": null;
  "restore-run": null;
  "export-run": Blob;
  "import-run": { run: string };
  trace: Trace;
  curves: Points[];
  "all-rows": ScoredModel[];
  "delete-run": null;
  train: { run: string };
  pause: null;
  resume: null;
  "cancel-training": { kept: boolean };
  revise: null;
  checkpoint: null;
  score: Scored;
  sentences: SentenceTable;
  measure: { tokensPerSecond: number };
  "bench-works": BenchWork[];
  "self-test": CheckedOperation[];
  ceilings: Ceilings;
  "bench-work": BenchRow;
  catalogue: HubEntry[];
  "load-hub": { bytes: number };
  "forget-hub": null;
  visible: null;
  hook: null;
  cancel: null;
}

export type Start =
  /** `from`: a run whose texts it is trained on, too. */
  | { kind: "new"; name: string; recipe: Recipe; uploads: Upload[]; from?: string; device: DeviceChoice }
  /** The demo's teacher with other nets: a run that begins with the files of the demo. */
  | { kind: "demo"; name: string; recipe: Recipe; device: DeviceChoice }
  /** One that IndexedDB has; with `recipe`, which has the same teacher, to fit and score more. */
  | { kind: "saved"; run: string; recipe?: Recipe; device: DeviceChoice };

/** Read in the worker, whatever its size. */
export interface Upload {
  name: string;
  file: Blob;
}

/** A corpus of the catalogue. */
export interface HubEntry extends CatalogueEntry {
  /** Bytes of its file in this browser; null where it has to be loaded first. */
  kept: number | null;
}

export type DeviceKind = DeviceInfo["kind"];

export interface Ready {
  probe: Probe;
  device: DeviceInfo;
  /** In GFLOP/s, as this build measured them here, in this visit or an earlier one. */
  speeds: Record<DeviceKind, number | null>;
}

export interface Booted extends Ready {
  presets: Record<Preset, Recipe>;
}

export interface ModelInfo {
  id: ModelId;
  recipe: Recipe;
  layers: number;
  nets: string[];
  /** The mixes that were trained as a whole. */
  tuned: string[];
  heldOut: number;
  /** As the run, or the pack, has them; not scored here. */
  rows: Row[];
  command: string | null;
}

export interface Inspection {
  unknown: string[];
  tokens: number;
  maxLen: number;
  /** Letters of the text that the model reads; what is beyond is cut. */
  read: number;
}

export interface Scored {
  rows: Row[];
  signature: string;
  sentences: number;
  /** Before all mixes had their turn. */
  stopped: boolean;
}

/** A model with what it scored. */
export interface ScoredModel {
  model: ModelId;
  /** None of the demo. */
  name: string | null;
  recipe: Recipe;
  /** The hash of the visitor's own text, whose name in the recipe does not tell it from another; null of one that is made. */
  text: string | null;
  rows: Row[];
}

export interface SentenceTable {
  sources: string[];
  references: string[];
  /** Whether a source has a word that training never saw. */
  unknown: boolean[];
  /** `tokens`: those of each line, with spaces between them and `▁` for a space before one. */
  outputs: { mix: string; lines: string[]; tokens: string[]; bleu: number[]; chrf: number[] }[];
}

export type LoadingPart = "engine" | "models" | "warm-up";

export type Notice =
  | { type: "loading"; part: LoadingPart; loaded: number; total: number; cached: boolean }
  | { type: "training"; progress: Progress }
  | { type: "training-recovered"; step: number; redone: number }
  | { type: "training-stopped"; why: Stopped }
  | { type: "training-finished"; run: string; name: string; usable: boolean; rows: Row[] }
  | { type: "scoring"; model: ModelId; mix: string; sentences: number; total: number }
  | { type: "device"; ready: Ready }
  /** Of a data set; `total` is what the catalogue says where the server does not say. */
  | { type: "hub-loading"; name: string; loaded: number; total: number }
  | { type: "storage-full"; used: number; quota: number }
  | { type: "thawed"; minutes: number; step: number }
  /** The wasm trapped: this worker is of no use any more. */
  | { type: "crashed"; message: string };

export type Stopped =
  | { kind: "not-finite"; stage: Stage; step: number; kept: number; run: string; message: string }
  /** `room`: what there was of the bytes that were tried before the first step. */
  | { kind: "out-of-memory"; bytes: number | null; room: number | null; onCpu: boolean; run: string; message: string }
  /** A single buffer: `room` is what the GPU allows. */
  | { kind: "too-large"; bytes: number; room: number; run: string; message: string }
  | { kind: "device-lost"; step: number; run: string; message: string }
  | { kind: "other-tab" }
  | { kind: "failed"; run: string; message: string };

export type FailureKind =
  | "usage"
  | "not-finite"
  | "device-lost"
  | "device-fault"
  | "out-of-memory"
  | "too-large"
  | "not-imported"
  | "failed"
  | "network"
  | "cancelled"
  | "superseded"
  | "crashed";

export interface Failure {
  kind: FailureKind;
  message: string;
  /** Where a loss was not finite. */
  step?: number;
  /** What was needed, and what of it could be had. */
  bytes?: number;
  room?: number;
}

export type ToWorker = { id: number } & Request;
export type ToPage =
  | { to: "request"; id: number; value: Results[RequestType] }
  | { to: "failure"; id: number; failure: Failure }
  | { to: "notice"; notice: Notice };

/** Fails to compile where a case is missing, and to run where the other end is of another build. */
export function unreachable(value: never): never {
  throw new Error(`unknown message: ${JSON.stringify(value)}`);
}

const KINDS: readonly string[] = [
  "usage",
  "not-finite",
  "device-lost",
  "device-fault",
  "out-of-memory",
  "too-large",
  "not-imported",
  "failed",
  "network",
  "cancelled",
  "superseded",
  "crashed",
] satisfies FailureKind[];

const NUMBERS = ["step", "bytes", "room"] as const;

/** Whatever was thrown, in the words of the protocol. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof WebAssembly.RuntimeError) return { kind: "crashed", message: String(thrown.stack ?? thrown.message) };
  if (thrown instanceof DOMException && thrown.name === "AbortError") return { kind: "cancelled", message: thrown.message };
  const { kind, ...numbers } = Object(thrown) as Record<"kind" | (typeof NUMBERS)[number], unknown>;
  const told = NUMBERS.filter((name) => typeof numbers[name] === "number").map((name) => [name, numbers[name]]);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const known = typeof kind === "string" && KINDS.includes(kind) ? (kind as FailureKind) : "failed";
  return { kind: known, message, ...(Object.fromEntries(told) as Partial<Failure>) };
}

/** An error that keeps its kind on its way through a promise. */
export class EngineError extends Error {
  readonly kind: FailureKind;
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.name = "EngineError";
    this.kind = failure.kind;
    this.failure = failure;
  }
}

export type * from "./run.ts";
export type { Adapter, BenchReport, BenchRow, BenchWork, CatalogueEntry, Ceilings, CheckedOperation, DeviceChoice, DeviceInfo, Lens, MixSize, Plan, Preset, Probe, Reason, Recipe, Row, Translation };
