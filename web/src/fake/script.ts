/** What the scripted engine plays: the word behind `?fake=`. */

export const SCRIPTS = [
  "ready",
  "loading",
  "failed",
  "no-pack",
  "insecure",
  "no-webgpu",
  "no-adapter",
  "software",
  "fast-cpu",
  "wrong",
  "wrong-refused",
  "small-gpu",
  "tiny-gpu",
  "nan",
  "oom",
  "lost",
  "lost-always",
  "crash",
  "slow",
  "ours",
] as const;
export type Script = (typeof SCRIPTS)[number];

export const played: { script: Script; losses: number } = { script: "ready", losses: 0 };

export function fault(kind: string, message: string): Error {
  return Object.assign(new Error(message), { name: "AttentionlessError", kind });
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
