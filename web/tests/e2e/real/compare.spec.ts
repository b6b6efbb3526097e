/** Scores of the demo model, taken here. */
import { expect, needsBuild, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(360_000);

test("scored here, the demo model has its recorded figures, and its sentences stand beside their own translations", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/compare`);
  const row = page.getByTestId("scores").locator("[data-mix='teacher']");
  await expect(row).toContainText("recorded", { timeout: 60_000 });
  const recorded = await row.locator("td strong").first().innerText();
  await page.getByTestId("score").click();
  await expect(row).toContainText("scored here", { timeout: 300_000 });
  const bleu = Number(await row.locator("td strong").first().innerText());
  expect(Math.abs(bleu - Number(recorded))).toBeLessThan(0.06);
  // Were they out of step, hardly one would be its reference word by word.
  await expect(row.locator("td").nth(4)).toHaveText(/^[2-9]\d\.\d %$/);
});
