// y = (x - mean) / sqrt(variance + eps) * gamma + beta over each row. One workgroup a row, two passes: first the mean,
// then the variance about it, since E[x²] - mean² cancels.
struct Scalars { rows: u32, width: u32, eps: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> beta: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x + group.y * 65535u;
  if (row >= scalars.rows) { return; }
  let base = row * scalars.width;
  let stats = row_stats(base, local.x);
  for (var i = local.x; i < scalars.width; i += LANES) {
    y[base + i] = (x[base + i] - stats.x) * stats.y * gamma[i] + beta[i];
  }
}
