/**
 * What stands at each attention, and its text: `teacher`, or a list such as `enc=alr-m,cross.2=none`. Behind it `trained=nets`
 * and the like say that it was trained as a whole.
 */

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

/** Ways of a method that are not the plain one; all are ours. */
export const VARIANTS = ["perquery", "gated", "prefix", "deep2", "deep3"] as const;
export type Variant = (typeof VARIANTS)[number];
const DEEPER: readonly Variant[] = ["deep2", "deep3"];

/**
 * What is built where, and in which variants beside the plain one; whatever comes is one word here. Of nets of one size, the
 * best at a site is that of the method which stands first: at cross-attention ALR loses by far the most (paper, and our
 * experiments).
 */
export const BUILT: Record<Site, Partial<Record<Method, readonly Variant[]>>> = {
  enc: { alr: DEEPER, alrr: DEEPER, aslr: DEEPER, elr: DEEPER, awr: [] },
  self: { alr: DEEPER, awr: [] },
  cross: { awr: [], alr: VARIANTS },
};

/** The methods of a site in the order in which they are named: the paper's, then ours. */
export function methodsAt(site: Site): Method[] {
  return METHODS.filter((method) => BUILT[site][method]);
}

export function variantsAt(site: Site, method: Method): readonly Variant[] {
  return BUILT[site][method] ?? [];
}

/** Wherever they are built. */
export function variantsOf(method: Method): Variant[] {
  return VARIANTS.filter((variant) => SITES.some((site) => variantsAt(site, method).includes(variant)));
}

/** How a mix came to its weights, where its nets are not simply put into the teacher. */
export const TRAININGS = ["nets", "all", "scratch"] as const;
export type Trained = (typeof TRAININGS)[number];

/** `attention`, a control, or a net such as `alr-m` or `alr-m+gated`. */
export type Filling = string;
export const ATTENTION: Filling = "attention";

/** Fillings by site, a layer each; layers count from 0 here and from 1 in text. With the way in which the whole was trained. */
export interface Board extends Record<Site, Filling[]> {
  trained: Trained | null;
}

export function teacherBoard(layers: number): Board {
  const row = () => Array.from({ length: layers }, () => ATTENTION);
  return { enc: row(), self: row(), cross: row(), trained: null };
}

function among<T extends string>(all: readonly T[]): (text: string) => text is T {
  return (text): text is T => all.some((item) => item === text);
}

export const isSite = among(SITES);
export const isMethod = among(METHODS);
export const isSize = among(SIZES);
export const isControl = among(CONTROLS);
export const isVariant = among(VARIANTS);
const isTraining = among(TRAININGS);

/** What a net is, wherever it stands. */
export interface NetKind {
  method: Method;
  size: Size;
  /** The plain one where there is none. */
  variant: Variant | null;
}

/** What the text of a net says; null for what is none. */
export function netOf(filling: Filling): NetKind | null {
  const [, method = "", size = "", variant] = /^([a-z]+)-([a-z]+)(?:\+([a-z0-9]+))?$/.exec(filling) ?? [];
  if (!isMethod(method) || !isSize(size) || (variant !== undefined && !isVariant(variant))) return null;
  return { method, size, variant: variant ?? null };
}

export function netFilling({ method, size, variant }: NetKind): Filling {
  return `${method}-${size}${variant ? `+${variant}` : ""}`;
}

export function isNet(filling: Filling): boolean {
  return netOf(filling) !== null;
}

/** What a net such as `enc.1.alr-m` is, and where it stands. */
export function netNamed(name: string): ({ site: Site; layer: number } & NetKind) | null {
  const [site, layer = "", filling = ""] = name.split(".");
  const kind = netOf(filling);
  return isSite(site) && /^[1-9][0-9]*$/.test(layer) && kind ? { site, layer: Number(layer), ...kind } : null;
}

export function isBuilt({ method, variant }: Omit<NetKind, "size">, site: Site): boolean {
  const variants = BUILT[site][method];
  return variants !== undefined && (variant === null || variants.includes(variant));
}

function canStand(filling: Filling, site: Site): boolean {
  const net = netOf(filling);
  return net ? isBuilt(net, site) : filling === ATTENTION || isControl(filling);
}

/** A site, a layer counted from 0 (null: all) and what stands there; null where the text is no such thing. */
export function entryOf(part: string): { site: Site; layer: number | null; filling: Filling } | null {
  const [, site = "", layer, filling = ""] = /^([a-z]+)(?:\.([1-9][0-9]*))?=([a-z0-9+-]+)$/.exec(part.trim()) ?? [];
  if (!isSite(site) || !canStand(filling, site)) return null;
  return { site, layer: layer ? Number(layer) - 1 : null, filling };
}

/** What `trained=` in a part of a mix says; null where the part is another one. */
export function trainedOf(part: string): Trained | null {
  const [, word = ""] = /^trained=([a-z]+)$/.exec(part.trim()) ?? [];
  return isTraining(word) ? word : null;
}

/** Whether a mix was, or is to be, trained as a whole. */
export function isTrained(mix: string): boolean {
  return mix.split(",").some((part) => trainedOf(part) !== null);
}

/** The same mix, trained so. */
export function trainedAs(mix: string, trained: Trained): string {
  const parts = mix.split(",").filter((part) => part.trim() !== "teacher" && trainedOf(part) === null);
  return [...parts, `trained=${trained}`].join(",");
}

/** The board of a mix's text; null where the text is none, or not of a model of so many layers. */
export function parseMix(text: string, layers: number): Board | null {
  const board = teacherBoard(layers);
  if (text.trim() === "teacher") return board;
  const parts = text.split(",");
  board.trained = parts.map(trainedOf).findLast((trained) => trained !== null) ?? null;
  const entries = parts.filter((part) => trainedOf(part) === null).map(entryOf);
  if (!entries.every((found) => found !== null && (found.layer ?? 0) < layers)) return null;
  const found = entries.filter((it) => it !== null);
  // An entry for one layer wins over one for all, wherever it stands; else the last wins.
  for (const { site, layer, filling } of found) if (layer === null) board[site].fill(filling);
  for (const { site, layer, filling } of found) if (layer !== null) board[site][layer] = filling;
  // Without a net, there is none that could be trained on.
  return board.trained === "nets" && netsOf(board).length === 0 ? null : board;
}

/** The shortest text of a board; equal boards have equal texts. */
export function formatMix(board: Board): string {
  const parts = SITES.flatMap((site) => {
    const fillings = board[site];
    const alike = fillings.every((filling) => filling === fillings[0]);
    if (alike) return fillings[0] === ATTENTION ? [] : [`${site}=${fillings[0]}`];
    return fillings.flatMap((filling, layer) => (filling === ATTENTION ? [] : [`${site}.${layer + 1}=${filling}`]));
  });
  const all = board.trained ? [...parts, `trained=${board.trained}`] : parts;
  return all.length > 0 ? all.join(",") : "teacher";
}

/** The mix among others that is this one, however it is written: weights and rows are kept under the text they were asked by. */
export function sameMix(mix: string, others: readonly string[], layers: number): string | undefined {
  const shortest = (text: string) => {
    const board = parseMix(text, layers);
    return board && formatMix(board);
  };
  const wanted = shortest(mix);
  return wanted === null ? undefined : others.find((other) => shortest(other) === wanted);
}

/** The nets that a board needs, by the names that the engine gives them. */
export function netsOf(board: Board): string[] {
  return SITES.flatMap((site) =>
    board[site].flatMap((filling, layer) => (isNet(filling) ? [`${site}.${layer + 1}.${filling}`] : [])),
  );
}
