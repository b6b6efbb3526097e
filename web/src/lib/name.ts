/** Mixes and fillings in the page's words. */
import { board, fillings, sites } from "../strings.ts";
import type { Obstacle } from "./board.ts";
import { ATTENTION, isNet, isSite, methodsAt, netOf, OUR_METHODS, SITES, type Board, type Filling, type Method, type Site } from "./mix.ts";
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

/** Method by method: `ALR XS, M` and `AWR M`. */
export function chosenNames(picks: readonly NetPick[]): string[] {
  return GROUPS.flatMap((group) => {
    const sizes = picks.filter(inGroup(group)).map(({ size }) => size.toUpperCase());
    return sizes.length > 0 ? [`${board.methods[group.method]} ${sizes.join(", ")}`] : [];
  });
}

export function fillingName(filling: Filling): string {
  const net = netOf(filling);
  return net ? `${board.methods[net.method]} ${net.size.toUpperCase()}` : (fillings[filling] ?? filling);
}

/** As short as a cell of the switchboard. */
export function fillingLabel(filling: Filling): string {
  if (filling === ATTENTION) return board.attentionLetter;
  return isNet(filling) ? fillingName(filling) : (board.controls[filling] ?? filling);
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

/** Why nothing comes of a click on a cell. */
export function obstacleName(why: Obstacle): string {
  if (why.kind === "not-trained") return board.notTrained(fillingName(why.net.split(".")[2]));
  const instead = methodsAt(why.site).map((method) => board.methods[method]);
  return board.notBuiltHere(board.methods[why.method], board.attentions[why.site], instead);
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

/** What a mix is marked by: a filling for each method that it puts in, one for its controls; attention where there is none. */
export function marksOf(fillings: readonly Filling[]): Filling[] {
  const found = new Map<string, Filling>();
  for (const filling of fillings) {
    const kind = netOf(filling)?.method ?? "control";
    if (filling !== ATTENTION && !found.has(kind)) found.set(kind, filling);
  }
  return found.size > 0 ? [...found.values()] : [ATTENTION];
}

export function fillingsOfMix(mix: string): Filling[] {
  return mix.split(",").flatMap((part) => part.split("=")[1] ?? []);
}

export function hasOurs(fillings: readonly Filling[]): boolean {
  return fillings.some((filling) => {
    const net = netOf(filling);
    return net !== null && isOurs(net.method);
  });
}

/** A mix as it is called in lists, part by part: `Encoder self: ALR M`. */
export function mixParts(mix: string): string[] {
  if (mix === "teacher") return ["Transformer"];
  return mix.split(",").map((part) => {
    const [place, filling] = part.split("=");
    const [site, layer] = place.split(".");
    return `${isSite(site) ? sites[site] : site}${layer ? ` ${layer}` : ""}: ${fillingName(filling)}`;
  });
}

export function mixName(mix: string): string {
  return mixParts(mix).join(" · ");
}
