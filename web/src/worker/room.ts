/** Whether a device has room for a run, tried before its first step: no browser tells how much there is. */
import { needOf, tooLarge, type Costs, type Need } from "../lib/need.ts";
import type { Plan } from "../protocol.ts";
import { room as words } from "../strings/room.ts";
import { teacherDone } from "./jobs.ts";
import type { Sitting } from "./sitting.ts";

/** Smaller pieces than the first would only take time; to look for less than the last, too. */
const [PIECE, LEAST] = [2 ** 26, 2 ** 20];
const PAGE = 2 ** 16;

function fault(kind: "out-of-memory" | "too-large" | "device-lost", message: string, told: { bytes?: number; room?: number } = {}): Error {
  return Object.assign(new Error(message), { kind, ...told });
}

/** The largest buffer first, then the rest in pieces: where there is no room for one, for half of it, and so on. */
async function fill({ bytes, largest }: Need, take: (size: number) => Promise<boolean>): Promise<number> {
  let [room, most, size] = [0, bytes, largest];
  const least = Math.min(LEAST, largest);
  while (room < bytes && size >= least) {
    const asked = 4 * Math.ceil(Math.min(size, bytes - room) / 4);
    if (await take(asked)) {
      if (room === 0) size = Math.max(PIECE, size);
      room += asked;
    } else {
      // In parts, it is not the buffer that is needed.
      if (room === 0) most = bytes - 1;
      size = asked / 2;
    }
  }
  return Math.min(room, most);
}

/** Before the engine does, which counts in bytes: a buffer is bound as a whole, so that the lesser of the two limits counts. */
export function refuseTooLarge(costs: Costs, trained: boolean, allowed: number): void {
  const found = tooLarge(costs, trained, allowed);
  if (!found) return;
  const { part, bytes } = found;
  throw fault("too-large", words.tooLarge(part?.net ?? words.teacher, bytes, allowed), { bytes, room: allowed });
}

/** A device of its own, so that nothing of the run's is in the way of what fails; all of it is given back. */
async function roomOnGpu(costs: Costs, trained: boolean): Promise<number> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  // The run's own device says better what is amiss.
  if (!adapter) return Infinity;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  refuseTooLarge(costs, trained, Math.min(maxBufferSize, maxStorageBufferBindingSize));
  const need = needOf(costs, trained);
  const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
  let lost: string | null = null;
  void device.lost.then(({ message }) => (lost = message));
  const take = async (size: number): Promise<boolean> => {
    device.pushErrorScope("out-of-memory");
    device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    const failed = await device.popErrorScope();
    // What fails after a loss is no lack of memory.
    if (lost !== null) throw fault("device-lost", lost);
    return failed === null;
  };
  try {
    return await fill(need, take);
  } finally {
    device.destroy();
  }
}

/** As much as the engine can grow to, which has its own memory: at most 4 GiB. */
function roomOnCpu({ bytes }: Need): number {
  for (let room = Math.min(bytes, PAGE * PAGE); room >= PAGE; room = Math.floor(0.75 * room)) {
    try {
      new WebAssembly.Memory({ initial: Math.ceil(room / PAGE) });
      return room;
    } catch {
      // There is less.
    }
  }
  return 0;
}

/** What is still to be trained of a run. */
function costsOf({ teacher, nets }: Plan, { jobs }: Sitting): Costs {
  const done = new Set(jobs.flatMap(({ kind, id, state }) => (kind === "net" && state === "done" ? [id] : [])));
  return { teacher, nets: nets.filter(({ net }) => !done.has(net)) };
}

/** Throws where the plan's bytes cannot be had, with how many could. */
export async function makeSureOfRoom(plan: Plan, sitting: Sitting): Promise<void> {
  const [costs, trained] = [costsOf(plan, sitting), teacherDone(sitting.jobs)];
  const need = needOf(costs, trained);
  const room = await (sitting.device.info().kind === "cpu" ? roomOnCpu(need) : roomOnGpu(costs, trained));
  if (room < need.bytes) throw fault("out-of-memory", words.none(need.bytes, need.largest, room), { bytes: need.bytes, room });
}
