/** The page beside the command line, which `ATTENTIONLESS` names: the same weights say the same, the same recipe learns the same. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folder } from "../server.ts";
import { expect, files, finished, needsBuild, openTrain, shrink, test } from "./helpers.ts";

/** Of the largest loss, over the first steps: later on, roundings that differ grow by themselves. */
const TOLERANCE = 1e-3;

let scratch: string;

test.beforeEach(() => {
  needsBuild(true);
  scratch = mkdtempSync(join(tmpdir(), "attentionless-native-"));
});
test.afterEach(() => rmSync(scratch, { recursive: true }));
test.setTimeout(600_000);

/** What the command line prints. */
function native(words: string[], input = ""): string {
  const program = process.env.ATTENTIONLESS;
  if (!program) throw new Error("ATTENTIONLESS names no command line: run `cargo xtask test browser`");
  return execFileSync(program, words, { input, encoding: "utf8", cwd: scratch, stdio: ["pipe", "pipe", "ignore"] });
}

test("a sentence drawn now has the same translations in the page and on the command line", async ({ real: page, realSite }) => {
  native(["import", join(folder("dist"), "pack/tiny.safetensors"), "--out", "pack"]);
  await page.goto(`${realSite.url}?device=cpu#/?mix=enc%3Dalr-m`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  const box = page.getByRole("textbox");
  for (let draws = 1 + Math.floor(Math.random() * 5); draws > 0; draws--) {
    // The engine draws in its worker: the text read before it answers would be the one of before.
    const before = await box.inputValue();
    await expect(async () => {
      await page.getByRole("button", { name: "New sentence" }).click();
      // The same sentence can be drawn twice.
      await expect(box).not.toHaveValue(before, { timeout: 10_000 });
    }).toPass();
  }
  const source = await box.inputValue();
  for (const [pane, mix] of [["teacher", "teacher"], ["mix", "enc=alr-m"]] as const) {
    await expect(page.getByTestId(pane)).toHaveAttribute("data-source", source, { timeout: 30_000 });
    const said = native(["translate", "pack", "--mix", mix, "--device", "cpu"], `${source}\n`).trim();
    // What is struck out is the teacher's, not the mix's.
    const shown = () => page.getByTestId(pane).evaluate((text) => {
      const own = text.cloneNode(true) as HTMLElement;
      own.querySelectorAll("del").forEach((struck) => struck.remove());
      return (own.textContent ?? "").replace(/\s+/g, " ").trim();
    });
    await expect.poll(shown, `${mix} of: ${source}`).toBe(said);
  }
});

/** Losses by `stage step`, from a run's `curve.tsv`. */
function curve(text: string, steps: number): Map<string, number> {
  const rows = text.trim().split("\n").map((line) => line.split("\t"));
  return new Map(rows.filter(([stage, step]) => stage === "teacher" && Number(step) <= steps).map(([stage, step, loss]) => [`${stage} ${step}`, Number(loss)]));
}

/** The software adapter takes a second for a step. */
const RUNS = [
  { device: "cpu", steps: 50, settings: {} as Record<string, string> },
  { device: "wgpu", steps: 12, settings: { "Training pairs": "250", Vocabulary: "400", "Epochs of the teacher": "2", "Epochs of the nets": "1", "Sentences scored": "4" } },
] as const;
const FIELDS: Record<string, string> = {
  "Training pairs": "corpus.pairs",
  Vocabulary: "tokenizer.vocab",
  "Epochs of the teacher": "teacher.epochs",
  "Epochs of the nets": "distil.epochs",
  "Sentences scored": "score.sentences",
};

for (const { device, steps, settings } of RUNS) {
  test(`${device}: the curve and the vocabulary of micro are those of the command line`, async ({ real: page, realSite }) => {
    const sets = Object.entries(settings).flatMap(([label, value]) => ["--set", `${FIELDS[label]}=${value}`]);
    native(["train", "--preset", "micro", "--device", "cpu", ...sets, "--out", "run"]);
    await openTrain(page, realSite.url, device);
    if (sets.length > 0) await shrink(page, settings);
    await page.getByTestId("start").click();
    await finished(page, 280_000);
    const found = await files(page, "^(tokenizer\\.json|curve\\.tsv)$");
    expect(found["tokenizer.json"]?.toString()).toBe(readFileSync(join(scratch, "run/tokenizer.json"), "utf8"));
    const [here, there] = [found["curve.tsv"]?.toString() ?? "", readFileSync(join(scratch, "run/curve.tsv"), "utf8")].map((text) => curve(text, steps));
    expect([...here.keys()]).toEqual([...there.keys()]);
    expect(there.size).toBeGreaterThanOrEqual(10);
    const allowed = TOLERANCE * Math.max(...there.values());
    for (const [step, loss] of there) expect(Math.abs((here.get(step) ?? NaN) - loss), step).toBeLessThanOrEqual(allowed);
  });
}
