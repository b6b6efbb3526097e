/** What the menu of devices says. */
import type { DeviceChoice, DeviceKind } from "../protocol.ts";

export const devices = {
  title: "Runs on",
  choices: { auto: "Automatic", wgpu: "GPU", cpu: "CPU" } satisfies Record<DeviceChoice, string>,
  auto: "A GPU that computes what the CPU computes, unless the CPU is clearly faster.",
  inUse: "in use",
  speed: (gflops: string) => `${gflops} GFLOP/s`,
  notMeasured: "speed not measured yet",
  measure: "Measure",
  measureName: { wgpu: "Measure the GPU", cpu: "Measure the CPU" } satisfies Record<DeviceKind, string>,
  measuring: "measuring…",
  opening: "opening…",
  software: "a software adapter: the CPU does its work",
  wrong: (operation: string) => `gave wrong numbers in our check (${operation})`,
  none: (reason: string) => `Not here: ${reason}.`,
  slower: "The CPU is the faster one here.",
  fasterHere: "CPU: faster here. Choose GPU to use that all the same.",
  about: "Speed: products of matrices, in about 300 ms, on this device. Train’s times follow from it. It is remembered for this version of the page.",
  busy: "A run is in training: the device can be changed when it has ended.",
  bench: "Measure its kernels and check it",
};
