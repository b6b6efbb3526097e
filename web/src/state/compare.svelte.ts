/** Which models are compared, their rows, and their sentences. */
import type { TableRow } from "../lib/csv.ts";
import { entryOf } from "../lib/mix.ts";
import { isControls, sorted } from "../lib/models.ts";
import { bestOfEach, completePicks, mixesOf, scoresOf, type NetPick, type Scores } from "../lib/picks.ts";
import { exactMatch } from "../lib/sentences.ts";
import type { Between } from "../lib/scoring.ts";
import { EngineError, type ModelId, type Notice, type Scored, type SentenceTable } from "../protocol.ts";
import { compare as words } from "../strings/work.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";
import { scoring } from "./scoring.svelte.ts";
import { training } from "./training.svelte.ts";

const everywhere = (picks: readonly NetPick[]) => picks.map((pick) => ({ ...pick, layers: "all" as const }));

/** As many as stand beside the teacher. */
export const MOST_READ = 3;

class CompareState {
  chosen = $state.raw<string[]>([]);
  /** Mixes beside the usual ones: from the switchboard or a link. */
  added = $state.raw<string[]>([]);
  rows = $state.raw<TableRow[]>([]);
  table = $state.raw<SentenceTable | null>(null);
  signature = $state<string | null>(null);
  /** What went wrong, or that it was stopped. */
  error = $state.raw<{ text: string; stopped: boolean } | null>(null);
  /** The sentence that is read, by its place in the test split; the first of the list where there is none. */
  sentence = $state<number | null>(null);
  /** It was opened by itself: where there is room for one thing only, in place of the list. */
  opened = $state(false);
  /** Null until it is chosen by hand. */
  #read = $state.raw<string[] | null>(null);
  #model: ModelId | null = null;
  /** The request that scores, and what it scores. */
  #request: { id: number; model: ModelId; mixes: string[] } | null = null;

  constructor() {
    app.listen((notice) => this.#take(notice));
  }

  #take(notice: Notice): void {
    if (notice.type === "crashed") app.scoring = null;
    if (notice.type !== "scoring" || notice.model !== this.#request?.model) return;
    const { mix, sentences: done, total } = notice;
    this.#progress(mix, done, total, this.#request.mixes);
  }

  #progress(mix: string, done: number, total: number, mixes: readonly string[]): void {
    const part = (Math.max(0, mixes.indexOf(mix)) + done / Math.max(1, total)) / Math.max(1, mixes.length);
    app.scoring = { mix, done, total, part, stop: () => this.stop() };
  }

