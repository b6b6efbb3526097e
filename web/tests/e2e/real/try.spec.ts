/** The demo model, live. */
import { expect, needsBuild, test } from "./helpers.ts";
import { folder, serve } from "../server.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(120_000);

for (const device of ["cpu", "wgpu"] as const) {
  test(`${device}: translates without a click, then what is typed`, async ({ real: page, realSite }) => {
    await page.goto(`${realSite.url}?device=${device}`);
    await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
    await expect(page.getByTestId("teacher")).not.toBeEmpty();
    await expect(page.getByTestId("mix")).not.toBeEmpty();
    await page.getByRole("textbox").fill("The dog sleeps.");
    for (const pane of ["teacher", "mix"]) {
      await expect(page.getByTestId(pane)).toHaveAttribute("data-source", "The dog sleeps.", { timeout: 30_000 });
      await expect(page.getByTestId(pane)).not.toBeEmpty();
    }
    await expect(page.getByTestId("parameters")).toContainText(/[\d,]+ → [\d,]+/);
  });
}

test("names unknown words, and draws held-out sentences", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  await page.getByRole("textbox").fill("The zyzzyva sleeps.");
  await expect(page.getByTestId("field-line")).toContainText(/this model never saw: .*zyzzyva/);
  await expect(page.getByTestId("field-line").locator("[lang=en]")).toContainText("zyzzyva");
  await expect(page.locator(".mirror .unknown")).toHaveText(["zyzzyva"]);
  expect(await page.locator(".mirror .unknown").evaluate((word) => getComputedStyle(word).textDecorationStyle)).toBe("dotted");
  await page.getByRole("button", { name: "New sentence" }).click();
  await expect(page.getByTestId("reference")).not.toBeEmpty();
  await expect(page.getByTestId("field-line")).not.toContainText("zyzzyva");
});

test("of a sentence that is too long the rest is grey; without one the last output stays", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  const [box, line, teacher] = [page.getByRole("textbox"), page.getByTestId("field-line"), page.getByTestId("teacher")];
  await box.fill("The old man sees the dog and ".repeat(8).trim());
  await expect(line).toHaveText(/^\d+ tokens; this model reads \d+\. The grey part is not translated\.$/);
  const [, tokens, most] = /(\d+) tokens; this model reads (\d+)/.exec(await line.innerText()) ?? [];
  expect(Number(tokens)).toBeGreaterThan(Number(most));
  const unread = await page.locator(".mirror .unread").count();
  expect(unread).toBeGreaterThan(0);
  expect(unread).toBeLessThan(56);
  await box.fill("The dog sleeps.");
  await expect(teacher).toHaveAttribute("data-source", "The dog sleeps.", { timeout: 30_000 });
  await expect(page.locator(".mirror .unread")).toHaveCount(0);
  const said = await teacher.innerText();
  await box.fill("");
  await expect(line).toHaveText("Type a sentence to translate it; the last one stays.");
  await page.waitForTimeout(500);
  await expect(teacher).toHaveText(said);
});

test("the cells' parameters are those that the mix has put in", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/?mix=enc%3Dalr-m%2Ccross%3Dawr-s`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  const cells = page.getByRole("gridcell", { name: /^(Encoder self|Cross), layer \d: A[LW]R [MS], [\d,]+ parameters$/ });
  await expect(cells).toHaveCount(4);
  const counts = await cells.evaluateAll((all) => all.map((cell) => Number(/([\d,]+) parameters$/.exec(cell.getAttribute("aria-label") ?? "")?.[1].replaceAll(",", ""))));
  const sum = counts.reduce((total, count) => total + count, 0);
  await expect(page.getByRole("region", { name: "What changed" })).toContainText(`put in ${sum.toLocaleString("en-US")}`);
  await page.getByRole("radio", { name: "ASLR", exact: true }).check({ force: true });
  await expect(page.getByRole("group", { name: "Size", exact: true })).toContainText("XL: same as L.");
});

test("one cell changes the mix alone; again, and the teacher's output is back exactly", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/?mix=teacher`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  const [teacher, mix] = [page.getByTestId("teacher"), page.getByTestId("mix")];
  const said = await teacher.innerText();
  await expect(mix).toHaveText(said);
  await page.getByRole("radio", { name: "Nothing" }).check({ force: true });
  // The one that no sentence does without.
  const cell = page.getByRole("gridcell", { name: "Encoder self, layer 1" });
  await cell.click();
  await expect(page.getByRole("status")).toContainText(/\d+ words? changed in your mix/);
  await expect(teacher).toHaveText(said);
  await cell.click();
  await expect(mix).toHaveText(said);
});

