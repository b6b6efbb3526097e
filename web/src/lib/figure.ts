/** The figure's geometry: small multiples, one a place, of BLEU against the size of the nets. In pixels. */
import { METHODS, SIZES, VARIANTS, type Control } from "./mix.ts";
import type { Cost } from "./gaps.ts";
import { spread } from "./labels.ts";
import type { Found, Place, Point } from "./setting.ts";
import { PLACES } from "./setting.ts";

/** The x axis: the five sizes, or the parameters of the whole model, logarithmic. */
export type Axis = "size" | "parameters";

export interface Tick {
  at: number;
  text: string;
}

export interface Mark {
  point: Point;
  x: number;
  y: number;
  low: number;
  high: number;
}

/** A net that nobody fitted yet: it has a size and a price, and no score. */
export interface Open {
  cost: Cost;
  x: number;
  y: number;
  /** To each side of it, as far as it is nearer than the next one. */
  reach: number;
}

export interface Curve {
  path: string;
  point: Point;
}

/** What stands at the right end of a facet, as high as what it names or near it. */
export interface Label {
  y: number;
  /** The height of what it names. */
  of: number;
  /** The mark's, if it is a mark that it names. */
  x: number | null;
  text: string;
  point: Point | null;
}

export interface Facet {
  place: Place;
  left: number;
  top: number;
  /** Of the plot alone, without the labels behind it. */
  width: number;
  height: number;
  xTicks: Tick[];
  yTicks: Tick[];
  /** Whether the y axis has its numbers here. */
  first: boolean;
  bands: { y: number; low: number; high: number }[];
  trainedOn: number[];
  levels: { control: Control; y: number }[];
  curves: Curve[];
  marks: Mark[];
  opens: Open[];
  labels: Label[];
}

export interface Figure {
  width: number;
  height: number;
  columns: number;
  /** The y axis in BLEU. */
  range: [number, number];
  facets: Facet[];
}

export interface Names {
  teacher: string;
  trainedOn: string;
  control(control: Control): string;
  point(point: Point): string;
  parameters(value: number): string;
}

const GUTTER = 44;
const GAP = 20;
/** Room for the labels at the right. */
const LABELS = 120;
const HEAD = 30;
/** Of the ticks, and of what the axis is. */
const FOOT = 44;
/** Between two labels. */
const LINE = 15;
/** Between two kinds of nets at one size. */
const DODGE = 8;

export function columnsFor(width: number): number {
  return width >= 1080 ? 4 : width >= 560 ? 2 : 1;
}

/** The BLEU from which and to which the axis goes: from 0, or in whole tens around teachers and nets, without the controls. */
export function rangeOf({ teachers, trainedOn, levels, points }: Found, zoomed: boolean): [number, number] {
  const drawn = [...teachers, ...points].map(({ row }) => row).concat(trainedOn);
  const all = drawn.concat(levels.map(({ row }) => row));
  const high = Math.min(100, 10 * Math.ceil(Math.max(10, ...all.map((row) => row.bleu_high)) / 10));
  const low = zoomed ? 10 * Math.floor(Math.min(high - 10, ...drawn.map((row) => row.bleu_low)) / 10) : 0;
  return [Math.max(0, low), high];
}

function ticks([low, high]: [number, number]): number[] {
  const step = high - low > 50 ? 20 : high - low > 20 ? 10 : 5;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, index) => first + index * step);
}

/** What is drawn as one kind: its own place beside the others at a size, its own curve. */
function kindKey({ kind, board }: Point): string {
  return `${kind ? kind.method : "several"}+${kind?.variant ?? ""} ${board.trained ?? ""}`;
}

function rank({ kind, board }: Point): number {
  const method = kind ? METHODS.indexOf(kind.method) : METHODS.length;
  const variant = kind?.variant ? VARIANTS.indexOf(kind.variant) + 1 : 0;
  return 100 * method + 10 * variant + (board.trained ? 1 : 0);
}

interface Scales {
  x(point: Point): number;
  ticks: Tick[];
}

function bySize(points: readonly Point[], width: number): Scales {
  const slot = width / SIZES.length;
  const ordered = [...points].sort((one, other) => rank(one) - rank(other));
  const kinds = [...new Set(ordered.map(kindKey))];
  const step = Math.min(DODGE, (slot - 6) / Math.max(1, kinds.length));
  const dodge = (point: Point) => (kinds.indexOf(kindKey(point)) - (kinds.length - 1) / 2) * step;
  return {
    x: (point) => (SIZES.indexOf(point.size) + 0.5) * slot + dodge(point),
    ticks: SIZES.map((size, index) => ({ at: (index + 0.5) * slot, text: size.toUpperCase() })),
  };
}

/** At the bottom, at the sizes that they have: parameters of the whole are known of what is scored alone. */
function opensOf(costs: readonly Cost[], width: number, y: number): Open[] {
  const slot = width / SIZES.length;
  const methods = METHODS.filter((method) => costs.some(({ pick }) => pick.method === method));
  const step = Math.min(DODGE, (slot - 4) / Math.max(1, methods.length));
  const dodge = (cost: Cost) => (methods.indexOf(cost.pick.method) - (methods.length - 1) / 2) * step;
  return costs
    .map((cost) => ({ cost, x: (SIZES.indexOf(cost.pick.size) + 0.5) * slot + dodge(cost), y, reach: step / 2 }))
    .sort((one, other) => one.x - other.x);
}

