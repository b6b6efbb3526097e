/** The visitor's own text, read by the real engine as soon as it is chosen. */
import type { Page } from "@playwright/test";
import { zipped } from "../zip.ts";
import { expect, needsBuild, openTrain, shrink, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(180_000);

const NOUNS = ["dog", "cat", "man", "child", "book", "door", "tree", "bird", "house", "letter"];
const VERBS = ["sees", "finds", "wants", "likes", "takes", "loses"];
const LINES = NOUNS.flatMap((one) => VERBS.flatMap((verb) => NOUNS.map((other) => `the ${one} ${verb} the ${other}\tle ${one} ${verb} le ${other}`)));
const file = (name: string, content: string | Buffer) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });
const read = (page: Page) => page.getByTestId("own-read");
const refused = (page: Page) => page.getByTestId("own-refused").locator("p");

async function choose(page: Page, name: string, content: string | Buffer): Promise<void> {
  await page.getByLabel("File with two columns").setInputFiles(file(name, content));
}

async function openOwn(page: Page, url: string): Promise<void> {
  await openTrain(page, url, "cpu");
  await page.getByLabel("your file, two columns").check();
}

/** Start is there or not, and says why. */
async function startIs(page: Page, why: string): Promise<void> {
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", String(why !== ""));
  await expect(page.locator("#start-why")).toHaveText(why);
}

test("a good one: what was read, kept and dropped, the length that cuts nothing, and the time", async ({ real: page, realSite }) => {
  await openOwn(page, realSite.url);
  const long = Array.from({ length: 12 }, (_, index) => NOUNS[index % NOUNS.length]).join(" the ");
  await choose(page, "mine.tsv", [...LINES, LINES[0], "\tle chien", `the ${long}\tle ${long}`].join("\n"));
  await expect(read(page)).toContainText("603 pairs read, 601 kept: 481 pairs to train on, 60 to validate, 60 held out, 2 dropped", { timeout: 30_000 });
  await read(page).getByText("Why some were dropped").click();
  await expect(page.getByTestId("dropped")).toContainText("1: an empty side, such as “le chien”");
  await expect(page.getByTestId("dropped")).toContainText("1: the same pair again, such as “the dog sees the dog”");
  await expect(page.getByTestId("dropped").locator("[lang=en]")).toHaveText(["the dog sees the dog"]);
  await expect(page.getByTestId("longest")).toHaveText(/^1 of them is too long for the model and left out\. A length of \d+ tokens would cut none\.$/);
  await startIs(page, "");
  // Of 600 pairs, not of the 4,000 that the preset asks for.
  await expect(page.getByTestId("own-time")).toHaveText(/^Training on it takes .+ on this device\.$/, { timeout: 30_000 });
  await expect(page.getByTestId("time")).toHaveText(/\d (s|min)/);
  await read(page).getByRole("button", { name: /^Read up to \d+ tokens$/ }).click();
  await expect(page.getByTestId("longest")).toHaveText(/^None is too long for the model: the longest takes \d+ tokens\.$/, { timeout: 30_000 });
  // Another source clears it, and back it is read again.
  await page.getByLabel("everyday, made by").check();
  await expect(read(page)).toHaveCount(0);
  await startIs(page, "");
  await page.getByLabel("your file, two columns").check();
  await expect(read(page)).toContainText("603 pairs read", { timeout: 30_000 });
});

const MEMORY = `<tmx version="1.4"><header/><body>${LINES.slice(0, 40).map((line) => {
  const [english, french] = line.split("\t");
  return `<tu><tuv xml:lang="en"><seg>${english}</seg></tuv><tuv xml:lang="fr"><seg>${french}</seg></tuv></tu>`;
}).join("")}</body></tmx>`;

/** What is wrong, the file, and the sentence or its start. */
const BROKEN: [string, string | Buffer, string][] = [
  ["one-column.tsv", [...LINES.slice(0, 2), "the dog sleeps", ...LINES].join("\n"), "mine.tsv, line 3: expected 2 columns separated by a tab, found 1; give each line one sentence and its translation"],
  ["latin.tsv", Buffer.from(`${LINES.join("\n")}\nthe child\tl'élève\n`, "latin1"), "mine.tsv, line 601: expected UTF-8, found byte 0xE9"],
  ["quotes.csv", 'a dog,un chien\n"a cat,un chat\n', "mine.csv, line 2: a quoted field opens here and never closes; close it, or double a quote that belongs to the text"],
  ["cut.tmx", MEMORY.slice(0, MEMORY.length / 2), "mine.tmx, line 1: no well-formed memory: "],
  ["other.zip", zipped({ "a.txt": "a" }), "mine.zip: expected IWSLT2017's files IWSLT17.TED.tst*.en-fr.*.xml for tests, found none of them among 1 files"],
  ["cut.zip", zipped({ "a.txt": "a" }).subarray(0, 40), "mine.zip: this is no whole zip archive: its list of files is missing"],
  ["empty.tsv", "", "tsv:mine.tsv: nothing is left of 0 pairs"],
];

