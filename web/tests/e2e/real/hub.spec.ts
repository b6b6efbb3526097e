/** Data sets from their public homes, and the visitor's own archives and memories: the homes are played here. */
import type { Page, Request } from "@playwright/test";
import { iwslt, zipped } from "../zip.ts";
import { expect, files, finished, needsBuild, openTrain, shrink, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(300_000);

const NAME = "iwslt2017-fr-en";
const HOME = "https://huggingface.co/datasets/IWSLT/iwslt2017/resolve/main/data/2017-01-trnted/texts/fr/en/fr-en.zip";
const NOUNS = { chien: "dog", chat: "cat", homme: "man", enfant: "child", livre: "book", arbre: "tree", oiseau: "bird" };
const VERBS = { voit: "sees", trouve: "finds", veut: "wants", prend: "takes" };

const pairs = Object.entries(NOUNS).flatMap(([un, one]) =>
  Object.entries(VERBS).flatMap(([fait, does]) =>
    Object.entries(NOUNS).map(([autre, other]) => [`le ${un} ${fait} le ${autre}`, `the ${one} ${does} the ${other}`] as const)));
const TEXTS = iwslt("fr-en", pairs.slice(0, 160), pairs.slice(160, 178), pairs.slice(178));
const ARCHIVE = zipped(TEXTS);

/** What the home answers. */
interface Answer {
  status?: number;
  body?: Buffer;
  headers?: Record<string, string>;
}

/** Every request to another origin, each answered as the home would. */
async function playHome(page: Page, answer: () => Answer | "refuse" | "wait"): Promise<Request[]> {
  const asked: Request[] = [];
  await page.route(/^https:/, async (route) => {
    asked.push(route.request());
    const given = answer();
    if (given === "refuse") return route.abort("connectionrefused");
    if (given === "wait") return;
    await route.fulfill({ status: 200, ...given, headers: { "access-control-allow-origin": "*", ...given.headers } });
  });
  return asked;
}

/** What the page keeps of data sets, and how many runs. */
function kept(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const found = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return found.flat();
  });
}

async function chooseSet(page: Page): Promise<void> {
  await page.getByLabel("a data set from its public home").check();
  await page.getByTestId("hub-set").selectOption(NAME);
  await expect(page.getByText("IWSLT 2017, TED talks, French to English")).toBeVisible();
  await expect(page.getByTestId("hub-load")).toHaveText("Load 28 MB from huggingface.co, CC BY-NC-ND 4.0");
}

test("cpu: comes at the press of its button alone, is trained on, and its link does it again", async ({ page, realSite }) => {
  const asked = await playHome(page, () => ({ body: ARCHIVE }));
  await openTrain(page, realSite.url, "cpu");
  await chooseSet(page);
  await expect(page.getByText("French to English: about 230,000 sentences. Licence: CC BY-NC-ND 4.0 (name its authors, nothing commercial")).toBeVisible();
  await expect(page.locator("#start-why")).toHaveText("Load the data set first.");
  expect(asked).toEqual([]);
  await page.getByTestId("hub-load").click();
  await expect(page.getByTestId("hub-kept")).toContainText(`${NAME} is in this browser (`);
  expect(asked.map((request) => [request.url(), request.method(), request.headers().referer])).toEqual([[HOME, "GET", undefined]]);
  expect(await kept(page)).toEqual([HOME]);
  await expect(page.getByLabel(/^Pair/)).toHaveValue("en-fr");
  await page.getByLabel(/^Pair/).selectOption("fr-en");
  await shrink(page, { "Epochs of the teacher": "1", "Epochs of the nets": "1", "Sentences scored": "10" });
  await page.getByTestId("start").click();
  await finished(page, 120_000);
  const text = await files(page, "^(corpus/(train|test)\\.tsv|recipe\\.json)$");
  expect(text["corpus/train.tsv"].toString().split("\n").slice(0, 2)).toEqual(pairs.slice(0, 2).map((pair) => pair.join("\t")));
  expect(text["corpus/test.tsv"].toString().split("\n")[0]).toBe(pairs[178].join("\t"));
  expect(JSON.parse(text["recipe.json"].toString())).toMatchObject({ pair: "fr-en", corpus: { source: `hub:${NAME}` } });
  const link = page.url();
  await page.goto("about:blank");
  await page.goto(link);
  await expect(page.getByTestId("hub-set")).toHaveValue(NAME, { timeout: 60_000 });
  await expect(page.getByTestId("hub-kept")).toBeVisible();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page.getByTestId("hub-load")).toBeVisible();
  expect(await kept(page)).toEqual([]);
  expect(asked).toHaveLength(1);
});

const edited = (end: string, edit: (text: string) => string) =>
  zipped(Object.fromEntries(Object.entries(TEXTS).map(([name, text]) => [name, name.endsWith(end) ? edit(text) : text])));
const half = ARCHIVE.subarray(0, ARCHIVE.length / 2);

