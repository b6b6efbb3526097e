/** The engine's contract played by a script, for tests of the page's states. */
import type { BenchRow, BenchWork, CatalogueEntry, Ceilings, CheckedOperation, CheckedRecipe, Device as DeviceContract, DeviceChoice, DeviceInfo, Plan, Probe, Recipe } from "attentionless";
import { isBuilt, type NetKind, type Site } from "../lib/mix.ts";
import { costOf, secondsOf } from "./costs.ts";
import { netNames, PRESETS } from "./files.ts";
import { fault, played, wait } from "./script.ts";

export { Run } from "./run.ts";
export { Translator } from "./translator.ts";

const GPU: DeviceInfo = { kind: "wgpu", name: "Example GPU", software: false, wrong: null, largest_buffer_bytes: 2 ** 31 };
const CPU: DeviceInfo = { kind: "cpu", name: "CPU", software: true, wrong: null, largest_buffer_bytes: null };
const WORKS: BenchWork[] = [
  { work: "gemm nn 64x800x6400", operations: 655_360_000, bytes: 22_323_200 },
  { work: "attention 64x32x128, 8 heads", operations: 117_440_512, bytes: 12_582_912 },
  { work: "dense 6400-800-6400 batch 64", operations: 3_276_800_000, bytes: 317_030_400 },
  { work: "dense 6400-3200-6400 batch 256", operations: 52_428_800_000, bytes: 1_268_121_600 },
  { work: "teacher d128 2+2 1500 tokens", operations: 12_865_536_000, bytes: 101_000_000 },
];
const WITHOUT = ["insecure", "no-webgpu", "no-adapter", "software"] as const;

/** Whether the GPU gives wrong numbers. */
const isWrong = () => played.script === "wrong" || played.script === "wrong-refused";

function reason(): Probe["reason"] {
  return WITHOUT.find((script) => script === played.script) ?? null;
}

export async function probe(): Promise<Probe> {
  const found = reason();
  if (found && found !== "software") return { reason: found, adapter: null };
  const adapter = { name: GPU.name, software: found !== null, max_buffer_bytes: 2 ** 31, max_binding_bytes: 2 ** 31 };
  return { reason: found, adapter };
}

class FakeDevice implements DeviceContract {
  constructor(readonly cpu: boolean) {}
  info(): DeviceInfo {
    const wrong = isWrong() ? "attention" : null;
    if (this.cpu) return { ...CPU, wrong };
    const limit = { "small-gpu": 2 ** 28, "tiny-gpu": 2 ** 24 }[played.script as string];
    return limit ? { ...GPU, largest_buffer_bytes: limit } : GPU;
  }
  memory = () => (this.cpu ? null : { in_use: 212_000_000, reserved: 2_600_000_000 });
  wasmBytes = () => 64_000_000;
  async speed(): Promise<number> {
    await wait(played.script === "slow" ? 2000 : 50);
    if (this.cpu) return played.script === "fast-cpu" ? 500 : 20;
    return 200;
  }
  async selfTest(): Promise<CheckedOperation[]> {
    await wait(50);
    return ["linear, tiles 64x64", "layer_norm", "attention"].map((operation) => ({ operation, right: !isWrong() || operation !== "attention" }));
  }
  async ceilings(): Promise<Ceilings> {
    await wait(50);
    return { gflops: 812.4, gb_per_s: 96.3 };
  }
  async measure(work: string): Promise<BenchRow> {
    await wait(played.script === "slow" ? 4000 : 20);
    const { operations, bytes } = WORKS.find((each) => each.work === work) ?? WORKS[0];
    if (played.script === "lost") throw fault("device-lost", "the graphics device was lost: reset");
    const ms = operations / 320e6;
    const loss = work.startsWith("dense") ? 0.3317 : null;
    return { work, who: "attentionless-webgpu", ms, gflops: operations / ms / 1e6, gb_per_s: bytes / ms / 1e6, percent: 39.4, loss };
  }
  free(): void {
    // Nothing is held.
  }
}

