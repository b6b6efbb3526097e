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
  await expect(pill).toContainText("ready", { timeout: 30_000 });
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

test("the list has BLEU, chrF and the mark of the model that each line is about", async ({ fake: page, open }) => {
  await open("#/compare?mix=enc%3Dalr-m%20enc%3Dnone");
  await page.getByTestId("score").click();
  await expect(page.getByTestId("list-count")).toHaveText("60 of 60 sentences");
  const [against, first] = [page.getByLabel("Compare with the Transformer"), page.locator(".rows [role=option]").first()];
  await expect(against.locator("option:checked")).toHaveText("whichever drops most");
  await expect(page.getByText("BLEU of a sentence with smoothing exp")).toBeVisible();
  await expect(first).toHaveAccessibleName(/Δ BLEU −[\d.]+ Encoder self: nothing \(zero\)$/);
  await against.selectOption("enc=alr-m");
  await expect(first).toHaveAccessibleName(/Δ BLEU −[\d.]+ Encoder self: ALR M$/);
  await expect(first.locator(".marks svg")).toBeVisible();
  // In two columns where there is room for them, and as the sentence has them beside the list.
  const wide = (page.viewportSize()?.width ?? 0) >= 768;
  await expect(first.locator(".wide")).toHaveCount(2);
  for (const figure of await first.locator(".wide").all()) await expect(figure).toBeVisible({ visible: wide });
  if (!wide) return;
  const [bleu, chrf] = (await first.locator(".wide").allTextContents()).map((text) => text.match(/[\d.]+$/)?.[0]);
  await first.click();
  await expect(page.locator("dd[data-mix='enc=alr-m'] + dd")).toHaveText(`BLEU ${bleu} · chrF ${chrf}`);
  await page.setViewportSize({ width: 700, height: 900 });
  await expect(first.locator(".wide").first()).toBeHidden();
});

test("a mix is pinned from Try, and is in Compare's table", async ({ fake: page, open }) => {
  await open("#/?mix=teacher");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await expect(page.getByTestId("pin")).toBeDisabled();
  await page.getByRole("gridcell", { name: "Encoder self, layer 2" }).click();
  await page.getByRole("button", { name: "Pin this mix" }).click();
  await expect(page.getByRole("status")).toHaveText("Pinned to Compare");
  const link = page.getByRole("link", { name: "Pinned to Compare" });
  await expect(link).toBeFocused();
  // Of another mix it is not said.
  await page.getByRole("gridcell", { name: "Encoder self, layer 1" }).click();
  await expect(link).toHaveCount(0);
  await page.getByRole("gridcell", { name: "Encoder self, layer 1" }).click();
  await link.click();
  const row = page.getByTestId("scores").locator("[data-mix='enc.2=alr-m']");
  await expect(row).toContainText("not scored yet");
  await expect(row.getByRole("checkbox")).toBeChecked();
  // Beside those that stand there anyway.
  await expect(page.getByTestId("scores").locator("[data-mix='enc=alr-m']")).toHaveCount(1);
});

test("Compare has the switchboard, folded, and its mixes come into the table", async ({ fake: page, open }) => {
  await open("#/compare");
  const row = page.getByTestId("scores").locator("[data-mix='cross.2=none']");
  await page.getByTestId("board-fold").locator("summary").first().click();
  const board = page.getByTestId("board-fold");
  await board.getByRole("button", { name: "Teacher", exact: true }).click();
  await expect(board.getByTestId("pin")).toBeDisabled();
  await board.getByRole("radio", { name: "Nothing" }).check({ force: true });
  await board.getByRole("gridcell", { name: "Cross, layer 2" }).click();
  await expect(row).toHaveCount(0);
  await board.getByTestId("pin").click();
  await expect(row).toContainText("not scored yet");
  await expect(board.getByText("Pinned to Compare")).toBeVisible();
  await page.getByTestId("score").click();
  await expect(row).toContainText("scored here");
});
