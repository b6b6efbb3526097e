// dz = dy * leaky_relu'(y) and db = the column sums of dz. Each invocation walks one column, in order.
struct Scalars { rows: u32, cols: u32, slope: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> y: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dz: array<f32>;
@group(0) @binding(3) var<storage, read_write> db: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.cols) { return; }
  var sum = 0.0;
  for (var row = 0u; row < scalars.rows; row++) {
    let at = row * scalars.cols + id.x;
    let value = select(dy[at] * scalars.slope, dy[at], y[at] > 0.0);
    dz[at] = value;
    sum += value;
  }
  db[id.x] = sum;
}
