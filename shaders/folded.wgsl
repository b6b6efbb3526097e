// s, the sum of the rows of a matrix times the scales of the norm before it, and t, that times its shifts, plus the bias. A workgroup
// takes {{columns}} columns, each invocation every {{rows}}th row of one.
struct Scalars { rows: u32, columns: u32 }

@group(0) @binding(0) var<storage, {{input}}> weight: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> beta: array<f32>;
@group(0) @binding(3) var<storage, {{input}}> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> s: array<f32>;
@group(0) @binding(5) var<storage, read_write> t: array<f32>;
@group(0) @binding(6) var<uniform> scalars: Scalars;

@compute @workgroup_size({{columns}}, {{rows}})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let there = id.x < scalars.columns;
  var scaled = 0.0;
  var shifted = 0.0;
  if (there) {
    for (var row = local.y; row < scalars.rows; row += {{rows}}u) {
      let value = weight[row * scalars.columns + id.x];
      scaled += gamma[row] * value;
      shifted += beta[row] * value;
    }
  }
  let scales = column_total(scaled, local);
  let shifts = column_total(shifted, local);
  if (local.y == 0u && there) {
    s[id.x] = scales;
    t[id.x] = shifts + bias[id.x];
  }
}
