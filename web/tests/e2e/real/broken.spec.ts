/** A graphics adapter of which one kernel gives wrong numbers, as a faulty driver would: the self-test finds it. */
import type { Page } from "@playwright/test";
import { expect, expectDetails, needsBuild, stepOf, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(300_000);

/** The software adapter passes for a hardware one, which `auto` takes. */
const broken = (url: string, operation: string, route = "") => `${url}?hooks=hardware-adapter,wrong-${operation.replace("_", "-")}${route}`;

async function translated(page: Page, text: string): Promise<string[]> {
  await page.getByRole("textbox").fill(text);
  for (const pane of ["teacher", "mix"]) await expect(page.getByTestId(pane)).toHaveAttribute("data-source", text, { timeout: 60_000 });
  return Promise.all(["teacher", "mix"].map((pane) => page.getByTestId(pane).innerText()));
}

for (const operation of ["layer_norm", "attention"]) {
  test(`a wrong ${operation} is named, and the CPU translates and trains`, async ({ real: page, realSite }) => {
    const text = "The old man sees the small dog.";
    await page.goto(`${realSite.url}?device=cpu`);
    await expect(page.getByTestId("badge")).toHaveText("Live on your CPU", { timeout: 60_000 });
    await expect(page.getByTestId("banner-wrong")).toHaveCount(0);
    const expected = await translated(page, text);
    await page.goto(broken(realSite.url, operation));
    const banner = page.getByTestId("banner-wrong");
    await expect(banner).toContainText(`Your GPU gave wrong numbers in our check (${operation}). Using the CPU.`, { timeout: 150_000 });
    await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
    expect(await translated(page, text)).toEqual(expected);
    await expectDetails(banner, `of the same numbers, ${operation} made others on the GPU than on the CPU.`);
    await page.goto(broken(realSite.url, operation, "#/bench"));
    await expect(page.getByTestId("self-test")).toHaveText(`This is the CPU: your GPU gave wrong numbers in our check (${operation}).`, { timeout: 150_000 });
    await page.goto(broken(realSite.url, operation, "#/train"));
    await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 150_000 });
    await page.getByTestId("start").click();
    await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(3);
    await expect(page.getByTestId("stats")).toContainText("CPU");
    await page.getByTestId("cancel").click();
    await expect(page.getByTestId("start")).toBeVisible();
  });
}

test("who insists gets the GPU, with its wrong numbers", async ({ real: page, realSite }) => {
  await page.goto(broken(realSite.url, "layer_norm"));
  const banner = page.getByTestId("banner-wrong");
  await expect(banner).toBeVisible({ timeout: 150_000 });
  const text = "The old man sees the small dog.";
  const right = await translated(page, text);
  await banner.getByRole("button", { name: "Use the GPU anyway" }).click();
  await expect(page.getByTestId("badge")).not.toContainText("your CPU", { timeout: 150_000 });
  // Another one between, so that the last output is not taken for a new one.
  await translated(page, "The child sleeps.");
  expect(await translated(page, text)).not.toEqual(right);
});
