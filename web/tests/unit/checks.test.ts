import type { DeviceChoice } from "attentionless";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Device } from "../../src/fake/engine.ts";
import { played } from "../../src/fake/script.ts";
import * as fake from "../../src/fake/engine.ts";
import { Host } from "../../src/worker/host.ts";
import type { Engine } from "../../src/worker/loader.ts";

const { right } = vi.hoisted(() => ({ right: new Set<string>() }));
vi.mock("../../src/worker/checks.ts", () => ({
  isKnown: (adapter: string) => Promise.resolve(right.has(adapter)),
  remember: (adapter: string) => Promise.resolve(void right.add(adapter)),
}));

/** The choices that devices were opened by, and whether without a check. */
async function opened(...choices: DeviceChoice[]): Promise<[DeviceChoice, boolean | undefined][]> {
  const calls: [DeviceChoice, boolean | undefined][] = [];
  const open = (choice: DeviceChoice, known?: boolean) => {
    calls.push([choice, known]);
    return Device.open(choice);
  };
  const engine = { ...fake, Device: { open } } as unknown as Engine;
  const host = new Host(() => undefined);
  const signal = new AbortController().signal;
  await host.boot({ engine: () => Promise.resolve(engine), pack: () => Promise.resolve(null) }, choices[0], signal);
  for (const choice of choices.slice(1)) await host.ready(choice);
  return calls;
}

describe("the self-test", () => {
  beforeEach(() => {
    right.clear();
    played.script = "ready";
  });

  it("is taken by an adapter once, also in another visit", async () => {
    expect(await opened("auto", "auto", "wgpu")).toEqual([["auto", false], ["auto", true], ["wgpu", true]]);
    expect(await opened("auto")).toEqual([["auto", true]]);
  });

  it("is taken again by one that gave wrong numbers, and by none where the CPU is asked for", async () => {
    played.script = "wrong";
    expect(await opened("auto", "auto", "cpu")).toEqual([["auto", false], ["auto", false], ["cpu", false]]);
    expect([...right]).toEqual([]);
  });
});
