// dz = dy * leaky_relu'(y) and db = the column sums of dz. A workgroup takes {{columns}}
// columns, each invocation every {{rows}}th row of one.
struct Scalars { rows: u32, cols: u32, slope: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> y: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dz: array<f32>;
@group(0) @binding(3) var<storage, read_write> db: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size({{columns}}, {{rows}})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) local: vec3u) {
  var sum = 0.0;
  if (id.x < scalars.cols) {
    for (var row = local.y; row < scalars.rows; row += {{rows}}u) {
      let at = row * scalars.cols + id.x;
      let value = select(dy[at] * scalars.slope, dy[at], y[at] > 0.0);
      dz[at] = value;
      sum += value;
    }
  }
  let total = column_total(sum, local);
  if (local.y == 0u && id.x < scalars.cols) { db[id.x] = total; }
}