test("broken ones are refused in one sentence at once, none can be started, and a good one mends it", async ({ real: page, realSite }) => {
  await openOwn(page, realSite.url);
  await startIs(page, "Choose a file first.");
  for (const [name, content, says] of BROKEN) {
    await choose(page, name, content);
    await expect(refused(page), name).toContainText(says, { timeout: 30_000 });
    expect(await refused(page).innerText(), name).not.toContain("\n");
    await expect(page.getByRole("alert"), name).toContainText(says);
    await startIs(page, "Your text cannot be used as it is; the reason stands below its file.");
    await page.getByTestId("start").focus();
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("stats"), name).toHaveCount(0);
  }
  await choose(page, "mine.tsv", LINES.join("\n"));
  await expect(read(page)).toContainText("600 pairs read, 600 kept", { timeout: 30_000 });
  await expect(refused(page)).toHaveCount(0);
  await startIs(page, "");
});

test("two files whose lines do not fit are refused; the second one mends it", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await page.getByLabel("two text files").check();
  const [source, target] = [0, 1].map((side) => LINES.map((line) => line.split("\t")[side]));
  await page.getByLabel("Source sentences").setInputFiles(file("a.txt", source.join("\n")));
  await startIs(page, "Choose a file first.");
  await page.getByLabel("Target sentences").setInputFiles(file("b.txt", target.slice(1).join("\n")));
  await expect(refused(page)).toContainText("source.txt has 600 lines and target.txt has 599: line-aligned files need the same number", { timeout: 30_000 });
  await page.getByLabel("Target sentences").setInputFiles(file("c.txt", target.join("\n")));
  await expect(read(page)).toContainText("600 pairs read, 600 kept", { timeout: 30_000 });
});

test("a text that no model of this length reads says which length would do", async ({ real: page, realSite }) => {
  await openOwn(page, realSite.url);
  const words = (language: string, line: number) => Array.from({ length: 60 }, (_, index) => `${language}${NOUNS[(line + index) % 10]}`).join(" ");
  await choose(page, "mine.tsv", Array.from({ length: 40 }, (_, line) => `${words("a", line)} ${line}\t${words("b", line)} ${line}`).join("\n"));
  await expect(refused(page)).toContainText(/no pair of the training split fits into model\.max_len = \d+ tokens \(its 32 pairs are longer, the longest takes \d+\); raise model\.max_len/, { timeout: 30_000 });
  await shrink(page, { "Longest sentence, tokens": "120" });
  await expect(read(page)).toContainText("40 pairs read, 40 kept", { timeout: 30_000 });
});

test("a large one does not hold up the page, and is replaced while it is read", async ({ real: page, realSite }) => {
  await openOwn(page, realSite.url);
  // 30 MB: some seconds of work for the engine.
  const part = Array.from({ length: 7_000 }, (_, index) => `${index} ${LINES[index % LINES.length]} ${index}\n`).join("");
  await page.evaluate(() => {
    let [last, gap] = [performance.now(), 0];
    Object.assign(globalThis, { longest: () => gap });
    const look = () => {
      gap = Math.max(gap, performance.now() - last);
      last = performance.now();
      requestAnimationFrame(look);
    };
    look();
  });
  // By the page's own hand: through the browser's protocol it would take the page's time.
  await page.getByLabel("File with two columns").evaluate((input: HTMLInputElement, part) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(Array.from({ length: 100 }, () => part), "large.tsv"));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, part);
  await expect(page.getByTestId("own-reads")).toBeVisible();
  await startIs(page, "Your text is being read.");
  await choose(page, "small.tsv", LINES.join("\n"));
  await expect(read(page)).toContainText("600 pairs read, 600 kept", { timeout: 60_000 });
  expect(await page.evaluate(() => (globalThis as unknown as { longest: () => number }).longest())).toBeLessThan(1_500);
  // What came of the first one is told no more.
  await page.waitForTimeout(3_000);
  await expect(read(page)).toContainText("600 pairs read");
});
