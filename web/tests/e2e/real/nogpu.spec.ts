/** A browser without WebGPU: the CPU does everything, and the page says why. */
import { expect, needsBuild, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(120_000);

test("says why, translates on the CPU, tells a measured speed, and checks again", async ({ real: page, realSite }) => {
  await page.goto(realSite.url);
  const banner = page.getByTestId("banner-no-gpu");
  await expect(banner).toContainText(/No WebGPU here: (no graphics adapter was offered|this browser has no WebGPU)\. Running on your CPU/, { timeout: 60_000 });
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
  await expect(banner).toContainText(/training runs at [\d,]+ tokens a second \(measured\)\./, { timeout: 60_000 });
  await banner.getByRole("button", { name: "Check again" }).click();
  await expect(banner).toBeVisible();
  await page.getByRole("textbox").fill("The dog sleeps.");
  await expect(page.getByTestId("field-line")).toContainText("tokens.");
  for (const pane of ["teacher", "mix"]) {
    await expect(page.getByTestId(pane)).toHaveAttribute("data-source", "The dog sleeps.", { timeout: 30_000 });
    await expect(page.getByTestId(pane)).not.toBeEmpty();
  }
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
});
