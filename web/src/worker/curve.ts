/** The points that the page has not been told yet, and those of a run's file. */
import type { FileEntry, RunEvent } from "attentionless";
import type { Points } from "../protocol.ts";
import { fileText } from "./files.ts";

/** Points by series: the teacher's losses and rate, and one for each net, and for each mix that is trained as a whole. */
export class Outbox {
  #series = new Map<string, [number[], number[]]>();

  add(series: string, x: number, y: number): void {
    const found = this.#series.get(series) ?? [[], []];
    found[0].push(x);
    found[1].push(y);
    this.#series.set(series, found);
  }

  take(): { points: Points[]; transfer: Transferable[] } {
    const points = [...this.#series].map(([series, [x, y]]) => ({
      series,
      x: Float64Array.from(x),
      y: Float64Array.from(y),
    }));
    this.#series.clear();
    return { points, transfer: points.flatMap(({ x, y }) => [x.buffer, y.buffer]) };
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
