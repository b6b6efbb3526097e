/** The lens on the demo model: what the engine says adds up, at every attention, in Try and in Compare. */
import type { Page } from "@playwright/test";
import { expect, needsBuild, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(240_000);

/** The rows of a table of the lens, in per cent; null where an output cannot see an input. */
async function table(page: Page, map: string): Promise<(number | null)[][]> {
  const rows = await page.locator(`[data-testid='lens-table'][data-map='${map}'] tbody tr`).all();
  return Promise.all(rows.map(async (row) => (await row.locator("td").allInnerTexts()).map((text) => (text === "–" ? null : Number(text)))));
}

for (const device of ["cpu", "wgpu"] as const) {
  test(`${device}: three maps and tables of every attention`, async ({ real: page, realSite }) => {
    await page.goto(`${realSite.url}?device=${device}#/?mix=enc%3Dalr-m%2Cself%3Duniform%2Ccross%3Duniform&text=The%20dog%20sleeps.`);
    await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
    await page.getByTestId("lens-open").click();
    for (const site of device === "cpu" ? ["enc", "self", "cross"] : ["enc"]) {
      await page.locator(".controls").getByLabel("Attention", { exact: true }).selectOption(site);
      await expect(page.getByTestId("lens-maps")).toHaveAttribute("data-place", `${site}.1`, { timeout: 60_000 });
      await expect(page.getByTestId("lens-map")).toHaveCount(3);
      await page.getByTestId("lens-tables").click();
      await expect(page.getByTestId("lens-table")).toHaveCount(3);
      const [attention, teacher, mix] = [await table(page, "attention"), await table(page, "teacher"), await table(page, "mix")];
      for (const map of [attention, teacher, mix]) {
        expect(map.length).toBeGreaterThan(2);
        for (const [output, row] of map.entries()) {
          expect(row.reduce<number>((sum, share) => sum + (share ?? 0), 0), `${site} ${output}`).toBeCloseTo(100, 0);
          expect(row.filter((share) => share === null)).toHaveLength(site === "self" ? row.length - output - 1 : 0);
        }
      }
      expect(mix).not.toEqual(teacher);
      expect(attention).not.toEqual(teacher);
      await page.getByTestId("lens-tables").click();
    }
  });
}

test("cpu: the figure of how it works is the sentence that was typed", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/?text=The%20dog%20sleeps.`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  await page.getByRole("region", { name: "How it works" }).getByRole("figure").first().scrollIntoViewIfNeeded();
  const own = page.getByTestId("own-attention");
  await expect(own).toHaveAccessibleName(/of: The dog sleeps\. The takes most from /, { timeout: 60_000 });
  const words = await own.locator("text[lang=en]").count();
  expect(words).toBeGreaterThan(2);
  await expect(own.locator("line")).toHaveCount(words ** 2);
});

test("cpu: in Compare the diff has ins and del, texts have their language, and the lens opens on the sentence", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/compare?mix=enc%3Dalr-m%20enc%3Dnone`);
  await expect(page.getByTestId("score")).toBeEnabled({ timeout: 60_000 });
  await page.getByTestId("score").click();
  await expect(page.getByTestId("list-count")).toBeVisible({ timeout: 200_000 });
  await page.getByLabel("Compare with the Transformer").selectOption("enc=none");
  await page.locator(".rows [role=option]").first().click();
  const said = page.locator("dd[data-mix='enc=none']");
  await expect(said).toHaveAttribute("lang", "fr");
  await expect(page.getByTestId("one-source")).toHaveAttribute("lang", "en");
  await expect(said.locator("ins").first()).toBeVisible();
  await expect(said.locator("del").first()).toBeVisible();
  await expect(said.locator("ins").first()).toHaveCSS("text-decoration-line", "underline");
  await expect(said.locator("del").first()).toHaveCSS("text-decoration-line", "line-through");
  await page.getByTestId("lens-open").click();
  await expect(page.getByTestId("lens-map")).toHaveCount(3, { timeout: 60_000 });
  await expect(page.getByTestId("lens-spearman")).toContainText(/mean of \d+ rows/);
});
