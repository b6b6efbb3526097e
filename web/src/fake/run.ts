/** A scripted run: curves that fall, and what the script has go wrong. */
import type { Change, Device, FileEntry, Goal, Recipe, Report, Row, Run as Contract, RunEvent } from "attentionless";
import { parametersOf } from "./costs.ts";
import { asText, entry, fakeRow, heldOutPairs, netNames } from "./files.ts";
import { isTrained } from "../lib/mix.ts";
import { scoredMixes } from "../lib/recipe.ts";
import { fault, played, wait } from "./script.ts";
import { say } from "./translator.ts";

const TEACHER_STEPS = 400;
const NET_STEPS = 200;
const WHOLE_STEPS = 100;
const STEP_MS = 2;
const STATE = "state/teacher.safetensors";
/** Where scripts have something happen. */
const TROUBLE = 0.4;

/** Of the teacher, after this part of its steps. */
const lossAt = (part: number) => 1.3 + 5.5 * Math.exp(-4 * part);

type Stage = "text" | "teacher" | "nets" | "tuned" | "scores" | "done";

class FakeRun implements Contract {
  #changes: Change[] = [];
  #stage: Stage;
  #step = 0;
  #told = false;
  #rows: Row[] = [];
  #tuned: string[] = [];

  constructor(
    readonly device: Device,
    readonly recipe: Recipe,
    readonly files: FileEntry[],
    readonly mixes: string[],
    trains: boolean,
  ) {
    const state = files.find(({ name }) => name === STATE);
    this.#step = state ? Number(asText(state.bytes)) : 0;
    this.#stage = trains ? "text" : "scores";
    // What went wrong once does not go wrong again after it.
    this.#told = state !== undefined && played.script === "crash";
  }

