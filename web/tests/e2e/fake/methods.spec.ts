/** Every method at every site: on the switchboard, in Train, in Compare, and in the words. */
import { expect, netSummary, test } from "../fixtures.ts";

const UNTRAINED = [
  { method: "ALRR", site: "Encoder self", group: "enc-alrr", mixes: ["Encoder self 2: ALRR L", "Encoder self: mean output"] },
  { method: "ASLR", site: "Encoder self", group: "enc-aslr", mixes: ["Encoder self 2: ASLR L", "Encoder self: mean output"] },
  { method: "ELR", site: "Encoder self", group: "enc-elr", mixes: ["Encoder self 2: ELR L", "Encoder self: nothing (zero)"] },
  { method: "ALR", site: "Cross", group: "cross-alr", mixes: ["Cross 2: ALR L", "Cross: nothing (zero)"] },
  { method: "ALR", site: "Decoder self", group: "self-alr", mixes: ["Decoder self 2: ALR L", "Decoder self: nothing (zero)"] },
  { method: "AWR", site: "Cross", group: "cross-awr", mixes: ["Cross 2: AWR L", "Cross: equal weights"] },
  { method: "AWR", site: "Decoder self", group: "self-awr", mixes: ["Decoder self 2: AWR L", "Decoder self: equal weights"] },
  { method: "AWR", site: "Encoder self", group: "enc-awr", mixes: ["Encoder self 2: AWR L", "Encoder self: mean output"] },
];

for (const { method, site, group, mixes } of UNTRAINED) {
  test(`an untrained cell leads to Train with just that net: ${site}, ${method}`, async ({ fake: page, open }) => {
    await open("#/?mix=teacher");
    await expect(page.getByTestId("badge")).toContainText("Live");
    await page.getByRole("radio", { name: method, exact: true }).check({ force: true });
    await page.getByRole("radio", { name: "L", exact: true }).check({ force: true });
    await page.getByRole("gridcell", { name: `${site}, layer 2` }).click();
    await expect(page.getByTestId(`nets-${group}`)).toHaveAttribute("open");
    await expect(page.getByTestId(`net-${group}-l`).getByRole("checkbox")).toBeChecked();
    await expect(page.locator("[data-testid^=net-] input:checked")).toHaveCount(1);
    await expect(page.getByTestId(`net-${group}-l`)).toBeVisible();
    await expect(page.locator(".sites > details[open]")).toHaveCount(1);
    await expect(page.getByText("Each in layer 2 only.")).toBeVisible();
    await expect(page.getByTestId("base")).toContainText("Adds to Demo model");
    for (const mix of mixes) await expect(page.getByTestId("job").filter({ hasText: `score ${mix}` })).toBeVisible();
    await page.getByTestId("start").click();
    await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
    await page.getByTestId("finished").getByRole("button", { name: "Try it" }).click();
    await page.getByRole("gridcell", { name: `${site}, layer 2` }).click();
    await expect(page.getByRole("gridcell", { name: `${site}, layer 2` })).toContainText(`${method} L`);
  });
}

test("a link to a net that is not built opens the usual recipe", async ({ fake: page, open }) => {
  await open("#/train?net=cross.1%3Delr-m&from=demo");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await expect(netSummary(page, "enc")).toContainText("ALR XS, S, M");
  await expect(page.getByTestId("base")).toHaveCount(0);
});

