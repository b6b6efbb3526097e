import { beforeEach, describe, expect, it, vi } from "vitest";
import { cpuIsFaster } from "../../src/lib/faster.ts";
import { Device } from "../../src/fake/engine.ts";
import * as fake from "../../src/fake/engine.ts";
import { played } from "../../src/fake/script.ts";
import type { DeviceChoice } from "../../src/protocol.ts";
import { Host } from "../../src/worker/host.ts";
import type { Engine } from "../../src/worker/loader.ts";

const { speeds } = vi.hoisted(() => ({ speeds: new Map<string, number>() }));
vi.mock("../../src/worker/speeds.ts", () => ({
  speedOf: (device: string) => Promise.resolve(speeds.get(device) ?? null),
  rememberSpeed: (device: string, speed: number) => Promise.resolve(void speeds.set(device, speed)),
}));

async function hostBy(choice: DeviceChoice): Promise<Host> {
  const host = new Host(() => undefined);
  const engine = { ...fake, Device } as unknown as Engine;
  await host.boot({ engine: () => Promise.resolve(engine), pack: () => Promise.resolve(null) }, choice, new AbortController().signal);
  return host;
}

it("the CPU is faster where both are known and it is so clearly", () => {
  expect(cpuIsFaster({ wgpu: 100, cpu: 120 })).toBe(true);
  expect(cpuIsFaster({ wgpu: 100, cpu: 119 })).toBe(false);
  expect(cpuIsFaster({ wgpu: 100, cpu: null })).toBe(false);
  expect(cpuIsFaster({ wgpu: null, cpu: 500 })).toBe(false);
});

describe("the device that is opened where nobody chose", () => {
  beforeEach(() => {
    speeds.clear();
    played.script = "fast-cpu";
  });

  it("is the GPU until both were measured, then the faster one, and at the next visit", async () => {
    const host = await hostBy("auto");
    expect(host.device.info().kind).toBe("wgpu");
    await host.speed("wgpu");
    await host.speed("cpu");
    expect(host.device.info().kind).toBe("wgpu");
    expect((await host.ready("auto")).device.kind).toBe("cpu");
    expect((await hostBy("auto")).device.info().kind).toBe("cpu");
    expect((await hostBy("wgpu")).device.info().kind).toBe("wgpu");
  });

  it("is the GPU again for what was begun there, and for that alone", async () => {
    const host = await hostBy("auto");
    await host.speed("wgpu");
    await host.speed("cpu");
    await host.ready("auto");
    expect((await host.use("auto", "Another GPU")).info().kind).toBe("cpu");
    expect((await host.use("auto", "Example GPU")).info().kind).toBe("wgpu");
    expect((await host.use("auto")).info().kind).toBe("cpu");
    expect((await host.use("cpu", "Example GPU")).info().kind).toBe("cpu");
    played.script = "wrong";
    expect((await (await hostBy("auto")).use("auto", "Example GPU")).info().kind).toBe("cpu");
  });

  it("stays a GPU where one was lost in the middle of something", async () => {
    const host = await hostBy("auto");
    await host.speed("wgpu");
    await host.speed("cpu");
    expect((await host.reopen(host.device)).info().kind).toBe("wgpu");
  });
});
