/** Whether another tab trains: it holds the lock `train`. */
import { TRAIN_LOCK } from "../protocol.ts";
import { app } from "./app.svelte.ts";

/** Of this page's own worker, the lock is no other tab's: `training` says whether it has it. */
export async function lookForOtherTab(training: boolean): Promise<void> {
  if (!("locks" in navigator)) return;
  const { held = [] } = await navigator.locks.query();
  app.otherTab = !training && held.some(({ name }) => name === TRAIN_LOCK);
  // A worker that crashed holds it a moment longer: what is seen once must not stand for ever.
  if (app.otherTab) await otherTabDone();
}

let waiting: Promise<void> | null = null;

/** Resolves once no tab trains any more. */
export function otherTabDone(): Promise<void> {
  waiting ??= free().finally(() => (waiting = null));
  return waiting;
}

async function free(): Promise<void> {
  await navigator.locks.request(TRAIN_LOCK, { mode: "shared" }, () => undefined);
  app.otherTab = false;
  await app.refreshRuns();
}