test("where a method is not built, its cells say what is; presets take the nets that there are", async ({ fake: page, open }) => {
  await open("#/?mix=teacher");
  await expect(page.getByTestId("badge")).toContainText("Live");
  const cell = (site: string) => page.getByRole("gridcell", { name: `${site}, layer 1` });
  await page.getByRole("radio", { name: "ASLR", exact: true }).check({ force: true });
  await expect(page.getByText("ASLR: in place of queries, keys, values and softmax, a net for each head.")).toBeVisible();
  const why = "ASLR stands in the encoder. Decoder sites take ALR only, as in the paper’s code, and AWR (ours).";
  // For both sites it is said once.
  const line = page.locator(".note-line");
  await expect(line).toHaveText(why);
  for (const site of ["Cross", "Decoder self"]) {
    await cell(site).click();
    await expect(page.getByRole("status")).toHaveText(why);
    await expect(cell(site)).toHaveAccessibleName(new RegExp(`^${site}, layer 1: attention, [\\d,]+ parameters\\. ${why.replace(/[().]/g, "\\$&")}$`));
  }
  await expect(line).toHaveText(why);
  await page.getByRole("radio", { name: "AWR", exact: true }).check({ force: true });
  await expect(cell("Cross")).toHaveAccessibleName(/^Cross, layer 1: attention, [\d,]+ parameters$/);
  await cell("Cross").click();
  await expect(cell("Cross")).toContainText("AWR M");
  await expect(page.getByText("AWR, attention-weights replacement, is ours, not the paper’s.").first()).toBeVisible();
  for (const [preset, mix] of [
    ["No encoder attention", "enc=alr-m"],
    ["No decoder self-attention", "self=alr-m"],
    ["No cross-attention", "cross=awr-m"],
    ["No attention at all", "enc=alr-m,self=alr-m,cross=awr-m"],
  ]) {
    await page.getByRole("button", { name: preset }).click();
    await expect(page).toHaveURL(new RegExp(`mix=${encodeURIComponent(mix)}`));
  }
  // A key for the size is of the net at the cell, whatever the brush is.
  await page.getByRole("radio", { name: "Nothing" }).check({ force: true });
  await cell("Cross").focus();
  await page.keyboard.press("4");
  await expect(page.getByTestId("net-cross-awr-l").getByRole("checkbox")).toBeChecked();
});

test("nets are chosen by site and method, and scored one by one, together and against the controls", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await expect(page.getByRole("heading", { name: "2 Nets" })).toBeVisible();
  const opened = page.locator("details[data-testid^=nets-][open]");
  await expect(netSummary(page, "enc")).toHaveText(/Encoder self\s*ALR XS, S, M$/);
  for (const site of ["self", "cross"]) await expect(netSummary(page, site)).toContainText("none");
  await expect(page.locator(".sites > details[open]")).toHaveCount(1);
  // Where nothing is chosen, a method says what it takes the place of, and no more.
  await expect(netSummary(page, "enc-elr")).toContainText("In place of the whole encoder layer.");
  for (const method of ["alrr", "aslr", "elr", "awr"]) await expect(page.getByTestId(`net-enc-${method}-m`)).toBeHidden();
  for (const size of ["xs", "s"]) await page.getByTestId(`net-enc-alr-${size}`).getByRole("checkbox").uncheck();
  for (const group of ["cross", "cross-awr"]) await netSummary(page, group).click();
  await expect(page.getByTestId("nets-cross-awr")).toContainText("Ours, not the paper’s");
  await page.getByTestId("net-cross-awr-s").getByRole("checkbox").check();
  await expect(netSummary(page, "cross")).toHaveText(/Cross\s*AWR S$/);
  await expect(page.getByTestId("job").locator(".name")).toHaveText([
    "teacher", "Encoder self 1, ALR M", "Cross 1, AWR S", "score Transformer", "score Encoder self: ALR M", "score Cross: AWR S",
    "score Encoder self: ALR M · Cross: AWR S", "score Encoder self: nothing (zero)", "score Encoder self: equal weights",
    "score Encoder self: mean output", "score Cross: nothing (zero)", "score Cross: equal weights", "score Cross: mean output",
  ].map((name) => new RegExp(`${name.replace(/[()]/g, "\\$&")}\\s*$`)));
  // What was the last choice of a site does not close it under the pointer.
  await page.getByTestId("net-cross-awr-s").getByRole("checkbox").uncheck();
  for (const group of ["cross", "cross-awr"]) await expect(page.getByTestId(`nets-${group}`)).toHaveAttribute("open");
  await page.getByRole("combobox", { name: /^Preset/ }).selectOption("tiny");
  await expect(netSummary(page, "enc")).toHaveText(/ALR XS, S, M · ALRR M · ASLR M · ELR M$/);
  await expect(netSummary(page, "self")).toHaveText(/Decoder self\s*ALR M$/);
  await expect(netSummary(page, "cross")).toHaveText(/Cross\s*ALR M · AWR M$/);
  await expect(page.getByTestId("nets-cross-alr")).toContainText("The authors’ joint net");
  // Three sites, and all that is built in them but AWR for self-attention.
  await expect(opened).toHaveCount(3 + 7);
  // By then the address has the recipe.
  await expect(page.getByTestId("job").filter({ hasText: "Decoder self 1, ALR M" }).first()).toBeVisible();
  await page.reload();
  await expect(netSummary(page, "self")).toHaveText(/Decoder self\s*ALR M$/);
});

