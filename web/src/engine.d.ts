/** The engine as JavaScript sees it: wasm-bindgen's output in ../pkg, used inside the worker alone. */
declare module "attentionless/wasm" {
  const url: string;
  export default url;
}

declare const __WASM_BYTES__: number;

declare module "attentionless" {
  export type DeviceChoice = "auto" | "wgpu" | "cpu";
  export type Preset = "micro" | "tiny" | "small" | "paper";
  export type Goal = "text" | "teacher" | "nets" | "scores";
  export type Reason = "insecure" | "no-webgpu" | "no-adapter" | "software";

  export interface Adapter {
    name: string;
    software: boolean;
    max_buffer_bytes: number;
    max_binding_bytes: number;
  }
  export interface Probe {
    reason: null | Reason;
    adapter: Adapter | null;
  }
  export interface DeviceInfo {
    kind: "wgpu" | "cpu";
    name: string;
    software: boolean;
    largest_buffer_bytes: number | null;
  }

  export interface NetPart {
    site: string;
    layers: "all" | number[];
    method: string;
    size: string;
    variant: string | null;
  }
  export interface Recipe {
    version: number;
    seed: number;
    pair: string;
    corpus: {
      source: string;
      pairs: number;
      hash: string | null;
      valid: string | null;
      test: string | null;
      max_chars: number;
    };
    tokenizer: { kind: string; vocab: number };
    model: { layers: number; d_model: number; heads: number; ff: number; max_len: number; dropout: number };
    teacher: {
      epochs: number;
      tokens_per_batch: number;
      accumulate: number;
      warmup: number;
      rate: number;
      decay: string;
      label_smoothing: number;
      convention: string;
    };
    nets: NetPart[];
    distil: { schedule: string; inputs: string; epochs: number; batch: number; rate: number };
    score: { mixes: string[]; sentences: number; beam: number; resamples: number };
  }
  export interface CheckedRecipe {
    recipe: Recipe;
    canonical: string;
    hash: string;
  }

  export interface PlannedNet {
    net: string;
    site: string;
    method: string;
    size: string;
    hidden: number;
    parameters: number;
    training_bytes: number;
    largest_buffer_bytes: number;
  }
  export interface Plan {
    recipe: string;
    teacher: {
      parameters: number;
      attention_parameters: number;
      training_bytes: number;
      largest_buffer_bytes: number;
    };
    nets: PlannedNet[];
    largest_buffer_bytes: number;
    seconds: { gflops: number; teacher: number; nets: number } | null;
  }

  export type Verdict = "higher" | "lower" | "not distinguishable";
  export interface Difference {
    bleu: number;
    low: number;
    high: number;
    verdict: Verdict;
  }
  export interface Row {
    mix: string;
    bleu: number;
    bleu_low: number;
    bleu_high: number;
    bleu_authors: number;
    chrf: number;
    parameters: number;
    ms_per_sentence: number;
    r2: Record<string, number>;
    difference: Difference | null;
    sentences: number;
    beam: number;
  }
  export interface Seconds {
    teacher: number;
    distil: number;
    eval: number;
  }
  export interface Report {
    corpus: string;
    direction: string;
    split: string;
    sentences: number;
    recipe: string;
    signature: string;
    rows: Row[];
    seconds: Seconds;
  }

  export interface CorpusReport {
    corpus: string;
    direction: string;
    read: number;
    kept: number;
    dropped: { reason: string; count: number; example: string }[];
    train: number;
    valid: number;
    test: number;
  }
  export type Event =
    | { event: "corpus"; hash: string; report: CorpusReport }
    | { event: "text"; vocab: number; train: number; valid: number; test: number; too_long: number }
    | { event: "resumed"; stage: string; step: number; total: number }
    | { event: "training"; step: number; total: number; loss: number; rate: number; tokens_per_second: number }
    | { event: "validated"; epoch: number; epochs: number; loss: number; best: boolean }
    | {
        event: "distilling";
        step: number;
        total: number;
        losses: { net: string; loss: number }[];
        sentences_per_second: number;
      }
    | { event: "fitted"; net: string; parameters: number; fit: { mse: number; r2: number } }
    | { event: "scoring"; mix: string; sentences: number; total: number }
    | ({ event: "scored" } & Row)
    | { event: "done"; seconds: Seconds };

  export interface FileEntry {
    name: string;
    bytes: Uint8Array;
  }
  /** `bytes` null: the file was removed. */
  export interface Change {
    name: string;
    bytes: Uint8Array | null;
  }

  export interface Device {
    info(): DeviceInfo;
    memory(): { in_use: number; reserved: number } | null;
    wasmBytes(): number;
    lose(): void;
    free(): void;
  }
  export const Device: { open(choice: DeviceChoice): Promise<Device> };

  export interface Run {
    step(budgetMs: number): Promise<Event[]>;
    save(): Promise<void>;
    takeChanges(): Change[];
    report(): Report;
    sample(text: string): Promise<string>;
    free(): void;
  }
  export const Run: {
    open(device: Device, recipe: Recipe, files: FileEntry[], goal: Goal): Run;
    scoring(device: Device, recipe: Recipe, files: FileEntry[], mixes: string[]): Run;
  };

  export interface Translation {
    text: string;
    tokens: number;
    unread: number;
    max_len: number;
    ms: number;
  }
  export interface MixInfo {
    mix: string;
    parameters: number;
    teacher_parameters: number;
    attention_removed: number;
    nets_parameters: number;
    attentions: number;
    attentions_left: number;
  }
  export interface Translator {
    recipe(): Recipe;
    layers(): number;
    nets(): string[];
    translate(mix: string, text: string): Promise<Translation>;
    unknownWords(text: string): string[];
    tokens(text: string): number;
    mix(mix: string): MixInfo;
    heldOut(): number;
    sentence(index: number): { source: string; reference: string };
    free(): void;
  }
  export const Translator: { open(device: Device, files: FileEntry[]): Translator };

  export function probe(): Promise<Probe>;
  export function presets(): Record<Preset, Recipe>;
  export function checkRecipe(recipe: unknown): CheckedRecipe;
  export function withAssignments(recipe: Recipe, assignments: string[]): Recipe;
  export function plan(recipe: Recipe): Plan;
  export function sentenceScores(hypotheses: string[], references: string[]): { bleu: number; chrf: number }[];
  export function unpack(bundle: Uint8Array): FileEntry[];
  export function pack(files: FileEntry[]): Uint8Array;
  export default function init(wasm: { module_or_path: Response | Promise<Response> }): Promise<unknown>;
}
