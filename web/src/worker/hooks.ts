/**
 * Faults on purpose, for tests and for who wants to see what the page says of them; loaded only where `?hooks` is in the address.
 * They change what the browser and the engine give to the worker, so that nothing else in it has to know of them.
 *
 * In the address and in requests alike they are a text: `no-adapter,limit-memory:1000000`. Conditions hold until `no-adapter:off`.
 */
import { Run } from "attentionless";

/** Lines of kernels, and what a faulty driver makes of them. */
const FAULTS = {
  "wrong-layer-norm": ["* gamma[i] + beta[i]", "* -gamma[i] + beta[i]"],
  "wrong-attention": ["sum[c] += weight *", "sum[c] += 0.98 * weight *"],
} as const;
type Fault = keyof typeof FAULTS;

type Condition =
  | "no-webgpu"
  | "no-adapter"
  /** Whatever the adapter is, it passes for one of these. */
  | "software-adapter"
  | "hardware-adapter"
  | Fault
  /** Bytes of a single buffer, and of all that are tried before a run. */
  | "limit-buffer"
  | "limit-memory"
  | "no-network"
  | "no-space"
  /** So many times as fast. */
  | "fast-clock";

/** Those that hold, with their numbers. */
const holding = new Map<Condition, number>();

/** Puts a method in the place of another one, which it is given. */
function wrap<T extends object, K extends keyof T>(owner: T, name: K, by: (first: T[K]) => T[K]): void {
  owner[name] = by(owner[name]);
}

/** The same of what is read and not called. */
function wrapRead(prototype: object, name: string, by: (first: unknown) => unknown): void {
  const first = Object.getOwnPropertyDescriptor(prototype, name);
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: object): unknown {
      return by(first?.get?.call(this));
    },
  });
}

function passAs(condition: Condition, isFallback: boolean): void {
  wrapRead(GPUAdapterInfo.prototype, "isFallbackAdapter", (first) => (holding.has(condition) ? isFallback : first));
}

/** The fault is a real one: the adapter computes with it. */
function breakKernel(fault: Fault): void {
  const [line, wrong] = FAULTS[fault];
  wrap(GPUDevice.prototype, "createShaderModule", (create) => function (this: GPUDevice, descriptor) {
    if (!holding.has(fault)) return create.call(this, descriptor);
    return create.call(this, { ...descriptor, code: descriptor.code.replaceAll(line, wrong) });
  });
}

/** In a scope for it, an allocation fails once the device has given as much. */
function limitMemory(): void {
  const given = new WeakMap<GPUDevice, number>();
  const scopes = new WeakMap<GPUDevice, { tries: boolean; failed: boolean }[]>();
  wrap(GPUDevice.prototype, "pushErrorScope", (push) => function (this: GPUDevice, filter) {
    scopes.set(this, [...(scopes.get(this) ?? []), { tries: filter === "out-of-memory", failed: false }]);
    return push.call(this, filter);
  });
  wrap(GPUDevice.prototype, "createBuffer", (create) => function (this: GPUDevice, descriptor) {
    const scope = scopes.get(this)?.at(-1);
    if (!scope?.tries) return create.call(this, descriptor);
    const bytes = (given.get(this) ?? 0) + descriptor.size;
    scope.failed = bytes > (holding.get("limit-memory") ?? Infinity);
    if (scope.failed) return create.call(this, { ...descriptor, size: 4 });
    given.set(this, bytes);
    return create.call(this, descriptor);
  });
  wrap(GPUDevice.prototype, "popErrorScope", (pop) => async function (this: GPUDevice) {
    const scope = scopes.get(this)?.pop();
    const error = await pop.call(this);
    return scope?.failed ? new GPUOutOfMemoryError("no room") : error;
  });
}

function limitBuffer(): void {
  for (const name of ["maxBufferSize", "maxStorageBufferBindingSize"]) {
    wrapRead(GPUSupportedLimits.prototype, name, (first) => Math.min(Number(first), holding.get("limit-buffer") ?? Infinity));
  }
}

