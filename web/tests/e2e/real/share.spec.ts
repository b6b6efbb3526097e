/** A link that holds a run: who opens it runs the same, and sees whether the same came out. */
import { decodeLink, encodeLink } from "../../../src/lib/link.ts";
import { expect, finished, needsBuild, openTrain, shrink, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(300_000);

const SMALL = { "Training pairs": "150", "Vocabulary": "400", "Epochs of the teacher": "4", "Epochs of the nets": "1", "Sentences scored": "4" };

/** The link with another loss at one of the teacher's steps. */
async function withOtherLoss(link: string, step: number): Promise<string> {
  const [before, print] = link.split("&f=");
  const decoded = await decodeLink(print);
  if (!decoded.ok) throw new Error("the page's own link");
  const value = decoded.value as { curve: [string, [number, number, number][]][] };
  const point = value.curve.find(([stage]) => stage === "teacher")?.[1].find(([at]) => at === step);
  if (!point) throw new Error(`no checkpoint at step ${step}`);
  point[2] += 1;
  return `${before}&f=${await encodeLink(JSON.stringify(value))}`;
}

test("a shared run starts nothing by itself, is reproduced, and diverges where the link has another loss", async ({ real: page, realSite, browser }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, SMALL);
  await page.getByTestId("start").click();
  await finished(page, 120_000);
  await page.getByTestId("finished").getByRole("link", { name: "Share" }).click();
  await expect(page.getByTestId("share-link")).toHaveValue(/#\/share\?r=1\..+&f=1\./);
  const link = await page.getByTestId("share-link").inputValue();
  expect(link.length, "short enough for a message").toBeLessThan(2_000);

  // Somebody else's browser, which has none of it.
  const context = await browser.newContext();
  const other = await context.newPage();
  const onCpu = (address: string) => address.replace("#", "?device=cpu#");
  await other.goto(onCpu(link));
  const start = other.getByTestId("share-start");
  await expect(start).toHaveAttribute("aria-disabled", "false", { timeout: 150_000 });
  await expect(other.getByTestId("share-facts")).toContainText("English → French");
  await expect(other.getByTestId("share-facts"), "a time, once the speed is measured").toContainText(/Time on this device\s*(<|\d)/);
  await other.waitForTimeout(3_000);
  await expect(other.getByTestId("stats")).toHaveCount(0);
  await expect(other.getByTestId("verdict")).toHaveCount(0);
  await start.click();
  const verdict = other.getByTestId("verdict");
  await expect(verdict).toHaveAttribute("data-verdict", "reproduced", { timeout: 120_000 });
  await expect(verdict).toContainText(/All \d+ checkpoints and the weights are identical\./);
  await expect(other.locator("[role=status]")).toHaveText("Reproduced");
  await other.getByTestId("checkpoints").focus();
  await other.keyboard.press("ArrowRight");
  const at = other.getByTestId("checkpoint-at");
  await expect(at).toHaveText(/^step 1: (\d+\.\d{4}) in the link, \1 here$/);
  await expect(other.locator("[role=status]")).toHaveText(await at.innerText());

  await other.goto(onCpu(await withOtherLoss(link, 4)));
  // Only the fragment is another one, which loads nothing anew.
  await other.getByLabel("Compare with").selectOption({ index: 1 });
  await expect(verdict).toHaveAttribute("data-verdict", "diverged");
  await expect(verdict).toContainText("Diverged at step 4");
  await expect(verdict).toContainText(/Loss \d\.\d\d, expected \d\.\d\d\./);

  await other.goto(onCpu(link.slice(0, link.indexOf("&f=") - 8)));
  await expect(other.getByTestId("share-error")).toContainText("This link is incomplete: its check sum does not fit.");
  const { hash } = new URL(link);
  await other.goto(`${realSite.url}?device=cpu&later${hash.replace("r=1.", "r=2.")}`);
  await expect(other.getByTestId("share-error")).toContainText("This link needs recipe version 2; this page knows up to 1.", { timeout: 60_000 });
  await expect(other.getByTestId("share-error").getByRole("button", { name: "Reload for an update" })).toBeVisible();
  await context.close();
});
