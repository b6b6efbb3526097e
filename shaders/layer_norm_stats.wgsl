// The mean and the reciprocal standard deviation of each row, for the gradients that sum over rows.
struct Scalars { rows: u32, width: u32, eps: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> stats: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x + group.y * 65535u;
  if (row >= scalars.rows) { return; }
  let found = row_stats(row * scalars.width, local.x);
  if (local.x == 0u) {
    stats[2u * row] = found.x;
    stats[2u * row + 1u] = found.y;
  }
}