  /** The nets that every layer of a site has. */
  get #complete(): NetPick[] {
    const { model } = app;
    return model ? completePicks(model.layers, model.nets) : [];
  }

  get #scores(): Scores {
    return scoresOf(app.model?.rows ?? []);
  }

  /** Whole sites together that were scored, whichever nets they have. */
  get #scoredTogether(): string[] {
    const mixes = (app.model?.rows ?? []).map(({ mix }) => mix);
    return sorted(mixes).several.filter((mix) => mix.split(",").every((part) => entryOf(part)?.layer === null));
  }

  /**
   * These nets, the best of the sites together, and the controls of those sites; then what was trained as a whole or scored
   * otherwise, and what was added.
   */
  get offered(): string[] {
    const { tuned = [], rows = [] } = app.model ?? {};
    return [...new Set([...mixesOf(everywhere(this.#complete), this.#scores), ...tuned, ...rows.map(({ mix }) => mix), ...this.added])];
  }

  open(linked: string[]): void {
    const { model } = app;
    if (!model) return;
    if (this.#model !== model.id) {
      // What is scored already of the other model is kept with it.
      this.stop();
      this.#model = model.id;
      this.rows = model.rows.map((row) => ({ row, exact: null, live: model.command === null }));
      // Of each method the best alone: of all sizes at all sites, nobody reads the table.
      this.added = [];
      const best = mixesOf(everywhere(bestOfEach(this.#complete, this.#scores)), this.#scores);
      const wanted = new Set([...best, ...this.#scoredTogether, ...model.tuned]);
      this.chosen = this.offered.filter((mix) => wanted.has(mix));
      this.#read = null;
      Object.assign(this, { table: null, signature: null, error: null, sentence: null });
    }
    // A link to one of the sentences names the models that are here already.
    if (linked.some((mix) => !this.chosen.includes(mix))) this.#read = null;
    this.added = [...new Set([...this.added, ...linked])];
    if (linked.length > 0) this.chosen = [...new Set(["teacher", ...linked])];
    void this.read();
  }

  add(mix: string): void {
    if (!this.offered.includes(mix)) this.added = [...this.added, mix];
    if (!this.chosen.includes(mix)) this.chosen = [...this.chosen, mix];
  }

  /** From the switchboard: beside the models that are there, and read. */
  pin(mix: string): void {
    this.open([]);
    this.add(mix);
    if (mix !== "teacher" && !this.reading.includes(mix)) this.toggleReading(mix);
    void this.read();
  }

  toggle(mix: string): void {
    const chosen = this.chosen.includes(mix) ? this.chosen.filter((it) => it !== mix) : [...this.chosen, mix];
    this.chosen = this.offered.filter((it) => chosen.includes(it));
    void this.read();
  }

  /** Whose sentences stand beside the teacher's: nets first, unless others are chosen. */
  get reading(): string[] {
    const others = this.chosen.filter((mix) => mix !== "teacher");
    if (this.#read !== null) return this.#read.filter((mix) => others.includes(mix));
    return [...others.filter((mix) => !isControls(mix)), ...others.filter(isControls)].slice(0, MOST_READ);
  }

  /** One more than there is room for takes the place of the one that was chosen first. */
  toggleReading(mix: string): void {
    const { reading } = this;
    this.#read = reading.includes(mix) ? reading.filter((it) => it !== mix) : [...reading, mix].slice(-MOST_READ);
  }

  /** In the order of the chips; the rows that there are. */
  get shown(): { mix: string; found: TableRow | undefined }[] {
    return this.chosen.map((mix) => ({ mix, found: this.rows.find(({ row }) => row.mix === mix) }));
  }

  /** The teacher first: differences are against it. */
  get #mixes(): string[] {
    return [...new Set(["teacher", ...this.chosen])];
  }

  /** What is scored here already, the engine does not score again. */
  get #unscored(): string[] {
    return this.#mixes.filter((mix) => !this.rows.some(({ row, live }) => live && row.mix === mix && row.sentences === app.sentences));
  }

  /** Between how many seconds scoring takes here. */
  get expected(): Between | null {
    return scoring.expected(this.#unscored);
  }

  get device(): string | null {
    return app.device?.name ?? null;
  }

  async score(): Promise<void> {
    if (!app.model || this.#request) return;
    const { id: model, recipe } = app.model;
    this.error = null;
    const [mixes, unscored, device, sentences, begun] = [this.#mixes, this.#unscored, this.device, app.sentences, performance.now()];
    this.#progress(mixes[0], 0, 0, mixes);
    const { id, result } = app.client.cancellable({ type: "score", model, mixes });
    this.#request = { id, model, mixes: unscored.length > 0 ? unscored : mixes };
    try {
      const scored = await result;
      const alone = !scored.stopped && !training.active && device === this.device;
      if (alone && device !== null && unscored.length > 0) scoring.note({ model, recipe, device, each: (performance.now() - begun) / unscored.length / sentences });
      // Another model is open by now: these are not its rows.
      if (this.#model === model) await this.#show(scored);
    } catch (error) {
      if (this.#model === model) this.#fail(error);
    } finally {
      app.scoring = null;
      this.#request = null;
    }
  }

  async #show({ rows, signature, stopped }: Scored): Promise<void> {
    const fresh = rows.map((row) => ({ row, exact: null, live: true }));
    this.rows = [...this.rows.filter(({ row }) => !rows.some(({ mix }) => mix === row.mix)), ...fresh];
    if (this.#model !== null) scoring.scoredHere(this.#model, this.rows.filter(({ live }) => live).map(({ row }) => row));
    if (rows.length > 0) this.signature = signature;
    await this.read();
    if (stopped) this.#tell(words.stopped, true);
    else live.say(`${words.caption}: ${rows.length}`);
  }

  stop(): void {
    if (this.#request !== null) void app.client.request({ type: "cancel", target: this.#request.id });
  }

  #fail(error: unknown): void {
    if (error instanceof EngineError && (error.kind === "crashed" || error.kind === "superseded")) return;
    const stopped = error instanceof EngineError && error.kind === "cancelled";
    this.#tell(stopped ? words.stopped : error instanceof Error ? error.message : String(error), stopped);
  }

  #tell(text: string, stopped: boolean): void {
    this.error = { text, stopped };
    live.alert(text);
  }

  /** The sentences of what has been scored. */
  async read(): Promise<void> {
    const model = this.#model;
    if (model === null) return;
    try {
      const table = await app.client.request({ type: "sentences", model, mixes: [...new Set(["teacher", ...this.chosen])] });
      if (this.#model !== model) return;
      this.table = table.outputs.length > 0 ? table : null;
      this.rows = this.rows.map((row) => ({ ...row, exact: exactMatch(table, row.row.mix) ?? row.exact }));
    } catch (error) {
      this.#fail(error);
    }
  }
}

export const comparing = new CompareState();
