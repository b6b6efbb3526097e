/** Speed and time left, as means over the last 30 seconds. */

const WINDOW = 30_000;
/** Before so many steps, compiling and warming up would count as speed. */
const FIRST_STEPS = 20;
const REFRESH = 5_000;

interface Mark {
  at: number;
  step: number;
  rate: number;
}

export class Meter {
  #marks: Mark[] = [];
  #stage = "";
  #begun = 0;
  #left: { value: number | null; at: number } = { value: null, at: -Infinity };
  total = 0;

  add(stage: string, now: number, step: number, total: number, rate: number): void {
    if (stage !== this.#stage || step < (this.#marks.at(-1)?.step ?? 0)) this.#restart(stage, step);
    this.total = total;
    this.#marks.push({ at: now, step, rate });
    while (this.#marks.length > 2 && this.#marks[0].at < now - WINDOW) this.#marks.shift();
  }

  #restart(stage: string, step: number): void {
    this.#marks = [];
    this.#stage = stage;
    this.#begun = step;
    this.#left = { value: null, at: -Infinity };
  }

  /** After a pause: time that stood still is no slowness. */
  forget(): void {
    this.#marks = [];
    this.#left = { value: this.#left.value, at: -Infinity };
  }

  rate(): number | null {
    if (this.#marks.length === 0) return null;
    return this.#marks.reduce((sum, mark) => sum + mark.rate, 0) / this.#marks.length;
  }

  /** Milliseconds to the end of the stage; the same for 5 s, so that it can be read. */
  left(now: number): number | null {
    if (this.#left.value === null || now - this.#left.at >= REFRESH) this.#left = { value: this.#estimate(), at: now };
    return this.#left.value;
  }

  #estimate(): number | null {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (!first || !last || last.step - this.#begun < FIRST_STEPS || last.step === first.step) return null;
    return ((this.total - last.step) * (last.at - first.at)) / (last.step - first.step);
  }
}
