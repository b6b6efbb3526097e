/** Brings what a run writes to IndexedDB; where there is no space, it waits in memory. */
import type { Notify } from "./host.ts";
import { teacherDone } from "./jobs.ts";
import type { Sitting } from "./sitting.ts";
import { isFull, write } from "./storage.ts";

const RETRY_MS = 60_000;

/** What the run wrote since it was last asked: it says so once only. */
export async function persist(sitting: Sitting, notify: Notify): Promise<void> {
  for (const change of sitting.run.takeChanges()) sitting.unsaved.set(change.name, change);
  await flush(sitting, notify);
}

/** What waits. Without anything to save, nothing is done. */
export async function flush(sitting: Sitting, notify: Notify): Promise<void> {
  if (sitting.unsaved.size === 0 || Date.now() < sitting.retryAt) return;
  const { stage, step, total, jobs, worked, marks } = sitting;
  const finished = jobs.every(({ state }) => state === "done");
  const { kind, name } = sitting.device.info();
  const device = kind === "cpu" ? "CPU" : name;
  const record = { ...sitting.record, stage, step, total, worked, marks: structuredClone(marks), jobs: structuredClone(jobs), device, usable: teacherDone(jobs), finished, updated: Date.now() };
  try {
    await write(record, [...sitting.unsaved.values()]);
  } catch (error) {
    await tellFull(error, notify);
    sitting.retryAt = Date.now() + RETRY_MS;
    return;
  }
  sitting.record = record;
  sitting.unsaved.clear();
  sitting.savedAt = record.updated;
}

/** Any other error is thrown again. */
export async function tellFull(error: unknown, notify: Notify): Promise<void> {
  if (!isFull(error)) throw error;
  // Pages that are not on https are told nothing of it.
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate()) ?? {};
  notify({ type: "storage-full", used: usage, quota });
}
