/** What the engine refuses of a recipe, told beside Start; and tables that are wider than a phone. */
import { violations, widestOverflow } from "../axe.ts";
import { expect, needsBuild, openTrain, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(120_000);

test("a setting that is refused is told beside Start, which leads to it", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await expect(page.getByTestId("preset-hint")).toContainText("too small to translate");
  await page.getByText("More settings").click();
  const heads = page.getByLabel("Heads", { exact: true });
  await heads.fill("5");
  await heads.blur();
  await page.getByText("More settings").click();
  const error = page.getByTestId("recipe-error");
  await expect(error).toContainText(/`model\.heads` is 5; it has to divide model\.d_model/);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByTestId("start")).toHaveAccessibleDescription(/model\.heads/);
  for (const width of [1440, 390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await expect(error).toBeInViewport();
    await expect(page.getByTestId("start")).toBeInViewport();
    expect(await widestOverflow(page)).toBe(0);
  }
  expect(await violations(page)).toEqual([]);
  await error.getByRole("button", { name: "Go to Heads" }).click();
  await expect(heads).toBeFocused();
  await expect(heads).toHaveAttribute("aria-invalid", "true");
  await heads.fill("4");
  await heads.blur();
  await expect(error).toHaveCount(0);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByRole("combobox", { name: /^Preset/ }).selectOption("tiny");
  await expect(page.getByTestId("preset-hint")).toHaveCount(0);
});

test("on a phone the largest sizes of the Board are reached by keys", async ({ real: page, realSite }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${realSite.url}?device=cpu#/board`);
  const table = page.getByTestId("gaps");
  await expect(table).toBeVisible({ timeout: 60_000 });
  const largest = table.getByRole("columnheader", { name: "XL", exact: true });
  const region = page.getByRole("region").filter({ has: table }).last();
  await largest.scrollIntoViewIfNeeded();
  await region.evaluate((element) => (element.scrollLeft = 0));
  await expect(largest).not.toBeInViewport();
  await region.focus();
  await page.keyboard.press("End");
  for (let press = 0; press < 20; press++) await page.keyboard.press("ArrowRight");
  await largest.evaluate((element) => window.scrollBy(0, element.getBoundingClientRect().top - 300));
  await expect(largest).toBeInViewport();
});
