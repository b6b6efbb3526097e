import type {
  Device, DeviceChoice, FileEntry, Goal, InitInput, Lens, MixSize, Plan, Preset, Recipe, Report, RunEvent, Site, Translation,
} from "./attentionless.js";

export * from "./attentionless.js";

/** Compiles the engine, once; after a failure it can be tried again. Without `wasm`, the file beside this module. */
export function load(wasm?: InitInput | Promise<InitInput>): Promise<void>;

export interface EngineOptions {
  /** `auto` takes a hardware GPU where there is one, else the CPU. */
  device?: DeviceChoice;
  wasm?: InitInput | Promise<InitInput>;
}

export interface WorkOptions {
  onEvent?: (event: RunEvent) => void;
  /** Stops between two steps; what was done is kept. */
  signal?: AbortSignal;
}

export interface TrainOptions extends WorkOptions {
  /** Of a run that was begun before, to go on with. */
  files?: FileEntry[];
  goal?: Goal;
}

/** The compiled engine on a device. */
export class Engine {
  private constructor(device: Device);
  static open(options?: EngineOptions): Promise<Engine>;
  readonly device: Device;
  /** GFLOP/s of the device, once a plan was made. */
  speed?: number;
  /** A preset with assignments such as `corpus.pairs=300`. */
  recipe(preset: Preset, assignments?: string[]): Recipe;
  /** What a recipe will cost, in seconds too: the device is measured once. */
  plan(recipe: Recipe): Promise<Plan>;
  /** Trains to its goal, or to where it is stopped: then the files go on with it. Gives the files of the run. */
  train(recipe: Recipe, options?: TrainOptions): Promise<FileEntry[]>;
  /** A run with a trained teacher: as one file, or its files. */
  session(run: Uint8Array | FileEntry[]): Session;
  close(): void;
}

/** A trained run that translates, with any of its mixes: `teacher`, or such as `enc=alr-m,cross.2=none`. */
export class Session {
  private constructor();
  files: FileEntry[];
  readonly recipe: Recipe;
  /** Such as `enc.1.alr-m`. */
  readonly nets: string[];
  /** The mixes that were trained as a whole. */
  readonly tuned: string[];
  translate(text: string, mix?: string): Promise<Translation>;
  /** What each output of an attention hangs on; layers from 1. Null of an empty sentence. */
  lens(text: string, at?: { mix?: string; site?: Site; layer?: number }): Promise<Lens | null>;
  /** What a mix takes away and adds. */
  size(mix: string): MixSize;
  /** Scores mixes on the held-out sentences; what is scored already is not scored again. */
  score(mixes: string[], options?: WorkOptions): Promise<Report>;
  /** The run as one file. */
  bundle(): Uint8Array;
  close(): void;
}

/** Translates with a run that is one file, on an engine that is opened once for all calls. */
export function translate(bundle: Uint8Array, text: string, mix?: string): Promise<string>;
