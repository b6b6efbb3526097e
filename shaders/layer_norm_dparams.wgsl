// dgamma = sum over rows of dy * h and dbeta = sum over rows of dy, with h the normalised row. Each invocation walks
// one column, in order.
struct Scalars { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> stats: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(4) var<storage, read_write> dbeta: array<f32>;
@group(0) @binding(5) var<uniform> scalars: Scalars;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.width) { return; }
  var scale = 0.0;
  var shift = 0.0;
  for (var row = 0u; row < scalars.rows; row++) {
    let at = row * scalars.width + id.x;
    scale += dy[at] * (x[at] - stats[2u * row]) * stats[2u * row + 1u];
    shift += dy[at];
  }
  dgamma[id.x] = scale;
  dbeta[id.x] = shift;
}
