/** Runs as IndexedDB has them, put there by hand: what a visitor of some weeks would find. */
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Recipe, Row } from "../../src/protocol.ts";

function json<T>(path: string): T {
  return JSON.parse(readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8")) as T;
}

const manifest = json<{ rows: Row[]; ours: Row[] }>("../fixtures/manifest.json");
const [tiny, micro, small] = ["tiny", "micro", "small"].map((preset) => json<Recipe>(`../../../recipes/${preset}.json`));

interface Kept {
  name: string;
  recipe: Recipe;
  rows: Row[];
  /** Before today. */
  days: number;
  device?: string;
  bytes: number;
  minutes: number;
  /** Of the teacher, where it is not whole. */
  step?: number;
}

const net = (site: string, method: string, size: string, variant: string | null = null) => ({ site, layers: "all" as const, method, size, variant });
const rows = (mixes: readonly string[], shift = 0): Row[] =>
  [...manifest.rows, ...manifest.ours]
    .filter(({ mix }) => mixes.includes(mix))
    .map((row) => ({ ...row, bleu: row.bleu + shift, bleu_low: row.bleu_low + shift, bleu_high: row.bleu_high + shift }));

export const KEPT: readonly Kept[] = [
  { name: "tiny en-fr, seed 1", recipe: tiny, rows: rows(["teacher", "enc=alr-xs", "enc=alr-s", "enc=alr-m", "enc=none"]), days: 0, device: "NVIDIA GeForce RTX 4070", bytes: 14_600_000, minutes: 11 },
  {
    name: "tiny, wider nets", recipe: { ...tiny, seed: 2, nets: [net("enc", "alr", "l"), net("cross", "awr", "m")], distil: { ...tiny.distil, epochs: 12, rate: 0.001 } },
    rows: rows(["teacher", "enc=alr-m,self=alr-m,cross=awr-m,trained=nets"], 1.4), days: 2, device: "NVIDIA GeForce RTX 4070", bytes: 42_300_000, minutes: 26,
  },
  { name: "from Anna", recipe: { ...tiny, pair: "de-en", nets: [net("enc", "alr", "m")] }, rows: rows(["teacher", "enc=alr-m"], -3.1), days: 9, bytes: 7_920_000, minutes: 8 },
  { name: "micro en-fr, seed 1", recipe: micro, rows: [], days: 12, device: "CPU", bytes: 1_210_000, minutes: 1, step: 240 },
  { name: "small de-en, my own sentences", recipe: { ...small, pair: "de-en", corpus: { ...small.corpus, source: "tsv:mine.tsv" } }, rows: rows(["teacher"], -9), days: 30, device: "CPU", bytes: 88_400_000, minutes: 190 },
];

/** On a page of the origin that is open; the view reads them when it is opened anew. */
export async function keep(page: Page, runs: readonly Kept[] = KEPT): Promise<void> {
  await page.evaluate(async (runs) => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("attentionless");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("no database"));
    });
    const transaction = db.transaction(["runs", "files"], "readwrite");
    const done = new Promise((resolve) => (transaction.oncomplete = resolve));
    runs.forEach(({ name, recipe, rows, days, device, bytes, minutes, step }, index) => {
      const created = Date.now() - days * 86_400_000;
      const texts = { "rows.json": JSON.stringify(rows), "teacher.safetensors": "weights", "tokenizer.json": "{}", "recipe.json": JSON.stringify(recipe) };
      const id = `run-kept${index}`;
      transaction.objectStore("runs").put({
        id, name, recipe, created, updated: created, step: step ?? 0, total: step ? 400 : 0, stage: step ? "teacher" : "scores",
        worked: 60_000 * minutes, usable: !step, finished: !step, sizes: { "teacher.safetensors": bytes }, ...(device ? { device } : {}),
      });
      for (const [file, text] of Object.entries(texts)) transaction.objectStore("files").put(new TextEncoder().encode(text), [id, file, 0]);
    });
    await done;
    db.close();
  }, runs);
}
