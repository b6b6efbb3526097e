/** What a model can do with a text, before it is translated. */
import type { Translator } from "attentionless";
import type { Inspection } from "../protocol.ts";

/** Where words end, so that the cut falls between two. */
function ends(text: string): number[] {
  return [...text.matchAll(/\S+/gu)].map((word) => word.index + word[0].length);
}

/** The longest part of the text, in whole words, that fits: by halving, since tokens only grow with the text. */
function readable(translator: Translator, text: string, maxLen: number): number {
  const cuts = [0, ...ends(text)];
  let [fits, exceeds] = [0, cuts.length];
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2);
    if (translator.tokens(text.slice(0, cuts[middle])) <= maxLen) fits = middle;
    else exceeds = middle;
  }
  return cuts[fits];
}

export function inspect(translator: Translator, text: string): Inspection {
  const [tokens, maxLen] = [translator.tokens(text), translator.recipe().model.max_len];
  const read = tokens > maxLen ? readable(translator, text, maxLen) : text.length;
  return { unknown: translator.unknownWords(text), tokens, maxLen, read };
}
