/** Which models are compared, their rows, and their sentences. */
import { SIZES } from "../lib/mix.ts";
import { exactMatch } from "../lib/sentences.ts";
import type { TableRow } from "../lib/csv.ts";
import { EngineError, type Notice, type SentenceTable } from "../protocol.ts";
import { compare as words } from "../strings.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";

export const CONTROL_MIXES = ["enc=none", "enc=uniform", "enc=mean"];

class CompareState {
  chosen = $state.raw<string[]>([]);
  /** Mixes that are neither nets of all layers nor controls: from the switchboard or a link. */
  added = $state.raw<string[]>([]);
  rows = $state.raw<TableRow[]>([]);
  table = $state.raw<SentenceTable | null>(null);
  signature = $state<string | null>(null);
  scoring = $state.raw<{ mix: string; done: number; total: number } | null>(null);
  error = $state<string | null>(null);
  #model: string | null = null;
  #request: number | null = null;

  constructor() {
    app.listen((notice) => this.#take(notice));
  }

  #take(notice: Notice): void {
    if (notice.type === "scoring") this.scoring = { mix: notice.mix, done: notice.sentences, total: notice.total };
    if (notice.type === "crashed") this.scoring = null;
  }

  /** Mixes of one net size in every layer of the encoder. */
  get netMixes(): string[] {
    const { model } = app;
    if (!model) return [];
    const complete = (size: string) =>
      Array.from({ length: model.layers }, (_, layer) => `enc.${layer + 1}.alr-${size}`).every((net) => model.nets.includes(net));
    return SIZES.filter(complete).map((size) => `enc=alr-${size}`);
  }

  get offered(): string[] {
    const usual = ["teacher", ...this.netMixes, ...CONTROL_MIXES];
    return [...usual, ...this.added.filter((mix) => !usual.includes(mix))];
  }

  open(linked: string[]): void {
    const { model } = app;
    if (!model) return;
    if (this.#model !== model.id) {
      this.#model = model.id;
      this.rows = model.rows.map((row) => ({ row, exact: null, live: model.command === null }));
      this.chosen = ["teacher", ...this.netMixes, "enc=none"];
      this.added = [];
      Object.assign(this, { table: null, signature: null, error: null });
    }
    this.added = [...new Set([...this.added, ...linked])];
    if (linked.length > 0) this.chosen = [...new Set(["teacher", ...linked])];
    void this.read();
  }

  add(mix: string): void {
    if (!this.offered.includes(mix)) this.added = [...this.added, mix];
    if (!this.chosen.includes(mix)) this.chosen = [...this.chosen, mix];
  }

  toggle(mix: string): void {
    const chosen = this.chosen.includes(mix) ? this.chosen.filter((it) => it !== mix) : [...this.chosen, mix];
    this.chosen = this.offered.filter((it) => chosen.includes(it));
    void this.read();
  }

  /** In the order of the chips; the rows that there are. */
  get shown(): { mix: string; found: TableRow | undefined }[] {
    return this.chosen.map((mix) => ({ mix, found: this.rows.find(({ row }) => row.mix === mix) }));
  }

  async score(): Promise<void> {
    this.error = null;
    // The teacher first: differences are against it.
    const mixes = [...new Set(["teacher", ...this.chosen])];
    this.scoring = { mix: mixes[0], done: 0, total: 0 };
    const { id, result } = app.client.cancellable({ type: "score", mixes });
    this.#request = id;
    try {
      const { rows, signature } = await result;
      const fresh = rows.map((row) => ({ row, exact: null, live: true }));
      this.rows = [...this.rows.filter(({ row }) => !rows.some(({ mix }) => mix === row.mix)), ...fresh];
      this.signature = signature;
      await this.read();
      live.say(`${words.caption}: ${rows.length}`);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.scoring = null;
      this.#request = null;
    }
  }

  stop(): void {
    if (this.#request !== null) void app.client.request({ type: "cancel", target: this.#request });
  }

  #fail(error: unknown): void {
    if (error instanceof EngineError && error.kind === "crashed") return;
    const stopped = error instanceof EngineError && error.kind === "cancelled";
    this.error = stopped ? words.stopped : error instanceof Error ? error.message : String(error);
    live.alert(this.error);
  }

  /** The sentences of what has been scored. */
  async read(): Promise<void> {
    try {
      const table = await app.client.request({ type: "sentences", mixes: [...new Set(["teacher", ...this.chosen])] });
      this.table = table.outputs.length > 0 ? table : null;
      this.rows = this.rows.map((row) => ({ ...row, exact: exactMatch(table, row.row.mix) ?? row.exact }));
    } catch (error) {
      this.#fail(error);
    }
  }
}

export const comparing = new CompareState();
