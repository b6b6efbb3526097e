/** The engine in this worker: its device, and the model that translates. */
import type { Change, Device, FileEntry, Lens, Probe, Site, Translation, Translator } from "attentionless";
import { cpuIsFaster } from "../lib/faster.ts";
import { DEMO, failureOf, type Booted, type DeviceChoice, type DeviceKind, type ModelId, type ModelInfo, type Notice, type Ready } from "../protocol.ts";
import { isKnown, remember } from "./checks.ts";
import { changed } from "./files.ts";
import type { Engine, Pack, Report, Source } from "./loader.ts";
import { Pace } from "./pace.ts";
import { rowsIn } from "./rows.ts";
import { rememberSpeed, speedOf } from "./speeds.ts";
import { readFiles } from "./storage.ts";
import { Turns } from "./turns.ts";

export type Notify = (notice: Notice, transfer?: Transferable[]) => void;

class UsageError extends Error {
  readonly kind = "usage";
}

interface Model {
  id: ModelId;
  files: FileEntry[];
  translator: Translator;
  device: Device;
}

/** What its speed is kept by; where it stands in for a GPU, it has a longer name. */
const CPU = "CPU";
/** Translations are kept by mix and text: while one cell changes, the teacher says the same. */
const KEPT = 64;

export class Host {
  readonly turns = new Turns();
  readonly notify: Notify;
  /** Of all progress that is told while the page can work. */
  readonly pace = new Pace();
  #engine: Engine | null = null;
  #device: Device | null = null;
  #choice: DeviceChoice = "auto";
  #distrusted = false;
  #reopening: Promise<Device> | null = null;
  #pack: Pack | null = null;
  #model: Model | null = null;
  #translations = new Map<string, Translation>();
  #speeds = new Map<string, number>();
  #latest = 0;

  constructor(notify: Notify) {
    this.notify = notify;
  }

