/** What is ours: variants of the paper's nets, and mixes that were trained as a whole. */
import { expect, test } from "../fixtures.ts";

const TOGETHER = "enc=alr-m,self=alr-m,cross=awr-m";
const toMix = (mix: string) => new RegExp(`mix=${encodeURIComponent(mix)}(&|$)`);

test("a variant is chosen behind More, put in where it is trained, and linked", async ({ fake: page, open }) => {
  await open("#/?mix=teacher", "ours");
  await expect(page.getByTestId("badge")).toContainText("Live");
  const more = page.getByTestId("brush-more");
  await expect(more).not.toHaveAttribute("open");
  await more.getByText("More").click();
  await page.getByRole("radio", { name: "gated", exact: true }).check({ force: true });
  await expect(more).toContainText("ALR, gated: the same, its hidden layer times a layer of the query. Ours, not the paper’s.");
  const cell = page.getByRole("gridcell", { name: "Cross, layer 1" });
  await cell.click();
  await expect(cell).toContainText("ALR M");
  await expect(cell).toContainText("gated");
  await expect(cell).toHaveAccessibleName("Cross, layer 1: ALR M, gated (ours)");
  await expect(page).toHaveURL(toMix("cross.1=alr-m+gated"));
  await page.getByRole("gridcell", { name: "Encoder self, layer 1" }).click();
  await expect(page.getByRole("status")).toHaveText("ALR, gated is not built for encoder self-attention; ALR, ALRR, ASLR, ELR and AWR are.");
  await page.reload();
  await expect(cell).toContainText("gated");
  await expect(page.getByTestId("badge")).toContainText("Live");
  // A size by its key is one of that variant, which is not trained: Train opens with just that.
  await page.getByRole("gridcell", { name: "Encoder self, layer 1" }).focus();
  for (const key of ["ArrowRight", "ArrowRight", "2"]) await page.keyboard.press(key);
  await expect(page.getByTestId("job").filter({ hasText: "Cross 1, ALR S, gated (ours)" }).first()).toBeVisible();
});

test("another method has no variant that it lacks", async ({ fake: page, open }) => {
  await open("#/?mix=teacher", "ours");
  await expect(page.getByTestId("badge")).toContainText("Live");
  const more = page.getByTestId("brush-more");
  await more.getByText("More").click();
  await page.getByRole("radio", { name: "2 hidden layers" }).check({ force: true });
  await page.getByRole("radio", { name: "ELR", exact: true }).check({ force: true });
  await expect(more.getByText("More: 2 hidden layers")).toBeVisible();
  await page.getByRole("radio", { name: "AWR", exact: true }).check({ force: true });
  await expect(more).toHaveCount(0);
});

test("where a mix was trained as a whole, a switch takes those weights, and the link says so", async ({ fake: page, open }) => {
  await open(`#/?mix=${encodeURIComponent(TOGETHER)}`, "ours");
  await expect(page.getByTestId("badge")).toContainText("Live");
  const whole = page.getByTestId("whole");
  await expect(whole.getByRole("radio")).toHaveCount(3);
  await expect(whole.getByRole("radio", { name: "no", exact: true })).toBeChecked();
  const before = await page.getByTestId("mix").innerText();
  await whole.getByRole("radio", { name: "nets" }).check();
  await expect(page).toHaveURL(toMix(`${TOGETHER},trained=nets`));
  await expect(page.getByTestId("mix")).not.toHaveText(before);
  await expect(page.getByTestId("trained")).toHaveText("The nets were trained on in their places; the rest is the Transformer’s.");
  await page.reload();
  await expect(page.getByTestId("badge")).toContainText("Live");
  await expect(page.getByTestId("trained")).toBeVisible();
  await expect(page.getByTestId("try-error")).toHaveCount(0);
  // Another board is another mix, and nobody trained that one.
  await page.getByRole("gridcell", { name: "Encoder self, layer 1" }).focus();
  await page.keyboard.press("a");
  await expect(page.getByTestId("trained")).toHaveCount(0);
  await expect(page.getByTestId("whole")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByTestId("trained")).toBeVisible();
  await page.getByRole("button", { name: "Transformer · all weights trained on" }).click();
  await expect(page).toHaveURL(toMix("trained=all"));
  await expect(page.getByTestId("trained")).toHaveText("All weights were trained on, the nets first.");
});

test("a link to weights that are not here says so", async ({ fake: page, open }) => {
  await open(`#/?mix=${encodeURIComponent("enc=alr-m,trained=nets")}`);
  await expect(page.getByTestId("try-error")).toContainText("This link’s mix cannot be used here: enc=alr-m,trained=nets.");
});
