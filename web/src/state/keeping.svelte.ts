/** The Runs view: what is kept and selected, and the ways in and out. */
import { download } from "../lib/download.ts";
import { encodeLink } from "../lib/link.ts";
import { fileName, runName, summaryOf, type Summary } from "../lib/runs.ts";
import { EngineError, type Row, type RunRecord } from "../protocol.ts";
import { runs as words } from "../strings/runs.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";
import { router } from "./router.svelte.ts";

export const LEAST = 2;
export const MOST = 5;

interface Space {
  /** Not told to pages that are not on https. */
  used: number | null;
  quota: number | null;
  persisted: boolean | null;
}

class Keeping {
  space = $state.raw<Space | null>(null);
  error = $state<string | null>(null);
  importing = $state<string | null>(null);
  exporting = $state<string | null>(null);
  refused = $state.raw<{ file: string; why: string }[]>([]);
  /** The browser was asked to keep all, and did not agree. */
  persistRefused = $state(false);
  #rows = $state.raw<ReadonlyMap<string, Row[]>>(new Map());
  #selected = $state.raw<readonly string[]>([]);

  readonly all: Summary[] = $derived(app.runs.map((run) => summaryOf(run, this.#rows.get(run.id) ?? [])));
  /** In the order in which they were selected. */
  readonly selected: RunRecord[] = $derived(this.#selected.flatMap((id) => app.runs.find((run) => run.id === id) ?? []));

  toggle(run: string): void {
    this.#selected = this.#selected.includes(run) ? this.#selected.filter((id) => id !== run) : [...this.#selected, run];
  }

  clear(): void {
    this.#selected = [];
  }

  async load(): Promise<void> {
    const models = await app.client.request({ type: "all-rows" });
    this.#rows = new Map(models.map(({ model, rows }) => [model, rows]));
    await this.measure();
  }

  async measure(): Promise<void> {
    const storage = navigator.storage as StorageManager | undefined;
    const [estimate, persisted = null] = await Promise.all([storage?.estimate(), storage?.persisted()]);
    this.space = { used: estimate?.usage ?? null, quota: estimate?.quota ?? null, persisted };
  }

  async persist(): Promise<void> {
    const storage = navigator.storage as StorageManager | undefined;
    this.persistRefused = !(await storage?.persist());
    await this.measure();
  }

  async rename(run: RunRecord, name: string): Promise<void> {
    await app.client.request({ type: "rename-run", run: run.id, name });
    live.say(words.renamed(name));
    await app.refreshRuns();
  }

  async exportWhole(run: RunRecord): Promise<void> {
    this.exporting = run.id;
    this.error = null;
    try {
      const file = fileName(run.name, ".safetensors");
      download(file, await app.client.request({ type: "export-run", run: run.id }));
      live.say(words.exported(file));
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind === "crashed") return;
      live.alert((this.error = error.message));
    } finally {
      this.exporting = null;
    }
  }

  exportRecipe({ name, recipe }: RunRecord): void {
    const file = fileName(name, ".recipe.json");
    download(file, new Blob([`${JSON.stringify(recipe, null, 2)}\n`], { type: "application/json" }));
    live.say(words.exported(file));
  }

  /** One after the other: each is checked as a whole before anything of it is kept. */
  async import(files: Iterable<File>): Promise<void> {
    this.refused = [];
    for (const file of files) {
      this.importing = file.name;
      try {
        await (file.name.toLowerCase().endsWith(".json") ? this.#openRecipe(file) : this.#importRun(file));
      } catch (error) {
        if (error instanceof EngineError && error.kind === "crashed") return;
        const why = error instanceof Error ? error.message : String(error);
        this.refused = [...this.refused, { file: file.name, why }];
        live.alert(words.refused(why));
      } finally {
        this.importing = null;
      }
    }
  }

  async #importRun(file: File): Promise<void> {
    // So that the browser does not clear it to make room; it may say no.
    void navigator.storage?.persist?.();
    const name = runName(file.name);
    await app.client.request({ type: "import-run", file, name });
    live.say(words.imported(name));
    await app.refreshRuns();
  }

  /** A recipe is no run yet: Train shows it. */
  async #openRecipe(file: File): Promise<void> {
    let recipe: unknown;
    try {
      recipe = JSON.parse(await file.text());
    } catch {
      throw new Error(words.recipeIsNone);
    }
    const { canonical } = await app.client.request({ type: "check-recipe", recipe });
    router.go("train", { r: await encodeLink(canonical) });
  }
}

export const keeping = new Keeping();
