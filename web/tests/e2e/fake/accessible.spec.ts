/** axe on every view, light and dark; no sideways scroll; targets. */
import type { Page } from "@playwright/test";
import { LEAST_TOUCH, smallTargets, violations, widestOverflow } from "../axe.ts";
import { expect, test } from "../fixtures.ts";
import { KEPT, keep } from "../kept.ts";

async function openLens(page: Page): Promise<void> {
  const button = page.getByTestId("lens-open");
  // It stays open from one view to the next.
  if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
  await expect(page.getByTestId("lens-map")).toHaveCount(3);
}

async function measureAll(page: Page): Promise<void> {
  await page.getByTestId("bench-start").click();
  await expect(page.getByTestId("bench-said")).toContainText("measured.");
  await page.getByText("Operation by operation").click();
}

/** A run of the recipe that is shown, and what its link shows to who opens it. */
async function shareOne(page: Page): Promise<void> {
  await page.evaluate(() => (location.hash = "#/train"));
  await page.getByTestId("start").click();
  await page.getByTestId("finished").getByRole("link", { name: "Share" }).click({ timeout: 60_000 });
  const link = page.getByTestId("share-link");
  await expect(link).toHaveValue(/#\/share\?r=1\..+&f=1\./);
  expect(await violations(page)).toEqual([]);
  await page.evaluate((hash) => (location.hash = hash), new URL(await link.inputValue()).hash);
  await expect(page.getByTestId("share-start")).toHaveAttribute("aria-disabled", "false");
  await page.getByLabel("Compare with").selectOption({ index: 1 });
  await expect(page.getByTestId("verdict")).toHaveAttribute("data-verdict", "reproduced");
  const at = page.getByTestId("checkpoint-at");
  await page.getByTestId("checkpoints").focus();
  await page.keyboard.press("ArrowRight");
  await expect(at).toHaveText(/^step 1: \d\.\d{4} in the link, \d\.\d{4} here$/);
  await expect(page.locator("[role=status]")).toHaveText(await at.innerText());
  await page.keyboard.press("End");
  await expect(at).toHaveText(/^step 400: /);
  await page.getByText("Show as table").click();
}

async function show(page: Page, view: string): Promise<void> {
  await expect(page.getByTestId("pill")).toContainText("ready");
  if (view === "") await openLens(page);
  if (view === "train") {
    await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
    const groups = page.locator("details[data-testid^=nets-]");
    await groups.evaluateAll((all) => all.forEach((group) => group.setAttribute("open", "")));
    await expect(groups.locator("table").last()).toBeVisible();
    await page.getByLabel("a data set from its public home").check();
    await expect(page.getByTestId("hub-load")).toBeVisible();
  }
  if (view === "runs") {
    await keep(page);
    await page.reload();
    for (const { name } of KEPT.slice(0, 2)) await page.getByRole("checkbox", { name: `Select ${name}` }).check();
    await page.getByTestId("compare-selected").click();
    await page.getByRole("button", { name: `Export ${KEPT[0].name}` }).click();
    await expect(page.getByTestId("export")).toBeVisible();
    await page.getByRole("button", { name: `Delete ${KEPT[3].name}` }).click();
    await expect(page.getByTestId("undo")).toBeVisible();
    await page.getByRole("button", { name: `Rename ${KEPT[1].name}` }).click();
  }
  if (view === "bench") await measureAll(page);
  if (view === "share") await shareOne(page);
  if (view === "board") await expect(page.getByTestId("gaps").locator("[data-gap]").first()).toBeVisible();
  if (view !== "compare") return;
  await page.getByTestId("score").click();
  await expect(page.getByTestId("list-count")).toBeVisible();
  await page.locator(".rows [role=option]").first().click();
  await openLens(page);
}

for (const scheme of ["light", "dark"] as const) {
  for (const view of ["", "train", "compare", "runs", "board", "bench", "share"]) {
    test(`${view || "try"}, ${scheme}`, async ({ fake: page, open }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await open(view ? `#/${view}` : "#/?mix=enc%3Dalr-m%2Cself%3Dalr-m%2Ccross%3Dawr-m", view === "" ? "software" : "ready");
      if (view === "") await expect(page.getByTestId("badge")).toContainText("Live");
      await show(page, view);
      expect(await violations(page)).toEqual([]);
      expect(await widestOverflow(page)).toBe(0);
      if (view !== "compare") return;
      await page.getByTestId("lens-tables").click();
      await expect(page.getByTestId("lens-table")).toHaveCount(3);
      expect(await violations(page)).toEqual([]);
      expect(await widestOverflow(page)).toBe(0);
    });
  }

  test(`the tour and the frame, ${scheme}`, async ({ fake: page, open, fakeSite }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open("#/");
    await page.getByTestId("tour-begin").click();
    await expect(page.getByTestId("tour")).toBeVisible();
    expect(await violations(page)).toEqual([]);
    expect(await widestOverflow(page)).toBe(0);
    await page.goto(`${fakeSite.url}?fake=ready&embed#/?mix=enc%3Dalr-m`);
    await expect(page.getByTestId("badge")).toContainText("Live");
    await openLens(page);
    expect(await violations(page)).toEqual([]);
    expect(await widestOverflow(page)).toBe(0);
  });
}

test("nothing scrolls sideways at 320 px, and all targets are at least 24 px", async ({ fake: page, open }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  for (const view of ["", "train", "compare", "runs", "board", "bench", "share"]) {
    await open(`#/${view}`);
    await show(page, view);
    expect(await widestOverflow(page), view).toBeLessThanOrEqual(0);
    expect(await smallTargets(page), view).toEqual([]);
  }
});

test("all targets are at least 44 px on a phone, but for links within sentences", async ({ fake: page, open }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const view of ["", "train", "compare", "runs", "board", "bench", "share"]) {
    await open(`#/${view}`);
    await show(page, view);
    expect(await smallTargets(page, LEAST_TOUCH), view).toEqual([]);
  }
});

