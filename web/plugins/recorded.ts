/** Writes the recorded examples of the demo pack into index.html, so that they show before any script has run. */
import { existsSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { mixName } from "../src/lib/name.ts";
import { differingFirst } from "../src/lib/recorded.ts";

interface Translation {
  mix: string;
  text: string;
}

interface Example {
  source: string;
  reference: string;
  translations: Translation[];
}

const PLACE = "<!--recorded-->";
/** The examples may take this much of the page's first 25 KB. */
const MOST_BYTES = 20_000;

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter);

function row(label: string, role: string, lang: string, text: string): string {
  return `<div><dt>${escaped(label)}</dt><dd lang="${lang}" data-role="${escaped(role)}">${escaped(text)}</dd></div>`;
}

function article(example: Example, [source, target]: [string, string], index: number): string {
  const translations = example.translations.map(({ mix, text }) => row(mixName(mix), `mix:${mix}`, target, text));
  return [
    `<article class="recorded" data-example="${index + 1}"><dl>`,
    row("Source", "source", source, example.source),
    ...translations,
    row("Reference", "reference", target, example.reference),
    "</dl></article>",
  ].join("");
}

/** The markup of the examples; nothing where there is no pack. */
export function markup(manifest: string): string {
  if (!existsSync(manifest)) return "";
  const { examples, pair = "en-fr" } = JSON.parse(readFileSync(manifest, "utf8")) as { examples: Example[]; pair?: string };
  const [source = "en", target = "fr"] = pair.split("-");
  const articles = differingFirst(examples).map((example, index) => article(example, [source, target], index)).join("\n");
  if (Buffer.byteLength(articles) > MOST_BYTES) {
    throw new Error(`the recorded examples take ${Buffer.byteLength(articles)} bytes of HTML; at most ${MOST_BYTES} may be`);
  }
  return articles;
}

export function recordedExamples(manifest: string): Plugin {
  return {
    name: "recorded-examples",
    transformIndexHtml: { order: "pre", handler: (html) => html.replace(PLACE, () => markup(manifest)) },
  };
}
