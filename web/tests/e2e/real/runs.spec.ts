/** Runs with the real engine: out as a file, in again, and seven files that are damaged each in a way of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { folder } from "../server.ts";
import { expect, files, finished, needsBuild, openTrain, shrink, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(600_000);

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

/** A bundle with its header changed, the tensors as they are. */
function withHeader(bundle: Buffer, change: (header: Header & { __metadata__: Record<string, string> }) => void): Buffer {
  const end = 8 + Number(bundle.readBigUInt64LE(0));
  const header = JSON.parse(bundle.subarray(8, end).toString()) as Header & { __metadata__: Record<string, string> };
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, bundle.subarray(end)]);
}

function withWord(bundle: Buffer, key: string, word: (old: string) => string): Buffer {
  return withHeader(bundle, ({ __metadata__: metadata }) => {
    const words = JSON.parse(metadata.attentionless) as Record<string, string>;
    words[key] = word(words[key]);
    metadata.attentionless = JSON.stringify(words);
  });
}

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await expect(page.getByTestId("import")).toBeEnabled({ timeout: 60_000 });
  await page.getByTestId("chooser").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
}

/** What both models say of these sentences in Try. */
async function said(page: Page, sentences: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const sentence of sentences) {
    await page.getByRole("textbox").fill(sentence);
    for (const pane of ["teacher", "mix"]) {
      await expect(page.getByTestId(pane)).toHaveAttribute("data-source", sentence, { timeout: 30_000 });
      found.push(await page.getByTestId(pane).innerText());
    }
  }
  return found;
}

const SENTENCES = ["The dog sleeps.", "The old man reads a book.", "We do not see the children."];

test("a run that goes out, is deleted and comes in again translates as before", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, { "Training pairs": "150", Vocabulary: "400", "Epochs of the teacher": "2", "Epochs of the nets": "1", "Sentences scored": "4" });
  await page.getByTestId("start").click();
  await finished(page, 180_000);
  await page.getByTestId("finished").getByRole("button", { name: "Try it" }).click();
  await expect(page.getByLabel("Model")).toHaveValue(/^run-/);
  await page.getByRole("gridcell", { name: "Encoder self, layer 1" }).click();
  const before = await said(page, SENTENCES);
  const weights = await files(page, "\\.safetensors$");

  await page.getByRole("link", { name: "Runs" }).first().click();
  const run = page.locator("[data-run]");
  const [name = ""] = (await run.getByRole("button", { name: /^Rename / }).getAttribute("aria-label"))?.split("Rename ").slice(1) ?? [];
  await expect(run).toContainText(/\d\.\d\d ±\d/);
  await run.getByRole("button", { name: /^Export / }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "The whole run" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`${name}.safetensors`);
  const buffer = readFileSync(await file.path());
  await run.getByRole("button", { name: /^Delete / }).click();
  await expect(run).toHaveCount(0);
  await expect(page.getByTestId("undo")).toHaveCount(0, { timeout: 15_000 });
  expect(await files(page, ".")).toEqual({});

  await choose(page, file.suggestedFilename(), buffer);
  await expect(run).toHaveCount(1);
  await page.reload();
  await expect(run).toContainText(name);
  const back = await files(page, "\\.safetensors$");
  expect(Object.keys(weights)).toEqual(expect.arrayContaining(Object.keys(back)));
  for (const [weight, bytes] of Object.entries(back)) expect(bytes.equals(weights[weight]), weight).toBe(true);
  await run.getByRole("button", { name: /^Try / }).click();
  await expect(page.getByLabel("Model")).toHaveValue(/^run-/);
  const board = page.getByRole("gridcell", { name: "Encoder self, layer 1" });
  if (!(await board.innerText()).includes("ALR")) await board.click();
  expect(await said(page, SENTENCES)).toEqual(before);
});

