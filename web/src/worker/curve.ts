/** The points that the page has not been told yet, and those of a run's file. */
import type { FileEntry, RunEvent } from "attentionless";
import type { Marks, Points } from "../protocol.ts";
import { fileText } from "./files.ts";
import { mark, msAt } from "./times.ts";
import { readFile, runOf } from "./storage.ts";

/** Points by series: the teacher's losses and rate, and one for each net, and for each mix that is trained as a whole. */
export class Outbox {
  #series = new Map<string, [number[], number[]]>();

  add(series: string, x: number, y: number): void {
    const found = this.#series.get(series) ?? [[], []];
    found[0].push(x);
    found[1].push(y);
    this.#series.set(series, found);
  }

  /** What was done by now: of what is not told yet, the last step of each series. */
  mark(marks: Marks, ms: number): void {
    for (const [series, [x]] of this.#series) {
      const [step, known] = [x.at(-1), marks[series]?.at(-1)?.[0]];
      if (step !== undefined && step !== known) mark(marks, series, step, ms);
    }
  }

  take(marks: Marks): { points: Points[]; transfer: Transferable[] } {
    const points = [...this.#series].map(([series, [x, y]]) => ({
      series,
      x: Float64Array.from(x),
      y: Float64Array.from(y),
      ms: Float64Array.from(x, (step) => msAt(marks, series, step)),
    }));
    this.#series.clear();
    return { points, transfer: points.flatMap(({ x, y, ms }) => [x.buffer, y.buffer, ms.buffer]) };
  }
}

/** `step` is the teacher's last: epochs end between steps. */
export function addEvent(outbox: Outbox, event: RunEvent, step: number): void {
  if (event.event === "training") {
    outbox.add("train", event.step, event.loss);
    outbox.add("rate", event.step, event.rate);
  } else if (event.event === "validated") {
    outbox.add("validation", step, event.loss);
  } else if (event.event === "distilling") {
    for (const { net, loss } of event.losses) outbox.add(net, event.step, loss);
  } else if (event.event === "tuning") {
    outbox.add(event.mix, event.step, event.loss);
  }
}

/** What an earlier sitting wrote: stage, step, loss on each line of `curve.tsv`. */
export function addFile(outbox: Outbox, files: FileEntry[]): void {
  for (const line of fileText(files, "curve.tsv")?.split("\n") ?? []) {
    const [stage, step, loss] = line.split("\t");
    if (loss !== undefined) outbox.add(stage === "teacher" ? "train" : stage, Number(step), Number(loss));
  }
}

/** Of a run that is not in training here. */
export async function curvesOf(run: string): Promise<Points[]> {
  const [record, file] = await Promise.all([runOf(run), readFile(run, "curve.tsv")]);
  const outbox = new Outbox();
  if (file) addFile(outbox, [file]);
  return outbox.take(record?.marks ?? {}).points;
}
