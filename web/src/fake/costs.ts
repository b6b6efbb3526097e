/** What nets cost, as the engine's plan counts it: parameters and bytes by the form that a method has at a site. */
import type { Plan, Recipe } from "attentionless";

type NetPlan = Plan["nets"][number];
type Form = "shallow" | "prefix" | "weights";

const FORMS: Record<string, Form> = { "enc.alr": "shallow", "self.alr": "prefix", "enc.awr": "weights", "cross.awr": "weights" };
const SITE_NAMES: Record<string, string> = { enc: "encoder", self: "decoder-self", cross: "cross" };
const DIVISORS: Record<string, number> = { xs: 256, s: 128, m: 8, l: 2, xl: 0.5 };

export function formOf(site: string, method: string): Form | undefined {
  return FORMS[`${site}.${method}`];
}

/** Of a net such as `enc.1.alr-m`. */
export function costOf(net: string, recipe: Recipe): NetPlan {
  const [site, , kind] = net.split(".");
  const [method, size] = kind.split("-");
  const { d_model: d, max_len: length, heads } = recipe.model;
  const width = d * length;
  const hidden = Math.max(1, Math.floor((width * (site === "cross" ? 2 : 1)) / DIVISORS[size]));
  const form = formOf(site, method) ?? "shallow";
  const read = 2 * width + width * hidden + hidden;
  const parameters = {
    shallow: read + 2 * hidden + hidden * width + width,
    prefix: read + 2 * hidden + hidden * d + d,
    weights: read + 2 * d + 2 * (d + 1) * hidden + (hidden + 1) * heads * length,
  }[form];
  const [ends, inside] = {
    shallow: [width, hidden],
    prefix: [width, length * hidden],
    weights: [2 * width, length * Math.max(hidden, heads * length)],
  }[form];
  const { batch } = recipe.distil;
  return {
    net,
    site: SITE_NAMES[site],
    method,
    size,
    hidden,
    parameters,
    training_bytes: 16 * parameters + batch * 4 * 6 * (ends + inside),
    largest_buffer_bytes: 4 * Math.max(width * hidden, batch * Math.max(ends, inside)),
  };
}
