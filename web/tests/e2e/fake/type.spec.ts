/** The page's letters have four sizes. */
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { KEPT, keep } from "../kept.ts";

const SIZES = [13, 16, 20, 28];

/** Sizes that are none of those, with words that have them. Drawings that scale with their place measure by their own pixels. */
function others(page: Page): Promise<string[]> {
  return page.evaluate((sizes) => {
    const found = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? "";
      if (!element || text === "" || element.closest("script, style, noscript")) continue;
      const svg = element.closest("svg[viewBox]") as SVGSVGElement | null;
      if (svg && Math.abs(svg.viewBox.baseVal.width - svg.clientWidth) > 1) continue;
      const size = parseFloat(getComputedStyle(element).fontSize);
      if (!sizes.includes(size)) found.add(`${size}px: ${text.slice(0, 30)}`);
    }
    for (const field of document.querySelectorAll("input, select, textarea, button")) {
      const size = parseFloat(getComputedStyle(field).fontSize);
      if (!sizes.includes(size)) found.add(`${size}px: ${field.outerHTML.slice(0, 60)}`);
    }
    return [...found];
  }, SIZES);
}

test("letters are of 13, 16, 20 and 28 px in every view", async ({ fake: page, open }) => {
  for (const route of ["#/?mix=enc%3Dalr-m", "#/train", "#/compare", "#/board", "#/bench", "#/share"]) {
    await open(route);
    await expect(page.getByTestId("pill")).toContainText("ready");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(300);
    expect(await others(page), route).toEqual([]);
  }
  await open("#/?mix=enc%3Dalr-m");
  await expect(page.getByTestId("pill")).toContainText("ready");
  await page.getByTestId("lens-open").click();
  await expect(page.getByTestId("lens-map")).toHaveCount(3);
  expect(await others(page), "lens").toEqual([]);
  await open("#/compare");
  await page.getByTestId("score").click();
  await expect(page.getByTestId("signature")).toContainText("attentionless:");
  expect(await others(page), "scored").toEqual([]);
  await open("#/runs");
  await keep(page);
  await page.reload();
  await expect(page.locator("[data-run]")).toHaveCount(KEPT.length);
  expect(await others(page), "runs").toEqual([]);
});

test("letters are of these sizes while a run is on and after it", async ({ fake: page, open }) => {
  await open("#/train");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toBeVisible();
  expect(await others(page)).toEqual([]);
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  expect(await others(page)).toEqual([]);
});
