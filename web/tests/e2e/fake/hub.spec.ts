/** Data sets from their public homes: what the page shows of them. The real engine's tests have what comes. */
import { expect, test } from "../fixtures.ts";

const HOME = "https://huggingface.co/datasets/example/resolve/main/en-fr.zip";

test("names host, size and licence, and asks for nothing before its button is pressed", async ({ page, fakeSite }) => {
  const asked: string[] = [];
  await page.route(/^https:/, async (route) => {
    asked.push(route.request().url());
    await route.fulfill({ status: 200, headers: { "access-control-allow-origin": "*" }, body: "PK and so on" });
  });
  await page.goto(`${fakeSite.url}?fake=ready#/train`);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByLabel("a data set from its public home").check();
  await expect(page.getByTestId("hub-set")).toHaveValue("iwslt2017-en-fr");
  await page.getByTestId("hub-set").selectOption("iwslt2017-de-en");
  await expect(page.getByLabel(/^Pair/)).toHaveValue("de-en");
  await expect(page.getByTestId("hub-load")).toHaveText("Load 17 MB from huggingface.co, CC BY-NC-ND 4.0");
  await page.getByTestId("hub-set").selectOption("iwslt2017-en-fr");
  await expect(page.getByTestId("hub-load")).toHaveText("Load 28 MB from huggingface.co, CC BY-NC-ND 4.0");
  await expect(page.locator("#start-why")).toHaveText("Load the data set first.");
  expect(asked).toEqual([]);
  await page.getByTestId("hub-load").click();
  await expect(page.getByTestId("hub-kept")).toHaveText("iwslt2017-en-fr is in this browser (12 B).");
  expect(asked).toEqual([HOME]);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByLabel("everyday, made by").check();
  await page.getByLabel("a data set from its public home").check();
  await expect(page.getByTestId("hub-kept")).toBeVisible();
  await page.reload();
  await expect(page.getByTestId("hub-kept")).toBeVisible();
});

test("what does not come is told with another try and what was said", async ({ page, fakeSite }) => {
  let status = 503;
  await page.route(/^https:/, (route) => route.fulfill({ status, headers: { "access-control-allow-origin": "*" }, body: "PK and so on" }));
  await page.goto(`${fakeSite.url}?fake=ready#/train`);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByLabel("a data set from its public home").check();
  await page.getByTestId("hub-load").click();
  const error = page.getByTestId("hub-error");
  await expect(error.locator("p")).toHaveText(/the server answered 503, expected 200; try again later$/);
  await error.getByText("Details").click();
  await expect(error.locator("pre")).toContainText("Browser: ");
  status = 200;
  await error.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("hub-kept")).toBeVisible();
});
