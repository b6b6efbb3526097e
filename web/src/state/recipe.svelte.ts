/** The recipe that Train shows, and what it would cost. The engine checks and plans every change. */
import { decodeLink, encodeLink, type LinkTrouble } from "../lib/link.ts";
import { entryOf, netNamed, netOf } from "../lib/mix.ts";
import { ALL_PICKS, inGroup, inOrder, mixesOf, placedNets, samePick, type Layers, type NetPick, type PlacedNet } from "../lib/picks.ts";
import { needOf } from "../lib/need.ts";
import { extended, mixesAssignments, netsAssignment, sameTeacher, scoredMixes, trainsWhole } from "../lib/recipe.ts";
import { wholesOf, withWhole, type Whole } from "../lib/whole.ts";
import { DEMO, EngineError, type DeviceChoice, type Plan, type Preset, type Recipe, type Start, type Upload } from "../protocol.ts";
import { links } from "../strings.ts";
import { train } from "../strings/work.ts";
import { app } from "./app.svelte.ts";
import { hub } from "./hub.svelte.ts";
import { own } from "./own.svelte.ts";
import { speed } from "./speed.svelte.ts";

export type CorpusKind = "everyday" | "hub" | "file" | "aligned";
export type Slot = "file" | "source" | "target";
/** What the visitor's own file may be, by the end of its name; else it has two columns with a tab between them. */
const FILE_KINDS = { csv: "tsv", tmx: "tmx", zip: "iwslt" } as Record<string, string | undefined>;
export const OFFERED: Preset[] = ["micro", "tiny", "small"];

/** A run, or the demo, with a trained teacher. */
export interface Base {
  run: string;
  name: string;
  recipe: Recipe;
}

/** A net that could be fitted, and what that would cost in a layer. */
export interface Offer extends NetPick {
  plan: Plan["nets"][number];
  /** To fit it by itself in all layers that are chosen; null where the device's speed is not known. */
  seconds: number | null;
}

/** Where the form has a setting such as `model.heads`. */
export const settingId = (key: string) => `setting-${key}`;

function placed(picks: readonly NetPick[], layers: Layers): PlacedNet[] {
  return picks.map((pick) => ({ ...pick, layers }));
}

function offersOf(plan: Plan, times: readonly number[]): Offer[] {
  return plan.nets.flatMap((net) => {
    const named = netNamed(net.net);
    if (!named) return [];
    const { site, method, size, variant } = named;
    const pick = { site, method, size, variant };
    return [{ ...pick, plan: net, seconds: times[ALL_PICKS.findIndex(samePick(pick))] ?? null }];
  });
}

class RecipeState {
  recipe = $state.raw<Recipe | null>(null);
  plan = $state.raw<Plan | null>(null);
  /** All sizes at all sites, for the tables to choose from. */
  offers = $state.raw<Offer[]>([]);
  picks = $state.raw<NetPick[]>([]);
  layers = $state.raw<Layers>("all");
  /** Rises when the picks are those of another recipe, not the visitor's own. */
  adopted = $state(0);
  corpus = $state<CorpusKind>("everyday");
  files = $state.raw<Partial<Record<Slot, Upload>>>({});
  error = $state<string | null>(null);
  linkError = $state.raw<LinkTrouble | null>(null);
  /** As it stands in the address. */
  link = $state<string | null>(null);
  #base = $state.raw<Base | null>(null);
  #edits: Promise<void> = Promise.resolve();

  /** The run that is added to, for as long as the recipe has its teacher. */
  get base(): Base | null {
    return this.recipe && this.#baseOf(this.recipe);
  }

