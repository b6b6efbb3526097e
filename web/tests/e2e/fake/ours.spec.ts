/** What is ours: variants of the paper's nets, and mixes that were trained as a whole. */
import { expect, netSummary, test } from "../fixtures.ts";

const TOGETHER = "enc=alr-m,self=alr-m,cross=awr-m";
const toMix = (mix: string) => new RegExp(`mix=${encodeURIComponent(mix)}(&|$)`);

test("a variant is chosen behind More, put in where it is trained, and linked", async ({ fake: page, open }) => {
  await open("#/?mix=teacher", "ours");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await page.getByRole("radio", { name: "ALR", exact: true }).check({ force: true });
  const more = page.getByTestId("brush-more");
  await expect(more).not.toHaveAttribute("open");
  await more.getByText("More").click();
  await page.getByRole("radio", { name: "gated", exact: true }).check({ force: true });
  await expect(more).toContainText("ALR, gated: per query, its hidden layer times a layer of the query. Ours, not the paper’s.");
  const cell = page.getByRole("gridcell", { name: "Cross, layer 1" });
  await cell.click();
  await expect(cell).toContainText("ALR M");
  await expect(cell).toContainText("gated");
  await expect(cell).toHaveAccessibleName(/^Cross, layer 1: ALR M, gated \(ours\), [\d,]+ parameters$/);
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
  await page.getByRole("radio", { name: "ALR", exact: true }).check({ force: true });
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
  await page.getByTestId("try-error").getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByTestId("try-error")).toHaveCount(0);
});

test("variants are offered by method, behind a line, and fitted", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  for (const group of ["cross", "cross-alr"]) await netSummary(page, group).click();
  const gated = page.getByTestId("net-cross-alr+gated-m");
  await expect(gated).toBeHidden();
  await netSummary(page, "cross-alr-variants").click();
  await expect(page.getByTestId("nets-cross-alr-variants").locator("tbody")).toHaveCount(5);
  await gated.getByRole("checkbox", { name: "ALR, gated M" }).check();
  await expect(netSummary(page, "cross-alr")).toContainText("M, gated");
  await expect(page.getByTestId("job").filter({ hasText: "Cross 1, ALR M, gated (ours)" })).toBeVisible();
  await expect(page.getByTestId("job").filter({ hasText: "score Encoder self: ALR M · Cross: ALR M, gated (ours)" })).toBeVisible();
  // AWR has none.
  await netSummary(page, "cross-awr").click();
  await expect(page.getByTestId("nets-cross-awr-variants")).toHaveCount(0);
  await page.reload();
  await expect(gated.getByRole("checkbox")).toBeChecked();
  await expect(gated).toBeVisible();
});

test("the largest mix is trained on as a whole, with its curve, its row and its weights", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  const wholes = page.getByTestId("wholes");
  await expect(wholes.getByRole("checkbox", { checked: true })).toHaveCount(0);
  await expect(page.getByLabel("Epochs of the whole")).toHaveCount(0);
  await wholes.getByRole("checkbox", { name: "Its nets" }).check();
  await wholes.getByRole("checkbox", { name: "The teacher alone, as long" }).check();
  await page.getByLabel("Epochs of the whole").fill("2");
  await page.getByLabel("Epochs of the whole").blur();
  const job = (text: string) => page.getByTestId("job").filter({ hasText: text });
  await expect(job("train Encoder self: ALR M · nets trained on")).toBeVisible();
  // Other nets, and it is another mix.
  await page.getByTestId("net-enc-alr-m").getByRole("checkbox").uncheck();
  await expect(job("train Encoder self: ALR S · nets trained on")).toBeVisible();
  await expect(job("train Transformer · all weights trained on")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Epochs of the whole")).toHaveValue("2");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "tuned", { timeout: 30_000 });
  await expect(page.getByTestId("stats")).toContainText("Training: The whole");
  await expect(page.getByRole("heading", { name: "The whole, trained on (log)" })).toBeVisible();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  await page.getByTestId("finished").getByRole("link", { name: "Compare" }).click();
  const row = page.locator("tr[data-mix='enc=alr-s,trained=nets']");
  await expect(row).toContainText("Encoder self: ALR S");
  await expect(row).toContainText("nets trained on");
});