/** Prepares for a condition, once it is asked for. */
const CONDITIONS: Record<Condition, () => void> = {
  "no-webgpu": () => wrapRead(WorkerNavigator.prototype, "gpu", (first) => (holding.has("no-webgpu") ? undefined : first)),
  "no-adapter": () => wrap(GPU.prototype, "requestAdapter", (request) => async function (this: GPU, ...asked) {
    return holding.has("no-adapter") ? null : request.apply(this, asked);
  }),
  "software-adapter": () => passAs("software-adapter", true),
  "hardware-adapter": () => passAs("hardware-adapter", false),
  "wrong-layer-norm": () => breakKernel("wrong-layer-norm"),
  "wrong-attention": () => breakKernel("wrong-attention"),
  "limit-buffer": limitBuffer,
  "limit-memory": limitMemory,
  "no-network": () => wrap(self, "fetch", (first) => async (...asked) => {
    if (holding.has("no-network")) throw new TypeError("Failed to fetch");
    return first(...asked);
  }),
  "no-space": () => wrap(IDBObjectStore.prototype, "put", (put) => function (this: IDBObjectStore, ...given) {
    if (holding.has("no-space") && this.name === "files") throw new DOMException("no space", "QuotaExceededError");
    return put.apply(this, given);
  }),
  "fast-clock": () => {
    const begun = Date.now();
    wrap(Date, "now", (now) => () => begun + (holding.get("fast-clock") ?? 1) * (now() - begun));
  },
};
const prepared = new Set<Condition>();

/** Those that are open, of all that the worker asked for. */
const devices = new Set<GPUDevice>();
let leapt = 0;
/** What becomes of a run at its next step. */
let next: "crash" | "not-finite" | null = null;
/** Beyond all memory that the engine can have. */
const NOWHERE = 0xfffffff0;

const ACTS: Record<string, (value: number) => void> = {
  "lose-device": () => devices.forEach((device) => device.destroy()),
  /** What a browser tells of a buffer that it has no room for. */
  "fail-allocation": () => devices.forEach((device) => device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error: new GPUOutOfMemoryError("no room") }))),
  "not-finite": () => (next = "not-finite"),
  crash: () => (next = "crash"),
  /** By so many minutes the worker is behind. */
  freeze: (minutes) => (leapt += 60_000 * minutes),
};

/** A trap is a real one: the engine reads where it has no memory. A loss is only said to be no number; a rate of 1e30 makes it one. */
function faulty(run: Run): Run {
  const step = run.step.bind(run);
  let done = 0;
  run.step = async (budget) => {
    const what = next;
    next = null;
    if (what === "crash") Object.assign(run, { __wbg_ptr: NOWHERE });
    if (what === "not-finite") throw Object.assign(new Error(`the loss became NaN at step ${done + 1}; what was saved before it is kept`), { kind: "not-finite", step: done + 1 });
    const events = await step(budget);
    for (const event of events) if ("step" in event) done = event.step;
    return events;
  };
  return run;
}

wrap(Run, "open", (open) => (...given) => faulty(open.apply(Run, given)));
wrap(Date, "now", (now) => () => now() + leapt);
if ("GPUAdapter" in self) {
  wrap(GPUAdapter.prototype, "requestDevice", (request) => async function (this: GPUAdapter, ...asked) {
    const device = await request.apply(this, asked);
    devices.add(device);
    void device.lost.then(() => devices.delete(device));
    return device;
  });
}

function hold(condition: Condition, value: string | undefined): void {
  if (!prepared.has(condition)) CONDITIONS[condition]();
  prepared.add(condition);
  if (value === "off") holding.delete(condition);
  else holding.set(condition, Number(value ?? 1));
}

/** All in one turn. */
export function play(hooks: string): void {
  for (const hook of hooks.split(",").filter(Boolean)) {
    const [name, value] = hook.split(":");
    if (name in ACTS) ACTS[name](Number(value));
    else if (name in CONDITIONS) hold(name as Condition, value);
    else throw new Error(`there is no hook ${name}`);
  }
}

let begun = false;

/** Once, whatever is tried again: what was put off since then stays so. */
export function playFirst(hooks: string): void {
  if (!begun) play(hooks);
  begun = true;
}
