import { describe, expect, it } from "vitest";
import { sorted } from "../../src/lib/models.ts";

describe("what Compare offers", () => {
  it("is sorted by site, with several sites and controls apart", () => {
    const together = "enc=alr-m,self=alr-m";
    expect(sorted(["teacher", "enc=alr-m", "enc=elr-m", "cross=awr-m", together, "enc=none", "cross=mean", "enc.2=alr-s", "enc=none,cross=none", "enc=none,self=alr-m", "cross=alr-m+gated", "enc=alr-m,trained=nets", "trained=all", "enc=none,trained=all"])).toEqual({
      sites: [{ site: "enc", mixes: ["enc=alr-m", "enc=elr-m"] }, { site: "cross", mixes: ["cross=awr-m", "cross=alr-m+gated"] }],
      several: [together, "enc.2=alr-s", "enc=none,self=alr-m"],
      trained: ["enc=alr-m,trained=nets", "trained=all", "enc=none,trained=all"],
      controls: ["enc=none", "cross=mean", "enc=none,cross=none"],
    });
  });

  it("is nothing but the teacher where there is nothing else", () => {
    expect(sorted(["teacher"])).toEqual({ sites: [], several: [], trained: [], controls: [] });
  });
});
