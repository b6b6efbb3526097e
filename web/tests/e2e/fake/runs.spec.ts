/** The Runs view: what is kept, renamed, deleted, compared, exported and imported. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { KEPT, keep } from "../kept.ts";

const runOf = (page: Page, name: string): Locator => page.locator("[data-run]", { has: page.getByRole("button", { name: `Rename ${name}`, exact: true }) });

async function openKept(page: Page, open: (route: string) => Promise<void>): Promise<void> {
  await open("#/runs");
  await expect(page.getByTestId("pill")).toContainText("ready");
  await keep(page);
  await page.reload();
  await expect(page.locator("[data-run]")).toHaveCount(KEPT.length);
  await expect(page.getByTestId("pill")).toContainText("ready");
}

/** What IndexedDB has, thrown away or not. */
async function stored(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
    const db = await done(indexedDB.open("attentionless"));
    const runs = (await done(db.transaction("runs").objectStore("runs").getAll())) as { name: string }[];
    db.close();
    return runs.map(({ name }) => name);
  });
}

test("without runs it says how to come by one", async ({ fake: page, open }) => {
  await open("#/runs");
  await expect(page.getByTestId("runs-empty")).toContainText("No run is kept here yet.");
  await expect(page.getByTestId("import")).toBeEnabled();
  await page.getByTestId("runs-empty").getByRole("link", { name: "Train your own" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Train your own");
});

test("each run has its nets, scores, verdict, parameters, time, device, date and size", async ({ fake: page, open }) => {
  await openKept(page, open);
  const run = runOf(page, "tiny, wider nets");
  for (const text of ["Encoder self", "ALR L", "Cross", "AWR M", "81.40 ±2.00", "78.00 ±2.20", "ALR M + AWR M", "42.3 MB"]) await expect(run).toContainText(text);
  const all = (page.viewportSize()?.width ?? 0) >= 1440 || (page.viewportSize()?.width ?? 0) < 768;
  if (all) for (const text of ["600,000", "3,860,000", "26:00", "NVIDIA GeForce RTX 4070"]) await expect(run).toContainText(text);
  if (all) {
    await expect(run).toContainText("lower [−4.8, −2.0]");
    await expect(runOf(page, "from Anna")).toContainText("not distinguishable [−1.6, 0.4]");
    await expect(runOf(page, "small de-en, my own sentences")).not.toContainText("[");
  }
  // With its buttons, at every width that has a table.
  if ((page.viewportSize()?.width ?? 0) === 1440) {
    for (const width of [1440, 1280, 1180, 1024, 980, 900]) {
      await page.setViewportSize({ width, height: 900 });
      const [table, around] = await page.getByTestId("run-table").evaluate((table) => [table, table.parentElement as Element].map((it) => it.getBoundingClientRect().width));
      expect(table, `${width} px`).toBeLessThanOrEqual(around + 0.5);
      await expect(run.locator("td.verdict")).toBeVisible({ visible: width >= 1024 });
    }
  }
  await expect(runOf(page, "micro en-fr, seed 1")).toContainText("saved in Teacher, step 240 of 400");
  await expect(page.getByTestId("space")).toContainText(/^5 runs take 154 MB\. This page uses [\d.]+ [kM]?B of the [\d.]+ GB that the browser allows it\./);
});

test("a run is renamed where it stands, and keeps its name over a reload", async ({ fake: page, open }) => {
  await openKept(page, open);
  await page.getByRole("button", { name: "Rename from Anna" }).click();
  const field = page.getByRole("textbox", { name: "New name of from Anna" });
  await expect(field).toBeFocused();
  await field.fill("  Anna’s nets ");
  await field.press("Enter");
  await expect(page.getByRole("button", { name: "Rename Anna’s nets" })).toBeFocused();
  await page.getByRole("button", { name: "Rename tiny, wider nets" }).click();
  await page.getByRole("textbox", { name: "New name of tiny, wider nets" }).fill("never");
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(runOf(page, "Anna’s nets")).toBeVisible();
  await expect(runOf(page, "tiny, wider nets")).toBeVisible();
  await expect(page.locator("[data-run]")).toHaveCount(KEPT.length);
});

test("a deleted run can be had back for ten seconds, by button and by keys, and is gone after them", async ({ fake: page, open }) => {
  await openKept(page, open);
  await page.getByRole("button", { name: "Delete from Anna" }).click();
  await expect(runOf(page, "from Anna")).toHaveCount(0);
  await page.getByTestId("undo").getByRole("button", { name: "Undo" }).click();
  await expect(runOf(page, "from Anna")).toContainText("76.30 ±2.10");
  await page.getByRole("button", { name: "Delete tiny, wider nets" }).click();
  await expect(runOf(page, "tiny, wider nets")).toHaveCount(0);
  await expect(page.getByRole("status")).toContainText("tiny, wider nets is deleted.");
  await page.keyboard.press("Control+z");
  await expect(runOf(page, "tiny, wider nets")).toBeVisible();
  // The pointer left the notice with the last run that was taken back: nothing holds the time.
  await page.getByRole("button", { name: "Delete from Anna" }).click();
  await expect(page.getByTestId("undo")).toBeVisible();
  await page.waitForTimeout(8_000);
  await expect(page.getByTestId("undo")).toBeVisible();
  expect(await stored(page)).toContain("from Anna");
  await expect(page.getByTestId("undo")).toHaveCount(0, { timeout: 5_000 });
  await expect.poll(() => stored(page)).not.toContain("from Anna");
  expect(await stored(page)).toHaveLength(KEPT.length - 1);
});

test("a run that was deleted stays so over a reload, and while someone is about to take it back it waits", async ({ fake: page, open }) => {
  await openKept(page, open);
  await page.getByRole("button", { name: "Delete from Anna" }).click();
  await page.getByTestId("undo").getByRole("button", { name: "Undo" }).focus();
  await page.waitForTimeout(11_000);
  await expect(page.getByTestId("undo")).toBeVisible();
  await page.reload();
  await expect(page.locator("[data-run]")).toHaveCount(KEPT.length - 1);
  await expect(runOf(page, "from Anna")).toHaveCount(0);
});

test("two to five runs are set beside each other, their differences first", async ({ fake: page, open }) => {
  await openKept(page, open);
  const button = page.getByTestId("compare-selected");
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("checkbox", { name: "Select tiny en-fr, seed 1" }).check();
  await expect(page.getByText("One run is selected. Its translations can be compared; for settings, a second one is needed.")).toBeVisible();
  await page.getByRole("checkbox", { name: "Select tiny, wider nets" }).check();
  await button.click();
  const differences = page.getByTestId("differences");
  await expect(differences.getByRole("heading", { name: "What sets them apart" })).toBeFocused();
  await expect(differences.getByLabel("Differences only")).toBeChecked();
  await expect(differences.locator("[data-setting]")).toHaveCount(3);
  await expect(differences.getByRole("link", { name: "Compare the translations of tiny en-fr, seed 1" })).toHaveAttribute("href", /^#\/compare\?model=/);
  const setting = (path: string) => differences.locator(`[data-setting="${path}"]`);
  await expect(setting("seed")).toHaveText(/A\s*1\s*B\s*2/);
  await expect(setting("nets")).toHaveText(/A\s*enc=alr-m, self=awr-s, cross=awr-s\s*B\s*enc=alr-l, cross=awr-m/);
  await differences.getByLabel("Differences only").uncheck();
  await expect(setting("model.layers")).toHaveText(/^model\.layers\s*2$/);
  await differences.getByLabel("Differences only").check();
  await page.getByRole("checkbox", { name: "Select from Anna" }).check();
  await expect(setting("pair")).toHaveText(/A\s*en-fr\s*B\s*en-fr\s*C\s*de-en/);
  await differences.getByRole("button", { name: "Take tiny, wider nets out" }).click();
  await expect(setting("seed")).toHaveCount(0);
  for (const { name } of KEPT) await page.getByRole("checkbox", { name: `Select ${name}` }).check();
  await expect(differences.locator("ol li")).toHaveCount(5);
});

test("the table as CSV has a line for each run", async ({ fake: page, open }) => {
  await openKept(page, open);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const [head, ...lines] = readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
  expect(head).toMatch(/^run,pair,corpus,seed,layers,d_model,nets,bleu,/);
  expect(lines).toHaveLength(KEPT.length);
  expect(lines[1]).toMatch(/^"tiny, wider nets",en-fr,everyday,2,2,64,enc: ALR L; cross: AWR M,81.4,79.4,83.4,600000,.*,-3\.4,-4\.8,-2,lower,1560,NVIDIA GeForce RTX 4070,/);
});

test("a run goes out as a file and comes back by button, by drop and by paste", async ({ fake: page, open }) => {
  await openKept(page, open);
  await page.getByRole("button", { name: "Export from Anna" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "The whole run" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("from Anna.safetensors");
  const bytes = readFileSync(await file.path());
  await page.getByRole("button", { name: "Delete from Anna" }).click();
  await expect(runOf(page, "from Anna")).toHaveCount(0);
  await page.getByTestId("chooser").setInputFiles({ name: "from Anna.safetensors", mimeType: "application/octet-stream", buffer: bytes });
  await expect(runOf(page, "from Anna")).toContainText("76.30 ±2.10");
  await expect(page.getByRole("status")).toContainText("from Anna is imported.");
  for (const [kind, name] of [["drop", "dropped"], ["paste", "pasted"]] as const) {
    await page.evaluate(({ kind, name, bytes }) => {
      const given = new DataTransfer();
      given.items.add(new File([Uint8Array.from(bytes)], `${name}.safetensors`));
      if (kind === "paste") return dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true }));
      dispatchEvent(new DragEvent("dragover", { dataTransfer: given, bubbles: true, cancelable: true }));
      return dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
    }, { kind, name, bytes: [...bytes] });
    await expect(runOf(page, name)).toBeVisible();
  }
  await page.reload();
  await expect(page.locator("[data-run]")).toHaveCount(KEPT.length + 2);
});

test("a recipe goes out by itself, and opens in Train", async ({ fake: page, open }) => {
  await openKept(page, open);
  await page.getByRole("button", { name: "Export tiny, wider nets" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "The recipe alone" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("tiny, wider nets.recipe.json");
  const buffer = readFileSync(await file.path());
  expect(JSON.parse(buffer.toString())).toMatchObject({ version: 1, seed: 2, pair: "en-fr" });
  await page.getByTestId("chooser").setInputFiles({ name: "tiny, wider nets.recipe.json", mimeType: "application/json", buffer });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Train your own");
  await expect(page.getByRole("spinbutton", { name: "Seed" })).toHaveValue("2");
});

test("an unfinished run goes on, and one whose teacher is not trained has no weights to export", async ({ fake: page, open }) => {
  await openKept(page, open);
  await page.getByRole("button", { name: "Export micro en-fr, seed 1" }).click();
  await expect(page.getByRole("button", { name: "The whole run" })).toBeDisabled();
  await expect(page.getByTestId("export")).toContainText("It comes with the trained teacher, which this run does not have yet.");
  await page.getByRole("button", { name: "Resume micro en-fr, seed 1" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Train your own");
  await expect(page.getByTestId("stats")).toBeVisible();
});

/** What a full disk says; a limit that is set from outside holds only later, and not for all that a browser keeps. */
async function fill(page: Page): Promise<void> {
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("no space", "QuotaExceededError");
      };
    });
  }
}

test("where there is no space, a run that is imported is refused, and one in training goes on and can be exported", async ({ fake: page, open }) => {
  await openKept(page, open);
  await page.getByRole("button", { name: "Export from Anna" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "The whole run" }).click();
  const buffer = readFileSync(await (await download).path());
  await fill(page);
  await page.getByTestId("chooser").setInputFiles({ name: "again.safetensors", mimeType: "application/octet-stream", buffer });
  await expect(page.getByTestId("refused")).toContainText(/Not imported: there is no space for its [\d,]+ bytes\./);
  const banner = page.getByTestId("banner-storage");
  await expect(banner).toContainText(/No space to save \([\d.]+ [kM]?B of [\d.]+ GB\)\./);
  await page.getByTestId("refused").getByText("Details").click();
  await expect(page.getByTestId("refused").locator("pre")).toContainText("again.safetensors: there is no space");
  await expect(page.getByTestId("refused").getByRole("button", { name: "Choose another file" })).toBeVisible();
  await banner.getByText("Details").click();
  await expect(banner.locator("pre")).toContainText(new RegExp(`bytes are used; ${KEPT.length} runs are kept\\.`));
  expect(await stored(page)).toHaveLength(KEPT.length);
  await banner.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("button", { name: "Resume micro en-fr, seed 1" }).click();
  await expect(banner).toContainText("No space to save");
  await expect(banner.getByRole("button", { name: /^Delete the oldest run: / })).toBeVisible();
  // Closing it would lose what it learnt: it stays until there is space.
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused", { timeout: 30_000 });
  const saved = page.waitForEvent("download");
  await banner.getByRole("button", { name: "Export now" }).click();
  expect((await saved).suggestedFilename()).toBe("micro en-fr, seed 1.safetensors");
});
