/** Mixes and fillings in the page's words. */
import { board, fillings, sites } from "../strings.ts";
import type { Obstacle } from "./board.ts";
import {
  ATTENTION, isSite, methodsAt, netOf, OUR_METHODS, SITES, trainedOf, variantsAt,
  type Board, type Filling, type Method, type NetKind, type Site, type Variant,
} from "./mix.ts";
import { GROUPS, inGroup, type Group, type NetPick } from "./picks.ts";

export function isOurs(method: Method): boolean {
  return OUR_METHODS.some((ours) => ours === method);
}

/** Beside the paper's methods, ours are told apart. */
export function methodName(method: Method): string {
  return isOurs(method) ? board.ours(board.methods[method]) : board.methods[method];
}

/** `Cross, AWR (ours)` */
export function groupName({ site, method }: Group): string {
  return `${sites[site]}, ${methodName(method)}`;
}

/** Of one method at one site, variant by variant: `XS, M` and `M, gated`. */
export function sizesName(group: Group, picks: readonly NetPick[]): string[] {
  return [null, ...variantsAt(group.site, group.method)].flatMap((variant) => {
    const chosen = picks.filter((pick) => inGroup(group)(pick) && pick.variant === variant);
    const sizes = chosen.map(({ size }) => size.toUpperCase()).join(", ");
    return sizes ? [variant ? `${sizes}, ${board.variants[variant]}` : sizes] : [];
  });
}

/** Method by method, then by variant: `ALR XS, M`, `ALR M, gated` and `AWR M`. */
export function chosenNames(picks: readonly NetPick[]): string[] {
  return GROUPS.flatMap((group) => sizesName(group, picks).map((sizes) => `${board.methods[group.method]} ${sizes}`));
}

/** `ALR M`, whatever its variant. */
function plainName({ method, size }: NetKind): string {
  return `${board.methods[method]} ${size.toUpperCase()}`;
}

/** Beside the paper's nets, variants are told apart: `ALR M, gated (ours)`. */
export function fillingName(filling: Filling): string {
  const net = netOf(filling);
  if (!net) return fillings[filling] ?? filling;
  return net.variant ? board.ours(`${plainName(net)}, ${board.variants[net.variant]}`) : plainName(net);
}

/** As short as a cell of the switchboard. */
export function fillingLabel(filling: Filling): string {
  if (filling === ATTENTION) return board.attentionLetter;
  const net = netOf(filling);
  return net ? plainName(net) : (board.controls[filling] ?? filling);
}

/** To be heard: with the label, by which who speaks to the page calls what is seen. */
export function fillingSpoken(filling: Filling): string {
  const [name, label] = [fillingName(filling), fillingLabel(filling)];
  return name.toLowerCase().includes(label.toLowerCase()) ? name : `${label}, ${name}`;
}

/** What a cell says below it in small letters. */
export function fillingNote(filling: Filling): string | null {
  const net = netOf(filling);
  const notes = [net?.method === "elr" ? board.wholeLayer : null, net?.variant ? board.variants[net.variant] : null];
  return notes.filter((note) => note !== null).join(", ") || null;
}

/** What a filling takes the place of, in a word or three: `attention`. */
export function goneFor(filling: Filling): string {
  const net = netOf(filling);
  return net ? board.gone[net.method] : board.gone.alr;
}

/** More of the model than its cell is of the switchboard. */
export function spansLayer(filling: Filling): boolean {
  return netOf(filling)?.method === "elr";
}

/** `ALR, gated` */
export function kindName(method: Method, variant: Variant | null): string {
  return variant ? `${board.methods[method]}, ${board.variants[variant]}` : board.methods[method];
}

/** Why nothing comes of a click on a cell. */
export function obstacleName(why: Obstacle): string {
  if (why.kind === "not-trained") return board.notTrained(fillingName(why.net.split(".")[2]));
  const [kind, there] = [kindName(why.method, why.variant), methodsAt(why.site)];
  const named = (methods: readonly Method[]) => methods.map((method) => board.methods[method]);
  if (there.includes(why.method)) return board.notBuiltHere(kind, board.attentions[why.site], named(there));
  return board.encoderOnly(kind, named(there.filter((method) => !isOurs(method))), there.filter(isOurs).map(methodName));
}

export interface Stretch {
  site: Site;
  first: number;
  last: number;
  filling: Filling;
}

/** What a board replaces, neighbouring layers that are alike in one. */
export function stretches(from: Board): Stretch[] {
  const found: Stretch[] = [];
  for (const site of SITES) {
    from[site].forEach((filling, layer) => {
      const last = found.at(-1);
      if (filling === "attention") return;
      if (last?.site === site && last.filling === filling && last.last === layer) last.last = layer + 1;
      else found.push({ site, first: layer + 1, last: layer + 1, filling });
    });
  }
  return found;
}

/**
 * What a mix is marked by: a filling for each method that it puts in, its variants apart, and one for its controls; attention
 * where there is none.
 */
export function marksOf(fillings: readonly Filling[]): Filling[] {
  const found = new Map<string, Filling>();
  for (const filling of fillings) {
    const net = netOf(filling);
    const kind = net ? `${net.method}${net.variant ? "+" : ""}` : "control";
    if (filling !== ATTENTION && !found.has(kind)) found.set(kind, filling);
  }
  return found.size > 0 ? [...found.values()] : [ATTENTION];
}

export function fillingsOfMix(mix: string): Filling[] {
  return mix.split(",").flatMap((part) => (trainedOf(part) ? [] : (part.split("=")[1] ?? [])));
}

export function hasOurs(fillings: readonly Filling[]): boolean {
  return fillings.some((filling) => {
    const net = netOf(filling);
    return net !== null && isOurs(net.method);
  });
}

export interface MixPart {
  name: string;
  /** None of what was done with the whole. */
  filling: Filling | null;
}

function partOf(part: string): MixPart {
  const trained = trainedOf(part);
  if (trained) return { name: board.trainings[trained], filling: null };
  const [place, filling] = part.split("=");
  const [site, layer] = place.split(".");
  return { name: `${isSite(site) ? sites[site] : site}${layer ? ` ${layer}` : ""}: ${fillingName(filling)}`, filling };
}

const TRANSFORMER: MixPart = { name: board.transformer, filling: ATTENTION };

/** A mix as it is called in lists, part by part: `Encoder self: ALR M`. */
export function mixParts(mix: string): MixPart[] {
  if (mix === "teacher") return [TRANSFORMER];
  const parts = mix.split(",").map(partOf);
  return parts.every(({ filling }) => filling === null) ? [TRANSFORMER, ...parts] : parts;
}

export function mixName(mix: string): string {
  return mixParts(mix).map(({ name }) => name).join(" · ");
}
