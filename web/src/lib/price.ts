/** What an open net of the Board is called, and what it would take, in words. */
import { figure as words } from "../strings/figure.ts";
import { sites } from "../strings.ts";
import { bytes, mebibytes, timeRange } from "./format.ts";
import type { Cost } from "./gaps.ts";
import { fillingName } from "./name.ts";
import { fillingOfPick, type NetPick } from "./picks.ts";

export function netName(pick: NetPick): string {
  return `${sites[pick.site]}: ${fillingName(fillingOfPick(pick))}`;
}

/** Its time, or the memory of its training where that is not known. */
export function priceText({ seconds, bytes: size }: Cost): string {
  return seconds === null ? bytes(size) : timeRange(seconds);
}

export function costWords(cost: Cost, allowed: number): string {
  return cost.largestBuffer > allowed ? words.tooLargeHint(mebibytes(cost.largestBuffer), mebibytes(allowed)) : words.takes(priceText(cost));
}