  #baseOf(recipe: Recipe): Base | null {
    const base = this.#base;
    return base && sameTeacher(base.recipe, recipe) ? base : null;
  }

  /** The preset whose model it is, whatever else was changed. */
  get preset(): Preset | null {
    const [{ presets }, { recipe }] = [app, this];
    if (!presets || !recipe) return null;
    const model = JSON.stringify(recipe.model);
    return (Object.keys(presets) as Preset[]).find((preset) => JSON.stringify(presets[preset].model) === model) ?? null;
  }

  /** The setting of the form that the engine refuses, by its name in the refusal. */
  get wrong(): string | null {
    return Object.keys(train.settings).find((key) => this.error?.includes(`\`${key}\``)) ?? null;
  }

  /** Leads to a setting of the form. */
  show(key: string): void {
    const field = document.getElementById(settingId(key));
    field?.closest("details")?.setAttribute("open", "");
    field?.focus();
  }

  get ready(): boolean {
    if (this.base || this.corpus === "everyday") return true;
    if (this.corpus === "hub") return this.hubName !== null && (hub.entry(this.hubName)?.kept ?? null) !== null;
    return this.#slots.every((slot) => this.files[slot] !== undefined);
  }

  get #slots(): Slot[] {
    return { everyday: [], hub: [], file: ["file" as const], aligned: ["source" as const, "target" as const] }[this.corpus];
  }

  /** The visitor's own files, once there are all that the choice takes. */
  get #uploads(): Upload[] {
    const files = this.#slots.flatMap((slot) => this.files[slot] ?? []);
    return files.length === this.#slots.length ? files : [];
  }

  /** The data set of the catalogue that it names. */
  get hubName(): string | null {
    const [, name = null] = /^hub:(.*)$/.exec(this.recipe?.corpus.source ?? "") ?? [];
    return name;
  }

  /** What is asked of the trainer, with the edits that were made just before; none where one of them is refused. */
  async order(device: DeviceChoice): Promise<Start | null> {
    await this.#edits;
    if (this.error || own.why) return null;
    const { recipe, base } = this;
    if (!recipe) return null;
    const name = `${this.preset ?? train.ownPreset} ${recipe.pair}, seed ${recipe.seed}`;
    if (!base) return { kind: "new", name, recipe, uploads: this.#uploads, device };
    const added = extended(base.recipe, recipe);
    return base.run === DEMO ? { kind: "demo", name, recipe: added, device } : { kind: "saved", run: base.run, recipe: added, device };
  }

  /** Where nothing else was asked for, by the time that all before is done. */
  begin(): Promise<void> {
    return this.#edit(async () => (this.recipe ? undefined : this.#choose("micro")));
  }

  choose(preset: Preset): Promise<void> {
    this.linkError = null;
    return this.#edit(() => this.#choose(preset));
  }

  async #choose(preset: Preset): Promise<void> {
    const recipe = app.presets?.[preset];
    if (!recipe) return;
    this.#adopt(recipe);
    await this.#take(recipe, mixesAssignments(mixesOf(placedNets(recipe.nets))));
  }

  /** With the mixes that go with the nets, those that are trained as a whole among them. */
  #netAssignments(wholes: readonly Whole[]): string[] {
    const nets = placed(this.picks, this.layers);
    const mixes = wholes.reduce<string[]>((mixes, whole) => withWhole(mixes, nets, whole, true), mixesOf(nets));
    return [netsAssignment(nets), ...mixesAssignments(mixes)];
  }

  /** What is trained as a whole. */
  get wholes(): Whole[] {
    return this.recipe ? wholesOf(scoredMixes(this.recipe)) : [];
  }

  /** The run that is added to has mixes that were trained as a whole already: others are trained in the same way. */
  get wholeFixed(): boolean {
    return this.base !== null && trainsWhole(this.base.recipe);
  }

  setWhole(whole: Whole, wanted: boolean): Promise<void> {
    return this.#change((recipe) => mixesAssignments(withWhole(scoredMixes(recipe), placedNets(recipe.nets), whole, wanted)));
  }

  set(key: string, value: string): Promise<void> {
    return this.#change(() => [`${key}=${value}`]);
  }

  pick(picks: readonly NetPick[], layers: Layers = this.layers): Promise<void> {
    this.picks = inOrder(picks);
    this.layers = layers;
    return this.#change((recipe) => this.#netAssignments(wholesOf(scoredMixes(recipe))));
  }

  /** Puts a net in the place of another. */
  exchange(from: NetPick, to: NetPick): Promise<void> {
    const same = samePick(from);
    return this.pick([...this.picks.filter((pick) => !same(pick)), to]);
  }

  /** The net that takes the most memory of those that can be smaller, and the next one that takes less. */
  get smaller(): { from: NetPick; to: NetPick } | null {
    const steps = this.picks.flatMap((from) => {
      const group = this.offers.filter((offer) => inGroup(from)(offer) && offer.variant === from.variant);
      const own = group.find(samePick(from));
      const to = own && group.findLast(({ plan }) => plan.training_bytes < own.plan.training_bytes);
      return to ? [{ from, to, bytes: own.plan.training_bytes }] : [];
    });
    return steps.sort((one, other) => other.bytes - one.bytes)[0] ?? null;
  }

  /** The net that takes the most memory, in the largest size with which all of the run has this room; null where no size helps. */
  fitting(room: number): { from: NetPick; to: NetPick } | null {
    const [{ plan, smaller, recipe }, trained] = [this, this.base !== null];
    if (!plan || !smaller || !recipe) return null;
    const { from } = smaller;
    const others = plan.nets.filter(({ net }) => !samePick(from)(netNamed(net) ?? from));
    const layers = this.layers === "all" ? recipe.model.layers : this.layers.length;
    const group = this.offers.filter((offer) => inGroup(from)(offer) && offer.variant === from.variant);
    const own = group.find(samePick(from));
    const fits = (offer: Offer) => needOf({ ...plan, nets: [...others, ...Array<Offer["plan"]>(layers).fill(offer.plan)] }, trained).bytes <= room;
    const to = own && group.findLast((offer) => offer.plan.training_bytes < own.plan.training_bytes && fits(offer));
    return to ? { from, to } : null;
  }

  setCorpus(kind: CorpusKind): Promise<void> {
    this.corpus = kind;
    if (kind === "hub") return this.#chooseSet();
    const { file, source, target } = this.files;
    const mine = file?.name ?? "mine.tsv";
    const name = {
      everyday: "everyday",
      file: `${FILE_KINDS[mine.split(".")[1]] ?? "tsv"}:${mine}`,
      aligned: `aligned:${source?.name ?? "source.txt"},${target?.name ?? "target.txt"}`,
    }[kind];
    return this.set("corpus.source", JSON.stringify(name));
  }

  /** Of the pair that stands, if there is one. */
  async #chooseSet(): Promise<void> {
    if (hub.entries.length === 0) await hub.refresh();
    const entry = hub.entries.find(({ pair }) => pair === this.recipe?.pair) ?? hub.entries[0];
    await this.chooseHub(this.hubName ?? entry.name);
  }

  /** With its pair: a data set is of two languages. */
  chooseHub(name: string): Promise<void> {
    return this.#change(({ pair }) => {
      const its = hub.entry(name)?.pair ?? pair;
      const fits = its.split("-").sort().join() === pair.split("-").sort().join();
      return [`corpus.source=${JSON.stringify(`hub:${name}`)}`, `pair=${fits ? pair : its}`];
    });
  }

  addFile(slot: Slot, file: File): Promise<void> {
    // Names of the visitor's own may hold commas and colons, which a recipe's source cannot.
    const end = /\.(csv|tmx|zip)$/i.exec(file.name)?.[1].toLowerCase() ?? "tsv";
    const name = { file: `mine.${end}`, source: "source.txt", target: "target.txt" }[slot];
    this.files = { ...this.files, [slot]: { name, file } };
    // Another text is another teacher, also where it has the same name.
    this.#base = null;
    if (this.#uploads.length > 0) own.replace();
    return this.setCorpus(slot === "file" ? "file" : "aligned");
  }

  /** From a link: checked as if it were typed, and nothing starts. */
  async open(link: string, base: Base | null): Promise<void> {
    const decoded = await decodeLink(link);
    if (!decoded.ok) {
      this.linkError = { text: links.unreadable(decoded.error), version: decoded.error.kind === "version" };
      return;
    }
    await this.#edit(async () => {
      try {
        const { recipe } = await app.client.request({ type: "check-recipe", recipe: decoded.value });
        this.linkError = null;
        this.#base = base;
        this.#adopt(recipe);
        await this.#take(recipe, []);
      } catch (error) {
        this.linkError = { text: links.refused(error instanceof Error ? error.message : String(error)), version: false };
      }
    });
  }

  #adopt(recipe: Recipe): void {
    this.picks = inOrder(placedNets(recipe.nets));
    this.layers = recipe.nets[0]?.layers ?? "all";
    this.adopted += 1;
    const [kind] = recipe.corpus.source.split(":");
    const isFile = kind === "tsv" || kind === "tmx" || kind === "iwslt";
    this.corpus = isFile ? "file" : kind === "aligned" || kind === "hub" ? kind : "everyday";
  }

  /** For one net, in one layer or in all: the recipe with that net alone, which is added to the run where it is there. */
  openNet(recipe: Recipe, net: string, base: Base | null): Promise<void> {
    const entry = entryOf(net);
    const kind = netOf(entry?.filling ?? "");
    if (!entry || !kind) return Promise.resolve();
    const picks = [{ site: entry.site, ...kind }];
    const layers: Layers = entry.layer === null ? "all" : [entry.layer + 1];
    return this.#edit(async () => {
      this.linkError = null;
      this.#base = base;
      this.#adopt(recipe);
      Object.assign(this, { picks, layers });
      await this.#take(recipe, this.#netAssignments([]));
    });
  }

  /** The device's speed, or the size of the text, is known by now: what stands is planned again. */
  estimate(): Promise<void> {
    return this.#edit(async () => {
      const refused = this.error;
      if (this.recipe) await this.#take(this.recipe, []);
      // What was typed last is refused still.
      this.error ??= refused;
    });
  }

  /** A change of the visitor's. */
  #change(assignments: (recipe: Recipe) => string[]): Promise<void> {
    this.linkError = null;
    return this.#edit(async () => {
      if (this.recipe) await this.#take(this.recipe, assignments(this.recipe));
    });
  }

  /** One after the other: each goes on from what the one before made of the recipe. */
  #edit(edit: () => Promise<void>): Promise<void> {
    this.#edits = this.#edits.then(edit);
    return this.#edits;
  }

  async #take(recipe: Recipe, assignments: string[]): Promise<void> {
    try {
      const changed = await app.client.request({ type: "assign", recipe, assignments });
      const all = await app.client.request({ type: "assign", recipe: changed, assignments: [netsAssignment(placed(ALL_PICKS, [1]))] });
      own.follow(changed, this.#baseOf(changed) ? [] : this.#uploads);
      const { gflops } = speed;
      const [nets, sized] = [placed(ALL_PICKS, this.layers), own.sized(changed)];
      const [plan, offered, times] = await Promise.all([
        app.client.request({ type: "plan", recipe: sized, gflops }),
        app.client.request({ type: "plan", recipe: all, gflops: null }),
        gflops === null ? [] : app.client.request({ type: "times", recipe: sized, nets, gflops }),
      ]);
      this.link = await encodeLink(JSON.stringify(changed));
      this.recipe = changed;
      this.plan = plan;
      this.offers = offersOf(offered, times);
      this.error = null;
    } catch (error) {
      if (error instanceof EngineError && error.kind === "crashed") return;
      this.error = error instanceof Error ? error.message : String(error);
    }
  }
}

export const recipes = new RecipeState();
