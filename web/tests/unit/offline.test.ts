/** Which requests the service worker answers. */
import { describe, expect, it } from "vitest";
import { asset, cacheName, kept, outdated } from "../../src/offline/rules.ts";

const SCOPE = new URL("https://example.org/some/where/");
const FILES = ["index.html", "assets/Train-abc.js", "pack/manifest.json"];
const at = (path: string) => kept(new URL(path, SCOPE).href, SCOPE, FILES);

describe("the service worker", () => {
  it("answers for the files of its site, whatever is asked of the page", () => {
    expect(at("./")).toBe("index.html");
    expect(at("./?device=cpu&embed#/train")).toBe("index.html");
    expect(at("index.html")).toBe("index.html");
    expect(at("assets/Train-abc.js")).toBe("assets/Train-abc.js");
    expect(at("pack/manifest.json")).toBe("pack/manifest.json");
  });

  it("leaves all else to the network", () => {
    for (const path of ["assets/Train-def.js", "sw.js", "other.html", "../", "../where", "https://example.com/some/where/index.html"]) {
      expect(at(path), path).toBeNull();
    }
  });

  it("forgets its own earlier versions alone", () => {
    const [own, before] = ["2", "1"].map((version) => cacheName(SCOPE, version));
    const elsewhere = cacheName(new URL("https://example.org/some/"), "1");
    expect(outdated([own, before, elsewhere, "attentionless-hub", "another page's"], SCOPE, "2")).toEqual([before]);
  });

  it("takes only what has a hash in its name for unchanging", () => {
    expect(FILES.map(asset)).toEqual([false, true, false]);
  });
});
