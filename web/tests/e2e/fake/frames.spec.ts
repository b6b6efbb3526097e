/** Try inside the frame of another page, and the tour. */
import { expect, test } from "../fixtures.ts";

test("the embed code shows Try alone, as it is", async ({ fake: page, open, fakeSite, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open("#/?mix=enc%3Dnone&text=We%20do%20not%20want%20the%20book.");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await page.getByRole("button", { name: "Copy embed code" }).click();
  await expect(page.getByRole("button", { name: "Embed code copied" })).toBeVisible();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  expect(code).toMatch(/^<iframe src="[^"]+" title="Translation without attention"/);
  // Another page of the same server, which has no policy of its own.
  await page.route(`${fakeSite.url}lesson.html`, (route) => route.fulfill({ contentType: "text/html", body: `<!doctype html><html lang="en"><title>Lesson</title>${code}` }));
  await page.goto(`${fakeSite.url}lesson.html`);
  const frame = page.frameLocator("iframe");
  await expect(frame.getByTestId("badge")).toContainText("Live");
  await expect(frame.getByRole("textbox", { name: "Sentence in English" })).toHaveValue("We do not want the book.");
  await expect(frame.getByRole("gridcell", { name: "Encoder self, layer 1" })).toContainText("Nothing");
  await expect(frame.getByRole("navigation")).toHaveCount(0);
  await expect(frame.getByRole("link", { name: "Train your own" })).toHaveCount(0);
  await expect(frame.getByRole("button", { name: "Copy embed code" })).toHaveCount(0);
});

test("what is another view opens in a page of its own", async ({ fake: page, fakeSite, context }) => {
  await page.goto(`${fakeSite.url}?fake=ready&embed#/train`);
  await expect(page.getByTestId("badge")).toContainText("Live");
  const opened = async (act: () => Promise<void>) => {
    const [other] = await Promise.all([context.waitForEvent("page"), act()]);
    const url = other.url();
    await other.close();
    return url;
  };
  expect(await opened(() => page.getByTestId("embed-own").click())).toContain("?fake=ready#/?mix=enc%3Dalr-m");
  expect(await opened(() => page.getByRole("link", { name: "Score 60 sentences" }).click())).toContain("?fake=ready#/compare?mix=");
  await page.getByRole("radio", { name: "L", exact: true }).check({ force: true });
  expect(await opened(() => page.getByRole("gridcell", { name: "Encoder self, layer 1" }).click())).toContain("?fake=ready#/train?net=enc.1%3Dalr-l");
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
});

test("the tour goes on by keys, can be ended, and is remembered", async ({ fake: page, open }) => {
  await open("#/");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await expect(page.getByTestId("tour")).toHaveCount(0);
  const begin = page.getByTestId("tour-begin");
  await expect(begin).toHaveText("Tour: 6 steps");
  await begin.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "A sentence and its translations" })).toBeFocused();
  await expect(page.locator("[data-toured]")).toHaveAttribute("data-tour", "source");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("heading", { name: "Take attention away" })).toBeFocused();
  await expect(page.locator("[data-toured]")).toHaveAttribute("data-tour", "board");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByTestId("tour")).toContainText("Step 3 of 6");
  // The page stays in use.
  await page.getByRole("gridcell", { name: "Encoder self, layer 1" }).click();
  await expect(page.getByTestId("tour")).toContainText("Step 3 of 6");
  await page.getByRole("heading", { name: "See what it costs" }).focus();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("tour")).toHaveCount(0);
  await expect(begin).toBeFocused();
  await page.reload();
  await expect(begin).toHaveText("Go on with the tour: 3 of 6");
  await begin.click();
  for (let step = 3; step < 6; step++) await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByRole("heading", { name: "Train your own" })).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();
  await page.reload();
  await expect(begin).toHaveText("Tour");
});