test("a target that is too small for a finger is found: the test above can fail", async ({ fake: page, open }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open("#/bench");
  await expect(page.getByTestId("bench-start")).toBeVisible();
  expect(await smallTargets(page, LEAST_TOUCH)).toEqual([]);
  await page.addStyleTag({ content: "[data-testid=bench-start] { min-height: 40px !important; height: 40px; }" });
  expect(await smallTargets(page, LEAST_TOUCH)).toEqual([expect.stringContaining("x40")]);
});

/** What of the focused element the bars above and below leave in sight; null where it is in one of them. */
async function focusInSight(page: Page): Promise<{ name: string; seen: boolean } | null> {
  return page.evaluate(() => {
    const [focused, bar, top] = [document.activeElement, document.querySelector(".go"), document.querySelector(".top")];
    if (!focused || !bar || !top || focused === document.body || bar.contains(focused) || focused.closest(".top, .bottom, .skip")) return null;
    const [box, from, to] = [focused.getBoundingClientRect(), top.getBoundingClientRect().bottom, bar.getBoundingClientRect().top];
    // What is higher than the room between them is seen in part.
    const whole = box.top >= from - 1 && box.bottom <= to + 1;
    return { name: focused.outerHTML.slice(0, 100), seen: box.height > to - from ? box.top < to && box.bottom > from : whole };
  });
}

for (const [what, route, script] of [["alone", "#/train", "ready"], ["with a reason above it", "#/train?net=enc.1%3Dalr-xl&from=demo", "tiny-gpu"]]) {
  test(`the keys take the focus to nothing that Start's bar covers: ${what}`, async ({ fake: page, open }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(route, script);
    await expect(page.getByTestId("preflight")).toBeVisible();
    if (script === "tiny-gpu") await expect(page.getByTestId("too-large")).toBeVisible();
    await page.getByRole("heading", { level: 1 }).focus();
    const covered: string[] = [];
    let seen = 0;
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press("Tab");
      const focused = await focusInSight(page);
      if (focused?.seen) seen += 1;
      else if (focused) covered.push(focused.name);
    }
    expect(covered).toEqual([]);
    expect(seen).toBeGreaterThan(20);
  });
}

const STATES = {
  "no-webgpu": { route: "#/", shown: "banner-no-gpu" },
  wrong: { route: "#/", shown: "banner-wrong" },
  failed: { route: "#/", shown: "banner-failed" },
  "no-pack": { route: "#/", shown: "model-error" },
  crash: { route: "#/train", shown: "banner-crashed" },
  nan: { route: "#/train", shown: "stopped" },
  oom: { route: "#/train", shown: "stopped" },
  lost: { route: "#/train", shown: "recovered" },
  ready: { route: "#/train", shown: "stats" },
} as const;

for (const [script, { route, shown }] of Object.entries(STATES)) {
  test(`${script}: ${shown}`, async ({ fake: page, open }) => {
    await open(route, script);
    if (route === "#/train") {
      await show(page, "train");
      await page.getByLabel("everyday, made by").check();
      await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
      await page.getByTestId("start").click();
    }
    await expect(page.getByTestId(shown)).toBeVisible();
    if ((page.viewportSize()?.width ?? 0) < 768) expect(await smallTargets(page, LEAST_TOUCH)).toEqual([]);
    if (script === "ready") await expect(page.getByTestId("sample")).toBeVisible();
    expect(await violations(page)).toEqual([]);
    expect(await widestOverflow(page)).toBe(0);
  });
}
