/** Compare on the scripted engine: what scoring takes, where it is seen, and its list of sentences. */
import { expect, test } from "../fixtures.ts";

test("scoring says its time once it is known here, and goes on in the pill of every view", async ({ fake: page, open }) => {
  await open("#/", "slow");
  await expect(page.getByTestId("badge")).toHaveText("Live on Example GPU");
  await page.getByRole("link", { name: "Compare", exact: true }).locator("visible=true").click();
  const score = page.getByTestId("score");
  // 400 ms a sentence, of which batches need nearly all or next to nothing.
  await expect(score).toHaveText(/^Score 60 held-out sentences · \d–\d+ min$/);
  await score.click();
  const pill = page.getByTestId("pill");
  await expect(pill).toContainText(/Scoring \d+%/);
  await page.getByRole("link", { name: "Runs", exact: true }).locator("visible=true").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Runs");
  const percent = async () => Number(/Scoring (\d+)%/.exec((await pill.textContent()) ?? "")?.[1]);
  const before = await percent();
  await expect.poll(percent).toBeGreaterThan(before);
  await pill.getByRole("link").click();
  await expect(page.getByTestId("scoring")).toContainText("of 60 sentences");
  await expect(page.getByTestId("signature")).toBeVisible({ timeout: 30_000 });
  await expect(pill).toContainText("ready");
  // All of it is scored; of one more, the last time tells how long.
  await expect(score).toHaveText("Score 60 held-out sentences");
  await page.goto(page.url().replace(/#.*/, "#/compare?mix=enc%3Dnone%2Cself%3Dnone"));
  await expect(score).toHaveText("Score 60 held-out sentences · < 10 s");
});

test("scoring is stopped from the pill, wherever one is", async ({ fake: page, open }) => {
  await open("#/compare", "slow");
  await page.getByTestId("score").click();
  await page.getByRole("link", { name: "Board", exact: true }).locator("visible=true").click();
  await page.getByRole("button", { name: "Stop scoring" }).click();
  await expect(page.getByTestId("pill")).toContainText("ready");
  await expect(page.getByRole("alert")).toHaveText("Stopped; what was scored before stays.");
});