/** A common axis for all facets, so that they can be read across. */
function byParameters(all: readonly Point[], width: number, names: Names): Scales {
  const values = all.map(({ row }) => Math.log10(row.parameters));
  const [low, high] = values.length > 0 ? [Math.min(...values) - 0.1, Math.max(...values) + 0.1] : [5, 7];
  const at = (value: number) => (width * (Math.log10(value) - low)) / (high - low);
  const steps = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
  const inside = steps.filter((value) => at(value) >= 0 && at(value) <= width);
  const every = Math.max(1, Math.ceil(inside.length / Math.floor(width / 48)));
  return { x: ({ row }) => at(row.parameters), ticks: inside.filter((_, index) => index % every === 0).map((value) => ({ at: at(value), text: names.parameters(value) })) };
}

/** Points of one kind and one run, from small to large. */
function curvesOf(marks: readonly Mark[]): Curve[] {
  const groups = new Map<string, Mark[]>();
  for (const mark of marks) {
    if (mark.point.kind === null || mark.point.board.trained !== null) continue;
    const key = `${kindKey(mark.point)} ${mark.point.model.recipe.seed} ${JSON.stringify(mark.point.model.recipe.distil)}`;
    groups.set(key, [...(groups.get(key) ?? []), mark]);
  }
  return [...groups.values()].flatMap((group) => {
    const ordered = [...group].sort((one, other) => one.x - other.x);
    const path = ordered.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    return ordered.length > 1 ? [{ path, point: ordered[0].point }] : [];
  });
}

/** Each kind is named once, at its mark that stands furthest to the right. */
function labelsOf(marks: readonly Mark[], facet: Pick<Facet, "bands" | "trainedOn" | "levels">, names: Names): Omit<Label, "y">[] {
  const last = new Map<string, Mark>();
  for (const mark of marks) {
    const key = kindKey(mark.point);
    if ((last.get(key)?.x ?? -Infinity) < mark.x) last.set(key, mark);
  }
  const line = (of: number, text: string): Omit<Label, "y"> => ({ of, x: null, text, point: null });
  return [
    ...facet.bands.slice(0, 1).map(({ y }) => line(y, names.teacher)),
    ...facet.trainedOn.slice(0, 1).map((y) => line(y, names.trainedOn)),
    ...[...new Map(facet.levels.map((level) => [level.control, level])).values()].map(({ y, control }) => line(y, names.control(control))),
    ...[...last.values()].map(({ x, y, point }) => ({ of: y, x, text: names.point(point), point })),
  ];
}

export function figureOf(found: Found, width: number, axis: Axis, zoomed: boolean, names: Names, open: readonly Cost[] = []): Figure {
  const columns = columnsFor(width);
  const range = rangeOf(found, zoomed);
  const outer = (width - GUTTER - (columns - 1) * GAP) / columns;
  const plot = { width: outer - LABELS, height: columns === 1 ? 200 : 250 };
  const full = HEAD + plot.height + FOOT;
  const facets = PLACES.map((place, index): Facet => {
    const [left, top] = [GUTTER + (index % columns) * (outer + GAP), Math.floor(index / columns) * (full + 12) + HEAD];
    const y = (bleu: number) => plot.height * (1 - (Math.min(Math.max(bleu, range[0]), range[1]) - range[0]) / (range[1] - range[0]));
    const points = found.points.filter((point) => point.place === place);
    const scales = axis === "size" ? bySize(points, plot.width) : byParameters(found.points, plot.width, names);
    const marks = points
      .map((point): Mark => ({ point, x: scales.x(point), y: y(point.row.bleu), low: y(point.row.bleu_low), high: y(point.row.bleu_high) }))
      .sort((one, other) => rank(one.point) - rank(other.point) || one.x - other.x);
    const lines = {
      bands: found.teachers.map(({ row }) => ({ y: y(row.bleu), low: y(row.bleu_low), high: y(row.bleu_high) })),
      trainedOn: place === "all" ? found.trainedOn.map((row) => y(row.bleu)) : [],
      levels: found.levels.filter((level) => level.place === place && level.row.bleu >= range[0]).map(({ control, row }) => ({ control, y: y(row.bleu) })),
    };
    return {
      place, left, top, ...plot, ...lines,
      xTicks: scales.ticks,
      yTicks: ticks(range).map((bleu) => ({ at: y(bleu), text: String(bleu) })),
      first: index % columns === 0,
      curves: curvesOf(marks),
      marks,
      opens: axis === "size" ? opensOf(open.filter(({ pick }) => pick.site === place), plot.width, plot.height) : [],
      labels: spread(labelsOf(marks, lines, names), LINE, 4, plot.height),
    };
  });
  const rows = Math.ceil(PLACES.length / columns);
  return { width, height: rows * full + (rows - 1) * 12, columns, range, facets };
}
