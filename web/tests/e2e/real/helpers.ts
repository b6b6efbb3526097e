/** What the tests of the real engine share. They need `pkg/` and the pack: without them they fail. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, test as base } from "../fixtures.ts";
import { folder } from "../server.ts";

export const test = base;
export { expect };
export { hook, listen } from "../fixtures.ts";

export function needsBuild(pack: boolean): void {
  const dist = folder("dist");
  expect(existsSync(join(dist, "index.html")), "the page is built against the engine: cargo xtask build").toBe(true);
  if (pack) expect(existsSync(join(dist, "pack/manifest.json")), "the page has its demo pack").toBe(true);
}

/** `hooks`: faults that are there from the start. */
export async function openTrain(page: Page, url: string, device: "cpu" | "wgpu", hooks = ""): Promise<void> {
  await page.goto(`${url}?device=${device}&hooks=${hooks}#/train`);
  // The software adapter compiles for a minute where others work beside it.
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 150_000 });
}

/** What stands behind an error, for who copies it to whom can mend it. */
export async function expectDetails(note: Locator, says: string | RegExp): Promise<void> {
  await note.getByText("Details").click();
  const text = note.locator("pre");
  await expect(text).toContainText(says);
  await expect(text).toContainText(/\nDevice: .+\nPage: .+\nBrowser: .+/);
  await expect(note.getByRole("button", { name: "Copy" })).toBeVisible();
}

/** Smaller than micro: the software adapter takes seconds for each step. */
export async function shrink(page: Page, settings: Record<string, string>): Promise<void> {
  await page.getByText("More settings").click();
  for (const [name, value] of Object.entries(settings)) {
    await page.getByLabel(name, { exact: true }).fill(value);
    await page.getByLabel(name, { exact: true }).blur();
  }
  await expect(page.getByTestId("recipe-error")).toHaveCount(0);
}

/** Pauses within two seconds, stands still, and goes on. */
export async function pauseAndResume(page: Page): Promise<void> {
  const [stats, asked] = [page.getByTestId("stats"), Date.now()];
  await page.getByTestId("pause").click();
  await expect(stats).toHaveAttribute("data-state", "paused");
  expect(Date.now() - asked).toBeLessThan(2_000);
  const step = await stepOf(page);
  await page.waitForTimeout(2_000);
  expect(await stepOf(page)).toBe(step);
  await page.getByTestId("resume").click();
}

export async function finished(page: Page, timeout: number): Promise<void> {
  await expect(page.getByTestId("finished")).toBeVisible({ timeout });
}

export async function stepOf(page: Page): Promise<number> {
  return Number(await page.getByTestId("stats").getAttribute("data-step"));
}

/** Files of the newest run whose names fit, as IndexedDB has them. */
export async function files(page: Page, pattern: string): Promise<Record<string, Buffer>> {
  const found = await page.evaluate(async (pattern) => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("attentionless");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("no database"));
    });
    const store = db.transaction("files").objectStore("files");
    const all = <T>(request: IDBRequest<T>) => new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
    const [keys, values] = await Promise.all([all(store.getAllKeys()), all(store.getAll())]);
    db.close();
    const newest = keys.map((key) => (key as string[])[0]).sort().at(-1);
    // Parts of a file lie one behind the other.
    const parts: Record<string, Uint8Array<ArrayBuffer>[]> = {};
    keys.forEach((key, index) => {
      const [run, name] = key as string[];
      if (run === newest && new RegExp(pattern).test(name)) (parts[name] ??= []).push(values[index] as Uint8Array<ArrayBuffer>);
    });
    // As one text: a list of megabytes of numbers would hold up this process, which serves the page, too.
    const text = (parts: Uint8Array<ArrayBuffer>[]) => new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.readAsDataURL(new Blob(parts));
    });
    return Promise.all(Object.entries(parts).map(async ([name, parts]) => ({ name, text: await text(parts) })));
  }, pattern);
  return Object.fromEntries(found.map(({ name, text }) => [name, Buffer.from(text.replace(/^[^,]*,?/, ""), "base64")]));
}

/** Losses of a stage of the newest run, step by step. */
export async function curve(page: Page, stage: string): Promise<number[]> {
  const { "curve.tsv": text } = await files(page, "^curve\\.tsv$");
  const rows = text.toString().trim().split("\n").map((line) => line.split("\t"));
  return rows.filter(([name]) => name === stage).map(([, , loss]) => Number(loss));
}

/** SHA-256 of the newest run's weights. */
export async function weights(page: Page): Promise<Record<string, string>> {
  const found = await files(page, "^(teacher|nets/.*)\\.safetensors$");
  return Object.fromEntries(Object.entries(found).map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]));
}
