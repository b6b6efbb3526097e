// One step of Adam on a matrix with no norm before it, in place, where a tile of its gradient xᵀ dy is in registers.
struct Scalars {
  m: u32, n: u32, k: u32,
  a_row: u32, a_col: u32, b_row: u32, b_col: u32,
  a_next: u32, b_next: u32,
  parts: u32, span: u32,
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
}

@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec2f>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

fn renew(row: u32, col: u32, gradient: f32) {
  if (row >= scalars.m || col >= scalars.n) { return; }
  let at = row * scalars.n + col;
  let before = moments[at];
  let m = scalars.beta1 * before.x + (1.0 - scalars.beta1) * gradient;
  let v = scalars.beta2 * before.y + (1.0 - scalars.beta2) * gradient * gradient;
  moments[at] = vec2f(m, v);
  weight[at] -= scalars.rate * m / (sqrt(v) * scalars.correction + scalars.eps);
}

fn renew_row(row: u32, col: u32, left: vec4f, right: vec4f) {
  renew(row, col, left.x);
  renew(row, col + 1u, left.y);
  renew(row, col + 2u, left.z);
  renew(row, col + 3u, left.w);
  renew(row, col + 4u, right.x);
  renew(row, col + 5u, right.y);
  renew(row, col + 6u, right.z);
  renew(row, col + 7u, right.w);
}

fn pair(z: u32, row: u32, col: u32, slot: u32, left: mat4x4f, right: mat4x4f) {
  // A variable, as a renderer on the CPU copies a value whole to read what it does not know the place of when it compiles.
  var sides = array(left, right);
  for (var i = 0u; i < 4u; i++) { renew_row(row + i, col, sides[0][i], sides[1][i]); }
}

@compute @workgroup_size({{across}}, {{down}})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = id.y * HEIGHT;
  let col = id.x * 8u;
  each_pair(0u, row, col, lane, multiply(0u, row, col, lane));
}
