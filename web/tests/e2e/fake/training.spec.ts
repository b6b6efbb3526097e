/** Train on the scripted engine: a run from its start to its end, and what it is given. */
import type { Locator } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

test("trains, pauses within a second, goes on, and is kept", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("start").click();
  const stats = page.getByTestId("stats");
  await expect(stats).toContainText("18,400 tokens/s");
  await expect(page).toHaveTitle(/^\d+%.* · Train$/);
  const asked = Date.now();
  await page.getByTestId("pause").click();
  await expect(stats).toHaveAttribute("data-state", "paused");
  expect(Date.now() - asked).toBeLessThan(1500);
  const step = await stats.getAttribute("data-step");
  await page.waitForTimeout(2000);
  expect(await stats.getAttribute("data-step")).toBe(step);
  await page.getByTestId("resume").click();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  await page.getByTestId("finished").getByRole("button", { name: "Try it" }).click();
  await expect(page.getByLabel("Model")).toHaveValue(/^run-/);
  await page.reload();
  await expect(page.getByLabel("Model")).toContainText("micro en-fr, seed 1");
});

test("where there is no room beside the charts, the recipe folds above them while a run is on", async ({ fake: page, open }) => {
  await open("#/train", "slow");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  // Who has gone through the recipe sees the run begin all the same.
  await page.getByTestId("preflight").scrollIntoViewIfNeeded();
  await page.getByTestId("start").click();
  const [stats, seed, fold] = [page.getByTestId("stats"), page.getByRole("spinbutton", { name: "Seed" }), page.getByRole("button", { name: "Show it" })];
  await expect(stats).toBeVisible();
  if ((page.viewportSize()?.width ?? 0) >= 1024) {
    await expect(stats).toBeInViewport();
    await expect(seed).toBeVisible();
    await expect(fold).toBeHidden();
    return;
  }
  await expect(seed).toBeHidden();
  await expect(stats).toBeInViewport();
  const top = async (what: Locator) => (await what.boundingBox())?.y ?? NaN;
  expect(await top(page.getByRole("heading", { name: "Recipe", exact: true }))).toBeLessThan(await top(stats));
  await fold.click();
  await expect(seed).toBeVisible();
  await expect(seed).toBeDisabled();
  await page.getByRole("button", { name: "Fold it" }).click();
  await expect(seed).toBeHidden();
  await page.getByTestId("cancel").click();
  await expect(seed).toBeEnabled();
});

test("Train takes in a recipe from a file, and tells why one is refused", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("chooser").setInputFiles({ name: "none.json", mimeType: "application/json", buffer: Buffer.from("no recipe") });
  await expect(page.getByTestId("refused")).toContainText("Not imported:");
  await page.getByTestId("refused").getByRole("button", { name: "Dismiss" }).click();
  await page.getByTestId("chooser").setInputFiles({ name: "mine.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ version: 1, seed: 77 })) });
  await expect(page.getByRole("spinbutton", { name: "Seed" })).toHaveValue("77");
  await expect(page.getByTestId("refused")).toHaveCount(0);
});

test("once all its jobs are known, all tell how far the run is, another tab too, and never start over", async ({ fake: page, fakeSite, open, context }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  // Nothing was scored on this device yet.
  await expect(page.getByTestId("queue-total")).toHaveText("total < 10 s, and what is not measured yet");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  await page.reload();
  await expect(page.getByTestId("job").last().getByTestId("job-time")).toHaveText("< 10 s");
  await expect(page.getByTestId("queue-total")).toHaveText("total < 10 s");
  await page.evaluate(() => {
    const parts: number[] = [];
    Object.assign(globalThis, { parts });
    new MutationObserver(() => {
      const [, part] = /^(\d+)%/.exec(document.title) ?? [];
      if (part) parts.push(Number(part));
    }).observe(document.head, { childList: true, characterData: true, subtree: true });
  });
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "teacher");
  const left = page.getByTestId("left");
  await expect(left).toHaveText(/^(a few seconds|\d+ s) left in all$/);
  await expect(page.getByTestId("stats")).toContainText(/left for the teacher/);
  await page.getByTestId("pause").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  await expect(page.getByTestId("queue-total")).toHaveText(await left.innerText());
  const other = await context.newPage();
  await other.goto(`${fakeSite.url}?fake=ready#/`);
  const title = await page.title();
  await expect(other.getByTestId("far")).toHaveText(`It is ${title.split(" ", 1)[0]} done.`);
  await other.getByTestId("banner-other-tab").getByRole("link", { name: "Watch it" }).click();
  for (const place of ["left", "queue-total"]) await expect(other.getByTestId(place)).toHaveText(await left.innerText());
  await page.getByTestId("resume").click();
  await expect(other.getByTestId("far")).toHaveText(/^It is \d+% done, .+ left\.$/);
  await other.close();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  const parts = await page.evaluate(() => (globalThis as unknown as { parts: number[] }).parts);
  expect(parts.length).toBeGreaterThan(5);
  expect(parts).toEqual([...parts].sort((one, other) => one - other));
});

test("a run of one's own text carries its file", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByLabel("your file, two columns").check();
  await expect(page.getByText("Choose a file first.")).toBeVisible();
  const rows = Array.from({ length: 20 }, (_, index) => `a dog ${index}\tun chien ${index}\n`).join("");
  await page.getByLabel("File with two columns").setInputFiles({ name: "my, own: pairs.tsv", mimeType: "text/plain", buffer: Buffer.from(rows) });
  await expect(page.getByText(/^mine\.tsv: \d+ B$/)).toBeVisible();
  await expect(page.getByTestId("own-read")).toContainText("pairs to train on");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
});

test("one's own text that cannot be read is refused with a way on", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByLabel("your file, two columns").check();
  await page.getByLabel("File with two columns").setInputFiles({ name: "mine.tsv", mimeType: "text/plain", buffer: Buffer.from("one column\n") });
  const refused = page.getByTestId("own-refused");
  await expect(refused).toContainText("mine.tsv, line 1: expected 2 columns separated by a tab, found 1");
  const chooser = page.waitForEvent("filechooser");
  await refused.getByRole("button", { name: "Choose another file" }).click();
  await (await chooser).setFiles({ name: "mine.tsv", mimeType: "text/plain", buffer: Buffer.from("a dog\tun chien\n") });
  await expect(page.getByTestId("own-read")).toBeVisible();
});

test("cancelling before anything is trained leaves nothing", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "teacher");
  await page.getByTestId("dropped").getByText("Why some were dropped").click();
  await expect(page.getByTestId("dropped").getByRole("listitem")).toHaveText("500: the same pair again, such as “The dog sleeps.”");
  await expect(page.getByTestId("dropped").locator("[lang=en]")).toHaveText("The dog sleeps.");
  await page.getByTestId("cancel").click();
  await expect(page.getByTestId("start")).toBeVisible();
  await expect(page.getByTestId("runs")).toHaveCount(0);
});
