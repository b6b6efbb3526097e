/**
 * Kills a tab, or the whole browser, while a run is being saved, opens the page again, looks whether all that was saved is there,
 * and goes on; at the end the weights have to be those of a run that nobody disturbed. `npm run kill-test`, after `npm run build`;
 * docs/reliability.md has the figures.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, type Page } from "@playwright/test";
import { encodeLink } from "../../../src/lib/link.ts";
import type { Recipe } from "../../../src/protocol.ts";
import { folder, serve, type Site } from "../server.ts";
import { KillableBrowser } from "./browser.ts";
import { files, finished, needsBuild, weights } from "./helpers.ts";

/** How many in each stage. Every fifth comes at a moment of its own; for the others the worker asks, with a save begun. */
const KILLS = { teacher: 8, nets: 8, scores: 4 };
const FREE = 5;
const LEAST_INSIDE = 15;
/** One of so many takes the whole browser with it. */
const WHOLE = 4;

/** Two layers, of which the second's nets are fitted behind the first's: some are finished while others are in training. */
function recipe(): Recipe {
  const micro = JSON.parse(readFileSync(fileURLToPath(new URL("../../../../recipes/micro.json", import.meta.url)), "utf8")) as Recipe;
  return {
    ...micro,
    corpus: { ...micro.corpus, pairs: 600 },
    tokenizer: { ...micro.tokenizer, vocab: 400 },
    model: { ...micro.model, layers: 2 },
    nets: ["xs", "s"].map((size) => ({ site: "enc", layers: "all", method: "alr", size, variant: null })),
    distil: { ...micro.distil, inputs: "student" },
    score: { ...micro.score, mixes: ["teacher", "enc=alr-xs", "enc=alr-s", "enc=none", "enc=uniform", "enc=mean"], sentences: 400, beam: 4 },
  };
}

test.setTimeout(3_600_000);

interface Save {
  /** Files of the transaction that were written before the kill. */
  puts: number;
  committed: boolean;
}

/** The worker asks the server for `/save/begin`, `/save/done` and, where it shall die, `/save/kill`, each before it goes on. */
async function listen(page: Page, at: { saves: number; puts: number } | null): Promise<void> {
  for (const worker of page.workers()) {
    await worker.evaluate((at) => {
      const tell = (path: string) => {
        const request = new XMLHttpRequest();
        // It holds the worker, and with it the transaction, until there is an answer.
        request.open("GET", path, false);
        try {
          request.send();
        } catch {
          // Such a path has no file.
        }
      };
      let saves = 0;
      const puts = new WeakMap<IDBTransaction, number>();
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        const opened = transaction.apply(this, args);
        if (opened.mode !== "readwrite" || !opened.objectStoreNames.contains("files")) return opened;
        saves += 1;
        const number = saves;
        puts.set(opened, 0);
        tell(`/save/begin/${number}`);
        opened.addEventListener("complete", () => tell(`/save/done/${number}`));
        return opened;
      };
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...args) {
        const request = put.apply(this, args);
        const count = (puts.get(this.transaction) ?? 0) + 1;
        puts.set(this.transaction, count);
        if (at && saves >= at.saves && count >= at.puts) tell(`/save/kill/${count}`);
        return request;
      };
    }, at);
  }
}

/** Every file that IndexedDB has of the run, whole: weights by the length that their header gives them, texts by what they are. */
function checkWhole(found: Record<string, Buffer>): void {
  for (const [name, bytes] of Object.entries(found)) {
    if (!name.endsWith(".safetensors")) continue;
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, { data_offsets?: [number, number] }>;
    const end = Math.max(0, ...Object.values(header).map(({ data_offsets }) => data_offsets?.[1] ?? 0));
    expect(bytes.length, name).toBe(8 + length + end);
  }
}

const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** What is finished: it may never go again. */
function finishedFiles(found: Record<string, Buffer>, trained: boolean): Map<string, string> {
  const names = Object.keys(found).filter((name) => /^nets\//.test(name) || (trained && name === "teacher.safetensors"));
  return new Map(names.map((name) => [name, digest(found[name])]));
}

async function begin(page: Page, site: Site): Promise<void> {
  // Another query each time, so that the page is loaded anew.
  await page.goto(`${site.url}?device=cpu&at=${Date.now()}#/train?r=${await encodeLink(JSON.stringify(recipe()))}`);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 120_000 });
  await page.getByTestId("start").click();
}