  async step(budgetMs: number): Promise<RunEvent[]> {
    await wait(Math.min(budgetMs, played.script === "slow" && this.#stage === "scores" ? 400 : 60));
    if (this.#stage === "text") return this.#text();
    if (this.#stage === "teacher") return this.#teach();
    if (this.#stage === "nets") return this.#distil();
    if (this.#stage === "tuned") return this.#tune();
    if (this.#stage === "scores") return this.#score();
    return [{ event: "done", seconds: { teacher: 4, distil: 2, finetune: 0, eval: 1 } }];
  }

  #text(): RunEvent[] {
    const [kind, text] = this.recipe.corpus.source.split(":");
    if (kind === "tsv" && !this.#has(`uploads/${text}`)) throw fault("failed", `${text}: cannot be read (it is not among the texts given)`);
    if (kind === "tsv") this.#refuseBroken(text);
    const pairs = heldOutPairs(60);
    this.#write("recipe.json", JSON.stringify(this.recipe));
    this.#write("corpus/report.json", JSON.stringify({ hash: "0f1e2d3c4b5a69788796a5b4c3d2e1f0" }));
    this.#write("corpus/test.tsv", pairs.map(({ source, reference }) => `${source}\t${reference}\n`).join(""));
    this.#stage = this.#has("teacher.safetensors") ? "nets" : "teacher";
    const { pairs: train } = this.recipe.corpus;
    const report = { corpus: "everyday", direction: this.recipe.pair, read: train + 1500, kept: train + 1000, dropped: [{ reason: "duplicate", count: 500, example: "The dog sleeps." }] };
    const corpus = { event: "corpus" as const, hash: "0", report: { ...report, train, valid: 500, test: 500 } };
    const resumed: RunEvent[] = this.#step > 0 ? [{ event: "resumed", stage: "teacher", step: this.#step, total: TEACHER_STEPS }] : [];
    const told = { vocab: 600, vocab_hash: "0", train, valid: 500, test: 500, too_long: 3, longest: 27, source_tokens: 8, target_tokens: 9 };
    return [corpus, { event: "text", ...told }, ...resumed];
  }

  #refuseBroken(name: string): void {
    const file = this.files.find((file) => file.name === `uploads/${name}`);
    const line = asText(file?.bytes ?? new Uint8Array()).split("\n").findIndex((line) => line !== "" && line.split("\t").length !== 2);
    if (line >= 0) throw fault("failed", `${name}, line ${line + 1}: expected 2 columns separated by a tab, found 1; give each line one sentence and its translation`);
  }

  #has(file: string): boolean {
    return this.files.some(({ name }) => name === file);
  }

  #teach(): RunEvent[] {
    this.#trouble();
    this.#step = Math.min(TEACHER_STEPS, this.#step + 30 / STEP_MS);
    const part = this.#step / TEACHER_STEPS;
    const loss = lossAt(part) + 0.08 * Math.sin(this.#step);
    const rate = 0.003 * Math.min(part / 0.2, Math.sqrt(0.2 / part));
    const training: RunEvent = { event: "training", step: this.#step, total: TEACHER_STEPS, loss, rate, tokens_per_second: 18_400 };
    const epoch = Math.floor(part * this.recipe.teacher.epochs);
    const before = Math.floor(((this.#step - 30 / STEP_MS) / TEACHER_STEPS) * this.recipe.teacher.epochs);
    const events: RunEvent[] = [training];
    if (epoch > before) {
      this.#write(STATE, String(this.#step));
      events.push({ event: "validated", epoch, epochs: this.recipe.teacher.epochs, loss: loss + 0.1, best: true });
    }
    if (this.#step < TEACHER_STEPS) return events;
    this.#write("teacher.safetensors", "weights");
    const curve = Array.from({ length: TEACHER_STEPS }, (_, step) => `teacher\t${step + 1}\t${lossAt((step + 1) / TEACHER_STEPS).toFixed(4)}\n`);
    this.#write("curve.tsv", curve.join(""));
    this.#changes.push({ name: STATE, bytes: null });
    this.#stage = "nets";
    this.#step = 0;
    return events;
  }

  #trouble(): void {
    if (this.#told || this.#step < TROUBLE * TEACHER_STEPS) return;
    const { script } = played;
    this.#told = script !== "lost-always";
    // Half the rate is low enough.
    const wild = (this.recipe.teacher.rate_drops ?? []).length === 0;
    if (script === "nan" && wild) throw Object.assign(fault("not-finite", "the loss became NaN; what was saved before it is kept."), { step: this.#step });
    if (script === "oom") throw fault("out-of-memory", "the device is out of memory");
    if (script === "crash" && this.#step < 0.9 * TEACHER_STEPS) throw new WebAssembly.RuntimeError("unreachable executed");
    const lost = script === "lost-always" || (script === "lost" && played.losses === 0);
    if (!lost) return;
    played.losses += 1;
    throw fault("device-lost", "the GPU device was lost");
  }

  #distil(): RunEvent[] {
    const nets = netNames(this.recipe).filter((net) => !this.#has(`nets/${net}.safetensors`));
    this.#step = Math.min(NET_STEPS, this.#step + 20);
    const part = this.#step / NET_STEPS;
    const floor = (net: string) => (({ xs: 0.09, s: 0.07, m: 0.02 })[net.split("-")[1] ?? ""] ?? 0.01) * (net.includes(".1.") ? 1 : 0.7);
    const losses = nets.map((net) => ({ net, loss: floor(net) + 0.3 * Math.exp(-5 * part) }));
    const events: RunEvent[] = [{ event: "distilling", step: this.#step, total: NET_STEPS, losses, sentences_per_second: 900 }];
    if (this.#step < NET_STEPS && nets.length > 0) return events;
    for (const net of nets) {
      this.#write(`nets/${net}.safetensors`, "weights");
      const parameters = parametersOf(net, this.recipe);
      events.push({ event: "fitted", net, parameters, fit: { mse: floor(net), r2: 1 - 4 * floor(net) } });
    }
    this.#stage = "tuned";
    this.#step = 0;
    return events;
  }

  #tune(): RunEvent[] {
    const mix = this.mixes.find((mix) => isTrained(mix) && !this.#has(`tuned/${mix}.safetensors`) && !this.#tuned.includes(mix));
    if (mix === undefined) {
      this.#stage = "scores";
      this.#step = 0;
      return [];
    }
    this.#step += 20;
    const loss = 1.2 + 0.8 * Math.exp(-this.#step / 30);
    const tuning: RunEvent = { event: "tuning", mix, step: this.#step, total: WHOLE_STEPS, loss, tokens_per_second: 9_200 };
    if (this.#step < WHOLE_STEPS) return [tuning];
    this.#write(`tuned/${mix}.safetensors`, "weights");
    this.#tuned.push(mix);
    this.#step = 0;
    return [tuning, { event: "tuned", mix }];
  }

  #score(): RunEvent[] {
    const mix = this.mixes[this.#rows.length];
    if (mix === undefined) {
      this.#stage = "done";
      return [];
    }
    const lines = heldOutPairs(60).map(({ source }) => say(mix, source, this.recipe.model.layers));
    this.#write(`outputs/${mix}.txt`, lines.map((line) => `${line}\n`).join(""));
    const row = { ...fakeRow(mix), sentences: 60 };
    this.#rows.push(row);
    this.#write("rows.json", JSON.stringify(this.#rows));
    return [{ event: "scoring", mix, sentences: 60, total: 60 }, { event: "scored", ...row }];
  }

  #write(name: string, text: string): void {
    this.#changes.push(entry(name, text));
  }

  async save(): Promise<void> {
    if (this.#stage === "teacher") this.#write(STATE, String(this.#step));
  }

  takeChanges(): Change[] {
    return this.#changes.splice(0);
  }

  report(): Report {
    const { pair, corpus } = this.recipe;
    return {
      corpus: corpus.source,
      direction: pair,
      split: "test",
      sentences: 60,
      recipe: "0",
      signature: "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|attentionless:0.1.0",
      rows: this.#rows,
      seconds: { teacher: 4, distil: 2, finetune: 0, eval: 1 },
    };
  }

  sample = (text: string): Promise<string> => Promise.resolve(say("teacher", text, this.recipe.model.layers));

  free(): void {
    this.#changes = [];
  }
}

export const Run = {
  open: (device: Device, recipe: Recipe, files: FileEntry[], _goal: Goal): Contract =>
    new FakeRun(device, recipe, files, scoredMixes(recipe), true),
  scoring: (device: Device, recipe: Recipe, files: FileEntry[], mixes: string[]): Contract =>
    new FakeRun(device, recipe, files, mixes, false),
};
