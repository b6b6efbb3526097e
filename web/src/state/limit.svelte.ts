/** Whether the device can hold the largest single buffer of the recipe that is shown; if not, what can be done about it. */
import { netNamed } from "../lib/mix.ts";
import { groupName } from "../lib/name.ts";
import { tooLarge } from "../lib/need.ts";
import { inGroup, samePick, type NetPick } from "../lib/picks.ts";
import type { Plan } from "../protocol.ts";
import { train as words } from "../strings/work.ts";
import { app } from "./app.svelte.ts";
import { recipes, type Offer } from "./recipe.svelte.ts";

export type Way =
  | { kind: "size"; from: NetPick; to: Offer }
  | { kind: "batch"; key: string; value: number }
  | { kind: "setting"; key: string }
  | { kind: "cpu" };

export interface Hindrance {
  text: string;
  way: Way;
}

/** Which of several nets it is, is said where their size alone would not tell. */
function nameOf(net: string, all: Plan["nets"]): string {
  const named = netNamed(net);
  if (!named) return net;
  const size = named.size.toUpperCase();
  const alone = all.every((other) => inGroup(named)(netNamed(other.net) ?? named));
  return alone ? size : `${groupName(named)}, ${size}`;
}

/** What of a plan the device does not allow, in a sentence; null where it allows all. */
export function refusalOf(plan: Plan, trained: boolean, allowed: number): string | null {
  const found = tooLarge(plan, trained, allowed);
  return found && words.tooLarge(found.part ? nameOf(found.part.net, plan.nets) : words.theTeacher, found.bytes, allowed);
}

function wayOfNet(net: Plan["nets"][number], allowed: number): Way {
  const from = netNamed(net.net);
  const sizes = recipes.offers.filter((offer) => from !== null && inGroup(from)(offer) && offer.variant === from.variant);
  const to = sizes.findLast(({ plan }) => plan.largest_buffer_bytes <= allowed);
  const pick = from && recipes.picks.find(samePick(from));
  if (pick && to) return { kind: "size", from: pick, to };
  // No matrix is larger than all of its net: what is left is the batch.
  const batch = Math.floor(((recipes.recipe?.distil.batch ?? 0) * allowed) / net.largest_buffer_bytes);
  return 4 * net.parameters <= allowed && batch > 0 ? { kind: "batch", key: "distil.batch", value: batch } : { kind: "cpu" };
}

/** Its logits grow with batch and vocabulary, its embedding with the vocabulary alone. */
function wayOfTeacher(bytes: number, allowed: number): Way {
  const { recipe } = recipes;
  if (!recipe) return { kind: "cpu" };
  if (4 * recipe.tokenizer.vocab * recipe.model.d_model > allowed) return { kind: "setting", key: "tokenizer.vocab" };
  const tokens = Math.floor((recipe.teacher.tokens_per_batch * allowed) / bytes);
  return tokens >= recipe.model.max_len ? { kind: "batch", key: "teacher.tokens_per_batch", value: tokens } : { kind: "setting", key: "tokenizer.vocab" };
}

class Limit {
  /** By what the device allows, or by less where it turned out to allow no more. */
  hindrance(allowed: number): Hindrance | null {
    const { plan } = recipes;
    const trained = recipes.base !== null;
    const [found, text] = plan ? [tooLarge(plan, trained, allowed), refusalOf(plan, trained, allowed)] : [null, null];
    return found && text ? { text, way: found.part ? wayOfNet(found.part, allowed) : wayOfTeacher(found.bytes, allowed) } : null;
  }

  get now(): Hindrance | null {
    return this.hindrance(app.largestBuffer);
  }
}

export const limit = new Limit();

export async function takeWay(way: Way): Promise<void> {
  switch (way.kind) {
    case "size":
      return recipes.exchange(way.from, way.to);
    case "batch":
      return recipes.set(way.key, String(way.value));
    case "setting":
      return recipes.show(way.key);
    case "cpu":
      return app.choose("cpu");
  }
}
