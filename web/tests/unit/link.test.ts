import { describe, expect, it } from "vitest";
import { decodeLink, encodeLink } from "../../src/lib/link.ts";

const RECIPE = JSON.stringify({ version: 1, seed: 7, pair: "en-fr", nets: [{ site: "enc", layers: "all" }] });

async function packed(json: string): Promise<string> {
  return encodeLink(json);
}

describe("recipe links", () => {
  it("come back as they were", async () => {
    const link = await encodeLink(RECIPE);
    expect(link).toMatch(/^1\.[A-Za-z0-9_-]+$/);
    expect(await decodeLink(link)).toEqual({ ok: true, value: JSON.parse(RECIPE) });
  });

  it("truncated or changed, they are damaged", async () => {
    const link = await encodeLink(RECIPE);
    const damaged = { ok: false, error: { kind: "damaged" } };
    expect(await decodeLink(link.slice(0, -6))).toEqual(damaged);
    // Bits at the end are of no use: with others, it is the same recipe still. It is never another one.
    const same = { ok: true, value: JSON.parse(RECIPE) };
    for (let at = 2; at < link.length; at++) {
      const other = link[at] === "A" ? "B" : "A";
      expect([damaged, same], `letter ${at}`).toContainEqual(await decodeLink(link.slice(0, at) + other + link.slice(at + 1)));
    }
    expect(await decodeLink("1.")).toEqual(damaged);
    expect(await decodeLink("hello")).toEqual(damaged);
    expect(await decodeLink("1.AAAA")).toEqual(damaged);
    expect(await decodeLink(await packed("not json"))).toEqual(damaged);
  });

  it("of another version say which", async () => {
    const other = { ok: false, error: { kind: "version", version: 2 } };
    expect(await decodeLink("2.abc")).toEqual(other);
    expect(await decodeLink(await packed('{"version":2}'))).toEqual(other);
  });

  it("are limited going in and coming out", async () => {
    const long = { ok: false, error: { kind: "too-long" } };
    expect(await decodeLink(`1.${"A".repeat(9000)}`)).toEqual(long);
    expect(await decodeLink(await packed(JSON.stringify("a".repeat(70_000))))).toEqual(long);
  });
});
