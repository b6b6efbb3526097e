/** The recipe that Train shows, and what it would cost. The engine checks and plans every change. */
import { decodeLink, encodeLink } from "../lib/link.ts";
import { SIZES, type Size } from "../lib/mix.ts";
import { EngineError, type Plan, type Preset, type Recipe, type Upload } from "../protocol.ts";
import { links } from "../strings.ts";
import { app } from "./app.svelte.ts";

export type CorpusKind = "everyday" | "tsv" | "aligned";
export const OFFERED: Preset[] = ["micro", "tiny", "small"];

export interface Picked {
  upload: Upload;
  lines: number;
}

const CONTROL_MIXES = ["enc=none", "enc=uniform", "enc=mean"];

function netAssignment(sizes: readonly Size[], layers: "all" | number[]): string {
  const parts = sizes.map((size) => ({ site: "enc", layers, method: "alr", size, variant: null }));
  return `nets=${JSON.stringify(parts)}`;
}

/** A net in a layer of its own is scored in that layer. */
function mixesOf(sizes: readonly Size[], layers: "all" | number[]): string[] {
  const places = layers === "all" ? ["enc"] : layers.map((layer) => `enc.${layer}`);
  const nets = sizes.map((size) => places.map((place) => `${place}=alr-${size}`).join(","));
  return ["teacher", ...nets, ...CONTROL_MIXES];
}

class RecipeState {
  preset = $state<Preset>("micro");
  recipe = $state.raw<Recipe | null>(null);
  plan = $state.raw<Plan | null>(null);
  /** All sizes, for the table to choose from. */
  table = $state.raw<Plan["nets"]>([]);
  sizes = $state.raw<Size[]>(["xs", "s", "m"]);
  layers = $state.raw<"all" | number[]>("all");
  corpus = $state<CorpusKind>("everyday");
  files = $state.raw<Partial<Record<"tsv" | "source" | "target", Picked>>>({});
  error = $state<string | null>(null);
  linkError = $state.raw<{ text: string; version: boolean } | null>(null);
  /** As it stands in the address. */
  link = $state<string | null>(null);
  #changes = 0;

  get ready(): boolean {
    if (this.corpus === "tsv") return this.files.tsv !== undefined;
    return this.corpus === "everyday" || (this.files.source !== undefined && this.files.target !== undefined);
  }

  get uploads(): Upload[] {
    const { tsv, source, target } = this.files;
    const chosen = { everyday: [], tsv: [tsv], aligned: [source, target] }[this.corpus];
    // Copies: what goes to the worker is gone here, and a run can be started again.
    return chosen.flatMap((picked) => (picked ? [{ name: picked.upload.name, bytes: picked.upload.bytes.slice() }] : []));
  }

  async choose(preset: Preset): Promise<void> {
    const { presets } = app;
    if (!presets) return;
    this.preset = preset;
    this.layers = "all";
    this.sizes = presets[preset].nets.map(({ size }) => size as Size);
    await this.#take(presets[preset], this.#netAssignments());
  }

  #netAssignments(): string[] {
    return [netAssignment(this.sizes, this.layers), `score.mixes=${JSON.stringify(mixesOf(this.sizes, this.layers))}`];
  }

  async set(key: string, value: string): Promise<void> {
    if (this.recipe) await this.#take(this.recipe, [`${key}=${value}`]);
  }

  async pick(sizes: Size[], layers: "all" | number[] = this.layers): Promise<void> {
    this.sizes = SIZES.filter((size) => sizes.includes(size));
    this.layers = layers;
    if (this.recipe) await this.#take(this.recipe, this.#netAssignments());
  }

  async setCorpus(kind: CorpusKind): Promise<void> {
    this.corpus = kind;
    const { tsv, source, target } = this.files;
    const name = {
      everyday: "everyday",
      tsv: `tsv:${tsv?.upload.name ?? "mine.tsv"}`,
      aligned: `aligned:${source?.upload.name ?? "source.txt"},${target?.upload.name ?? "target.txt"}`,
    }[kind];
    await this.set("corpus.source", JSON.stringify(name));
  }

  async addFile(slot: "tsv" | "source" | "target", file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    // Names of the visitor's own may hold commas and colons, which a recipe's source cannot.
    const name = { tsv: /\.csv$/i.test(file.name) ? "mine.csv" : "mine.tsv", source: "source.txt", target: "target.txt" }[slot];
    const lines = bytes.reduce((count, byte) => (byte === 10 ? count + 1 : count), 0);
    this.files = { ...this.files, [slot]: { upload: { name, bytes }, lines } };
    await this.setCorpus(slot === "tsv" ? "tsv" : "aligned");
  }

  /** From a link: checked as if it were typed, and nothing starts. */
  async open(link: string): Promise<void> {
    const decoded = await decodeLink(link);
    if (!decoded.ok) {
      const { error } = decoded;
      const text = error.kind === "version" ? links.version(error.version) : error.kind === "damaged" ? links.damaged : links.tooLong;
      this.linkError = { text, version: error.kind === "version" };
      return;
    }
    try {
      const { recipe } = await app.client.request({ type: "check-recipe", recipe: decoded.value });
      this.linkError = null;
      this.#adopt(recipe);
      await this.#take(recipe, []);
    } catch (error) {
      this.linkError = { text: links.refused(error instanceof Error ? error.message : String(error)), version: false };
    }
  }

  #adopt(recipe: Recipe): void {
    this.sizes = SIZES.filter((size) => recipe.nets.some((net) => net.size === size));
    this.layers = recipe.nets[0]?.layers ?? "all";
    const [kind] = recipe.corpus.source.split(":");
    this.corpus = kind === "tsv" || kind === "aligned" ? kind : "everyday";
  }

  /** For a net of a run that there is: the run's recipe with that net alone in addition. */
  async openNet(recipe: Recipe, net: string): Promise<void> {
    const match = /^enc\.([0-9]+)=alr-(xs|s|m|l|xl)$/.exec(net);
    if (!match) return;
    this.corpus = "everyday";
    const [layer, size] = [Number(match[1]), match[2] as Size];
    this.sizes = [size];
    this.layers = [layer];
    await this.#take(recipe, this.#netAssignments());
  }

  async #take(recipe: Recipe, assignments: string[]): Promise<void> {
    const change = ++this.#changes;
    try {
      const changed = await app.client.request({ type: "assign", recipe, assignments });
      const all = await app.client.request({ type: "assign", recipe: changed, assignments: [netAssignment(SIZES, "all")] });
      const [plan, table] = await Promise.all([
        app.client.request({ type: "plan", recipe: changed }),
        app.client.request({ type: "plan", recipe: all }),
      ]);
      if (change !== this.#changes) return;
      this.recipe = changed;
      this.plan = plan;
      this.table = table.nets.filter(({ net }) => net.startsWith("enc.1."));
      this.error = null;
      this.link = await encodeLink(JSON.stringify(changed));
    } catch (error) {
      if (error instanceof EngineError && error.kind === "crashed") return;
      this.error = error instanceof Error ? error.message : String(error);
    }
  }
}

export const recipes = new RecipeState();
