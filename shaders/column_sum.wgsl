// The sum of each column of x: [rows, cols]. Each invocation walks one column, in order.
struct Scalars { rows: u32, cols: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.cols) { return; }
  var sum = 0.0;
  for (var row = 0u; row < scalars.rows; row++) { sum += x[row * scalars.cols + id.x]; }
  sums[id.x] = sum;
}
