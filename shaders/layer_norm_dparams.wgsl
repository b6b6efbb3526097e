// dgamma = sum over rows of dy * h and dbeta = sum over rows of dy, with h the normalised row. A workgroup takes
// {{columns}} columns, each invocation every {{rows}}th row of one.
struct Scalars { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> stats: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(4) var<storage, read_write> dbeta: array<f32>;
@group(0) @binding(5) var<uniform> scalars: Scalars;

@compute @workgroup_size({{columns}}, {{rows}})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let there = id.x < scalars.width;
  var scale = 0.0;
  var shift = 0.0;
  if (there) {
    for (var row = local.y; row < scalars.rows; row += {{rows}}u) {
      let at = row * scalars.width + id.x;
      scale += dy[at] * (x[at] - stats[2u * row]) * stats[2u * row + 1u];
      shift += dy[at];
    }
  }
  let scales = column_total(scale, local);
  let shifts = column_total(shift, local);
  if (local.y == 0u && there) {
    dgamma[id.x] = scales;
    dbeta[id.x] = shifts;
  }
}
