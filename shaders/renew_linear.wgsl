// One step of Adam on a matrix with no norm before it, in place, where a tile of its gradient xᵀ dy is in registers.
struct Scalars {
  m: u32, n: u32, k: u32,
  a_row: u32, a_col: u32, b_row: u32, b_col: u32,
  a_next: u32, b_next: u32,
  parts: u32, span: u32,
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
}

@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

// Four rows of four columns.
fn renew(row: u32, col: u32, gradients: mat4x4f) {
  for (var i = 0u; i < min(4u, scalars.m - min(row, scalars.m)); i++) {
    for (var j = 0u; j < min(4u, scalars.n - min(col, scalars.n)); j++) {
      let at = (row + i) * scalars.n + col + j;
      let gradient = gradients[i][j];
      let m = scalars.beta1 * moments[2u * at] + (1.0 - scalars.beta1) * gradient;
      let v = scalars.beta2 * moments[2u * at + 1u] + (1.0 - scalars.beta2) * gradient * gradient;
      moments[2u * at] = m;
      moments[2u * at + 1u] = v;
      weight[at] -= scalars.rate * m / (sqrt(v) * scalars.correction + scalars.eps);
    }
  }
}

@compute @workgroup_size({{across}}, {{down}})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = id.y * 8u;
  let col = id.x * 8u;
  let tile = multiply(0u, row, col, lane);
  renew(row, col, tile.c00);
  renew(row, col + 4u, tile.c01);
  renew(row + 4u, col, tile.c10);
  renew(row + 4u, col + 4u, tile.c11);
}
