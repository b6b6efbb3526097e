/** Recipes side by side, setting by setting. */
import type { Recipe } from "../protocol.ts";

/** A setting by the name that `--set` has for it, with its value in each recipe; of lists, what the others do not have all. */
export interface Setting {
  path: string;
  values: string[];
  same: boolean;
}

type Value = string | string[];
const ABSENT = "—";

function netName({ site, layers, method, size, variant }: Recipe["nets"][number]): string {
  const where = layers === "all" ? [site] : layers.map((layer) => `${site}.${layer}`);
  return where.map((place) => `${place}=${method}-${size}${variant ? `+${variant}` : ""}`).join(" ");
}

function itemName(item: unknown): string {
  if (item === null || typeof item !== "object") return String(item);
  return "site" in item ? netName(item as Recipe["nets"][number]) : Object.entries(item).flat().join(" ");
}

function flatten(value: unknown, path: string, into: Map<string, Value>): Map<string, Value> {
  if (Array.isArray(value)) {
    into.set(path, value.map(itemName));
  } else if (value !== null && typeof value === "object") {
    for (const [key, part] of Object.entries(value)) flatten(part, path ? `${path}.${key}` : key, into);
  } else {
    into.set(path, value === null ? ABSENT : String(value));
  }
  return into;
}

function settingOf(path: string, values: readonly (Value | undefined)[]): Setting {
  const lists = values.map((value) => (Array.isArray(value) ? value : null));
  const common = lists.every((list) => list !== null) ? lists[0].filter((item) => lists.every((list) => list.includes(item))) : [];
  const same = values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]));
  const said = (value: Value | undefined) => {
    if (!Array.isArray(value)) return value ?? ABSENT;
    return (same ? value : value.filter((item) => !common.includes(item))).join(", ") || ABSENT;
  };
  return { path, values: values.map(said), same };
}

/** In the order of the first recipe. Recipes of earlier days lack some settings. */
export function settingsOf(recipes: readonly Recipe[]): Setting[] {
  const flat = recipes.map((recipe) => flatten(recipe, "", new Map()));
  const paths = [...new Set(flat.flatMap((settings) => [...settings.keys()]))];
  return paths.map((path) => settingOf(path, flat.map((settings) => settings.get(path))));
}
