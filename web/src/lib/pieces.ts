/** A text in the pieces that are compared: the model's tokens, or whole words. A space before a piece is written `▁`. */
import { wordsOf } from "./diff.ts";

const SPACE_MARK = "▁";

/** Its words, each a piece. */
export function wordPieces(text: string): string[] {
  return wordsOf(text).map((word) => SPACE_MARK + word);
}

/** Its tokens, as the engine joins them; its words where they say another text, as with letters that the model has no token for. */
export function tokenPieces(text: string, joined: string): string[] {
  const pieces = joined.split(" ").filter((piece) => piece !== "");
  return pieces.map(lettersOf).join("") === wordsOf(text).join("") ? pieces : wordPieces(text);
}

export function isSpaced(piece: string): boolean {
  return piece.startsWith(SPACE_MARK);
}

export function lettersOf(piece: string): string {
  return isSpaced(piece) ? piece.slice(SPACE_MARK.length) : piece;
}
