/** What a run takes in all, from its plan. */
import type { Plan } from "../protocol.ts";

/** Null where the device's speed is not known. Of a teacher that is trained already, nothing is left to do. */
export function secondsOf({ seconds }: Plan, trained: boolean): number | null {
  return seconds && seconds.nets + (trained ? 0 : seconds.teacher);
}
