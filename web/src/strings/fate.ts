/** What becomes of a run in training, wherever in the page the visitor is. */
import { bytes, mebibytes, plural, whole } from "../lib/format.ts";
import type { Failure, Stage, Stopped } from "../protocol.ts";

const gigabytes = (value: number | null) => (value === null ? "its limit" : value < 1e9 ? bytes(value) : `${(value / 1e9).toFixed(1)} GB`);

/** Where whole MiB are the same, tenths tell them apart. */
export function tooLarge(what: string, needs: number, allows: number): string {
  const fine = mebibytes(needs) === mebibytes(allows);
  return `${what} needs one buffer of ${mebibytes(needs, fine)}; this GPU allows ${mebibytes(allows, fine)}.`;
}

export const fate = {
  stage: { text: "Preparing the text", teacher: "Teacher", nets: "Nets", tuned: "The whole", scores: "Scores" } satisfies Record<Stage, string>,
  recovered: (step: number, redone: number) => `The GPU was reset. Back at step ${whole(step)} (${redone} ${plural(redone, "step", "steps")} redone).`,
  thawed: (minutes: number, step: number) => `The browser paused this tab for ${minutes} min. Going on from step ${whole(step)}.`,
  refused: ({ kind, bytes, room, message }: Failure) => (kind === "too-large" && bytes && room ? tooLarge("The run", bytes, room) : message),
  stopped(why: Stopped): string {
    switch (why.kind) {
      case "not-finite":
        return `The loss became NaN at step ${whole(why.step)}. Kept: step ${whole(why.kept)}.`;
      case "out-of-memory":
        return `${why.onCpu ? "The page" : "The GPU"} is out of memory at ${gigabytes(why.bytes)}${why.room === null ? "" : `; there was room for ${gigabytes(why.room)}`}. Nothing is lost.`;
      case "too-large":
        return `${tooLarge("The run", why.bytes, why.room)} Nothing is lost.`;
      case "device-lost":
        return `The GPU does not come back. Your run is saved at step ${whole(why.step)}.`;
      case "other-tab":
        return "Another tab is training.";
      case "failed":
        return `Training stopped: ${why.message}`;
    }
  },
  deleteAsk: (name: string) => `${name} and all that it learnt would go for good.`,
  deleteNow: "Delete for good",
  deleteNot: "Keep it",
  spoken: {
    started: "Training started",
    paused: "Training paused",
    finished: "Training finished",
    part: (percent: string, of: string) => `${percent} of ${of} trained`,
    /** Stages that train. */
    of: { teacher: "the teacher", nets: "the nets", tuned: "the whole" } as Partial<Record<Stage, string>>,
  },
};
