/** The tour of Try: where it is, and whether this browser has seen it. */
import { tour as words } from "../strings/frames.ts";

export type Step = keyof typeof words.steps;
export const STEPS = Object.keys(words.steps) as Step[];
const KEY = "attentionless.tour";
const SEEN = "seen";

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Storage can be forbidden.
    return null;
  }
}

class TourState {
  running = $state(false);
  /** Where it was ended, if not at its end. */
  at = $state(0);
  seen = $state(false);

  constructor() {
    const kept = stored();
    this.seen = kept === SEEN;
    this.at = Math.max(0, STEPS.findIndex((step) => step === kept));
  }

  get step(): Step {
    return STEPS[this.at];
  }

  begin(): void {
    this.running = true;
  }

  move(by: number): void {
    if (this.at + by >= STEPS.length) return this.finish();
    this.at = Math.max(0, this.at + by);
  }

  /** Goes on from here another time. */
  end(): void {
    this.running = false;
    this.#keep(this.seen ? SEEN : this.step);
  }

  finish(): void {
    Object.assign(this, { running: false, seen: true, at: 0 });
    this.#keep(SEEN);
  }

  #keep(value: string): void {
    try {
      localStorage.setItem(KEY, value);
    } catch {
      // It holds for this visit.
    }
  }
}

export const tour = new TourState();
