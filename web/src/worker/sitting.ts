/** A run that is open: what it is doing, and what the page is told of it. */
import type { Change, Device, FileEntry, Run } from "attentionless";
import type { Job, Marks, Progress, RunRecord, Stage } from "../protocol.ts";
import { fileText, names } from "./files.ts";
import { jobsOf, knownJobs } from "./jobs.ts";
import type { Meter } from "./meter.ts";

/** What is there as long as a run is open. */
export interface Sitting {
  /** As it was saved last. */
  record: RunRecord;
  run: Run;
  device: Device;
  jobs: Job[];
  /** What the next turn does. */
  state: "preparing" | "running" | "recovering";
  /** No next turn is taken. Apart from the state: a device that is lost meanwhile is still to be opened again. */
  hold: "pausing" | "paused" | null;
  /** The device has shown that it has room for it. */
  hasRoom: boolean;
  worked: number;
  marks: Marks;
  stage: Stage;
  step: number;
  total: number;
  savedAt: number | null;
  /** What the run wrote and IndexedDB does not have yet, by name. */
  unsaved: Map<string, Change>;
  /** No space: it is not tried before this time. */
  retryAt: number;
  source: string | null;
  sample: Progress["sample"];
  corpus: Progress["corpus"];
  /** Step at which the device was lost, until the run is back. */
  lostAt: number | null;
  losses: number;
  /** The last step of the stage that was ever done. */
  furthest: number;
  release: () => void;
}

interface Opened {
  record: RunRecord;
  run: Run;
  device: Device;
  files: FileEntry[];
  unsaved: readonly FileEntry[];
  nets: string[];
  release: () => void;
}

export function sittingOf({ record, run, device, files, unsaved, nets, release }: Opened): Sitting {
  return {
    record,
    run,
    device,
    jobs: knownJobs(jobsOf(record.recipe, nets, names(files), record.usable), record.jobs ?? []),
    state: "preparing",
    hold: null,
    hasRoom: false,
    worked: record.worked,
    marks: structuredClone(record.marks ?? {}),
    stage: record.stage,
    step: record.step,
    total: record.total,
    savedAt: files.length > unsaved.length ? record.updated : null,
    unsaved: new Map(unsaved.map((file) => [file.name, file])),
    retryAt: 0,
    source: sampleSource(files),
    sample: null,
    corpus: null,
    lostAt: null,
    losses: 0,
    furthest: 0,
    release,
  };
}

/** The same sentence throughout, so that one can watch it get better: the first that is held out. */
export function sampleSource(files: readonly FileEntry[]): string | null {
  return fileText(files, "corpus/test.tsv")?.split("\t", 1)[0] || null;
}

export function progressOf(sitting: Sitting, meter: Meter, points: Progress["points"], now: number): Progress {
  const rate = meter.rate();
  return {
    run: sitting.record.id,
    name: sitting.record.name,
    state: sitting.hold ?? sitting.state,
    stage: sitting.stage,
    step: sitting.step,
    total: sitting.total,
    tokensPerSecond: sitting.stage === "teacher" || sitting.stage === "tuned" ? rate : null,
    sentencesPerSecond: sitting.stage === "nets" ? rate : null,
    elapsedMs: sitting.worked,
    leftMs: sitting.stage === "scores" ? null : meter.left(now),
    gpuBytes: sitting.state === "recovering" ? null : (sitting.device.memory()?.in_use ?? null),
    wasmBytes: sitting.device.wasmBytes(),
    device: sitting.device.info(),
    savedAt: sitting.savedAt,
    unsaved: sitting.unsaved.size > 0,
    corpus: sitting.corpus,
    jobs: sitting.jobs.map((job) => ({ ...job })),
    points,
    sample: sitting.sample,
  };
}
