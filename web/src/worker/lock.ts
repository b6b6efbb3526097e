/** One run in training at a time, over all tabs of this origin. The lock goes with its worker, however that ends. */
import { TRAIN_LOCK } from "../protocol.ts";

/** Gives what releases it; null where another tab holds it. */
export function takeLock(): Promise<(() => void) | null> {
  if (!("locks" in navigator)) return Promise.resolve(() => undefined);
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(TRAIN_LOCK, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}
