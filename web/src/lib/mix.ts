/** What stands at each attention, and its text: `teacher`, or a list such as `enc=alr-m,cross.2=none`. */

export const SITES = ["enc", "self", "cross"] as const;
export type Site = (typeof SITES)[number];

export const SIZES = ["xs", "s", "m", "l", "xl"] as const;
export type Size = (typeof SIZES)[number];

export const CONTROLS = ["none", "uniform", "mean"] as const;
export type Control = (typeof CONTROLS)[number];

export const PAPER_METHODS = ["alr", "alrr", "aslr", "elr"] as const;
/** Not the paper's: AWR predicts the weights of an attention, and leaves it its values. */
export const OUR_METHODS = ["awr"] as const;
export const METHODS = [...PAPER_METHODS, ...OUR_METHODS] as const;
export type Method = (typeof METHODS)[number];

/**
 * What is built where; a method that comes, or comes to another site, is one word here. Of nets of one size, the best at a
 * site is that of the method which stands first: at cross-attention ALR loses by far the most (paper, and our experiments).
 */
export const BUILT: Record<Site, readonly Method[]> = {
  enc: ["alr", "alrr", "aslr", "elr", "awr"],
  self: ["alr", "awr"],
  cross: ["awr", "alr"],
};

/** The methods of a site in the order in which they are named: the paper's, then ours. */
export function methodsAt(site: Site): Method[] {
  return METHODS.filter((method) => BUILT[site].includes(method));
}

/** `attention`, a control, or a net such as `alr-m`. */
export type Filling = string;
export const ATTENTION: Filling = "attention";

/** Fillings by site, a layer each; layers count from 0 here and from 1 in text. */
export type Board = Record<Site, Filling[]>;

export function teacherBoard(layers: number): Board {
  const row = () => Array.from({ length: layers }, () => ATTENTION);
  return { enc: row(), self: row(), cross: row() };
}

function among<T extends string>(all: readonly T[]): (text: string) => text is T {
  return (text): text is T => all.some((item) => item === text);
}

export const isSite = among(SITES);
export const isMethod = among(METHODS);
export const isSize = among(SIZES);
export const isControl = among(CONTROLS);

/** Method and size of a net; null for what is none. */
export function netOf(filling: Filling): { method: Method; size: Size } | null {
  const [method, size = "", ...more] = filling.split("-");
  return isMethod(method) && isSize(size) && more.length === 0 ? { method, size } : null;
}

export function isNet(filling: Filling): boolean {
  return netOf(filling) !== null;
}

/** The method of a net such as `enc.1.alr-m`, its size, and where it stands. */
export function netNamed(name: string): { site: Site; layer: number; method: Method; size: Size } | null {
  const [site, layer = "", filling = ""] = name.split(".");
  const kind = netOf(filling);
  return isSite(site) && /^[1-9][0-9]*$/.test(layer) && kind ? { site, layer: Number(layer), ...kind } : null;
}

function canStand(filling: Filling, site: Site): boolean {
  const net = netOf(filling);
  return net ? BUILT[site].includes(net.method) : filling === ATTENTION || isControl(filling);
}

/** A site, a layer counted from 0 (null: all) and what stands there; null where the text is no such thing. */
export function entryOf(part: string): { site: Site; layer: number | null; filling: Filling } | null {
  const [, site = "", layer, filling = ""] = /^([a-z]+)(?:\.([1-9][0-9]*))?=([a-z-]+)$/.exec(part.trim()) ?? [];
  if (!isSite(site) || !canStand(filling, site)) return null;
  return { site, layer: layer ? Number(layer) - 1 : null, filling };
}

/** The board of a mix's text; null where the text is none, or not of a model of so many layers. */
export function parseMix(text: string, layers: number): Board | null {
  const board = teacherBoard(layers);
  if (text.trim() === "teacher") return board;
  const entries = text.split(",").map(entryOf);
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