test("schedule and inputs of the nets are among the settings", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByText("More settings").click();
  await page.getByLabel("Schedule of the nets").selectOption("authors");
  await page.getByLabel("Nets learn from").selectOption("student");
  await expect(page).toHaveURL(/r=1\./);
  await page.waitForTimeout(500);
  await page.reload();
  await page.getByText("More settings").click();
  await expect(page.getByLabel("Schedule of the nets")).toHaveValue("authors");
  await expect(page.getByLabel("Nets learn from")).toHaveValue("student");
});

test("a run that trained mixes as a whole adds others in the same way", async ({ fake: page, open }) => {
  await open("#/train?net=enc.2%3Dalr-l&from=demo", "ours");
  await expect(page.getByTestId("base")).toContainText("Adds to Demo model");
  await page.getByTestId("wholes").getByRole("checkbox", { name: "Its nets" }).check();
  await expect(page.getByLabel("Epochs of the whole")).toBeDisabled();
  await expect(page.getByText("As this run’s other mixes were trained: one run has one way.")).toBeVisible();
});

test("how long it takes is told once the device was measured", async ({ fake: page, open }) => {
  await open("#/train", "slow");
  await expect(page.getByTestId("time")).toHaveText("not measured yet");
  await expect(page.getByText("Time: not measured yet.")).toBeVisible();
  const cell = (size: string) => page.getByTestId(`net-enc-alr-${size}`).locator("td").last();
  await expect(cell("xl")).toHaveText("—");
  await expect(page.getByTestId("time")).toHaveText("< 10 s, measured on this GPU");
  await page.getByRole("combobox", { name: /^Preset/ }).selectOption("small");
  await expect(cell("xl")).toHaveText(/^\d+–\d+ min$/);
  await expect(page.getByTestId("time")).toHaveText(/^\d+–\d+ min \(teacher \d+–\d+ min, nets \d+–\d+ min\), measured on this GPU$/);
  await expect(page.getByTestId("preflight")).toContainText("at the speed that was measured on this device");
});

test("compares variants and wholes by their names, and what was scored together", async ({ fake: page, open }) => {
  await open("#/compare", "ours");
  const row = (mix: string) => page.locator(`tr[data-mix='${mix}']`);
  await expect(row("enc=alr-m+deep2")).toContainText("Encoder self: ALR M, 2 hidden layers (ours)");
  await expect(row(TOGETHER)).toContainText("73.40");
  await expect(row(`${TOGETHER},trained=all`)).toContainText("all weights trained on");
  await expect(row(`${TOGETHER},trained=all`)).toContainText("79.10");
  await expect(row("trained=all")).toContainText("Transformer");
  const whole = page.getByRole("group", { name: "As a whole" });
  await expect(whole.getByRole("checkbox")).toHaveCount(4);
  await whole.getByText("Encoder self: ALR M · trained from scratch").click();
  await expect(row("enc=alr-m,trained=scratch")).toHaveCount(0);
  await page.getByTestId("score").click();
  await expect(row("trained=all")).toContainText("scored here");
  // All columns fit on a wide screen.
  if ((page.viewportSize()?.width ?? 0) < 1440) return;
  const scroller = page.getByRole("region", { name: "Scores on the held-out sentences" });
  expect(await scroller.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
});

test("presets take the best scored nets, and a run opens with them", async ({ fake: page, open }) => {
  await open("#/?mix=teacher", "ours");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await page.getByRole("button", { name: "No attention at all" }).click();
  await expect(page).toHaveURL(toMix("enc=alr-m+deep2,self=awr-m,cross=awr-m"));
  await open("#/train", "ready");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  await page.getByTestId("finished").getByRole("button", { name: "Try it" }).click();
  await expect(page).toHaveURL(toMix("enc=alr-m"));
  await expect(page.getByRole("gridcell", { name: "Encoder self, layer 1" })).toContainText("ALR M");
});
