/** `SCREENSHOTS=DIR` writes every view at three widths, light and dark. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixtures.ts";
import { KEPT, keep } from "./kept.ts";

const DIR = process.env.SCREENSHOTS ?? "screenshots";
const SIZES = [[1440, 900], [768, 1024], [390, 844]] as const;
const VIEWS = ["try", "mix", "lens", "train", "training", "compare", "sentence", "runs", "differences", "board", "hub", "bench", "share", "shared"] as const;
const ROUTES = {
  try: "#/",
  mix: "#/?mix=enc%3Dalr-m%2Cself.1%3Dalr-m%2Ccross%3Dawr-m",
  lens: "#/?mix=enc%3Dalr-m%2Ccross%3Dawr-m",
  train: "#/train",
  training: "#/train",
  compare: "#/compare",
  sentence: "#/compare?sentence=7",
  runs: "#/runs",
  differences: "#/runs",
  board: "#/board",
  hub: "#/train",
  bench: "#/bench",
  share: "#/train",
  shared: "#/train",
} as const;

test.setTimeout(120_000);

for (const [width, height] of SIZES) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`${width} ${colorScheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme });
      for (const view of VIEWS) {
        test(view, async ({ fake: page, open }) => {
          mkdirSync(DIR, { recursive: true });
          await open(ROUTES[view]);
          await expect(page.getByTestId("pill")).toContainText("ready");
          if (view === "training") {
            await page.getByTestId("start").click();
            await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "nets", { timeout: 30_000 });
          }
          if (view === "compare" || view === "sentence") {
            await page.getByTestId("score").click();
            if (view === "compare") await expect(page.getByTestId("signature")).toContainText("attentionless:");
            else await expect(page.getByTestId("one-source")).toBeVisible();
          }
          if (view === "lens" || view === "sentence") {
            await page.getByTestId("lens-open").click();
            await expect(page.getByTestId("lens-map")).toHaveCount(3);
          }
          if (view === "runs" || view === "differences") {
            await keep(page);
            await page.reload();
            await expect(page.locator("[data-run]")).toHaveCount(KEPT.length);
            await expect(page.getByTestId("space")).toContainText("of the");
          }
          if (view === "differences") {
            for (const { name } of KEPT.slice(0, 3)) await page.getByRole("checkbox", { name: `Select ${name}` }).check();
            await page.getByTestId("compare-selected").click();
            await expect(page.getByTestId("differences")).toBeVisible();
          }
          if (view === "hub") {
            await page.getByLabel("a data set from its public home").check();
            await expect(page.getByTestId("hub-load")).toBeVisible();
          }
          if (view === "bench") {
            await page.getByTestId("bench-start").click();
            await expect(page.getByTestId("bench-said")).toContainText("measured.");
          }
          if (view === "share" || view === "shared") {
            await page.getByTestId("start").click();
            await page.getByTestId("finished").getByRole("link", { name: "Share" }).click({ timeout: 30_000 });
            await expect(page.getByTestId("share-link")).toHaveValue(/&f=1\./);
          }
          if (view === "shared") {
            const { hash } = new URL(await page.getByTestId("share-link").inputValue());
            await page.evaluate((hash) => (location.hash = hash), hash);
            await page.getByLabel("Compare with").selectOption({ index: 1 });
            await expect(page.getByTestId("verdict")).toBeVisible();
          }
          // Charts draw only while they are seen, and the bar is where the page is scrolled to.
          await page.evaluate(() => scrollTo(0, 0));
          await page.waitForTimeout(600);
          await page.screenshot({ path: join(DIR, `${view}-${width}-${colorScheme}.png`), fullPage: true });
        });
      }
    });
  }
}
