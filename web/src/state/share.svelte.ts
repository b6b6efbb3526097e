/** Links that hold a run: to send one, and to see whether the run of one comes out the same here. */
import { fingerprintOf, fromJson, judge, toJson, type Fingerprint, type Trace, type Verdict } from "../lib/fingerprint.ts";
import { decodeLink, encodeLink, type LinkTrouble } from "../lib/link.ts";
import { sameTeacher } from "../lib/recipe.ts";
import { addressOf, formatRoute } from "../lib/route.ts";
import type { Plan, Recipe, RunRecord } from "../protocol.ts";
import { links } from "../strings.ts";
import { share as words } from "../strings/share.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";
import { speed } from "./speed.svelte.ts";
import { training } from "./training.svelte.ts";

export interface Sent {
  run: RunRecord;
  link: string;
  checkpoints: number;
}

/** What a link asks for. */
export interface Received {
  /** As it stands in the address. */
  recipeLink: string;
  printLink: string;
  recipe: Recipe;
  expected: Fingerprint | null;
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

class ShareState {
  sent = $state.raw<Sent | null>(null);
  received = $state.raw<Received | null>(null);
  plan = $state.raw<Plan | null>(null);
  error = $state.raw<(LinkTrouble & { ofLink: boolean }) | null>(null);
  /** The run that the link's is compared with. */
  run = $state<string | null>(null);
  trace = $state.raw<Trace | null>(null);
  readonly verdict: Verdict | null = $derived(this.received?.expected && this.trace ? judge(this.received.expected, this.trace) : null);
  #spoken = "";
  /** The run that was to be sent last. */
  #asked: RunRecord | null = null;

  /** Runs with the link's teacher, whose losses say something beside the link's. */
  get alike(): RunRecord[] {
    const { received } = this;
    return received ? app.runs.filter(({ recipe }) => sameTeacher(recipe, received.recipe)) : [];
  }

  async send(run: RunRecord): Promise<void> {
    Object.assign(this, { received: null, error: null, sent: null });
    this.#asked = run;
    try {
      const [trace, { canonical }] = await Promise.all([
        app.client.request({ type: "trace", run: run.id }),
        app.client.request({ type: "check-recipe", recipe: run.recipe }),
      ]);
      const print = fingerprintOf(trace);
      if (!print) return;
      const [r, f] = await Promise.all([encodeLink(canonical), encodeLink(toJson(print))]);
      const link = addressOf(location.href, formatRoute("share", { r, f }));
      this.sent = { run, link, checkpoints: print.checkpoints.length };
    } catch (error) {
      this.error = { text: wordsOf(error), version: false, ofLink: false };
    }
  }

  async sendAgain(): Promise<void> {
    if (this.#asked) await this.send(this.#asked);
  }

  /** From a link: both parts are checked as if they were typed, and nothing starts. */
  async receive(recipeLink: string, printLink: string, run: string | null): Promise<void> {
    Object.assign(this, { received: null, sent: null, error: null, plan: null, trace: null, run: null });
    const [decoded, print] = await Promise.all([decodeLink(recipeLink), decodeLink(printLink)]);
    if (!decoded.ok) {
      this.error = { text: links.unreadable(decoded.error), version: decoded.error.kind === "version", ofLink: true };
      return;
    }
    try {
      const { recipe } = await app.client.request({ type: "check-recipe", recipe: decoded.value });
      this.received = { recipeLink, printLink, recipe, expected: print.ok ? fromJson(print.value) : null };
      await this.estimate();
      if (run !== null) await this.compareWith(run);
    } catch (error) {
      this.error = { text: links.refused(wordsOf(error)), version: false, ofLink: true };
    }
  }

  /** What it would take here, with a time once the device's speed is known. */
  async estimate(): Promise<void> {
    const { received } = this;
    if (!received) return;
    const plan = await app.client.request({ type: "plan", recipe: received.recipe, gflops: speed.gflops });
    if (received === this.received) this.plan = plan;
  }

  async start(): Promise<void> {
    const { received } = this;
    if (!received) return;
    const { recipe, expected } = received;
    const rest = { name: words.name(recipe.pair, recipe.seed), recipe, device: app.choice };
    const run = await training.start(expected?.demo ? { kind: "demo", ...rest } : { kind: "new", uploads: [], ...rest });
    if (run !== null) await this.compareWith(run);
  }

  async compareWith(run: string | null): Promise<void> {
    Object.assign(this, { run, trace: null });
    this.#spoken = "";
    await this.look();
  }

  /** What there is by now. */
  async look(): Promise<void> {
    const { run } = this;
    if (run === null) return;
    try {
      const trace = await app.client.request({ type: "trace", run });
      if (run !== this.run) return;
      this.error = null;
      this.trace = trace;
      const spoken = words.spoken[this.verdict?.kind ?? ""];
      // Once more behind the words that the run has ended, which would be all that is heard.
      const occasion = `${spoken} ${training.finished?.run === run}`;
      if (spoken && occasion !== this.#spoken) live.say(spoken);
      this.#spoken = occasion;
    } catch (error) {
      this.error = { text: wordsOf(error), version: false, ofLink: false };
    }
  }
}

export const share = new ShareState();
