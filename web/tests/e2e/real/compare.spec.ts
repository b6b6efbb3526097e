/** Scores of the demo model, taken here. */
import { expect, needsBuild, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(360_000);

test("scored here, the demo model has its recorded figures, and its sentences stand beside their own translations", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/compare`);
  const row = page.getByTestId("scores").locator("[data-mix='teacher']");
  await expect(row).toContainText("recorded", { timeout: 60_000 });
  const recorded = await row.locator("td strong").first().innerText();
  // What the engine says of its own scores, without its version: what counted these is not known.
  await expect(page.getByTestId("signature")).toContainText("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp · ");
  await page.getByTestId("score").click();
  await expect(page.getByTestId("pill")).toContainText(/Scoring \d+%/);
  await expect(row).toContainText("scored here", { timeout: 300_000 });
  const bleu = Number(await row.locator("td strong").first().innerText());
  expect(Math.abs(bleu - Number(recorded))).toBeLessThan(0.06);
  await expect(page.getByTestId("signature")).toContainText("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|attentionless:");
  await expect(page.getByTestId("pill")).toContainText("ready");
  // The list and the sentence beside it have the same figures.
  const first = page.locator(".rows [role=option]").first();
  const mix = await first.locator(".marks").getAttribute("data-mix");
  const [listed, chrf] = (await first.locator(".wide").allTextContents()).map((text) => text.match(/[\d.]+$/)?.[0]);
  await first.click();
  await expect(page.locator(`dd[data-mix="${mix}"] + dd`)).toHaveText(`BLEU ${listed} · chrF ${chrf}`);
  // Were they out of step, hardly one would be its reference word by word.
  await expect(row.locator("td").nth(4)).toHaveText(/^[2-9]\d\.\d %$/);
  // One sentence by itself takes longer than its part of a batch, and says on what.
  await expect(page.getByTestId("timing")).toContainText("the median of 50 sentences translated one by one, after warm-ups, on CPU");
  await expect(row.locator("td").nth(6)).toHaveText(/^\d+\.\d$/);
});

test("what a mix says otherwise is marked by tokens, within words too, and without its marks the Transformer's text is left", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/compare?mix=enc%3Dalr-m`);
  await expect(page.getByTestId("scores").locator("[data-mix='enc=alr-m']")).toContainText("recorded", { timeout: 60_000 });
  await page.getByTestId("score").click();
  await page.getByLabel("changed only").check({ timeout: 200_000 });
  await page.locator(".rows [role=option]").first().click();
  const next = page.getByRole("button", { name: "Next" });
  const letters = (text: string) => text.replace(/\s/gu, "");
  let inWords = 0;
  for (let read = 0; read < 25; read++) {
    const found = await page.locator("dd[data-mix='enc=alr-m']").evaluate((text) => {
      const without = text.cloneNode(true) as HTMLElement;
      without.querySelectorAll("ins").forEach((inserted) => inserted.remove());
      const inWord = (part: Element) => {
        const before = document.createRange();
        before.setStart(text, 0);
        before.setEndBefore(part);
        // Between what is struck and what stands in its place, there is none either.
        return /\p{L}$/u.test(before.toString()) && /^\p{L}/u.test(part.textContent ?? "");
      };
      return {
        others: without.textContent ?? "",
        inWords: [...text.querySelectorAll("ins, del")].filter(inWord).length,
        confirmed: [...text.querySelectorAll("del .confirmed")].length,
      };
    });
    expect(letters(found.others)).toBe(letters(await page.locator("dd[data-mix='teacher']").innerText()));
    // What is struck is no word of the mix that the reference could confirm.
    expect(found.confirmed).toBe(0);
    inWords += found.inWords;
    await next.click();
  }
  expect(inWords).toBeGreaterThan(5);
});

/** What a row says, but for the time that it took. */
const FIGURES = [0, 2, 3, 4, 5, 7];

test("scored twice, a mix has the same figures, interval and verdict", async ({ real: page, realSite }) => {
  const found: string[][] = [];
  for (let time = 0; time < 2; time++) {
    await page.goto("about:blank");
    await page.goto(`${realSite.url}?device=cpu#/compare?mix=enc%3Dalr-m`);
    const row = page.getByTestId("scores").locator("[data-mix='enc=alr-m']");
    await expect(row).toContainText("recorded", { timeout: 60_000 });
    await page.getByTestId("score").click();
    await expect(row).toContainText("scored here", { timeout: 200_000 });
    // Known once the sentences are read.
    await expect(row.locator("td").nth(4)).toContainText("%");
    const cells = await row.locator("td").allInnerTexts();
    found.push(FIGURES.map((column) => cells[column]));
  }
  expect(found[1]).toEqual(found[0]);
  expect(found[0][0]).toMatch(/^\d+\.\d\d \d+\.\d\d–\d+\.\d\d$/);
  expect(found[0].at(-1)).toMatch(/(higher|lower|not.distinguishable) \[[−\d.]+,.[−\d.]+\]$/);
});
