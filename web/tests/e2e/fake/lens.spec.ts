/** The lens in Try and in Compare, and what is read of sentences there, on the scripted engine. */
import { expect, test } from "../fixtures.ts";

test("Try: three maps of one sentence, their tables, and one word linked in all", async ({ fake: page, open }) => {
  await open("#/?mix=enc%3Dalr-m%2Ccross%3Dawr-m");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await page.getByTestId("lens-open").click();
  const maps = page.getByTestId("lens-map");
  await expect(maps).toHaveCount(3);
  await expect(page.getByTestId("lens-maps")).toContainText("ALR M: sensitivity");
  await expect(page.getByTestId("lens-maps")).toContainText("Transformer: attention weights");
  await expect(page.getByTestId("lens-at")).toHaveText(/^The from The: weight [\d.]+ % · Transformer’s sensitivity [\d.]+ % · mix’s sensitivity [\d.]+ %$/);
  await maps.nth(1).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByTestId("lens-at")).toContainText("children from do:");
  await expect(page.getByRole("status")).toContainText("children from do:");
  for (const map of await maps.all()) await expect(map.locator("text.current")).toHaveText(["do", "children"]);
  await expect(page.getByTestId("lens-spearman")).toContainText(/row “children”: −?[01]\.\d\d; mean of \d+ rows/);
  await page.getByTestId("lens-tables").click();
  await expect(page.getByTestId("lens-table")).toHaveCount(3);
  const shares = await page.getByTestId("lens-table").first().locator("tbody tr").first().locator("td").allInnerTexts();
  expect(shares.reduce((sum, share) => sum + Number(share), 0)).toBeCloseTo(100, 0);
});

test("Try: the place follows the mix until it is chosen, and the sentence as it is typed", async ({ fake: page, open }) => {
  await open("#/?mix=cross%3Dawr-m");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await page.getByTestId("lens-open").click();
  await expect(page.getByTestId("lens-maps")).toHaveAttribute("data-place", "cross.1");
  await expect(page.getByTestId("lens-maps")).toContainText("AWR M: sensitivity");
  await page.getByLabel("Attention", { exact: true }).last().selectOption("self");
  await page.getByLabel("Layer", { exact: true }).selectOption("2");
  await expect(page.getByTestId("lens-maps")).toHaveAttribute("data-place", "self.2");
  await expect(page.getByTestId("lens-maps")).toContainText("The mix has the Transformer’s own attention here");
  await page.getByRole("textbox", { name: "Sentence in English" }).fill("We do not want the book.");
  await expect(page.getByTestId("lens-map").first().locator("text").first()).toHaveText("‹start›");
  await expect(page.getByTestId("lens-map").first()).toContainText("livre");
});

test("Try: the figure of attention is the visitor's own sentence, once it is on screen and nothing trains", async ({ fake: page, open }) => {
  const size = page.viewportSize();
  await page.setViewportSize({ width: size?.width ?? 1440, height: 500 });
  await open("#/?text=we%20do%20not%20want%20the%20book");
  await expect(page.getByTestId("badge")).toContainText("Live");
  const [own, figure] = [page.getByTestId("own-attention"), page.getByRole("region", { name: "How it works" }).getByRole("figure").first()];
  const drawn = figure.getByRole("img", { name: /^Attention: every word is joined/ });
  await expect(drawn).toHaveCount(1);
  await page.waitForTimeout(1000);
  await expect(own).toHaveCount(0);
  await drawn.scrollIntoViewIfNeeded();
  await expect(own.locator("text[lang=en]")).toHaveText(["we", "do", "not", "want", "the", "book"]);
  await expect(own.locator("line")).toHaveCount(36);
  await expect(own).toHaveAccessibleName(/of: we do not want the book we takes most from we, /);
  await expect(figure).toContainText("Here: your sentence");
  // Training has the device to itself.
  await page.evaluate(() => (location.hash = "#/train"));
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("start").click();
  await page.getByTestId("pause").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  await page.evaluate(() => (location.hash = "#/"));
  await drawn.scrollIntoViewIfNeeded();
  await page.waitForTimeout(1000);
  await expect(own).toHaveCount(0);
});

test("Compare: at most three are read beside the Transformer, and what the reference has is dotted", async ({ fake: page, open }) => {
  await open("#/compare");
  await page.getByTestId("score").click();
  await expect(page.getByTestId("list-count")).toBeVisible();
  const read = page.getByRole("checkbox", { name: /^Read the sentences of/ });
  await expect(page.locator("dd[data-mix]")).toHaveCount(4);
  await read.and(page.getByLabel("Read the sentences of Encoder self: nothing (zero)")).check();
  await expect(page.locator("dd[data-mix]")).toHaveCount(4);
  await expect(page.locator("dd[data-mix='enc=none']")).toHaveAttribute("lang", "fr");
  await expect(page.locator("dd[data-mix='teacher'] .confirmed")).toHaveText("Ma sœur lira la lettre demain.");
  await page.locator(".rows [role=option]").first().click();
  await page.getByTestId("lens-open").click();
  await page.getByLabel("Mix", { exact: true }).selectOption("enc=none");
  await expect(page.getByTestId("lens-maps")).toContainText("it answers to nothing");
});

test("Compare: sentences are searched and sorted into lengths", async ({ fake: page, open }) => {
  await open("#/compare");
  await page.getByTestId("score").click();
  await expect(page.getByTestId("list-count")).toHaveText("60 of 60 sentences");
  await page.getByLabel("Search the sources").fill("SMALL DOG");
  await expect(page.getByTestId("list-count")).toHaveText("12 of 60 sentences");
  await page.getByLabel("Length").selectOption("long");
  await expect(page.getByTestId("list-count")).toHaveText("0 of 60 sentences");
  await expect(page.getByText("No sentence is left by these filters.")).toBeVisible();
  await page.getByLabel("Length").selectOption("all");
  await page.getByLabel("unknown words").check();
  await expect(page.getByTestId("list-count")).toHaveText("0 of 60 sentences");
});

test("Compare: a sentence has an address, and Back leaves it", async ({ fake: page, open }) => {
  await open("#/compare");
  await page.getByTestId("score").click();
  await page.locator(".rows [role=option]").nth(2).click();
  await expect(page.getByTestId("one-source")).toBeVisible();
  await expect.poll(() => page.url()).toContain("sentence=11");
  if ((page.viewportSize()?.width ?? 0) >= 600) return;
  await expect(page.getByTestId("scores")).toBeHidden();
  await page.goBack();
  await expect(page.getByRole("listbox")).toBeVisible();
  await expect(page.getByTestId("scores")).toBeVisible();
});