test("a link in a new tab gives the same board and sentence", async ({ real: page, realSite, context }) => {
  await page.goto(`${realSite.url}?device=cpu#/?mix=enc%3Dnone&text=The%20dog%20sleeps.`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  const said = await page.getByTestId("mix").innerText();
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  await expect(other.getByTestId("mix")).toHaveText(said);
  await expect(other.getByRole("gridcell", { name: "Encoder self, layer 1" })).toContainText("Nothing");
});

test("works below a path", async ({ page }) => {
  const site = await serve(folder("dist"), "/some/where/");
  await page.goto(`${site.url}?device=cpu`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  site.close();
});

test("with engine and pack blocked, five recorded examples are there within a second, and stay", async ({ real: page, realSite }) => {
  await page.route(/\.wasm|\.safetensors/, (route) => route.abort());
  await page.addInitScript(() => {
    const look = () => {
      const told = document.querySelector(".badge")?.textContent?.trim() === "Recorded";
      if (!told || document.querySelectorAll("[data-example]").length < 5) return;
      Object.assign(globalThis, { recordedAt: performance.now() });
      observer.disconnect();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
  });
  await page.goto(realSite.url);
  expect(await page.evaluate(() => (globalThis as unknown as { recordedAt: number }).recordedAt)).toBeLessThan(1_000);
  await expect(page.getByRole("button", { name: /^Example \d$/ })).toHaveCount(5);
  await expect(page.getByTestId("banner-failed")).toContainText("The engine did not arrive (network). Recorded examples still work.", { timeout: 20_000 });
  await expect(page.getByTestId("badge")).toHaveText("Recorded");
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
});

test("of what is typed fast, only the last text's output is shown", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  const box = page.getByRole("textbox");
  const first = await box.inputValue();
  const typed = "The man reads the old book.";
  await page.evaluate(() => {
    const shown: string[] = [];
    Object.assign(globalThis, { shown });
    const note = () => document.querySelectorAll<HTMLElement>("[data-testid='teacher'], [data-testid='mix']").forEach(({ dataset }) => shown.push(dataset.source ?? ""));
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ["data-source"] });
  });
  await box.fill("");
  await box.pressSequentially(typed, { delay: 20 });
  for (const pane of ["teacher", "mix"]) await expect(page.getByTestId(pane)).toHaveAttribute("data-source", typed, { timeout: 30_000 });
  const shown = await page.evaluate(() => [...new Set((globalThis as unknown as { shown: string[] }).shown)]);
  expect(shown.filter((source) => source !== first)).toEqual([typed]);
});

test("an untrained cell leads to Train with just that net", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/?mix=teacher`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  await page.getByRole("radio", { name: "XL", exact: true }).check({ force: true });
  await page.getByRole("gridcell", { name: "Encoder self, layer 2" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Train your own");
  const chosen = (size: string) => page.getByTestId(`net-enc-alr-${size}`).getByRole("checkbox");
  await expect(chosen("xl")).toBeChecked();
  for (const size of ["xs", "s", "m", "l"]) await expect(chosen(size)).not.toBeChecked();
  await expect(page.getByText("Each in layer 2 only.")).toBeVisible();
});

test("no view asks another origin for anything, and all of them work below the same address", async ({ real: page, realSite }) => {
  for (const [path, title] of [["", "Translation without attention"], ["train", "Train your own"], ["compare", "Compare"], ["runs", "Runs"], ["board", "BLEU by size"], ["bench", "What this device can do"]]) {
    await page.goto(`${realSite.url}?device=cpu#/${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page.getByTestId("pill")).toContainText("ready", { timeout: 60_000 });
  }
});

test("links that are damaged or of a later version say so, and start nothing", async ({ real: page, realSite }) => {
  for (const [link, words] of [["1.abc", "This link is incomplete: its check sum does not fit."], ["2.abc", "This link needs recipe version 2; this page knows up to 1."]]) {
    await page.goto("about:blank");
    await page.goto(`${realSite.url}?device=cpu#/train?r=${link}`);
    await expect(page.getByTestId("link-error")).toContainText(words, { timeout: 60_000 });
  }
  await expect(page.getByRole("button", { name: "Reload for an update" })).toBeVisible();
  await expect(page.getByTestId("stats")).toHaveCount(0);
});