export const Device = {
  open: async (choice: DeviceChoice): Promise<DeviceContract> => {
    if (choice === "wgpu" && played.script === "wrong-refused") throw fault("failed", "the adapter Example GPU gave no device");
    return new FakeDevice(choice === "cpu" || (choice === "auto" && (reason() !== null || isWrong())));
  },
};

export const benchWorks = () => WORKS;

const LICENCE = "CC BY-NC-ND 4.0 (name its authors, nothing commercial, do not pass on what you change)";

export function catalogue(): CatalogueEntry[] {
  const entry = (pair: string, languages: string, bytes: number): CatalogueEntry => ({
    name: `iwslt2017-${pair}`,
    pair,
    url: `https://huggingface.co/datasets/example/resolve/main/${pair}.zip`,
    about: `IWSLT 2017, TED talks, ${languages}: about 200,000 sentences`,
    licence: LICENCE,
    bytes,
  });
  return [entry("de-en", "German to English", 16_800_000), entry("en-fr", "English to French", 27_700_000)];
}

export function checkHub(_name: string, bytes: Uint8Array): void {
  if (new TextDecoder().decode(bytes.subarray(0, 2)) !== "PK") throw fault("failed", "this is no whole zip archive");
}

export const presets = () => PRESETS;

export function checkRecipe(recipe: unknown): CheckedRecipe {
  const merged = { ...PRESETS.tiny, ...(recipe as Recipe) };
  if (merged.version !== 1) throw fault("usage", "this recipe needs version 2; this program knows up to 1");
  if (merged.model.layers < 1 || merged.model.layers > 64) {
    throw fault("usage", `\`model.layers\` is ${merged.model.layers}; expected 1 to 64`);
  }
  const lost = merged.nets.find(({ site, method, variant }) => !isBuilt({ method, variant } as NetKind, site as Site));
  if (lost) throw fault("usage", `\`nets.site\` is ${lost.site}; ${lost.method} is not built there`);
  return { recipe: merged, canonical: JSON.stringify(merged), hash: "0" };
}

export function withAssignments(recipe: Recipe, assignments: string[]): Recipe {
  const result = structuredClone(recipe);
  for (const assignment of assignments) {
    const [path, text] = assignment.split(/=(.*)/s);
    const keys = (path === "corpus" ? "corpus.source" : path).split(".");
    const parent = keys.slice(0, -1).reduce((value, key) => value[key] as never, result as unknown as Record<string, unknown>);
    let value: unknown = text;
    try {
      value = JSON.parse(text);
    } catch {
      // A word without quotes is a string.
    }
    parent[keys[keys.length - 1]] = value;
  }
  return checkRecipe(result).recipe;
}

export function plan(recipe: Recipe, gflops?: number): Plan {
  const nets = netNames(recipe).map((net) => costOf(net, recipe));
  const { d_model, layers } = recipe.model;
  const parameters = 2 * recipe.tokenizer.vocab * d_model + layers * 28 * d_model * d_model;
  const largest = 4 * recipe.teacher.tokens_per_batch * recipe.tokenizer.vocab;
  const teacher = {
    parameters, attention_parameters: 3 * d_model * (d_model + 1), training_bytes: 16 * parameters, activation_bytes: 2 * largest, largest_buffer_bytes: largest,
  };
  const largest_buffer_bytes = Math.max(largest, ...nets.map((net) => net.largest_buffer_bytes));
  return { recipe: "0", teacher, nets, largest_buffer_bytes, seconds: gflops ? secondsOf(recipe, parameters, nets, gflops) : null };
}

/** Shares of equal words: enough for an order. */
export function sentenceScores(hypotheses: string[], references: string[]): { bleu: number; chrf: number }[] {
  return hypotheses.map((hypothesis, index) => {
    const words = references[index].split(" ");
    const hits = hypothesis.split(" ").filter((word) => words.includes(word)).length;
    const score = (100 * hits) / Math.max(words.length, hypothesis.split(" ").length);
    return { bleu: score, chrf: score };
  });
}

export { pack, unpack } from "./bundle.ts";

export async function load(): Promise<void> {
  // Nothing is to be set up.
}
