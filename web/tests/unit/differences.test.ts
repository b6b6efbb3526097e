import { describe, expect, it } from "vitest";
import { PRESETS } from "../../src/fake/files.ts";
import { settingsOf } from "../../src/lib/differences.ts";

describe("settings side by side", () => {
  it("tell lists by what the others lack, and what only one recipe has", () => {
    const { micro } = PRESETS;
    const net = (size: string) => ({ site: "enc", layers: "all" as const, method: "alr", size, variant: null });
    const dropped = { ...micro, nets: [net("s"), net("m")], teacher: { ...micro.teacher, rate_drops: [{ after: 780, factor: 0.5 }] } };
    const differing = settingsOf([dropped, { ...micro, nets: [net("m")] }]).filter(({ same }) => !same);
    expect(differing.map(({ path, values }) => [path, ...values])).toEqual([
      ["teacher.rate_drops", "after 780 factor 0.5", "—"],
      ["nets", "enc=alr-s", "—"],
    ]);
  });
});
