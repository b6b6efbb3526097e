/** The Try view: a text, a board, and what the models make of them. The latest request wins. */
import { BEST, firstBoard, hasAll, History, presetBoard, type BoardPreset, type Brush } from "../lib/board.ts";
import { changedWords } from "../lib/diff.ts";
import { formatMix, parseMix, sameMix, teacherBoard, type Board, type Trained } from "../lib/mix.ts";
import { scoresOf } from "../lib/picks.ts";
import { FIRST_MIX } from "../lib/recorded.ts";
import { DEMO, EngineError, type Inspection, type MixSize, type ModelInfo, type Translation } from "../protocol.ts";
import { tryView } from "../strings.ts";
import { app } from "./app.svelte.ts";
import { costs } from "./costs.svelte.ts";
import { live } from "./live.svelte.ts";

const TYPED_MS = 150;
const SPOKEN_MS = 800;

export interface Output {
  /** The sentence that this translates. */
  source: string;
  text: string;
  ms: number | null;
}

class TryState {
  text = $state("");
  reference = $state<string | null>(null);
  board = $state.raw<Board>(teacherBoard(2));
  brush = $state<Brush>({ kind: BEST, size: "m", variant: null });
  undoable = $state(0);
  recorded = $state(true);
  teacher = $state.raw<Output | null>(null);
  mixed = $state.raw<Output | null>(null);
  /** The mix's output before the last swap, to mark what the swap changed. */
  before = $state<string | null>(null);
  inspection = $state.raw<Inspection | null>(null);
  info = $state.raw<MixSize | null>(null);
  error = $state<string | null>(null);
  /** `error` is the mix of a link that this model cannot have. */
  linkFailed = $state(false);
  begun = false;
  linkedMix: string | null = null;
  /** The model that the board was made for. */
  #opened: ModelInfo | null = null;
  #described: { model: ModelInfo | null; mix: string; info: Promise<MixSize> } | null = null;
  #history = new History();
  #generation = 0;
  /** Counts what was typed, chosen or drawn into the text box. */
  #entry = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #speech: ReturnType<typeof setTimeout> | undefined;
  /** Keys have rested, and what the text became was not spoken yet. */
  #unspoken = false;

  get mix(): string {
    return formatMix(this.board);
  }

  /** As the model has it written, whose weights or rows it may be. */
  get written(): string {
    const { model } = app;
    return (model && sameMix(this.mix, [...model.tuned, ...model.rows.map(({ mix }) => mix)], model.layers)) ?? this.mix;
  }

  /** Of one sentence on this device by the open model; null before it has translated. */
  get teacherMs(): number | null {
    return this.#opened?.id === app.model?.id && !this.recorded ? (this.teacher?.ms ?? null) : null;
  }

  get layers(): number {
    return this.board.enc.length;
  }

  /** What the page shows before anything is loaded, or what a link asks for. */
  begin(mix: string | null, text: string | null): void {
    this.begun = true;
    this.linkedMix = mix;
    this.#opened = null;
    const layers = app.model?.layers ?? 2;
    this.board = parseMix(mix ?? FIRST_MIX, layers) ?? teacherBoard(layers);
    const first = app.recorded[0];
    this.#setText(text ?? first?.source ?? this.text);
    this.#showRecorded();
    if (app.ready) this.modelOpened();
  }

  /** The engine is there, or another model is: what is typed is translated without a click. */
  modelOpened(): void {
    const [{ model }, before] = [app, this.#opened];
    if (!model || model === before) return;
    this.#opened = model;
    // The same model on another device, or with more nets: what was set up with it stays.
    if (model.id !== before?.id) this.#setUp(model);
    if (!this.text && model.heldOut > 0) void this.newSentence();
    else void this.refresh();
    // Behind the translation, which is waited for.
    void costs.learn(model);
  }

  #setUp(model: ModelInfo): void {
    const first = firstBoard(model.layers, model.nets, scoresOf(model.rows));
    const wanted = this.linkedMix === null ? null : parseMix(this.linkedMix, model.layers);
    const board = wanted ?? (model.id === DEMO ? parseMix(this.mix, model.layers) : null) ?? first;
    const lacking = !hasAll(board, model);
    this.board = lacking ? first : board;
    this.linkFailed = this.linkedMix !== null && (lacking || !wanted);
    this.error = this.linkFailed ? this.linkedMix : null;
    this.linkedMix = null;
    this.#history = new History();
    this.undoable = 0;
    this.before = null;
  }

