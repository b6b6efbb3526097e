/** What there is of a run to compare with another: its losses, and hashes of its text and its weights. */
import wasmUrl from "attentionless/wasm";
import type { FileEntry } from "attentionless";
import { curveOf, type Trace } from "../lib/fingerprint.ts";
import { fileText } from "./files.ts";
import type { Host } from "./host.ts";
import { runOf } from "./storage.ts";
import type { Trainer } from "./trainer.ts";

const WEIGHTS = /^(teacher|nets\/.*|tuned\/.*)\.safetensors$/;
/** Letters of a hash that a link has: 64 bits. */
const LETTERS = 16;

async function hashOf(files: readonly FileEntry[]): Promise<string> {
  const sorted = files.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const parts = sorted.flatMap(({ name, bytes }) => [`${name} ${bytes.length}\n`, bytes as Uint8Array<ArrayBuffer>]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, LETTERS);
}

function corpusOf(files: readonly FileEntry[]): string | null {
  const { hash } = JSON.parse(fileText(files, "corpus/report.json") ?? "{}") as { hash?: string };
  return hash?.slice(0, LETTERS) ?? null;
}

/** Whether both have a teacher, which is the same. */
function haveSameTeacher(one: readonly FileEntry[], other: readonly FileEntry[]): boolean {
  const [mine, theirs] = [one, other].map((files) => files.find(({ name }) => name === "teacher.safetensors")?.bytes);
  return mine !== undefined && theirs?.length === mine.length && mine.every((byte, index) => byte === theirs[index]);
}

export async function traceOf(host: Host, trainer: Trainer, run: string): Promise<Trace> {
  const [record, files] = await Promise.all([runOf(run), trainer.filesOf(run)]);
  const weights = record?.finished ? await hashOf(files.filter(({ name }) => WEIGHTS.test(name))) : null;
  return {
    curve: curveOf(fileText(files, "curve.tsv") ?? ""),
    corpus: corpusOf(files),
    weights,
    build: wasmUrl.replace(/^.*\//, ""),
    device: record?.device ?? "",
    demo: haveSameTeacher(files, host.demoFiles),
  };
}