test("nets of a head each are counted together, and XL is told to be L", async ({ fake: page, open }) => {
  await open("#/train?net=enc.1%3Daslr-l&from=demo");
  const row = page.getByTestId("net-enc-aslr-l");
  await expect(row.getByRole("checkbox")).toBeChecked();
  await expect(row.locator("td").nth(2)).toHaveText(/^\s*2,967,552\s+a head 741,888\s*$/);
  await expect(page.getByTestId("nets-enc-aslr").getByText("XL: same as L.")).toBeVisible();
  await expect(page.getByTestId("nets-enc-aslr").getByText("same as")).toHaveCount(1);
});

test("a net in place of more than attention says so", async ({ fake: page, open }) => {
  await open("#/?mix=enc.1%3Delr-m%2Cenc.2%3Dalrr-m%2Ccross%3Dawr-m");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await expect(page.getByRole("gridcell", { name: "Encoder self, layer 1" })).toHaveAccessibleName(/^Encoder self, layer 1: ELR M, the whole layer, [\d,]+ parameters$/);
  await expect(page.getByRole("gridcell", { name: "Encoder self, layer 1" })).toContainText("whole layer");
  const changes = page.getByRole("region", { name: "What changed" });
  await expect(changes.getByRole("listitem")).toHaveText([
    "Encoder self, layer 1: whole layer → ELR M", "Encoder self, layer 2: attention and residual → ALRR M", "Cross, layers 1–2: attention weights → AWR M",
  ]);
  // The layer, all of one attention with its norm, and twice two thirds of queries, keys and values.
  await expect(changes).toContainText("gone from the Transformer 83,392 · put in");
  // Twice an ALR M for two attentions, beside what the model has: 1,784,784 of 619,728.
  await page.getByRole("button", { name: "No encoder attention" }).click();
  await expect(changes).toContainText("gone from the Transformer 24,960 · put in 1,190,016");
  await expect(page.getByTestId("parameters")).toHaveText("619,728 → 1,784,784 (2.88 times)");
});

test("a cell says what stands there costs: in short letters, and in full to be heard", async ({ fake: page, open }) => {
  await open("#/?mix=enc.1%3Dalr-m%2Cenc.2%3Daslr-m%2Cself.1%3Duniform");
  await expect(page.getByTestId("badge")).toContainText("Live");
  const cell = (site: string, layer: number) => page.getByRole("gridcell", { name: `${site}, layer ${layer}` });
  // As Train has them: of ASLR the nets of all heads, of an attention its queries, keys and values.
  for (const [place, named, short] of [
    [cell("Encoder self", 1), "Encoder self, layer 1: ALR M, 595,008 parameters", "595 k"],
    [cell("Encoder self", 2), "Encoder self, layer 2: ASLR M, 1,490,688 parameters", "1.49 M"],
    [cell("Cross", 2), "Cross, layer 2: attention, 12,480 parameters", "12.5 k"],
  ] as const) {
    await expect(place).toHaveAccessibleName(named);
    expect(await place.locator("small").last().evaluate((small) => getComputedStyle(small, "::after").content)).toBe(`"${short}"`);
  }
  // A control has none.
  await expect(cell("Decoder self", 1)).toHaveAccessibleName("Decoder self, layer 1: Uniform, equal weights");
});