  get engine(): Engine {
    if (!this.#engine) throw new UsageError("the engine is not loaded yet");
    return this.#engine;
  }

  get device(): Device {
    if (!this.#device) throw new UsageError("no device is open yet");
    return this.#device;
  }

  async boot(source: Source, choice: DeviceChoice, signal: AbortSignal): Promise<Booted> {
    const report: Report = (part, loaded, total, cached = false) => this.notify({ type: "loading", part, loaded, total, cached });
    this.#engine = await source.engine(report, signal);
    this.#pack = await source.pack(this.engine, report, signal);
    report("warm-up", 0, 0);
    const ready = await this.ready(choice);
    signal.throwIfAborted();
    return { ...ready, presets: this.engine.presets() };
  }

  /** Probes anew and opens what is found; the answer is never kept. */
  async ready(choice: DeviceChoice): Promise<Ready> {
    const probe = await this.engine.probe();
    return this.#readyWith(await this.#openAs(choice), probe);
  }

  async #readyWith(device: Device, probe: Probe): Promise<Ready> {
    return { probe, device: device.info(), speeds: await this.#speedsWith(probe) };
  }

  async #speedsWith({ adapter }: Probe): Promise<Ready["speeds"]> {
    const [wgpu, cpu] = await Promise.all([adapter && this.#known(adapter.name), this.#known(CPU)]);
    return { wgpu, cpu };
  }

  /** `begun`: the name of the device that what is to go on was worked on by. Where nobody chose, a GPU's work is no other device's. */
  async use(choice: DeviceChoice, begun?: string): Promise<Device> {
    const here = this.device.info();
    const byItself = choice === "auto" && here.kind === "cpu" && here.wrong === null;
    const back = byItself && begun !== undefined && begun === (await this.#adapter());
    if (choice === this.#choice && !this.#distrusted && !back) return this.device;
    const device = await this.#openAs(back ? "wgpu" : choice);
    this.notify({ type: "device", ready: await this.#readyWith(device, await this.engine.probe()) });
    return device;
  }

  /** One that computes by itself. */
  async #adapter(): Promise<string | null> {
    const { reason, adapter } = await this.engine.probe();
    return reason === null ? (adapter?.name ?? null) : null;
  }

  /** A choice that cannot be had leaves the one before it. */
  async #openAs(choice: DeviceChoice): Promise<Device> {
    const before = this.#choice;
    this.#choice = choice;
    try {
      return await this.reopen();
    } catch (error) {
      this.#choice = before;
      throw error;
    }
  }

  /** The next run opens a device of its own, even by the same choice. */
  distrustDevice(): void {
    this.#distrusted = true;
  }

  /** A new device in the place of the present one. Asked for twice, it is opened once. */
  reopen(lost?: Device): Promise<Device> {
    if (lost && this.#device && lost !== this.#device) return Promise.resolve(this.#device);
    this.#reopening ??= this.#open(lost !== undefined)
      .then((device) => {
        this.#distrusted = false;
        return (this.#device = device);
      })
      .finally(() => (this.#reopening = null));
    return this.#reopening;
  }

  /** In the place of a lost one comes one of its kind: what goes on with it must not change. */
  async #open(lost: boolean): Promise<Device> {
    const choice = this.#choice;
    if (choice !== "auto" || lost) return this.#openBy(choice);
    const probe = await this.engine.probe();
    return this.#openBy(probe.reason === null && cpuIsFaster(await this.#speedsWith(probe)) ? "cpu" : "auto");
  }

  /** The self-test takes as long as all programs take to compile: an adapter passes it once. */
  async #openBy(choice: DeviceChoice): Promise<Device> {
    const adapter = choice === "cpu" ? null : ((await this.engine.probe()).adapter?.name ?? null);
    const known = adapter !== null && (await isKnown(adapter));
    const device = await this.engine.Device.open(choice, known);
    const { kind, wrong } = device.info();
    if (adapter !== null && !known && kind === "wgpu" && wrong === null) await remember(adapter);
    return device;
  }

  /** Measured once on each device by a build. One that is not in use is opened for it. */
  async speed(kind: DeviceKind): Promise<number> {
    if (this.device.info().kind === kind) return this.#speedOn(this.device);
    const other = await this.#openBy(kind);
    try {
      return await this.#speedOn(other);
    } finally {
      other.free();
    }
  }

  async #speedOn(device: Device): Promise<number> {
    const { kind, name } = device.info();
    const key = kind === "cpu" ? CPU : name;
    const known = await this.#known(key);
    if (known !== null) return known;
    const speed = await device.speed();
    this.#speeds.set(key, speed);
    await rememberSpeed(key, speed);
    return speed;
  }

  async #known(key: string): Promise<number | null> {
    return this.#speeds.get(key) ?? (await speedOf(key));
  }

  async openModel(id: ModelId): Promise<ModelInfo> {
    const files = id === DEMO ? this.#pack?.files : await readFiles(id);
    if (!files || files.length === 0) {
      throw new UsageError(id === DEMO ? "this build has no demo model" : "that run is not on this device any more");
    }
    const translator = this.engine.Translator.open(this.device, files);
    this.#model?.translator.free();
    this.#translations.clear();
    this.#model = { id, files, translator, device: this.device };
    return this.#infoOf(this.#model);
  }

  #infoOf({ id, files, translator }: Model): ModelInfo {
    const fromPack = id === DEMO ? this.#pack : null;
    return {
      id,
      recipe: translator.recipe(),
      layers: translator.layers(),
      nets: translator.nets(),
      tuned: translator.tuned(),
      heldOut: translator.heldOut(),
      rows: fromPack?.rows ?? rowsIn(files),
      command: fromPack?.command ?? null,
    };
  }

  /** None where this build has no demo model. */
  get pack(): Pack | null {
    return this.#pack;
  }

  /** Those of the demo model; none where this build has no such model. */
  get demoFiles(): FileEntry[] {
    return this.#pack?.files ?? [];
  }

  /** The files of a model that is open: what is asked about another one came too late. */
  filesOf(id: ModelId): FileEntry[] {
    const model = this.#needModel();
    if (model.id !== id) throw Object.assign(new Error("another model was opened"), { kind: "superseded" });
    return model.files;
  }

  /** What scoring wrote; the translator reads none of it, so it stays. Of the demo it is kept while the page is open. */
  addFiles(id: ModelId, changes: Change[]): void {
    if (this.#model?.id === id) this.#model.files = changed(this.#model.files, changes);
    if (id === DEMO && this.#pack) this.#pack.files = changed(this.#pack.files, changes);
  }

  get translator(): Translator {
    return this.#needModel().translator;
  }

  #needModel(): Model {
    if (!this.#model) throw new UsageError("no model is open yet");
    return this.#model;
  }

  /** Told as soon as the message is here, so that older requests in the queue know that they are of no use. */
  announce(generation: number): void {
    this.#latest = Math.max(this.#latest, generation);
  }

  async translate(generation: number, mix: string, text: string): Promise<Translation> {
    if (generation < this.#latest) throw Object.assign(new Error("a later text came"), { kind: "superseded" });
    const key = `${mix}\n${text}`;
    const kept = this.#translations.get(key);
    if (kept) return kept;
    const translation = await this.#surviving(() => this.translator.translate(mix, text));
    if (this.#translations.size >= KEPT) this.#translations.delete([...this.#translations.keys()][0]);
    this.#translations.set(key, translation);
    return translation;
  }

  lens(mix: string, site: Site, layer: number, text: string): Promise<Lens | null> {
    return this.#surviving(() => this.translator.lens(mix, site, layer, text));
  }

  /** Once more on a new device where the old one is lost. */
  async #surviving<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { kind } = failureOf(error);
      if (kind !== "device-lost" && kind !== "device-fault") throw error;
      const model = this.#needModel();
      await this.reopen(model.device);
      await this.openModel(model.id);
      return work();
    }
  }
}
