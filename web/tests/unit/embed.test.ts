/** Addresses in and out of a frame. */
import { expect, it } from "vitest";
import { embedCode, ownAddress } from "../../src/lib/embed.ts";

it("the code has the page with its flag, its fragment and nothing that ends an attribute", () => {
  expect(embedCode('https://a.example/x/?device=cpu#/?text=a%20b&mix=enc%3D"', 'A "page"')).toContain(
    'src="https://a.example/x/?device=cpu&amp;embed#/?text=a%20b&amp;mix=enc%3D%22" title="A &quot;page&quot;"',
  );
});

it("the page by itself has no flag", () => {
  expect(ownAddress("https://a.example/?embed#/?mix=teacher", "#/train")).toBe("https://a.example/#/train");
  expect(ownAddress("https://a.example/?hooks&embed#/", "#/")).toBe("https://a.example/?hooks#/");
});
