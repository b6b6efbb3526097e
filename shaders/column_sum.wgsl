// The sum of each column. A workgroup takes {{columns}} columns: each invocation adds every {{rows}}th row of one, in order, and the
// first of the column adds what they have.
struct Scalars { rows: u32, columns: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size({{columns}}, {{rows}})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) local: vec3u) {
  var sum = 0.0;
  if (id.x < scalars.columns) {
    for (var row = local.y; row < scalars.rows; row += {{rows}}u) { sum += x[row * scalars.columns + id.x]; }
  }
  let total = column_total(sum, local);
  if (local.y == 0u && id.x < scalars.columns) { sums[id.x] = total; }
}