test("a tab that is killed while it saves loses nothing that was finished, and its store opens", async () => {
  needsBuild(false);
  const browser = new KillableBrowser();
  let [current, seen]: [Save | null, string[]] = [null, []];
  let strike: (() => void) | null = null;
  const site = await serve(folder("dist"), "/", (path) => {
    const [, what, count] = /^\/save\/(begin|done|kill)\/(\d+)$/.exec(path) ?? [];
    if (!what) return;
    seen = [...seen, path];
    if (what === "begin") current = { puts: 0, committed: false };
    if (what === "done" && current) current.committed = true;
    if (what === "kill" && current) {
      current.puts = Number(count);
      strike?.();
    }
  });
  try {
    let page = await browser.open();
    await begin(page, site);
    await finished(page, 900_000);
    const unbroken = await weights(page);

    await begin(page, site);
    const [kept, outcomes] = [new Map<string, string>(), [] as { inside: boolean; whole: boolean; stage: string }[]];
    for (const [kill, wanted] of Object.entries(KILLS).flatMap(([stage, count]) => Array<string>(count).fill(stage)).entries()) {
      const [inside, whole] = [kill % FREE !== FREE - 1, kill % WHOLE === WHOLE - 1];
      current = null;
      const dead = new Promise<void>((resolve) => {
        strike = () => {
          strike = null;
          if (whole) browser.killAll();
          else browser.killTab();
          resolve();
        };
      });
      const stats = page.getByTestId("stats");
      await expect(stats, `kill ${kill + 1}`).toHaveAttribute("data-stage", wanted, { timeout: 300_000 });
      // The second save that is to come, or the first; at its first file, its second or its third.
      await listen(page, inside ? { saves: 1 + (kill % 2), puts: 1 + (kill % 3) } : null);
      // Not the page's own wait: a save that comes by itself may kill it before.
      await new Promise((resolve) => setTimeout(resolve, 100 * (kill % 7)));
      // What a page does that is hidden: it saves at once.
      const saves = page.evaluate(async (times) => {
        for (let time = 0; time < times; time++) {
          dispatchEvent(new Event("pagehide"));
          await new Promise((resolve) => setTimeout(resolve, 120));
        }
      }, 1 + (kill % 2)).catch(() => undefined);
      if (!inside) setTimeout(() => strike?.(), 10 * kill);
      await dead;
      await saves;
      const last = current as Save | null;
      outcomes.push({ inside: inside && last?.committed === false && last.puts > 0, whole, stage: wanted });
      process.stdout.write(`kill ${kill + 1}: ${whole ? "browser" : "tab"}, ${wanted}, ${last?.puts ?? 0} writes begun, ${last === null ? "no save begun" : last.committed ? "committed" : "not committed"}\n`);
      await browser.closed();
      page = await browser.open();
      await page.goto(`${site.url}?device=cpu#/train`);
      await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 120_000 });
      const found = await files(page, ".");
      checkWhole(found);
      for (const [name, hash] of kept) expect(found[name] && digest(found[name]), `kill ${kill + 1}: ${name}`).toBe(hash);
      for (const [name, hash] of finishedFiles(found, wanted !== "teacher")) kept.set(name, hash);
      await page.getByTestId("runs").getByRole("button", { name: "Resume" }).first().click();
    }
    await finished(page, 900_000);
    expect(await weights(page)).toEqual(unbroken);
    const insides = outcomes.filter(({ inside }) => inside);
    const stages = Object.keys(KILLS).map((stage) => `${outcomes.filter((outcome) => outcome.stage === stage).length} in ${stage}`).join(", ");
    process.stdout.write(
      `${outcomes.length} kills, ${insides.length} inside a save, ${outcomes.filter(({ whole }) => whole).length} of the whole browser; ${stages}; ` +
        `${kept.size} finished files, none lost; ${seen.filter((path) => path.includes("done")).length} saves came to their end\n`,
    );
    expect(insides.length).toBeGreaterThanOrEqual(LEAST_INSIDE);
  } finally {
    site.close();
    await browser.forget();
  }
});
