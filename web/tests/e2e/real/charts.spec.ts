/** The charts of Train on the real engine: earlier runs behind, steps or time, one cursor for all of them. */
import { violations, widestOverflow } from "../axe.ts";
import { expect, finished, needsBuild, openTrain, shrink, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(240_000);

const SMALL = { "Training pairs": "150", "Vocabulary": "400", "Epochs of the teacher": "6", "Epochs of the nets": "2", "Sentences scored": "4" };

test("an earlier run is behind, in steps and in time, and one cursor is in all charts", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, SMALL);
  await page.getByTestId("start").click();
  await finished(page, 120_000);
  await expect(page.getByTestId("behind")).toHaveCount(0);
  await page.getByLabel("Seed", { exact: true }).fill("2");
  await page.getByLabel("Seed", { exact: true }).blur();
  await page.getByTestId("start").click();
  await expect(page.getByTestId("finished")).toHaveCount(0);
  await finished(page, 120_000);
  const behind = page.getByTestId("behind");
  await expect(behind).toBeChecked();
  await expect(page.getByRole("list", { name: "Behind, in grey" })).toHaveText(/micro en-fr, seed 1/);

  const [loss, rate, nets] = ["Loss (log)", "Learning rate", "Distillation error, Encoder self, ALR (MSE, log)"].map((title) =>
    page.getByTestId("chart").filter({ has: page.getByRole("heading", { name: title, exact: true }) }));
  await loss.locator(".u-over").hover();
  const said = await loss.getByTestId("cursor").textContent() ?? "";
  expect(said).toMatch(/^step \d+$/);
  for (const other of [rate, nets]) await expect(other.getByTestId("cursor")).toHaveText(said);
  await expect(rate.locator(".u-cursor-pt")).not.toHaveCount(0);
  await page.mouse.move(0, 0);
  await expect(rate.getByTestId("cursor")).toHaveText("");
  // By keys, as well.
  await rate.getByRole("figure").press("Home");
  await expect(loss.getByTestId("cursor")).toHaveText("step 1");
  await rate.getByRole("figure").press("ArrowRight");
  await expect(loss.getByTestId("cursor")).toHaveText(/^step [2-9]$/);

  await page.getByTestId("axis-time").check();
  await nets.getByRole("figure").press("End");
  await expect(nets.getByTestId("cursor")).toHaveText(/^after [\d.]+ s$/);
  await loss.getByRole("button", { name: "Show as table" }).click();
  const table = loss.getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText(["time", "train", "validation", "micro en-fr, seed 1, train"]);
  const times = (await table.locator("tbody tr td:first-child").allTextContents()).map((text) => Number(text.replace(/ s$/, "")));
  expect(times.length).toBeGreaterThan(2);
  // Rounded to what is shown, a validation may come at the same time as the step before it.
  expect(times.every((time, index) => time > 0 && (index === 0 || time >= times[index - 1]))).toBe(true);
  expect(times[times.length - 1]).toBeGreaterThan(times[0]);
  await expect(table.locator("tbody tr td:last-child").filter({ hasText: /\d/ })).not.toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  // A window that gets narrower, as a phone that is turned: charts go with it.
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(() => widestOverflow(page)).toBe(0);
  await behind.uncheck();
  await expect(table.getByRole("columnheader")).toHaveCount(3);

  // What one of them translates is compared from Runs.
  await page.goto(`${realSite.url}?device=cpu#/runs`);
  const translations = page.getByTestId("compare-translations");
  await expect(translations).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("checkbox", { name: "Select micro en-fr, seed 1" }).check();
  await translations.click();
  await expect(page.locator(".picker option:checked")).toHaveText("micro en-fr, seed 1", { timeout: 60_000 });
  await expect(page.getByTestId("scores").locator("[data-mix='enc=alr-m']")).toBeVisible();
});
