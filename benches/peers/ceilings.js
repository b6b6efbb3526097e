// What the adapter can do at most: chains of multiply-adds in registers, and a copy.

/** Long enough for any clock, short enough for a renderer on the CPU. */
const LONG = 100;

export async function adapter() {
  const found = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!found) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = found.info;
  const name = description || device || [vendor, architecture].filter(Boolean).join(" ");
  return { name, software: Boolean(isFallbackAdapter) || /swiftshader|llvmpipe/i.test(`${architecture} ${name}`) };
}

export async function ceilings() {
  const found = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  const { maxBufferSize, maxStorageBufferBindingSize } = found.limits;
  const device = await found.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
  return { gflops: await arithmetic(device), gb_per_s: await copies(device) };
}

/** Median milliseconds of a dispatch of `groups` groups. */
async function timed(device, code, buffers, groups) {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const times = [];
  for (let turn = 0; turn < 6; turn++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(groups);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    if (turn > 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[2];
}

/** The best rate over dispatches that grow until one is long, or as large as it gets. */
async function best(sizes, rate) {
  let top = 0;
  for (const size of sizes) {
    const [value, ms] = await rate(size);
    top = Math.max(top, value);
    if (ms > LONG) break;
  }
  return Number(top.toFixed(1));
}

async function arithmetic(device) {
  // Eight independent chains, so that none waits for itself.
  const chains = [...Array(8).keys()];
  const start = chains.map((i) => `var a${i} = vec4f(f32(id.x) * ${i + 1}.0e-6);`).join("");
  const turn = chains.map((i) => `a${i} = fma(a${i}, x, y);`).join("");
  const sum = chains.map((i) => `a${i}`).join(" + ");
  const code = `@group(0) @binding(0) var<storage, read_write> o: array<vec4f>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      let x = vec4f(0.999 + f32(id.x) * 1e-9); let y = vec4f(1e-7); ${start}
      for (var k = 0u; k < 2000u; k++) { ${turn} }
      o[id.x] = ${sum};
    }`;
  return best([64, 512, 4096, 32768], async (groups) => {
    const buffer = device.createBuffer({ size: groups * 64 * 16, usage: GPUBufferUsage.STORAGE });
    const ms = await timed(device, code, [buffer], groups);
    buffer.destroy();
    return [(groups * 64 * 2000 * chains.length * 8) / ms / 1e6, ms];
  });
}

async function copies(device) {
  const code = `@group(0) @binding(0) var<storage, read> a: array<vec4f>;
    @group(0) @binding(1) var<storage, read_write> o: array<vec4f>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { o[id.x] = a[id.x]; }`;
  // A buffer of 64 MiB is as much as one dispatch reaches in one direction.
  return best([32768, 65535], async (groups) => {
    const size = groups * 64 * 16;
    const buffers = [1, 2].map(() => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }));
    const ms = await timed(device, code, buffers, groups);
    buffers.forEach((buffer) => buffer.destroy());
    return [(size * 2) / ms / 1e6, ms];
  });
}
