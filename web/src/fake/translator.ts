/** A scripted translator: the examples as they are written down, other sentences word by word. */
import type { Device, FileEntry, Lens, MixSize, Recipe, Site, Translation, Translator as Contract } from "attentionless";
import { ATTENTION, netOf, netsOf, parseMix, SITES } from "../lib/mix.ts";
import { goneFor, parametersOf } from "./costs.ts";
import { asText, EXAMPLES } from "./files.ts";
import { lensOf } from "./lens.ts";
import { fault, played, wait } from "./script.ts";

const WORDS: Record<string, string> = {
  the: "le", a: "un", dog: "chien", child: "enfant", children: "enfants", man: "homme", book: "livre", old: "vieux",
  small: "petit", sees: "voit", see: "voient", sleeps: "dort", reads: "lit", we: "nous", he: "il", she: "elle", not: "pas",
  do: "ne", want: "voulons", my: "ma", sister: "sœur", letter: "lettre", tomorrow: "demain", door: "porte", opens: "ouvre",
};

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}']+/gu) ?? [];

function known(word: string): boolean {
  return word in WORDS || EXAMPLES.some(({ source }) => (wordsOf(source) as string[]).includes(word));
}

const HARM: Record<string, number> = { xs: 1, s: 1, m: 0.5, l: 0.5, xl: 0.5 };

/** How many attentions are gone, each taking some sense with it. */
function damage(mix: string, layers: number): number {
  const board = parseMix(mix, layers);
  if (!board) throw fault("usage", `\`${mix}\` is not a mix`);
  const weight = (filling: string) => (filling === ATTENTION ? 0 : (HARM[netOf(filling)?.size ?? ""] ?? 2));
  const harm = SITES.flatMap((site) => board[site]).reduce((sum, filling) => sum + weight(filling), 0);
  return board.trained ? harm / 2 : harm;
}

export function say(mix: string, text: string, layers: number): string {
  const harm = damage(mix, layers);
  const example = EXAMPLES.find(({ source }) => source === text);
  if (example) {
    const written = example.translations.find((translation) => translation.mix === mix);
    const nearest = harm === 0 ? 0 : harm <= 1 ? 1 : harm <= 2 ? 2 : 3;
    return (written ?? example.translations[nearest]).text;
  }
  const words = wordsOf(text).map((word) => WORDS[word] ?? word);
  const kept = words.filter((_, index) => harm < 1 || (index + 1) % Math.max(2, 6 - Math.floor(harm)) !== 0);
  return kept.length > 0 ? `${kept.join(" ")}.` : "";
}

class FakeTranslator implements Contract {
  #recipe: Recipe;
  #files: FileEntry[];

  constructor(files: FileEntry[]) {
    const recipe = files.find(({ name }) => name === "recipe.json");
    if (!recipe) throw fault("failed", "the run has no trained teacher yet");
    this.#recipe = JSON.parse(asText(recipe.bytes)) as Recipe;
    this.#files = files;
  }

  recipe = () => this.#recipe;
  layers = () => this.#recipe.model.layers;

  nets(): string[] {
    return this.#files.flatMap(({ name }) => /^nets\/(.*)\.safetensors$/.exec(name)?.slice(1) ?? []);
  }

  tuned(): string[] {
    return this.#files.flatMap(({ name }) => /^tuned\/(.*)\.safetensors$/.exec(name)?.slice(1) ?? []);
  }

  async translate(mix: string, text: string): Promise<Translation> {
    const ms = played.script === "slow" ? 400 : 6 + (text.length % 7);
    await wait(ms);
    const [tokens, max_len] = [this.tokens(text), this.#recipe.model.max_len];
    const read = text.split(/\s+/u).slice(0, Math.floor(max_len / 1.25)).join(" ");
    const translated = say(mix, tokens > max_len ? read : text, this.layers());
    return { text: translated, tokens, unread: Math.max(0, tokens - max_len), max_len, ms };
  }

  async lens(mix: string, site: Site, layer: number, text: string): Promise<Lens | null> {
    const layers = this.layers();
    const board = parseMix(mix, layers);
    if (!board || layer > layers) throw fault("usage", `\`${mix}\` has no layer ${layer}`);
    await wait(played.script === "slow" ? 400 : 30);
    return lensOf(board[site][layer - 1], site, text, say("teacher", text, layers));
  }

  unknownWords(text: string): string[] {
    return [...new Set(wordsOf(text).filter((word) => !known(word)))];
  }

  tokens(text: string): number {
    return Math.ceil(wordsOf(text).length * 1.25);
  }

  /** Words, the longer ones in two, and what ends a sentence. */
  pieces(text: string): string[] {
    return text.split(/\s+/u).flatMap((word) => {
      const [, letters = "", rest = ""] = /^(.*?)(\p{P}*)$/u.exec(word) ?? [];
      const halves = letters.length > 5 ? [letters.slice(0, 4), letters.slice(4)] : [letters];
      return [`▁${halves[0]}`, ...halves.slice(1), ...(rest ? [rest] : [])];
    });
  }

  mix(mix: string): MixSize {
    const layers = this.layers();
    const board = parseMix(mix, layers);
    if (!board) throw fault("usage", `\`${mix}\` is not a mix`);
    const fillings = SITES.flatMap((site) => board[site]);
    const gone = fillings.filter((filling) => filling !== ATTENTION);
    const nets_parameters = netsOf(board).reduce((sum, net) => sum + parametersOf(net, this.#recipe), 0);
    const attention_removed = gone.reduce((sum, filling) => sum + goneFor(filling, this.#recipe), 0);
    const teacher_parameters = 619_728;
    const parameters = teacher_parameters - attention_removed + nets_parameters;
    const attentions_left = fillings.length - gone.length;
    return { mix, parameters, teacher_parameters, attention_removed, nets_parameters, attentions: fillings.length, attentions_left };
  }

  #pairs(): string[] {
    const file = this.#files.find(({ name }) => name === "corpus/test.tsv");
    return file ? asText(file.bytes).trim().split("\n") : [];
  }

  heldOut = () => this.#pairs().length;

  sentence(index: number): { source: string; reference: string } {
    const [source = "", reference = ""] = (this.#pairs()[index] ?? "").split("\t");
    return { source, reference };
  }

  free(): void {
    this.#files = [];
  }
}

export const Translator = { open: (_device: Device, files: FileEntry[]): Contract => new FakeTranslator(files) };
