/** Which words of a translation its reference confirms: those in an n-gram, of two words or more, that it has as well. */
import { wordsOf } from "./diff.ts";

const LEAST = 2;

/** For each word of the text, whether it stands in such an n-gram. */
export function confirmedWords(text: string, reference: string): boolean[] {
  const [words, other] = [wordsOf(text), wordsOf(reference)];
  const found = words.map(() => false);
  for (let at = 0; at < words.length; at++) {
    for (let start = 0; start < other.length; start++) {
      let length = 0;
      while (at + length < words.length && start + length < other.length && words[at + length] === other[start + length]) length += 1;
      if (length >= LEAST) found.fill(true, at, at + length);
    }
  }
  return found;
}
