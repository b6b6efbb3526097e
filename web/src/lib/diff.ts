/** Differences of two texts by words or by tokens: a longest common subsequence. */

/** Units, in a row, that both texts have, or one of them alone. */
export interface Part {
  kind: "same" | "ins" | "del";
  units: string[];
}

export function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}

/** Lengths of the longest common subsequences of all pairs of tails. */
function table(one: string[], other: string[]): Uint32Array[] {
  const rows = Array.from({ length: one.length + 1 }, () => new Uint32Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      rows[i][j] = one[i] === other[j] ? rows[i + 1][j + 1] + 1 : Math.max(rows[i + 1][j], rows[i][j + 1]);
    }
  }
  return rows;
}

/** What makes `other` of `one`; neighbours of one kind are one part, and deletions come before insertions. */
export function diff(one: string[], other: string[]): Part[] {
  const lengths = table(one, other);
  const parts: Part[] = [];
  const add = (kind: Part["kind"], unit: string) => {
    const last = parts.at(-1);
    if (last?.kind === kind) last.units.push(unit);
    else parts.push({ kind, units: [unit] });
  };
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      add("same", one[i]);
      i += 1;
      j += 1;
    } else if (i < one.length && (j === other.length || lengths[i + 1][j] >= lengths[i][j + 1])) {
      add("del", one[i]);
      i += 1;
    } else {
      add("ins", other[j]);
      j += 1;
    }
  }
  return parts;
}

/** Words that are new or gone; a word in another's place counts once. */
export function changedWords(before: string, after: string): number {
  let [count, deleted] = [0, 0];
  for (const { kind, units } of [...diff(wordsOf(before), wordsOf(after)), { kind: "same", units: [] } as Part]) {
    if (kind === "del") deleted = units.length;
    else {
      count += kind === "ins" ? Math.max(units.length, deleted) : deleted;
      deleted = 0;
    }
  }
  return count;
}
