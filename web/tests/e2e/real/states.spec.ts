/** What goes wrong in training, on the real engine: it crashes, the disk is full, another tab trains, the loss is no number. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { KEPT, keep } from "../kept.ts";
import { folder } from "../server.ts";
import { expect, expectDetails, files, finished, hook, needsBuild, openTrain, shrink, stepOf, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(300_000);

const SMALL = { "Training pairs": "150", "Vocabulary": "400", "Epochs of the teacher": "60", "Epochs of the nets": "1", "Sentences scored": "4" };

async function start(page: Page): Promise<void> {
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(0);
}

test("the engine crashes: it is restarted, nothing stays locked, and the run goes on", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, SMALL);
  await start(page);
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(20);
  await hook(page, "crash");
  const banner = page.getByTestId("banner-crashed");
  await expect(banner).toContainText("The engine stopped unexpectedly. Restarted; your runs are safe.", { timeout: 120_000 });
  await expect(page.getByRole("alert")).toContainText("The engine stopped unexpectedly.");
  await expectDetails(banner, /RuntimeError: .*(out of bounds|unreachable)/);
  const resume = page.getByRole("button", { name: "Resume" }).first();
  await expect(resume).toBeEnabled({ timeout: 60_000 });
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await expect(page.getByTestId("banner-other-tab")).toHaveCount(0);
  await resume.click();
  await finished(page, 180_000);
});

test("the disk is full from the start: it trains in memory, says so, and is kept once there is space", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu", "no-space");
  await shrink(page, { ...SMALL, "Epochs of the teacher": "4" });
  await start(page);
  await expect(page.getByTestId("banner-storage")).toContainText(/^\s*No space to save \(.+ of .+\)\./);
  // It waits at its end, since closing it would lose it.
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused", { timeout: 120_000 });
  await hook(page, "no-space:off");
  await page.getByTestId("resume").click();
  await finished(page, 60_000);
});

test("the disk is full in mid-run: the run is exported from memory, and the oldest one makes room", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await keep(page, KEPT.slice(0, 1));
  await page.reload();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await shrink(page, { ...SMALL, "Epochs of the teacher": "4" });
  await hook(page, "no-space");
  await start(page);
  const banner = page.getByTestId("banner-storage");
  await expect(banner).toContainText(/No space to save \(.+ of .+\)\./, { timeout: 60_000 });
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused", { timeout: 120_000 });
  const download = page.waitForEvent("download");
  await banner.getByRole("button", { name: "Export now" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("micro en-fr, seed 1.safetensors");
  // A whole file: its header is as long as it says, and names the teacher.
  const bytes = readFileSync(await file.path());
  expect(JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString())).toHaveProperty("__metadata__.attentionless");

  await hook(page, "no-space:off");
  await banner.getByRole("button", { name: `Delete the oldest run: ${KEPT[0].name}` }).click();
  await expect(banner).toContainText(`${KEPT[0].name} and all that it learnt would go for good.`);
  await banner.getByRole("button", { name: "Delete for good" }).click();
  await expect(banner).toHaveCount(0);
  const resume = page.getByTestId("resume");
  if (await resume.isVisible()) await resume.click();
  await finished(page, 60_000);
  await expect(page.getByTestId("runs")).toContainText("micro en-fr, seed 1");
  await expect(page.getByTestId("runs")).not.toContainText(KEPT[0].name);
  expect(Object.keys(await files(page, "^teacher\\.safetensors$"))).toEqual(["teacher.safetensors"]);
});

test("a run that there is no space for is not imported, nor a part of it", async ({ real: page, realSite }) => {
  needsBuild(true);
  await page.goto(`${realSite.url}?device=cpu&hooks#/runs`);
  await expect(page.getByTestId("import")).toBeEnabled({ timeout: 60_000 });
  await hook(page, "no-space");
  const [name] = readdirSync(join(folder("dist"), "pack")).filter((name) => name.endsWith(".safetensors"));
  const choose = () => page.getByTestId("chooser").setInputFiles(join(folder("dist"), "pack", name));
  await choose();
  await expect(page.getByTestId("refused")).toContainText(/Not imported: there is no space for its [\d,]+ bytes\./, { timeout: 30_000 });
  await expect(page.getByTestId("banner-storage")).toContainText("No space to save");
  await expect(page.getByTestId("runs-empty")).toBeVisible();
  expect(await files(page, ".")).toEqual({});
  await hook(page, "no-space:off");
  await choose();
  await expect(page.locator("[data-run]")).toHaveCount(1, { timeout: 30_000 });
});

test("the browser is asked to keep what is stored when the first run begins, and not before", async ({ real: page, realSite }) => {
  await page.addInitScript(() => {
    const asked: number[] = [];
    Object.assign(globalThis, { asked });
    StorageManager.prototype.persist = () => Promise.resolve(asked.push(Date.now()) > 0);
  });
  const asked = () => page.evaluate(() => (globalThis as unknown as { asked: number[] }).asked.length);
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, SMALL);
  expect(await asked()).toBe(0);
  await start(page);
  expect(await asked()).toBe(1);
  await page.getByTestId("cancel").click();
  await expect(page.getByTestId("start")).toBeVisible();
});

test("another tab trains: this one says so, and is free once that one is done", async ({ real: page, realSite, context }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, SMALL);
  await start(page);
  const other = await context.newPage();
  await other.goto(`${realSite.url}?device=cpu#/train`);
  await expect(other.getByTestId("banner-other-tab")).toContainText("Another tab is training.", { timeout: 60_000 });
  await expect(other.getByTestId("start")).toHaveAttribute("aria-disabled", "true");
  await other.getByRole("button", { name: "Show here when done" }).click();
  await expect(other.getByTestId("banner-other-tab")).toContainText("This view follows when the other tab is done.");
  await page.getByTestId("cancel").click();
  await expect(other.getByTestId("banner-other-tab")).toHaveCount(0, { timeout: 20_000 });
  await expect(other.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await other.close();
});

test("another tab trains: its progress is watched here, and what it trained is listed here", async ({ real: page, realSite, context }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, { ...SMALL, "Epochs of the teacher": "20" });
  // Side by side: this one was there before that one began.
  const other = await context.newPage();
  await openTrain(other, realSite.url, "cpu");
  await start(page);
  const stats = other.getByTestId("stats");
  await expect(other.getByTestId("watched")).toHaveText("Training in another tab. It is only shown here: pause it, or stop it, in its own tab.");
  await expect(stats).toHaveAttribute("data-stage", "teacher");
  // Nothing was scored on this device yet: of the run as a whole, no more is known than of its stage.
  await expect(other.getByTestId("far")).toHaveText(/^Teacher: \d+% done(, .+ left for it)?\.$/);
  const before = await stepOf(other);
  await expect.poll(() => stepOf(other), { timeout: 60_000 }).toBeGreaterThan(before);
  // All of the curve, also of the time before this tab looked.
  await page.getByTestId("pause").click();
  await expect(stats).toHaveAttribute("data-state", "paused");
  await other.reload();
  await expect(stats).toHaveAttribute("data-state", "paused", { timeout: 60_000 });
  expect(await stepOf(other)).toBe(await stepOf(page));
  await other.getByRole("button", { name: "Show as table" }).first().click();
  await expect(other.getByRole("region", { name: "Loss (log)" }).locator("tbody tr").first().locator("td").first()).toHaveText("1");
  for (const name of ["Pause", "Resume", "Cancel…"]) await expect(other.getByRole("button", { name, exact: true }).and(other.locator(":enabled"))).toHaveCount(0);
  await page.getByTestId("resume").click();
  await finished(page, 120_000);
  await finished(other, 10_000);
  await expect(other.getByTestId("watched")).toHaveCount(0);
  await expect(other.getByTestId("runs")).toContainText("translates");
  await expect(other.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
});

test("another tab is closed while it trains: nothing of it is shown here any more, and its run can go on here", async ({ real: page, realSite, context }) => {
  const other = await context.newPage();
  await openTrain(other, realSite.url, "cpu");
  await shrink(other, SMALL);
  await start(other);
  await page.goto(`${realSite.url}?device=cpu#/`);
  await page.getByTestId("banner-other-tab").getByRole("link", { name: "Watch it" }).click();
  await expect(page.getByTestId("watched")).toBeVisible();
  // Of a run that was never saved, nothing would be left.
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(50);
  await other.close();
  await expect(page.getByTestId("watched")).toHaveCount(0);
  await expect(page.getByTestId("stats")).toHaveCount(0);
  await page.getByTestId("runs").getByRole("button", { name: "Resume" }).click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "running", { timeout: 60_000 });
});

test("the loss is no number: the run goes on from its last save at half the rate, and a link makes the same run elsewhere", async ({ real: page, realSite, browser }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, { ...SMALL, "Epochs of the teacher": "20" });
  await start(page);
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(20);
  await hook(page, "not-finite");
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText(/The loss became NaN at step \d+\. Kept: step \d+\./, { timeout: 30_000 });
  const [, step, kept] = /at step (\d+)\. Kept: step (\d+)\./.exec(await stopped.innerText()) ?? [];
  expect(Number(step)).toBeGreaterThan(20);
  expect(Number(kept)).toBeGreaterThan(0);
  expect(Number(kept)).toBeLessThan(Number(step));
  await expect(page.getByRole("alert")).toContainText("The loss became NaN");
  await expectDetails(stopped, "the loss became NaN");

  await stopped.getByRole("button", { name: "Lower the learning rate and go on" }).click();
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(Number(step));
  await expect(stopped).toHaveCount(0);
  await finished(page, 120_000);
  await expect(page.getByTestId("runs").getByRole("listitem"), "the same run").toHaveCount(1);
  await page.getByTestId("finished").getByRole("link", { name: "Share" }).click();
  const link = await page.getByTestId("share-link").inputValue();
  const context = await browser.newContext();
  const other = await context.newPage();
  await other.goto(link.replace("#", "?device=cpu#"));
  await expect(other.getByTestId("share-start")).toHaveAttribute("aria-disabled", "false", { timeout: 150_000 });
  await other.getByTestId("share-start").click();
  await expect(other.getByTestId("verdict")).toHaveAttribute("data-verdict", "reproduced", { timeout: 120_000 });
  await context.close();
});

test("the loss is no number from the start: the rate is halved again and again", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, { ...SMALL, "Learning rate factor": "1e30" });
  await page.getByTestId("start").click();
  const stopped = page.getByTestId("stopped");
  for (const times of [1, 2]) {
    await expect(stopped, `time ${times}`).toContainText(/The loss became NaN at step \d+\. Kept: step 0\./, { timeout: 60_000 });
    await stopped.getByRole("button", { name: "Lower the learning rate and go on" }).click();
    await expect(stopped).toHaveCount(0);
  }
  await expect(stopped).toBeVisible({ timeout: 60_000 });
  const drops = await page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => (indexedDB.open("attentionless").onsuccess = ({ target }) => resolve((target as IDBOpenDBRequest).result)));
    const all = db.transaction("runs").objectStore("runs").getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    db.close();
    return (all.result as { recipe: { teacher: { rate_drops: unknown } } }[]).map(({ recipe }) => recipe.teacher.rate_drops);
  });
  expect(drops).toEqual([[{ after: 0, factor: 0.5 }, { after: 0, factor: 0.5 }]]);
});

test("minutes pass between two steps: it says that the tab was paused, and goes on", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, SMALL);
  await start(page);
  await hook(page, "freeze:12");
  const said = page.locator(".note").filter({ hasText: "The browser paused this tab" });
  await expect(said).toHaveText(/^The browser paused this tab for 12 min\. Going on from step \d+\.$/, { timeout: 30_000 });
  const [, from] = /step (\d+)\.$/.exec(await said.innerText()) ?? [];
  await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBeGreaterThan(Number(from));
  // Nobody worked in these minutes.
  await expect(page.getByTestId("stats")).not.toContainText(/1[2-9] min/);
});

test("who does not ask for faults does not load them", async ({ real: page, realSite }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const ofHooks = () => asked.filter((path) => /\/hooks-[^/]*\.js$/.test(path)).length;
  await page.goto(`${realSite.url}?device=cpu`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  expect(ofHooks()).toBe(0);
  expect(await page.evaluate(() => "attentionlessHooks" in globalThis)).toBe(false);
  await page.goto(`${realSite.url}?device=cpu&hooks`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  expect(ofHooks()).toBe(2);
});

test("the screen stays on while a run is in training, and only then", async ({ real: page, realSite }) => {
  await page.addInitScript(() => {
    const locks: string[] = [];
    Object.assign(globalThis, { locks });
    Object.defineProperty(navigator, "wakeLock", { value: {
      request: async () => {
        locks.push("on");
        const sentinel = { released: false, release: async () => void (sentinel.released = true, locks.push("off")) };
        return sentinel;
      },
    } });
  });
  const locks = () => page.evaluate(() => (globalThis as unknown as { locks: string[] }).locks);
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, SMALL);
  expect(await locks()).toEqual([]);
  await start(page);
  await expect.poll(locks).toEqual(["on"]);
  await page.getByTestId("screen").uncheck();
  await expect.poll(locks).toEqual(["on", "off"]);
  await page.getByTestId("screen").check();
  await expect.poll(locks).toEqual(["on", "off", "on"]);
  await page.getByTestId("pause").click();
  await expect.poll(locks).toEqual(["on", "off", "on", "off"]);
});
