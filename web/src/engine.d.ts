/**
 * The engine as JavaScript sees it: the package in ../pkg, used inside the worker alone. The types of what
 * crosses are the engine's own; its functions and classes stand here, so that the page is checked without a build of it.
 */
import type {
  BenchRow, BenchWork, CatalogueEntry, Ceilings, Change, CheckedOperation, CheckedRecipe, DeviceChoice, DeviceInfo, DeviceMemory, FileEntry, Goal, HeldOut, Lens, MixSize, Plan, Preset, Probe,
  Recipe, Report, RunEvent, SentenceScore, Site, Translation,
} from "../../src/web/types.d.ts";

export type * from "../../src/web/types.d.ts";

export interface Device {
  info(): DeviceInfo;
  memory(): DeviceMemory | null;
  wasmBytes(): number;
  speed(): Promise<number>;
  selfTest(): Promise<CheckedOperation[]>;
  ceilings(): Promise<Ceilings>;
  measure(work: string, ceilings: Ceilings): Promise<BenchRow>;
  free(): void;
}
export const Device: { open(choice: DeviceChoice, known?: boolean): Promise<Device> };

export interface Run {
  step(budgetMs: number): Promise<RunEvent[]>;
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

export interface Translator {
  recipe(): Recipe;
  layers(): number;
  nets(): string[];
  tuned(): string[];
  translate(mix: string, text: string): Promise<Translation>;
  lens(mix: string, site: Site, layer: number, text: string): Promise<Lens | null>;
  unknownWords(text: string): string[];
  tokens(text: string): number;
  pieces(text: string): string[];
  mix(mix: string): MixSize;
  heldOut(): number;
  sentence(index: number): HeldOut;
  free(): void;
}
export const Translator: { open(device: Device, files: FileEntry[]): Translator };

export function probe(): Promise<Probe>;
export function catalogue(): CatalogueEntry[];
/** Throws unless these bytes are that corpus. */
export function checkHub(name: string, bytes: Uint8Array): void;
export function benchWorks(): BenchWork[];
export function presets(): Record<Preset, Recipe>;
export function checkRecipe(recipe: unknown): CheckedRecipe;
export function withAssignments(recipe: Recipe, assignments: string[]): Recipe;
export function plan(recipe: Recipe, gflops?: number): Plan;
export function sentenceScores(hypotheses: string[], references: string[]): SentenceScore[];
export function unpack(bundle: Uint8Array): FileEntry[];
export function pack(files: FileEntry[]): Uint8Array;
export function load(wasm: Response): Promise<void>;
