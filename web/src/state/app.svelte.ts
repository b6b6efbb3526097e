/** The engine's state and the open model, shared by all views. */
import { cpuIsFaster } from "../lib/faster.ts";
import { FIRST, next, type EngineEvent, type EngineState } from "../lib/machine.ts";
import { readRecorded, type Recorded } from "../lib/recorded.ts";
import { DEMO, EngineError, unreachable, type DeviceChoice, type DeviceInfo, type ModelId, type ModelInfo, type Notice, type Preset, type Recipe, type RunRecord } from "../protocol.ts";
import { banners, device as words } from "../strings.ts";
import { firstChoice, keepChoice } from "./choice.ts";
import { Client } from "./client.ts";
import { live } from "./live.svelte.ts";

/** More traps than this in a row, and another start will not help. */
const MOST_CRASHES = 3;

/** What Compare scores; `part` is of all mixes. It goes on in other views, so the frame knows of it. */
export interface Scoring {
  mix: string;
  done: number;
  total: number;
  part: number;
  stop: () => void;
}

/** Notices that belong to one view are passed on. */
export type Listener = (notice: Notice) => void;

class App {
  engine = $state.raw<EngineState>(FIRST);
  presets = $state.raw<Record<Preset, Recipe> | null>(null);
  model = $state.raw<ModelInfo | null>(null);
  /** The recipe of the demo model, once it was open. */
  demo = $state.raw<Recipe | null>(null);
  runs = $state.raw<RunRecord[]>([]);
  crash = $state<string | null>(null);
  /** Why the model that was asked for last could not be opened. */
  modelError = $state.raw<{ model: ModelId; text: string } | null>(null);
  /** Why the device that was asked for could not be had; the one before it is still there. */
  deviceError = $state.raw<{ choice: DeviceChoice; text: string } | null>(null);
  /** The choice that is being opened. */
  switching = $state<DeviceChoice | null>(null);
  otherTab = $state(false);
  storage = $state.raw<{ used: number; quota: number } | null>(null);
  scoring = $state.raw<Scoring | null>(null);
  /** Its kernels are being measured. */
  benching = $state(false);
  /** Tokens a second in training; measured where there is no GPU. */
  speed = $state<number | null>(null);
  recorded: Recorded[] = [];
  readonly client = new Client((notice) => this.#take(notice));
  #crashes = 0;
  #booting: number | null = null;
  #listeners = new Set<Listener>();
  #choice = $state<DeviceChoice>("auto");

  start(root: ParentNode): void {
    this.recorded = readRecorded(root);
    this.#choice = firstChoice();
    void this.refreshRuns();
    void this.boot();
  }

  get choice(): DeviceChoice {
    return this.#choice;
  }

  get ready(): boolean {
    return this.engine.phase === "ready";
  }

  /** The one in use; null before the engine is ready. */
  get device(): DeviceInfo | null {
    return this.engine.phase === "ready" ? this.engine.ready.device : null;
  }

  /** As the badge says it: a GPU's name, or that it is the CPU. */
  get deviceName(): string {
    return this.device?.kind === "cpu" ? words.cpu : (this.device?.name ?? "");
  }

  /** There is a GPU that computes rightly, and the page took the CPU by itself, as that is the faster one. */
  get fasterHere(): boolean {
    if (this.engine.phase !== "ready" || this.#choice !== "auto") return false;
    const { device, probe, speeds } = this.engine.ready;
    return device.kind === "cpu" && device.wrong === null && probe.reason === null && cpuIsFaster(speeds);
  }

  /** Bytes that a single buffer may have on the device in use. */
  get largestBuffer(): number {
    return this.device?.largest_buffer_bytes ?? Infinity;
  }

  /** As many held-out sentences of the open model as are scored. */
  get sentences(): number {
    return Math.min(this.model?.recipe.score.sentences ?? 0, this.model?.heldOut ?? 0);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async boot(): Promise<void> {
    this.#move({ type: "retry" });
    const search = new URLSearchParams(location.search);
    const base = new URL("./", document.baseURI).href;
    const request = { type: "boot" as const, device: this.#choice, base, kept: Boolean(navigator.serviceWorker?.controller), fake: search.get("fake"), hooks: search.get("hooks") };
    const { id, result } = this.client.cancellable(request);
    this.#booting = id;
    try {
      const { presets, ...ready } = await result;
      this.presets = presets;
      await this.openModel(this.model?.id ?? DEMO);
      this.#move({ type: "ready", ready });
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind === "crashed") return;
      this.#move({ type: "failed", message: error.message, kind: error.kind });
      live.alert(this.failureWords);
    } finally {
      this.#booting = null;
    }
  }

  get failureWords(): string {
    if (this.engine.phase !== "failed") return "";
    const { kind } = this.engine;
    if (kind === "cancelled") return banners.cancelled;
    return kind === "network" ? banners.failed : banners.failedOther;
  }

  cancelBoot(): void {
    if (this.#booting !== null) void this.client.request({ type: "cancel", target: this.#booting });
  }

  async openModel(id: ModelId): Promise<void> {
    try {
      this.model = await this.client.request({ type: "open-model", model: id });
      if (id === DEMO) this.demo = this.model.recipe;
      this.modelError = null;
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind === "crashed") throw error;
      this.modelError = { model: id, text: error.message };
      if (id !== DEMO && this.model === null) await this.openModel(DEMO);
    }
  }

  /** Opens a device anew, where asked for by another choice, which holds for this visit alone. */
  checkAgain(choice: DeviceChoice = this.#choice): Promise<void> {
    return this.#open(choice, () => undefined);
  }

  async #open(choice: DeviceChoice, opened: (choice: DeviceChoice) => void): Promise<void> {
    try {
      const ready = await this.client.request({ type: "probe", device: choice });
      this.#choice = choice;
      opened(choice);
      this.deviceError = null;
      this.#move({ type: "ready", ready });
      if (this.model) await this.openModel(this.model.id);
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind === "crashed") throw error;
      this.deviceError = { choice, text: error.message };
      live.alert(error.message);
    }
  }

  /** Nobody chose, and by now it is known what is faster. */
  takeFaster(): Promise<void> {
    return this.choose("auto", () => undefined);
  }

  /** From the menu: it holds at the next visit, too. */
  async choose(choice: DeviceChoice, keep = keepChoice): Promise<void> {
    const opening = this.switching !== null;
    this.switching = choice;
    // Keys go through the choices faster than a device opens: the last one is opened next.
    if (opening) return;
    try {
      let opened: DeviceChoice | null = null;
      while (this.switching !== null && this.switching !== opened) {
        opened = this.switching;
        await this.#open(opened, opened === choice ? keep : keepChoice);
      }
      if (this.#choice === opened) live.say(words.now(this.fasterHere ? words.faster : this.deviceName));
    } finally {
      this.switching = null;
    }
  }

  async measure(): Promise<void> {
    if (this.speed !== null) return;
    const { tokensPerSecond } = await this.client.request({ type: "measure" });
    this.speed = tokensPerSecond;
  }

  async refreshRuns(): Promise<void> {
    this.runs = await this.client.request({ type: "runs" });
  }

  #move(event: EngineEvent): void {
    this.engine = next(this.engine, event);
  }

  #take(notice: Notice): void {
    switch (notice.type) {
      case "loading":
        return this.#move(notice);
      case "device":
        return this.#move({ type: "ready", ready: notice.ready });
      case "crashed":
        return this.#restart(notice.message);
      case "storage-full":
        this.storage = { used: notice.used, quota: notice.quota };
        return;
      case "training":
      case "training-recovered":
      case "training-stopped":
      case "training-finished":
      case "thawed":
      case "scoring":
      case "hub-loading":
        for (const listener of this.#listeners) listener(notice);
        return;
      default:
        unreachable(notice);
    }
  }

  #restart(message: string): void {
    this.#crashes += 1;
    this.#move({ type: "crashed", message });
    this.crash = message;
    this.client.restart();
    live.alert(banners.crashed);
    for (const listener of this.#listeners) listener({ type: "crashed", message });
    if (this.#crashes > MOST_CRASHES) this.#move({ type: "failed", message, kind: "crashed" });
    else void this.boot().then(() => this.refreshRuns());
  }
}

export const app = new App();