  #setText(text: string): void {
    this.text = text;
    this.reference = app.recorded.find(({ source }) => source === text)?.reference ?? null;
  }

  #showRecorded(): boolean {
    const example = app.recorded.find(({ source }) => source === this.text);
    if (!example) return false;
    const output = (mix: string): Output | null =>
      mix in example.translations ? { source: example.source, text: example.translations[mix], ms: null } : null;
    this.recorded = true;
    [this.teacher, this.mixed] = [output("teacher"), output(this.mix)];
    return true;
  }

  typed(text: string): void {
    this.#entry += 1;
    this.#setText(text);
    this.before = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), TYPED_MS);
    this.#speakLater();
  }

  show(index: number): void {
    this.#entry += 1;
    this.#setText(app.recorded[index].source);
    this.before = null;
    if (!app.model || !app.ready) this.#showRecorded();
    void this.refresh();
    this.#speakLater();
  }

  async newSentence(): Promise<void> {
    const { model } = app;
    if (!model || model.heldOut === 0) return;
    const index = Math.floor(Math.random() * model.heldOut);
    const entry = ++this.#entry;
    const { source, reference } = await app.client.request({ type: "sentence", index });
    // Typed, chosen or drawn meanwhile: the latest text wins.
    if (entry !== this.#entry) return;
    this.text = source;
    this.reference = reference;
    this.before = null;
    await this.refresh();
    this.#speakLater();
  }

  change(board: Board): void {
    if (formatMix(board) === this.mix) return;
    this.#history.push(this.board);
    this.#swap(board);
  }

  /** The same nets and controls with other weights. */
  train(trained: Trained | null): void {
    this.change({ ...this.board, trained });
  }

  undo(): void {
    const board = this.#history.pop();
    if (board) this.#swap(board);
  }

  preset(preset: BoardPreset): void {
    const { nets = ["enc.1.alr-m", "enc.2.alr-m"], rows = [] } = app.model ?? {};
    this.change(presetBoard(preset, this.layers, nets, scoresOf(rows)));
  }

  #swap(board: Board): void {
    this.undoable = this.#history.length;
    // What a link asked for is overridden, also if the model is not open yet.
    this.linkedMix = null;
    this.forgive();
    this.before = this.mixed?.source === this.text ? this.mixed.text : null;
    this.board = board;
    if (!app.ready) this.#showRecorded();
    void this.refresh().then((translated) => translated && this.#sayChange());
  }

  /** What a link asked for in vain is not asked for any more. */
  forgive(): void {
    Object.assign(this, { linkFailed: false, error: null });
  }

  #sayChange(): void {
    if (this.before === null || !this.mixed) return;
    const count = changedWords(this.before, this.mixed.text);
    live.say(count > 0 ? tryView.changed(count) : tryView.unchanged);
  }

  #speakLater(): void {
    this.#unspoken = false;
    clearTimeout(this.#speech);
    this.#speech = setTimeout(() => {
      this.#unspoken = true;
      this.#speak();
    }, SPOKEN_MS);
  }

  /** What is shown may still be of an older text: then this comes again with the new one. */
  #speak(): void {
    if (!this.#unspoken || this.recorded || this.mixed?.source !== this.text) return;
    this.#unspoken = false;
    const { text } = this.mixed;
    const [, lang = ""] = app.model?.recipe.pair.split("-") ?? [];
    live.say(tryView.translated(changedWords(this.teacher?.text ?? "", text)), { text, lang });
  }

  /** Everything that depends on text and board; false where a later request, or an error, came before the end. */
  async refresh(): Promise<boolean> {
    if (!app.model) return false;
    const generation = ++this.#generation;
    const [text, mix] = [this.text, this.written];
    try {
      const [info, inspection] = await Promise.all([this.#describe(mix), app.client.request({ type: "inspect", text })]);
      if (generation !== this.#generation) return false;
      Object.assign(this, { info, inspection });
      if (text.trim()) await this.#translate(generation, text, mix);
      if (generation !== this.#generation) return false;
      this.#speak();
      return true;
    } catch (error) {
      this.#fail(generation, error);
      return false;
    }
  }

  /** The text has no part in it: while one types it is asked once, also before the answer is there. */
  #describe(mix: string): Promise<MixSize> {
    const { model } = app;
    if (this.#described?.model !== model || this.#described.mix !== mix) {
      const described = { model, mix, info: app.client.request({ type: "describe-mix", mix }) };
      this.#described = described;
      described.info.catch(() => {
        if (this.#described === described) this.#described = null;
      });
    }
    return this.#described.info;
  }

  async #translate(generation: number, text: string, mix: string): Promise<void> {
    const translate = (mix: string): Promise<Translation> =>
      app.client.request({ type: "translate", generation, mix, text });
    const [teacher, mixed] = await Promise.all([translate("teacher"), translate(mix)]);
    if (generation !== this.#generation) return;
    this.teacher = { source: text, text: teacher.text, ms: teacher.ms };
    this.mixed = { source: text, text: mixed.text, ms: mixed.ms };
    this.recorded = false;
    if (!this.linkFailed) this.error = null;
  }

  #fail(generation: number, error: unknown): void {
    const quiet = error instanceof EngineError && (error.kind === "superseded" || error.kind === "crashed");
    if (quiet || generation !== this.#generation) return;
    this.error = error instanceof Error ? error.message : String(error);
    live.alert(this.error);
  }
}

export const trying = new TryState();
