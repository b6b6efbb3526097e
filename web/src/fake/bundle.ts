/** Runs as one file, in the outer form that the engine gives them: a header with the files in its metadata, and a tensor. */
import type { FileEntry } from "attentionless";
import { asText, entry } from "./files.ts";
import { fault } from "./script.ts";

const TENSOR = 64;

export function pack(files: FileEntry[]): Uint8Array {
  const texts = Object.fromEntries(files.map(({ name, bytes }) => [name, asText(bytes)]));
  if (!("teacher.safetensors" in texts)) throw fault("failed", "the run has no trained teacher");
  const header = { __metadata__: { attentionless: JSON.stringify(texts) }, weight: { dtype: "F32", shape: [TENSOR / 4], data_offsets: [0, TENSOR] } };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + TENSOR);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

export function unpack(bundle: Uint8Array): FileEntry[] {
  const length = Number(new DataView(bundle.buffer, bundle.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(asText(bundle.subarray(8, 8 + length))) as { __metadata__?: { attentionless?: string } };
  const texts = header.__metadata__?.attentionless;
  if (texts === undefined) throw fault("not-imported", "it holds weights, but no run");
  return Object.entries(JSON.parse(texts) as Record<string, string>).map(([name, text]) => entry(name, text));
}
