/** When the page takes the CPU by itself although there is a GPU. */
import type { DeviceKind } from "../protocol.ts";

/** Less is within what one measurement differs from the next. */
const CLEARLY = 1.2;

/** Both are known, in GFLOP/s. */
export function cpuIsFaster({ wgpu, cpu }: Record<DeviceKind, number | null>): boolean {
  return wgpu !== null && cpu !== null && cpu >= CLEARLY * wgpu;
}
