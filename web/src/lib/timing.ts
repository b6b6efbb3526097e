/** How the milliseconds of a sentence were taken: one by one on a device, or, in rows of earlier days, all in batches. */
import type { Row } from "../protocol.ts";

export interface Timing {
  /** Sentences that were timed one by one, the fewest of any row; 0 where none was. */
  least: number;
  /** What all were timed on; null where it differs from row to row. */
  device: string | null;
  /** Each row needs to say itself how it was timed. */
  apart: boolean;
}

export function timingOf(rows: readonly Row[]): Timing {
  const single = rows.filter(({ timed }) => timed);
  const devices = [...new Set(single.map(({ device }) => device ?? ""))];
  const device = devices.length === 1 ? devices[0] || null : null;
  const least = single.length > 0 ? Math.min(...single.map(({ timed = 0 }) => timed)) : 0;
  return { least, device, apart: devices.length > 1 || (single.length > 0 && single.length < rows.length) };
}
