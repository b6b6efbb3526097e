/** The rows of all runs, sorted for the figure: what can be compared with each other, and where in the figure it stands. */
import { ATTENTION, formatMix, isControl, netOf, parseMix, SITES, SIZES, type Board, type Control, type NetKind, type Site, type Size } from "./mix.ts";
import type { Row, ScoredModel } from "../protocol.ts";

/** What scores must have in common to stand beside each other: all that makes the teacher but its seed. */
function keyOf({ recipe: { pair, corpus, tokenizer, model, teacher }, text }: ScoredModel): string {
  // Only some recipes have the hash; the text itself has another place here.
  return JSON.stringify([pair, { ...corpus, hash: null }, text, tokenizer, model, teacher]);
}

export interface Setting {
  key: string;
  models: ScoredModel[];
}

/** In the order of the models: of the newest first. */
export function settingsOf(models: readonly ScoredModel[]): Setting[] {
  const found = new Map<string, ScoredModel[]>();
  for (const model of models) {
    const key = keyOf(model);
    found.set(key, [...(found.get(key) ?? []), model]);
  }
  return [...found].map(([key, models]) => ({ key, models }));
}

/** One site, or all three at once. */
export type Place = Site | "all";
export const PLACES: readonly Place[] = [...SITES, "all"];

/** A row, and where in the figure it stands. */
export interface Point {
  model: ScoredModel;
  row: Row;
  board: Board;
  place: Place;
  /** What stands there; null where several kinds of nets do. */
  kind: NetKind | null;
  /** Of several the largest. */
  size: Size;
}

export interface Level {
  place: Place;
  control: Control;
  row: Row;
}

/** What is known in one setting. */
export interface Found {
  teachers: { model: ScoredModel; row: Row }[];
  /** The teacher, trained on. */
  trainedOn: Row[];
  levels: Level[];
  points: Point[];
  /** Mixes that have no place in the figure: some layers alone, or two sites. */
  others: { model: ScoredModel; row: Row }[];
}

/** The filling of a whole site; null where its layers differ. */
function alike(fillings: readonly string[]): string | null {
  return fillings.every((filling) => filling === fillings[0]) ? fillings[0] : null;
}

function replacedOf(board: Board): { site: Site; filling: string | null }[] {
  return SITES.map((site) => ({ site, filling: alike(board[site]) })).filter(({ filling }) => filling !== ATTENTION);
}

function placeOf(board: Board): { place: Place; fillings: string[] } | null {
  const replaced = replacedOf(board);
  const fillings = replaced.flatMap(({ filling }) => filling ?? []);
  if (fillings.length < replaced.length) return null;
  if (replaced.length === 1) return { place: replaced[0].site, fillings };
  return replaced.length === SITES.length ? { place: "all", fillings } : null;
}

function largestSize(kinds: readonly NetKind[]): Size {
  return SIZES[Math.max(...kinds.map(({ size }) => SIZES.indexOf(size)))];
}

/** What makes two rows the same measurement: a run that goes on from another has its rows, too. */
function identity({ recipe }: ScoredModel, board: Board): string {
  const way = board.trained === null ? null : recipe.finetune;
  return JSON.stringify([recipe.seed, recipe.distil, way, formatMix(board)]);
}

function sort(found: Found, model: ScoredModel, row: Row, board: Board): void {
  const replaced = replacedOf(board);
  if (replaced.length === 0) {
    if (board.trained === null) found.teachers.push({ model, row });
    else found.trainedOn.push(row);
    return;
  }
  const placed = placeOf(board);
  const kinds = placed?.fillings.flatMap((filling) => netOf(filling) ?? []) ?? [];
  if (placed && kinds.length === placed.fillings.length) {
    const same = kinds.every((kind) => kind.method === kinds[0].method && kind.variant === kinds[0].variant);
    const size = largestSize(kinds);
    found.points.push({ model, row, board, place: placed.place, kind: same ? { ...kinds[0], size } : null, size });
  } else if (placed && board.trained === null && isControl(placed.fillings[0]) && alike(placed.fillings)) {
    found.levels.push({ place: placed.place, control: placed.fillings[0], row });
  } else {
    found.others.push({ model, row });
  }
}

export function foundIn({ models }: Setting): Found {
  const found: Found = { teachers: [], trainedOn: [], levels: [], points: [], others: [] };
  const seen = new Set<string>();
  for (const model of models) {
    for (const row of model.rows) {
      const board = parseMix(row.mix, model.recipe.model.layers);
      const name = board && identity(model, board);
      if (!board || name === null || seen.has(name)) continue;
      seen.add(name);
      sort(found, model, row, board);
    }
  }
  return found;
}
