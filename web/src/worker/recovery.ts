/** What is done for a run whose device is lost: when it is tried again, with which device, and what is told once it is back. */
import type { Device, RunEvent } from "attentionless";
import type { Host } from "./host.ts";
import type { Sitting } from "./sitting.ts";

/** At once, then after two seconds; then the page is asked. */
const TRIES = 2;
const SECOND_TRY_MS = 2_000;

export class Recovery {
  readonly #host: Host;
  #visible = true;
  #resting: (() => void)[] = [];

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether it is to be tried again. */
  begin(sitting: Sitting): boolean {
    sitting.losses += 1;
    sitting.lostAt ??= sitting.step;
    sitting.state = "recovering";
    return sitting.losses <= TRIES;
  }

  /** Another device; none where the run shall stop meanwhile. */
  async deviceFor(sitting: Sitting): Promise<Device | null> {
    if (sitting.losses === TRIES) await this.#rest(SECOND_TRY_MS);
    // A hidden tab is often refused a device.
    if (!this.#visible && !sitting.hold) await this.#rest(Infinity);
    if (sitting.hold) return null;
    const device = await this.#host.reopen(sitting.device);
    // Going on with the CPU is for the visitor to say: it is slower, and other bits come out.
    if (device.info().kind !== sitting.device.info().kind) throw new Error("no GPU was offered again");
    return device;
  }

  /** The first word of a run after a loss says where it is. */
  back(sitting: Sitting, event: RunEvent & { step: number }): void {
    if (sitting.lostAt === null) return;
    const step = event.event === "resumed" ? event.step : 0;
    const redone = Math.max(0, sitting.lostAt - step);
    sitting.lostAt = null;
    this.#host.notify({ type: "training-recovered", step, redone });
  }

  /** Until the time is over, the page is seen again, or the run shall stop. */
  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#resting.push(resolve);
      if (ms < Infinity) setTimeout(resolve, ms);
    });
  }

  wake(): void {
    for (const resolve of this.#resting.splice(0)) resolve();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.wake();
  }
}