/** Whatever is wrong, and the whole sentence or its start. */
const REFUSED: Record<string, { answer: Answer | "refuse"; says: string }> = {
  "no answer": { answer: "refuse", says: `${HOME}: cannot be fetched (Failed to fetch); try again later` },
  "another answer": { answer: { status: 503, body: Buffer.from("busy") }, says: `${HOME}: the server answered 503, expected 200; try again later` },
  "a cut connection": {
    answer: { body: half, headers: { "content-length": String(ARCHIVE.length) } },
    says: `${HOME}: the connection was cut after ${half.length} of ${ARCHIVE.length} bytes (`,
  },
  "a wrong size": {
    answer: { body: half, headers: { "content-length": String(2 ** 28 + 1) } },
    says: `${HOME}: the server has ${2 ** 28 + 1} bytes or more, expected about 27700000; nothing is kept`,
  },
  "half an archive": { answer: { body: half }, says: `${HOME}: this is no whole zip archive: its list of files is missing` },
  "no archive": { answer: { body: Buffer.from("<html>sign in</html>") }, says: `${HOME}: this is no whole zip archive: its list of files is missing` },
  "other files": { answer: { body: zipped({ "a.txt": "a" }) }, says: `${HOME}: expected IWSLT2017's files train.tags.fr-en.*, found none of them among` },
  "lines that do not fit": {
    answer: { body: edited("train.tags.fr-en.en", (text) => `${text}one more\n`) },
    says: `${HOME}/fr-en/train.tags.fr-en.fr has `,
  },
};

test("cpu: what does not come whole is refused in one sentence, and nothing stays", async ({ page, realSite }) => {
  let answer: Answer | "refuse" = "refuse";
  await playHome(page, () => answer);
  await openTrain(page, realSite.url, "cpu");
  await chooseSet(page);
  for (const [what, refused] of Object.entries(REFUSED)) {
    ({ answer } = refused);
    await page.getByTestId("hub-load").click();
    const error = page.getByTestId("hub-error");
    await expect(error, what).toContainText(refused.says);
    const text = await error.locator("p").innerText();
    await expect(error.getByRole("button", { name: "Try again" }), what).toBeVisible();
    expect(text, what).not.toContain("\n");
    if (refused.answer !== "refuse" && !refused.answer.status && !refused.answer.headers) expect(text, what).toMatch(/; \d+ bytes came, and are not kept$/);
    await expect(page.getByTestId("hub-load"), what).toBeEnabled();
    expect(await kept(page), what).toEqual([]);
    await expect(page.getByTestId("start"), what).toHaveAttribute("aria-disabled", "true");
  }
  answer = { body: ARCHIVE };
  await page.getByTestId("hub-load").click();
  await expect(page.getByTestId("hub-kept")).toBeVisible();
  await expect(page.getByTestId("hub-error")).toHaveCount(0);
});

test("cpu: can be cancelled on its way", async ({ page, realSite }) => {
  const asked = await playHome(page, () => "wait");
  await openTrain(page, realSite.url, "cpu");
  await chooseSet(page);
  await page.getByTestId("hub-load").click();
  await expect(page.getByTestId("hub-loading")).toContainText("Loading 0 B of 27.7 MB");
  await expect.poll(() => asked.length).toBe(1);
  await page.getByTestId("hub-loading").getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByTestId("hub-error").locator("p")).toHaveText("Loading was cancelled; nothing is kept.");
  await expect(page.getByTestId("hub-load")).toBeEnabled();
  expect(await kept(page)).toEqual([]);
});

const MEMORY = `<tmx version="1.4"><header/><body>${pairs.map(([french, english]) =>
  `<tu><tuv xml:lang="EN-gb"><seg>${english}</seg></tuv><tuv xml:lang="fr"><seg>${french}</seg></tuv></tu>`).join("\n")}</body></tmx>`;
const OWN = {
  "talks, of mine.ZIP": { bytes: ARCHIVE, source: "iwslt:mine.zip", shown: /^mine\.zip: [\d.]+ kB$/ },
  "memory.tmx": { bytes: Buffer.from(MEMORY), source: "tmx:mine.tmx", shown: /^mine\.tmx: [\d.]+ kB$/ },
} as const;

for (const [name, { bytes, source, shown }] of Object.entries(OWN)) {
  test(`cpu: one's own ${name} is trained on`, async ({ real: page, realSite }) => {
    await openTrain(page, realSite.url, "cpu");
    await page.getByLabel("your file, two columns").check();
    await page.getByLabel("File with two columns").setInputFiles({ name, mimeType: "application/octet-stream", buffer: bytes });
    await expect(page.getByText(shown)).toBeVisible();
    await shrink(page, { "Epochs of the teacher": "1", "Epochs of the nets": "1", "Sentences scored": "10" });
    await page.getByTestId("start").click();
    await finished(page, 120_000);
    const { "recipe.json": recipe } = await files(page, "^recipe\\.json$");
    expect(JSON.parse(recipe.toString())).toMatchObject({ corpus: { source } });
  });
}
