/** A recipe as text in a link: `1.` and the base64url of a check sum and the deflated canonical JSON. */

export const LINK_VERSION = 1;
const MOST_IN = 8 * 1024;
const MOST_OUT = 64 * 1024;
/** Bytes of the check sum. */
const CHECK = 4;

export type LinkError = { kind: "damaged" } | { kind: "version"; version: number } | { kind: "too-long" };
/** As it is told; of a later version, an update of the page may know it. */
export interface LinkTrouble {
  text: string;
  version: boolean;
}
export type Decoded = { ok: true; value: unknown } | { ok: false; error: LinkError };

async function through(bytes: Uint8Array<ArrayBuffer>, stream: GenericTransformStream, most: number): Promise<Uint8Array | null> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    // Before it is gathered: a short link can unfold into gigabytes.
    if (size > most) {
      await reader.cancel();
      return null;
    }
    chunks.push(next.value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function base64url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** CRC-32 of the JSON: deflated text with a changed letter can unfold into another recipe. */
function checkSum(bytes: Uint8Array): Uint8Array {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return Uint8Array.of(24, 16, 8, 0).map((shift) => (~sum >>> shift) & 0xff);
}

export async function encodeLink(canonical: string): Promise<string> {
  const bytes = new TextEncoder().encode(canonical);
  const packed = (await through(bytes, new CompressionStream("deflate-raw"), Infinity)) ?? new Uint8Array();
  return `${LINK_VERSION}.${base64url(Uint8Array.of(...checkSum(bytes), ...packed))}`;
}

/** The JSON of a link. It is not checked yet: `checkRecipe` does that as if it were typed. */
export async function decodeLink(text: string): Promise<Decoded> {
  if (text.length > MOST_IN) return { ok: false, error: { kind: "too-long" } };
  const match = /^([0-9]+)\.([A-Za-z0-9_-]+)$/.exec(text);
  if (!match) return { ok: false, error: { kind: "damaged" } };
  if (Number(match[1]) !== LINK_VERSION) return { ok: false, error: { kind: "version", version: Number(match[1]) } };
  try {
    const bytes = fromBase64url(match[2]);
    const json = await through(bytes.subarray(CHECK), new DecompressionStream("deflate-raw"), MOST_OUT);
    if (!json) return { ok: false, error: { kind: "too-long" } };
    if (checkSum(json).some((byte, index) => byte !== bytes[index])) return { ok: false, error: { kind: "damaged" } };
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
    const version = (value as { version?: unknown } | null)?.version;
    if (typeof version === "number" && version > LINK_VERSION) return { ok: false, error: { kind: "version", version } };
    return { ok: true, value };
  } catch {
    return { ok: false, error: { kind: "damaged" } };
  }
}
