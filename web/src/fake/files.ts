/** Recipes, sentences and files of the scripted engine. */
import type { FileEntry, Preset, Recipe, Row } from "attentionless";
import manifest from "../../tests/fixtures/manifest.json";
import { CONTROLS, entryOf, netOf } from "../lib/mix.ts";
import { played } from "./script.ts";

const ENCODER = ["enc=alr-xs", "enc=alr-s", "enc=alr-m"];
/** What the demo has: nets of every method of the paper, and at every site. */
const EVERYWHERE = [...ENCODER, "enc=alrr-m", "enc=aslr-m", "enc=elr-m", "self=alr-m", "cross=alr-m", "cross=awr-m"];
/** What the script `ours` has beside it: variants, AWR at the third site, and mixes that were trained as a whole. */
const OURS = ["enc=alr-m+deep2", "self=awr-m", "cross=alr-m+gated"];
const TUNED = [
  "enc=alr-m,self=alr-m,cross=awr-m,trained=nets", "enc=alr-m,self=alr-m,cross=awr-m,trained=all", "enc=alr-m,trained=scratch", "trained=all",
];

function recipe(layers: number, width: number, length: number, vocab: number, pairs: number, epochs: number, placed = ENCODER): Recipe {
  const nets = placed.map((place) => {
    const { site = "", filling = "" } = entryOf(place) ?? {};
    const kind = netOf(filling) ?? { method: "", size: "", variant: null };
    return { site, layers: "all" as const, ...kind };
  });
  const controls = [...new Set(nets.map(({ site }) => site))].flatMap((site) => CONTROLS.map((control) => `${site}=${control}`));
  const together = placed.length >= EVERYWHERE.length ? ["enc=alr-m,self=alr-m,cross=awr-m"] : [];
  return {
    version: 1,
    seed: 1,
    pair: "en-fr",
    corpus: { source: "everyday", pairs, hash: null, valid: null, test: null, max_chars: 400 },
    tokenizer: { kind: "bpe", vocab },
    model: { layers, d_model: width, heads: 4, ff: 4 * width, max_len: length, dropout: 0.1 },
    teacher: {
      epochs,
      tokens_per_batch: 1500,
      accumulate: 1,
      warmup: 400,
      rate: 1,
      decay: "inverse-sqrt",
      label_smoothing: 0.1,
      convention: "ours",
    },
    nets,
    distil: { schedule: "ours", inputs: "teacher", epochs: 6, batch: 64, rate: 0.002 },
    finetune: { epochs: 1, what: "nets", rate: 0.0003, mix: null, cross_entropy: 0.5, hidden: 0 },
    score: {
      mixes: ["teacher", ...placed, ...together, ...controls],
      sentences: 500,
      beam: 1,
      resamples: 1000,
    },
  };
}

export const PRESETS: Record<Preset, Recipe> = {
  micro: recipe(1, 32, 24, 600, 1500, 3),
  tiny: recipe(2, 64, 24, 2000, 32_000, 7, EVERYWHERE),
  small: recipe(2, 128, 32, 4000, 30_000, 10),
  paper: recipe(6, 128, 50, 8000, 250_000, 20),
};

/** What the demo was made by. */
export function demoRecipe(): Recipe {
  if (played.script !== "ours") return PRESETS.tiny;
  const ours = recipe(2, 64, 24, 2000, 32_000, 7, [...EVERYWHERE, ...OURS]);
  return { ...ours, score: { ...ours.score, mixes: [...ours.score.mixes, ...TUNED] } };
}

export const EXAMPLES = manifest.examples;

export function fakeRows(): Row[] {
  return (played.script === "ours" ? [...manifest.rows, ...manifest.ours] : manifest.rows) as unknown as Row[];
}

/** As it is written down, or like that of the control. */
export function fakeRow(mix: string): Row {
  const rows = fakeRows();
  return { ...(rows.find((row) => row.mix === mix) ?? rows[rows.length - 1]), mix };
}

export function asText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function entry(name: string, text: string): FileEntry {
  return { name, bytes: new TextEncoder().encode(text) };
}

export function netNames(recipe: Recipe): string[] {
  return recipe.nets.flatMap(({ site, layers, method, size, variant }) => {
    const all = Array.from({ length: recipe.model.layers }, (_, index) => index + 1);
    return (layers === "all" ? all : layers).map((layer) => `${site}.${layer}.${method}-${size}${variant ? `+${variant}` : ""}`);
  });
}

/** Held-out sentences: the five examples again and again, numbered so that no two are the same. */
export function heldOutPairs(count: number): { source: string; reference: string }[] {
  return Array.from({ length: count }, (_, index) => EXAMPLES[index % EXAMPLES.length]);
}

export function fakeFiles(): FileEntry[] {
  const test = heldOutPairs(60).map(({ source, reference }) => `${source}\t${reference}\n`);
  return [
    entry("recipe.json", JSON.stringify(demoRecipe())),
    entry("tokenizer.json", "{}"),
    entry("corpus/test.tsv", test.join("")),
    entry("teacher.safetensors", "weights"),
    ...netNames(demoRecipe()).map((net) => entry(`nets/${net}.safetensors`, "weights")),
    ...(played.script === "ours" ? TUNED : []).map((mix) => entry(`tuned/${mix}.safetensors`, "weights")),
  ];
}
