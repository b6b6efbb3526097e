/** What stands at each attention, and its text: `teacher`, or a list such as `enc=alr-m,cross.2=none`. */

export const SITES = ["enc", "self", "cross"] as const;
export type Site = (typeof SITES)[number];

export const SIZES = ["xs", "s", "m", "l", "xl"] as const;
export type Size = (typeof SIZES)[number];

export const CONTROLS = ["none", "uniform", "mean"] as const;
export type Control = (typeof CONTROLS)[number];
/** The whole encoder without what its attention does: nothing has to be trained for them. */
export const CONTROL_MIXES = CONTROLS.map((control) => `enc=${control}`);

export const METHODS = ["alr", "alrr", "aslr", "elr"] as const;
export type Method = (typeof METHODS)[number];
/** The others are of the paper, and not built yet. */
export const BUILT: readonly Method[] = ["alr"];

/** `attention`, a control, or a net such as `alr-m`. */
export type Filling = string;
export const ATTENTION: Filling = "attention";

/** Fillings by site, a layer each; layers count from 0 here and from 1 in text. */
export type Board = Record<Site, Filling[]>;

export function teacherBoard(layers: number): Board {
  const row = () => Array.from({ length: layers }, () => ATTENTION);
  return { enc: row(), self: row(), cross: row() };
}

export function isNet(filling: Filling): boolean {
  return /^[a-z]+-(xs|s|m|l|xl)$/.test(filling);
}

function isFilling(text: string): boolean {
  return text === ATTENTION || (CONTROLS as readonly string[]).includes(text) || isNet(text);
}

export function netOf(filling: Filling): { method: string; size: Size } {
  const [method = "", size = "m"] = filling.split("-");
  return { method, size: size as Size };
}

/** A site, a layer counted from 0 (null: all) and what stands there; null where the text is no such thing. */
function entry(part: string): { site: Site; layer: number | null; filling: Filling } | null {
  const match = /^(enc|self|cross)(?:\.([1-9][0-9]*))?=([a-z-]+)$/.exec(part.trim());
  if (!match || !isFilling(match[3])) return null;
  return { site: match[1] as Site, layer: match[2] ? Number(match[2]) - 1 : null, filling: match[3] };
}

/** The board of a mix's text; null where the text is none, or not of a model of so many layers. */
export function parseMix(text: string, layers: number): Board | null {
  const board = teacherBoard(layers);
  if (text.trim() === "teacher") return board;
  const entries = text.split(",").map(entry);
  if (!entries.every((found) => found !== null && (found.layer ?? 0) < layers)) return null;
  const found = entries.filter((it) => it !== null);
  // An entry for one layer wins over one for all, wherever it stands; else the last wins.
  for (const { site, layer, filling } of found) if (layer === null) board[site].fill(filling);
  for (const { site, layer, filling } of found) if (layer !== null) board[site][layer] = filling;
  return board;
}

/** The shortest text of a board; equal boards have equal texts. */
export function formatMix(board: Board): string {
  const parts = SITES.flatMap((site) => {
    const fillings = board[site];
    const alike = fillings.every((filling) => filling === fillings[0]);
    if (alike) return fillings[0] === ATTENTION ? [] : [`${site}=${fillings[0]}`];
    return fillings.flatMap((filling, layer) => (filling === ATTENTION ? [] : [`${site}.${layer + 1}=${filling}`]));
  });
  return parts.length > 0 ? parts.join(",") : "teacher";
}

/** The nets that a board needs, by the names that the engine gives them. */
export function netsOf(board: Board): string[] {
  return SITES.flatMap((site) =>
    board[site].flatMap((filling, layer) => (isNet(filling) ? [`${site}.${layer + 1}.${filling}`] : [])),
  );
}
