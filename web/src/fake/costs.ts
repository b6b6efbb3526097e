/** What nets cost, as the engine counts it: parameters and bytes by the form that a method has at a site, and what they take away. */
import type { Plan, Recipe } from "attentionless";
import { netNamed, type Variant } from "../lib/mix.ts";
import { fault } from "./script.ts";

type NetPlan = Plan["nets"][number];
type Form = "shallow" | "heads" | "prefix" | "joint" | "query" | "weights";

const FORMS: Record<string, Form> = {
  "enc.alr": "shallow", "enc.alrr": "shallow", "enc.aslr": "heads", "enc.elr": "shallow", "enc.awr": "weights",
  "self.alr": "prefix", "self.awr": "weights", "cross.alr": "joint", "cross.awr": "weights",
};
const SITE_NAMES: Record<string, string> = { enc: "encoder", self: "decoder-self", cross: "cross" };
const DIVISORS: Record<string, number> = { xs: 256, s: 128, m: 8, l: 2, xl: 0.5 };
const HEAD_DIVISORS: Record<string, number> = { xs: 32, s: 16, m: 8, l: 4, xl: 4 };

function formOf(site: string, method: string, variant: Variant | null): Form {
  if (variant === "perquery" || variant === "gated") return "query";
  return FORMS[`${site}.${method}`] ?? "shallow";
}

/** Hidden layers. */
function depthOf(variant: Variant | null): number {
  return variant === "deep2" ? 2 : variant === "deep3" ? 3 : 1;
}

/** Of a net such as `enc.1.alr-m`. */
export function costOf(net: string, recipe: Recipe): NetPlan {
  const named = netNamed(net);
  if (!named) throw fault("usage", `\`${net}\` is not a net`);
  const { site, method, size, variant } = named;
  const { d_model: d, max_len: length, heads } = recipe.model;
  const width = d * length;
  const [form, depth] = [formOf(site, method, variant), depthOf(variant)];
  const divisor = form === "heads" ? HEAD_DIVISORS[size] : DIVISORS[size];
  const hidden = Math.max(1, Math.floor((width * (site === "cross" ? 2 : 1)) / divisor));
  const shallow = (inputs: number, hidden: number, outputs: number) =>
    2 * inputs + inputs * hidden + hidden + 2 * hidden + (depth - 1) * (hidden * hidden + 3 * hidden) + hidden * outputs + outputs;
  const parameters = {
    shallow: shallow(width, hidden, width),
    heads: shallow(width, hidden, width / heads),
    prefix: shallow(width, hidden, d),
    joint: shallow(2 * width, hidden, width),
    query: 2 * width + 2 * d + width * hidden + 3 * hidden + (variant === "gated" ? 2 : 1) * (d + 1) * hidden + hidden * d + d,
    weights: 2 * width + width * hidden + hidden + 2 * d + 2 * (d + 1) * hidden + (hidden + 1) * heads * length,
  }[form];
  const [ends, inside] = {
    shallow: [width, hidden * depth],
    heads: [width, heads * hidden * depth],
    prefix: [width, length * hidden * depth],
    joint: [2 * width, hidden * depth],
    query: [2 * width, length * hidden],
    weights: [2 * width, length * Math.max(hidden, heads * length)],
  }[form];
  const { batch } = recipe.distil;
  const all = form === "heads" ? heads * parameters : parameters;
  const inputs = form === "joint" ? 2 * width : width;
  return {
    net,
    site: SITE_NAMES[site],
    method,
    size,
    ...(variant ? { variant } : {}),
    hidden,
    parameters,
    ...(form === "heads" ? { parameters_all_heads: all } : {}),
    training_bytes: 16 * all,
    activation_bytes: batch * 4 * 6 * (ends + inside),
    largest_buffer_bytes: 4 * Math.max(inputs * hidden, depth > 1 ? hidden * hidden : 0, batch * Math.max(ends, inside)),
  };
}

/** Of a net such as `enc.1.aslr-m`, with the nets of all heads. */
export function parametersOf(net: string, recipe: Recipe): number {
  const { parameters, parameters_all_heads: all } = costOf(net, recipe);
  return all ?? parameters;
}

/** By multiplications, as the engine estimates it. */
export function secondsOf(recipe: Recipe, parameters: number, nets: readonly NetPlan[], gflops: number): Plan["seconds"] {
  const { corpus, model, teacher, distil } = recipe;
  const tokens = 0.6 * corpus.pairs * model.max_len;
  const fitted = nets.reduce((sum, net) => sum + 5 * (net.parameters_all_heads ?? net.parameters), 0);
  const seconds = (operations: number) => operations / gflops / 1e9;
  const passes = nets.length > 0 ? tokens * parameters : 0;
  return { gflops, teacher: seconds(teacher.epochs * tokens * 6 * parameters), nets: seconds(distil.epochs * (corpus.pairs * fitted + passes)) };
}

/** What is not needed of the teacher where a filling stands: queries, keys, values, or more of the layer. */
export function goneFor(filling: string, recipe: Recipe): number {
  const { d_model: d, ff } = recipe.model;
  const [what] = filling.split("-");
  const projection = d * d + d;
  if (what === "attention") return 0;
  // Both leave the values.
  if (what === "awr" || what === "uniform") return 2 * projection;
  if (what === "alrr") return 4 * projection + 2 * d;
  return what === "elr" ? 4 * projection + 2 * d * ff + ff + d + 4 * d : 3 * projection;
}
