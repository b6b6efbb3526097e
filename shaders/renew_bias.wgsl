// The sum of each column, which is the gradient of a bias, and one step of Adam on that, in place. A workgroup takes {{columns}} columns:
// each invocation adds every {{rows}}th row of one, in order, and the first of the column adds what they have.
struct Scalars {
  rows: u32, columns: u32,
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
  // Where the sums go.
  first: u32,
}

@group(0) @binding(0) var<storage, {{input}}> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> bias: array<f32>;
@group(0) @binding(2) var<storage, read_write> moments: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size({{columns}}, {{rows}})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let column = id.x;
  var sum = 0.0;
  if (column < scalars.columns) {
    for (var row = local.y; row < scalars.rows; row += {{rows}}u) { sum += dy[row * scalars.columns + column]; }
  }
  let gradient = column_total(sum, local);
  if (local.y > 0u || column >= scalars.columns) { return; }
  let m = scalars.beta1 * moments[2u * column] + (1.0 - scalars.beta1) * gradient;
  let v = scalars.beta2 * moments[2u * column + 1u] + (1.0 - scalars.beta2) * gradient * gradient;
  moments[2u * column] = m;
  moments[2u * column + 1u] = v;
  bias[column] -= scalars.rate * m / (sqrt(v) * scalars.correction + scalars.eps);
  sums[scalars.first + column] = gradient;
}
