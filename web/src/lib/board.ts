/** The switchboard: what a click does at a cell, and the steps back. */
import {
  ATTENTION, formatMix, isBuilt, isMethod, netFilling, netOf, netsOf, sameMix, SITES, TRAININGS,
  type Board, type Filling, type Method, type Site, type Size, type Trained, type Variant,
} from "./mix.ts";
import { ALL_PICKS, best, completePicks, fillingOfPick, NOT_SCORED, type Scores } from "./picks.ts";

/** The brush that holds, at each cell, the best of the nets that the model has there. */
export const BEST = "best";

export interface Brush {
  /** A method, a control, `attention`, or [`BEST`]. */
  kind: Method | Filling | typeof BEST;
  size: Size;
  /** Of a method that has it somewhere. */
  variant: Variant | null;
}

/** The brush with another size. The best net has none of its own: a size asks for one net, that of the paper's first method. */
export function resized(brush: Brush, size: Size): Brush {
  return brush.kind === BEST ? { kind: "alr", size, variant: null } : { ...brush, size };
}

/** What a brush holds at a cell. Where the model has no net, the best one is that of the paper's first method: it is not trained. */
export function fillingAt({ kind, size, variant }: Brush, { site, layer }: Cell, nets: readonly string[], scores: Scores = NOT_SCORED): Filling {
  if (isMethod(kind)) return netFilling({ method: kind, size, variant });
  if (kind !== BEST) return kind;
  const there = ALL_PICKS.filter((pick) => pick.site === site && nets.includes(`${site}.${layer + 1}.${fillingOfPick(pick)}`));
  const found = best(there, scores);
  return found ? fillingOfPick(found) : netFilling({ method: "alr", size, variant: null });
}

/** Why a filling cannot stand at a cell. */
export type Obstacle = { kind: "not-built"; method: Method; variant: Variant | null; site: Site } | { kind: "not-trained"; net: string };

export function obstacleAt(filling: Filling, site: Site, layer: number, nets: readonly string[]): Obstacle | null {
  const kind = netOf(filling);
  if (!kind) return null;
  if (!isBuilt(kind, site)) return { kind: "not-built", method: kind.method, variant: kind.variant, site };
  const net = `${site}.${layer + 1}.${filling}`;
  return nets.includes(net) ? null : { kind: "not-trained", net };
}

/** What was trained as a whole was that mix alone. */
function withCell(board: Board, site: Site, layer: number, filling: Filling): Board {
  return { ...board, trained: null, [site]: board[site].map((old, index) => (index === layer ? filling : old)) };
}

/** A click: the brush's filling, or attention again where it stands already. The board as it is where it cannot stand. */
export function applied(board: Board, brush: Brush, site: Site, layer: number, nets: readonly string[], scores?: Scores): Board {
  const filling = fillingAt(brush, { site, layer }, nets, scores);
  if (obstacleAt(filling, site, layer, nets)) return board;
  return withCell(board, site, layer, board[site][layer] === filling ? ATTENTION : filling);
}

export function restored(board: Board, site: Site, layer: number): Board {
  return withCell(board, site, layer, ATTENTION);
}

/** All the cells where the brush can stand; attention in all of them where they hold it already. */
export function appliedToAll(board: Board, brush: Brush, cells: readonly Cell[], nets: readonly string[], scores?: Scores): Board {
  const held = cells.map((cell) => ({ ...cell, filling: fillingAt(brush, cell, nets, scores) }));
  const open = held.filter(({ site, layer, filling }) => !obstacleAt(filling, site, layer, nets));
  const filled = open.every(({ site, layer, filling }) => board[site][layer] === filling);
  return open.reduce((result, { site, layer, filling }) => withCell(result, site, layer, filled ? ATTENTION : filling), board);
}

export interface Cell {
  site: Site;
  layer: number;
}

export function columnOf(site: Site, layers: number): Cell[] {
  return Array.from({ length: layers }, (_, layer) => ({ site, layer }));
}

export function rowOf(layer: number): Cell[] {
  return SITES.map((site) => ({ site, layer }));
}

export type BoardPreset = "teacher" | "no-encoder" | "no-self" | "no-cross" | "no-attention";
export const BOARD_PRESETS: readonly BoardPreset[] = ["teacher", "no-encoder", "no-self", "no-cross", "no-attention"];

/** The best of the nets that every layer of a site has; the control `none` where there is none. */
export function bestFilling(site: Site, layers: number, nets: readonly string[], scores: Scores): Filling {
  const found = best(completePicks(layers, nets).filter((pick) => pick.site === site), scores);
  return found ? fillingOfPick(found) : "none";
}

/** Where each preset takes attention away. */
const GONE: Record<BoardPreset, readonly Site[]> = {
  teacher: [],
  "no-encoder": ["enc"],
  "no-self": ["self"],
  "no-cross": ["cross"],
  "no-attention": SITES,
};

export function presetBoard(preset: BoardPreset, layers: number, nets: readonly string[], scores: Scores): Board {
  const column = (site: Site) => {
    const filling = GONE[preset].includes(site) ? bestFilling(site, layers, nets, scores) : ATTENTION;
    return Array.from({ length: layers }, () => filling);
  };
  return { enc: column("enc"), self: column("self"), cross: column("cross"), trained: null };
}

/** What a model shows before anything is asked for: the best nets of the first site that has some; else the teacher. */
export function firstBoard(layers: number, nets: readonly string[], scores: Scores): Board {
  const shown = (["no-encoder", "no-self", "no-cross"] as const).map((preset) => presetBoard(preset, layers, nets, scores));
  return shown.find((board) => netsOf(board).length > 0) ?? presetBoard("teacher", layers, nets, scores);
}

/** What a model has: its nets, and the mixes that were trained as a whole. */
export interface Weights {
  layers: number;
  nets: readonly string[];
  tuned: readonly string[];
}

/** The ways in which a model has what stands on the board trained as a whole. */
export function trainingsOf(board: Board, { tuned, layers }: Weights): Trained[] {
  return TRAININGS.filter((trained) => sameMix(formatMix({ ...board, trained }), tuned, layers) !== undefined);
}

/** Whether a model has all that a board asks for. */
export function hasAll(board: Board, weights: Weights): boolean {
  if (board.trained) return trainingsOf(board, weights).includes(board.trained);
  return netsOf(board).every((net) => weights.nets.includes(net));
}

/** The boards before this one, newest last. */
export class History {
  static readonly MOST = 50;
  #past: Board[] = [];

  push(board: Board): void {
    this.#past.push(board);
    if (this.#past.length > History.MOST) this.#past.shift();
  }

  pop(): Board | undefined {
    return this.#past.pop();
  }

  get length(): number {
    return this.#past.length;
  }
}

/** Where an arrow, Home or End leads in a grid of `rows` by `columns` whose corner 0,0 is empty; null for other keys. */
export function moved(
  [row, column]: [number, number],
  key: string,
  control: boolean,
  [rows, columns]: [number, number],
): [number, number] | null {
  const targets: Record<string, [number, number]> = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: control ? [0, 1] : [row, 0],
    End: control ? [rows - 1, columns - 1] : [row, columns - 1],
  };
  const target = targets[key];
  if (!target) return null;
  const [r, c] = [Math.min(Math.max(target[0], 0), rows - 1), Math.min(Math.max(target[1], 0), columns - 1)];
  if (r === 0 && c === 0) return key === "Home" ? [0, 1] : [row, column];
  return [r, c];
}
