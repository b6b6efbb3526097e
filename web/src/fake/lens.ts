/** Maps of a scripted lens: a word looks at the words near its own place, and a net less sharply. */
import type { Lens, Site } from "attentionless";
import { ATTENTION, isControl } from "../lib/mix.ts";

const HEADS = 4;

const tokensOf = (text: string) => text.split(/\s+/u).filter(Boolean).map((word) => `▁${word}`);

export function lensOf(filling: string, site: Site, source: string, said: string): Lens | null {
  const [read, target] = [tokensOf(source), tokensOf(said)];
  if (read.length === 0) return null;
  const outputs = site === "enc" ? read : [...target, "</s>"];
  const inputs = site === "self" ? ["<s>", ...target] : read;
  const values = (sharpness: number, shift: number) =>
    outputs.flatMap((_, output) =>
      inputs.map((_, input) => (site === "self" && input > output ? 0 : Math.exp(-sharpness * Math.abs(output - input - shift)))),
    );
  const heads = Array.from({ length: HEADS }, (_, head) => {
    const rows = values(0.5 + head / 4, head - 1);
    const sums = outputs.map((_, row) => rows.slice(row * inputs.length, (row + 1) * inputs.length).reduce((sum, value) => sum + value, 0));
    return rows.map((value, at) => value / sums[Math.floor(at / inputs.length)]);
  });
  const mix = filling === ATTENTION ? null : isControl(filling) ? values(0, 0).map((value) => (filling === "uniform" ? value : 0)) : values(0.4, 0.3);
  return { outputs, inputs, heads, teacher: values(0.8, 0), mix };
}
