/** What a run takes in all, from its plan. */
import type { Plan } from "../protocol.ts";

/** Null where the device's speed is not known. Of a teacher that is trained already, nothing is left to do. */
export function secondsOf({ seconds }: Plan, trained: boolean): number | null {
  return seconds && seconds.nets + (trained ? 0 : seconds.teacher);
}

/** Bytes on the device, and of the largest single buffer. */
export interface Need {
  bytes: number;
  largest: number;
}

export type Costs = Pick<Plan, "teacher" | "nets">;

/** Teacher and nets are trained one after the other, the nets together. `share`: of the batch that the recipe has. */
export function needOf({ teacher, nets }: Costs, trained: boolean, share = 1): Need {
  const stages = [...(trained ? [] : [[teacher]]), nets].filter((stage) => stage.length > 0);
  const bytesOf = (parts: Pick<Plan["teacher"], "training_bytes" | "activation_bytes">[]) =>
    parts.reduce((sum, part) => sum + part.training_bytes + share * part.activation_bytes, 0);
  return {
    bytes: Math.max(0, ...stages.map(bytesOf)),
    largest: Math.max(0, ...stages.flat().map((part) => part.largest_buffer_bytes)),
  };
}

/** The first part of a run whose largest buffer is larger than what is allowed; of the teacher, no net is named. */
export function tooLarge({ teacher, nets }: Costs, trained: boolean, allowed: number): { part: Plan["nets"][number] | null; bytes: number } | null {
  const part = nets.find(({ largest_buffer_bytes: bytes }) => bytes > allowed) ?? null;
  if (part) return { part, bytes: part.largest_buffer_bytes };
  return !trained && teacher.largest_buffer_bytes > allowed ? { part: null, bytes: teacher.largest_buffer_bytes } : null;
}

/** By how much a batch has to be divided to fit; null where that does not help. */
export function batchDivisor(costs: Costs, trained: boolean, room: number): number | null {
  return [2, 4, 8, 16].find((divisor) => needOf(costs, trained, 1 / divisor).bytes <= room) ?? null;
}
