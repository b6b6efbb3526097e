// One step of Adam on a matrix with no norm before it, in place, where a tile of its gradient xᵀ dy is in registers.
struct Scalars {
  m: u32, n: u32, k: u32,
  a_row: u32, a_col: u32, b_row: u32, b_col: u32,
  a_next: u32, b_next: u32,
  parts: u32, span: u32,
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
}

@group(0) @binding(4) var<uniform> scalars: Scalars;

fn renew(row: u32, col: u32, gradient: vec4f) {
  if (row >= scalars.m || col >= scalars.n) { return; }
  let at = row * scalars.n + col;
  renew_four(at, at, col, old_weights(at, col), gradient);
}

fn pair(z: u32, row: u32, col: u32, slot: u32, left: mat4x4f, right: mat4x4f) {
  // A loop and a variable: as in renew_weight.wgsl.
  var sides = array(left, right);
  for (var i = 0u; i < 4u; i++) {
    renew(row + i, col, sides[0][i]);
    renew(row + i, col + 4u, sides[1][i]);
  }
}

@compute @workgroup_size({{across}}, {{down}})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = id.y * HEIGHT;
  let col = id.x * 8u;
  read_adam();
  each_pair(0u, row, col, lane, multiply(0u, row, col, lane));
}