/** The demo's own file, damaged. */
const DAMAGES: readonly { name: string; damage: (bundle: Buffer) => Buffer; says: RegExp }[] = [
  { name: "a picture", damage: () => Buffer.from("\x89PNG\r\n\x1a\n and so on, which is no model at all", "latin1"), says: /^Not imported: this is not a \.safetensors file\.$/ },
  { name: "cut off", damage: (bundle) => bundle.subarray(0, bundle.length - 1000), says: /^Not imported: the file is cut off: 2,\d{3},\d{3} of 2,\d{3},\d{3} bytes are there\.$/ },
  { name: "header", damage: (bundle) => Buffer.concat([bundle.subarray(0, 40), Buffer.from("\0\0\0\0"), bundle.subarray(44)]), says: /^Not imported: its header cannot be read\.$/ },
  {
    name: "shape",
    damage: (bundle) => withHeader(bundle, (header) => header["nets/enc.1.alr-m/encoder.layers.0.alr.in.weight"].shape.reverse()),
    says: /^Not imported: tensor nets\/enc\.1\.alr-m\/encoder\.layers\.0\.alr\.in\.weight should be (\d+)x(\d+), is \2x\1\.$/,
  },
  {
    name: "missing tensor",
    damage: (bundle) => withHeader(bundle, (header) => {
      header["decoder.norm.other"] = header["decoder.norm.bias"];
      delete header["decoder.norm.bias"];
    }),
    says: /^Not imported: tensor decoder\.norm\.bias is missing\.$/,
  },
  {
    name: "other bits",
    damage: (bundle) => Buffer.concat([bundle.subarray(0, -1), Buffer.from([bundle[bundle.length - 1] ^ 1])]),
    says: /^Not imported: it is damaged: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}\.$/,
  },
  { name: "later form", damage: (bundle) => withWord(bundle, "run", () => "2"), says: /^Not imported: it is a run of form 2; this program knows 1\.$/ },
  {
    name: "later recipe",
    damage: (bundle) => withWord(bundle, "recipe", (recipe) => recipe.replace('"version":1', '"version":2')),
    says: /^Not imported: its recipe cannot be used: .*version 2.*\.$/,
  },
  {
    name: "no run",
    damage: (bundle) => withHeader(bundle, ({ __metadata__: metadata }) => delete metadata.attentionless),
    says: /^Not imported: it holds weights, but no run/,
  },
  {
    name: "a name outside",
    damage: (bundle) => withWord(bundle, "files", (files) => files.replace("words.txt", "../words.txt")),
    says: /^Not imported: its \.\.\/words\.txt cannot be used: no file of a run is called that\.$/,
  },
];

test("files that are damaged are refused, each in words of its own, and nothing of them is stored", async ({ real: page, realSite }) => {
  const bundle = readFileSync(join(folder("dist"), "pack/tiny.safetensors"));
  await page.goto(`${realSite.url}?device=cpu#/runs`);
  const told = new Set<string>();
  for (const { name, damage, says } of DAMAGES) {
    await choose(page, `${name}.safetensors`, damage(bundle));
    const refused = page.getByTestId("refused");
    await expect(refused.locator("p").last(), name).toHaveText(`File: ${name}.safetensors`, { timeout: 30_000 });
    await expect(refused.locator("p").first(), name).toHaveText(says);
    told.add(await refused.locator("p").first().innerText());
    await expect(page.getByTestId("runs-empty")).toBeVisible();
  }
  expect(told.size).toBe(DAMAGES.length);
  expect(await files(page, ".")).toEqual({});
  // As it is, it comes in.
  await choose(page, "the demo.safetensors", bundle);
  await expect(page.locator("[data-run]")).toContainText("the demo", { timeout: 30_000 });
  await expect(page.getByTestId("refused")).toHaveCount(0);
});

test("runs are renamed, deleted, had back and set beside each other, and stay so over a reload", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/runs`);
  const bundle = readFileSync(join(folder("dist"), "pack/tiny.safetensors"));
  for (const [name, buffer] of [["one", bundle], ["two", bundle]] as const) {
    await choose(page, `${name}.safetensors`, buffer);
    await expect(page.locator("[data-run]").filter({ hasText: name })).toBeVisible({ timeout: 30_000 });
  }
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, { "Training pairs": "150", Vocabulary: "400", "Epochs of the teacher": "1", "Epochs of the nets": "1", "Sentences scored": "4" });
  await page.getByTestId("start").click();
  await finished(page, 180_000);

  await page.getByRole("link", { name: "Runs", exact: true }).first().click();
  const runs = page.locator("[data-run]");
  await expect(runs).toHaveCount(3);
  await page.getByRole("button", { name: "Rename one" }).click();
  await page.getByRole("textbox", { name: "New name of one" }).fill("the first");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Delete two" }).click();
  await expect(runs).toHaveCount(2);
  await page.getByTestId("undo").getByRole("button", { name: "Undo" }).click();
  await expect(runs).toHaveCount(3);
  for (const name of ["the first", "micro en-fr, seed 1"]) await page.getByRole("checkbox", { name: `Select ${name}` }).check();
  await page.getByTestId("compare-selected").click();
  const differences = page.getByTestId("differences");
  await expect(differences.locator("[data-setting='corpus.pairs']")).toContainText("150");
  await expect(differences.locator("[data-setting='model.dropout']")).toHaveCount(0);

  await page.getByRole("button", { name: "Delete two" }).click();
  await page.reload();
  await expect(runs).toHaveCount(2);
  await expect(runs.filter({ hasText: "the first" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Rename one" })).toHaveCount(0);
});
