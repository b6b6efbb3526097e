/** The screen stays on while a run is in training and the page is seen, unless the visitor does not want it. */
class Awake {
  readonly offered = "wakeLock" in navigator;
  wanted = $state(true);
  #lock: WakeLockSentinel | null = null;
  #changes: Promise<void> = Promise.resolve();

  /** One change after the other; the browser lets go of it by itself when the page is hidden. */
  follow(training: boolean): void {
    const on = training && this.wanted && document.visibilityState === "visible";
    this.#changes = this.#changes.then(() => (on ? this.#take() : this.#release()));
  }

  async #take(): Promise<void> {
    if (!this.offered || this.#lock?.released === false) return;
    // A low battery may refuse it, which stops no run.
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null);
  }

  async #release(): Promise<void> {
    await this.#lock?.release();
    this.#lock = null;
  }
}

export const awake = new Awake();
