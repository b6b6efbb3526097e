/** Mixes and fillings in the page's words. */
import { board, fillings, sites } from "../strings.ts";
import { isNet, netOf, SITES, type Board, type Filling, type Site } from "./mix.ts";

export function fillingName(filling: Filling): string {
  if (isNet(filling)) {
    const { method, size } = netOf(filling);
    return `${board.methods[method] ?? method} ${size.toUpperCase()}`;
  }
  return (fillings as Record<string, unknown>)[filling] as string;
}

/** As short as a cell of the switchboard. */
export function fillingLabel(filling: Filling): string {
  if (filling === "attention") return fillings.attentionLetter;
  return isNet(filling) ? fillingName(filling) : (board.controls[filling] ?? filling);
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

/** What a mix is marked by: the first thing that it puts in. */
export function fillingOfMix(mix: string): Filling {
  return mix.split("=")[1]?.split(",")[0] ?? "attention";
}

/** A mix as it is called in lists: `Encoder self: ALR M`. */
export function mixName(mix: string): string {
  if (mix === "teacher") return "Transformer";
  return mix
    .split(",")
    .map((part) => {
      const [place, filling] = part.split("=");
      const [site, layer] = place.split(".");
      const name = sites[site as Site] ?? site;
      return `${name}${layer ? ` ${layer}` : ""}: ${fillingName(filling)}`;
    })
    .join(" · ");
}
