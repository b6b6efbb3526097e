/** Every view with what the engine puts in it: axe, light and dark, at every width; no sideways scroll; targets. */
import type { Page } from "@playwright/test";
import { LEAST_TARGET, LEAST_TOUCH, smallTargets, violations, widestOverflow } from "../axe.ts";
import { KEPT, keep } from "../kept.ts";
import { expect, finished, needsBuild, shrink, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(300_000);

const WIDTHS = [1440, 768, 390, 320];
const SMALL = { "Training pairs": "300", Vocabulary: "400", "Epochs of the teacher": "4", "Epochs of the nets": "1", "Sentences scored": "4" };

async function begin(page: Page): Promise<void> {
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await shrink(page, SMALL);
  await page.getByTestId("start").click();
}

/** Some weeks of use. */
async function filled(page: Page): Promise<void> {
  await keep(page);
  await page.reload();
  await expect(page.getByTestId("pill")).toContainText("ready", { timeout: 60_000 });
}

const VIEWS: Record<string, { route: string; show: (page: Page) => Promise<void> }> = {
  Try: {
    route: "#/?mix=enc%3Dalr-m%2Ccross%3Duniform",
    show: async (page) => {
      await page.getByTestId("lens-open").click();
      await expect(page.getByTestId("lens-map")).toHaveCount(3, { timeout: 60_000 });
    },
  },
  Train: {
    route: "#/train",
    show: async (page) => {
      await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
      await page.locator("details[data-testid^=nets-]").evaluateAll((all) => all.forEach((group) => group.setAttribute("open", "")));
      await expect(page.getByTestId("preflight")).toBeVisible();
    },
  },
  "Train, at work": {
    route: "#/train",
    show: async (page) => {
      await begin(page);
      await expect(page.getByTestId("stats")).toHaveAttribute("data-step", /^[1-9]/, { timeout: 60_000 });
      await page.getByTestId("pause").click();
      await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
    },
  },
  Share: {
    route: "#/train",
    show: async (page) => {
      await begin(page);
      await finished(page, 120_000);
      await page.getByTestId("finished").getByRole("link", { name: "Share" }).click();
      await expect(page.getByTestId("share-link")).toHaveValue(/&f=1\./);
    },
  },
  Compare: { route: "#/compare?mix=enc%3Dalr-m", show: (page) => expect(page.getByTestId("scores").locator("[data-mix='enc=alr-m']")).toContainText("recorded") },
  "Compare, scored": {
    route: "#/compare?mix=enc%3Dalr-m",
    show: async (page) => {
      await page.getByTestId("score").click();
      await expect(page.getByTestId("scores").locator("[data-mix='enc=alr-m']")).toContainText("scored here", { timeout: 200_000 });
      await page.getByLabel("changed only").check();
      await page.locator(".rows [role=option]").first().click();
      await expect(page.locator("dd[data-mix='enc=alr-m'] ins").first()).toBeVisible();
    },
  },
  Runs: { route: "#/runs", show: (page) => expect(page.getByTestId("runs-empty")).toBeVisible() },
  "Runs, filled": {
    route: "#/runs",
    show: async (page) => {
      await filled(page);
      await expect(page.locator("[data-run]")).toHaveCount(KEPT.length);
      for (const { name } of KEPT.slice(0, 3)) await page.getByRole("checkbox", { name: `Select ${name}` }).check();
      await page.getByTestId("compare-selected").click();
      await expect(page.getByTestId("differences")).toBeVisible();
    },
  },
  "Board, filled": {
    route: "#/board",
    show: async (page) => {
      await filled(page);
      await expect(page.getByTestId("gaps").locator("[data-gap]").first()).toBeVisible({ timeout: 30_000 });
    },
  },
  Board: { route: "#/board", show: (page) => expect(page.getByTestId("gaps").locator("[data-gap]").first()).toBeVisible({ timeout: 30_000 }) },
  Bench: { route: "#/bench", show: (page) => expect(page.getByTestId("bench-start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 }) },
  embedded: { route: "&embed#/", show: (page) => expect(page.getByTestId("embed-own")).toBeVisible() },
};

for (const [view, { route, show }] of Object.entries(VIEWS)) {
  test(`${view}: axe finds nothing, nothing scrolls sideways, and all targets can be hit`, async ({ real: page, realSite }) => {
    await page.goto(`${realSite.url}?device=cpu${route}`);
    if (view === "embedded" || view === "Try") await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
    else await expect(page.getByTestId("pill")).toContainText("ready", { timeout: 60_000 });
    await show(page);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ["light", "dark"] as const) {
        // Colours that are on their way from one theme to the other are nobody's.
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        expect(await violations(page), `${width} ${colorScheme}`).toEqual([]);
      }
      expect(await widestOverflow(page), `${width}`).toBeLessThanOrEqual(0);
      expect(await smallTargets(page, width < 768 ? LEAST_TOUCH : LEAST_TARGET), `${width}`).toEqual([]);
    }
  });
}
