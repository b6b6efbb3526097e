/** The whole way by keys alone, on the real engine: swap a cell, train, pause, go on, and compare. */
import type { Locator, Page } from "@playwright/test";
import { expect, needsBuild, stepOf, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(600_000);

/** As a visitor does: Tab until it is there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 200; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target, "reached by Tab").toBeFocused();
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

test("cpu: a cell is swapped, micro is trained with a pause, and its nets are compared and looked into", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/?mix=teacher`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  const said = await page.getByTestId("teacher").innerText();
  const cell = (name: string) => page.getByRole("gridcell", { name });
  // Where nothing is to undo yet, Esc leaves the grid, too.
  await tabTo(page, page.locator("[role=grid] [tabindex='0']"));
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Undo" })).toBeFocused();
  await tabTo(page, cell("Encoder self, layer 1"));
  await page.keyboard.press("Space");
  await expect(cell("Encoder self, layer 1")).toContainText("ALR M");
  await expect(page.getByRole("status")).toContainText(/in your mix/);
  await page.keyboard.press("ArrowDown");
  await expect(cell("Encoder self, layer 2")).toBeFocused();
  await page.keyboard.press("3");
  for (const name of ["ALR", "M"]) await expect(page.getByRole("radio", { name, exact: true })).toBeChecked();
  await page.keyboard.press("Space");
  await expect(cell("Encoder self, layer 2")).toContainText("ALR M");
  await page.keyboard.press("a");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("a");
  await expect(page.getByTestId("mix")).toHaveText(said);
  await page.keyboard.press("Control+z");
  await expect(cell("Encoder self, layer 1")).toContainText("ALR M");
  const head = (role: "rowheader" | "columnheader", name: string) => page.getByRole(role, { name });
  for (const [key, place] of [
    ["End", cell("Cross, layer 1")], ["Home", head("rowheader", "All of layer 1")], ["Control+End", cell("Cross, layer 2")],
    ["Control+Home", head("columnheader", "All layers, Encoder self")], ["ArrowDown", cell("Encoder self, layer 1")],
  ] as const) {
    await page.keyboard.press(key);
    await expect(place).toBeFocused();
  }
  await page.keyboard.press("Enter");
  await expect(cell("Encoder self, layer 1")).not.toContainText("ALR");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Undo" })).toBeFocused();

  await press(page, page.getByRole("link", { name: "Train", exact: true }).first());
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await press(page, page.getByTestId("start"));
  await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 120_000 }).toBeGreaterThan(2);
  await press(page, page.getByTestId("pause"));
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  const step = await stepOf(page);
  await page.waitForTimeout(2_000);
  expect(await stepOf(page)).toBe(step);
  await press(page, page.getByTestId("resume"));
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 240_000 });

  await press(page, page.getByTestId("finished").getByRole("button", { name: "Try it" }));
  await expect(page.locator(".picker select")).toHaveValue(/^run-/);
  // The run was timed on this device.
  await expect(page.getByRole("link", { name: /^Score 100 sentences, (< )?\d/ })).toBeVisible();
  await press(page, page.getByRole("link", { name: "Compare", exact: true }).first());
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Compare");
  await expect(page.locator(".picker select")).toHaveValue(/^run-/);
  await press(page, page.getByTestId("score"));
  await expect(page.getByTestId("list-count")).toContainText("of 100 sentences", { timeout: 120_000 });
  await tabTo(page, page.getByRole("listbox"));
  await page.keyboard.press("ArrowDown");
  const chosen = await page.getByRole("option", { selected: true }).locator(".source").innerText();
  await expect(page.getByTestId("one-source")).toHaveText(chosen);
  await press(page, page.getByTestId("lens-open"));
  await tabTo(page, page.getByTestId("lens-map").first());
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("status")).toContainText(/ from .*: weight [\d.]+ %/);
});
