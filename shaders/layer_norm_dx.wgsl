// dx = (dh - mean(dh) - h * mean(dh * h)) / sqrt(variance + eps) over each row, with h the normalised row and
// dh = dy * gamma. One workgroup a row.
struct Scalars { rows: u32, width: u32, eps: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x + group.y * 65535u;
  if (row >= scalars.rows) { return; }
  let base = row * scalars.width;
  let stats = row_stats(base, local.x);
  var sum = 0.0;
  var product = 0.0;
  for (var i = local.x; i < scalars.width; i += LANES) {
    let dh = dy[base + i] * gamma[i];
    sum += dh;
    product += dh * (x[base + i] - stats.x) * stats.y;
  }
  let mean = total(sum, local.x) / f32(scalars.width);
  let slope = total(product, local.x) / f32(scalars.width);
  for (var i = local.x; i < scalars.width; i += LANES) {
    let h = (x[base + i] - stats.x) * stats.y;
    dx[base + i] = (dy[base + i] * gamma[i] - mean - h * slope) * stats.y;
  }
}