test("below the sizes of the brush stands which are the same", async ({ fake: page, open }) => {
  await open("#/?mix=teacher");
  await expect(page.getByTestId("badge")).toContainText("Live");
  const same = page.getByRole("group", { name: "Size", exact: true }).getByText("same as");
  await expect(same).toHaveCount(0);
  await page.getByRole("radio", { name: "ASLR", exact: true }).check({ force: true });
  await expect(same).toHaveText("XL: same as L.");
  await page.getByRole("radio", { name: "ELR", exact: true }).check({ force: true });
  await expect(same).toHaveCount(0);
});

test("how it works says of each method what it takes the place of", async ({ fake: page, open }) => {
  await open();
  const how = page.getByRole("region", { name: "How it works" });
  for (const [method, words] of [
    ["ALR", "queries, keys, values and softmax"], ["ALRR", "the norm, the attention, its output projection and the residual"],
    ["ASLR", "a net of its own for each head"], ["ELR", "the whole encoder layer"], ["AWR", "is ours, not the paper’s"],
  ]) {
    await expect(how.getByRole("listitem").filter({ has: page.getByText(method, { exact: true }) })).toContainText(words);
  }
  // It stays as short as it is meant to be; the keys are behind a line.
  const said = await how.locator("h2, p, figcaption, ul:not(details *)").allInnerTexts();
  expect(said.join(" ").split(/\s+/).length).toBeLessThanOrEqual(400);
  await expect(how.getByText("Keys in the grid:")).toBeHidden();
  await how.getByText("Keyboard").click();
  await expect(how.getByText("Keys in the grid:")).toBeVisible();
  await expect(how.getByRole("link", { name: "Paper" })).toHaveAttribute("href", "https://arxiv.org/abs/2311.10642");
  await how.getByRole("link", { name: "Data" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Train your own");
});

test("compares of each method the largest net, the best of the sites together, and their controls", async ({ fake: page, open }) => {
  await open("#/compare");
  const list = page.getByRole("group", { name: "Models" });
  const rows = page.getByTestId("scores").locator("tbody tr");
  const controls = ["enc", "self", "cross"].flatMap((site) => ["none", "uniform", "mean"].map((control) => `${site}=${control}`));
  const nets = ["enc=alr-m", "enc=alrr-m", "enc=aslr-m", "enc=elr-m", "self=alr-m", "cross=alr-m", "cross=awr-m"];
  const mixes = ["teacher", ...nets, "enc=alr-m,self=alr-m,cross=awr-m", ...controls];
  await expect(rows).toHaveCount(mixes.length);
  expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-mix")))).toEqual(mixes);
  await expect(rows.nth(8)).toContainText("Encoder self: ALR M");
  await expect(rows.nth(8)).toContainText("Cross: AWR M");
  await expect(page.getByText("AWR, attention-weights replacement, is ours, not the paper’s.")).toBeVisible();
  // The smaller ones are there to be added, the controls behind a line.
  const encoder = list.getByRole("group", { name: "Encoder self" });
  await expect(encoder.getByRole("checkbox")).toHaveCount(6);
  await encoder.getByText("ALR XS", { exact: true }).click();
  await expect(rows.nth(1)).toHaveAttribute("data-mix", "enc=alr-xs");
  await list.getByRole("group", { name: "Cross" }).getByText("AWR M", { exact: true }).click();
  await expect(page.locator("tr[data-mix='cross=awr-m']")).toHaveCount(0);
  await expect(list.getByText("Cross: nothing (zero)")).toBeHidden();
  await list.getByText("Controls: 9 of 9").click();
  await list.getByText("Cross: nothing (zero)").click();
  await expect(list.getByText("Controls: 8 of 9")).toBeVisible();
  await expect(page.locator("tr[data-mix='cross=none']")).toHaveCount(0);
});
