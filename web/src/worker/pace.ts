/** Keeps progress from flooding the page: all kinds of it together are told four times a second. */
import type { Notice } from "../protocol.ts";

const APART_MS = 250;
/** A kind that was told so lately goes on. */
const LATELY_MS = 1_000;

export class Pace {
  #told = new Map<Notice["type"], number>();

  /** Whether it is time to tell of it; what is due counts as told. Kinds that go on beside each other share the time evenly. */
  due(kind: Notice["type"], now = performance.now()): boolean {
    const others = [...this.#told].filter(([other, at]) => other !== kind && now - at < LATELY_MS).length;
    if (now - (this.#told.get(kind) ?? -Infinity) < APART_MS * (1 + others)) return false;
    this.#told.set(kind, now);
    return true;
  }

  /** Told at once: a change that cannot wait. */
  tell(kind: Notice["type"], now = performance.now()): void {
    this.#told.set(kind, now);
  }
}
