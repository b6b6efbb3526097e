/** A text's pieces as they are marked: what another text lacks or has, what a reference confirms, what is new. */
import { diff, type Part } from "./diff.ts";
import { isSpaced, lettersOf } from "./pieces.ts";

export interface Piece {
  letters: string;
  /** A space stands before it. */
  spaced: boolean;
  fresh: boolean;
}

/** Pieces in a row that are confirmed, or are not. */
export interface Stretch {
  confirmed: boolean;
  pieces: Piece[];
}

export interface MarkedPart {
  kind: Part["kind"];
  stretches: Stretch[];
  /** Its first space is struck with it: without the part, the text around it is one word. */
  inWord: boolean;
}

/** What is marked of a text, word by word. */
export interface Words {
  confirmed: readonly boolean[];
  fresh: ReadonlySet<number>;
}

export function markedParts(own: string[], against: string[], words: Words): MarkedPart[] {
  const parts = diff(against, own);
  // A word begins with a space, the first one too.
  let word = -1;
  return parts.map(({ kind, units }, index) => {
    const stretches: Stretch[] = [];
    for (const unit of units) {
      if (kind !== "del" && isSpaced(unit)) word += 1;
      const here = kind !== "del" && (words.confirmed[word] ?? false);
      const piece = { letters: lettersOf(unit), spaced: isSpaced(unit), fresh: kind !== "del" && words.fresh.has(word) };
      const last = stretches.at(-1);
      if (last?.confirmed === here) last.pieces.push(piece);
      else stretches.push({ confirmed: here, pieces: [piece] });
    }
    const next = parts[index + 1];
    return { kind, stretches, inWord: kind === "del" && next !== undefined && !isSpaced(next.units[0]) };
  });
}

/** The words of `text` that `before` does not have, by their places. */
export function freshWords(before: string[], text: string[]): Set<number> {
  const fresh = new Set<number>();
  let at = 0;
  for (const { kind, units } of diff(before, text)) {
    if (kind === "ins") units.forEach((_, index) => fresh.add(at + index));
    if (kind !== "del") at += units.length;
  }
  return fresh;
}
