// h = leaky_relu(z + bias) in the place of z, where there is a bias, h normalised, and that times gamma plus beta.
// One workgroup a row; each invocation reads only what it wrote itself. The rows of each net have its parameters, of which `next` values
// are from one net's to the next one's.
struct Scalars { width: u32, slope: f32, eps: f32, has_bias: u32, rows: u32, next: u32 }

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> bias: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(3) var<storage, {{input}}> beta: array<f32>;
@group(0) @binding(4) var<storage, read_write> h_hat: array<f32>;
@group(0) @binding(5) var<storage, read_write> u: array<f32>;
@group(0) @binding(6) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first = group.x * scalars.width;
  let own = group.x / scalars.rows * scalars.next;
  var sum = 0.0;
  for (var i = local.x; i < scalars.width; i += LANES) {
    let z = h[first + i] + select(0.0, bias[own + i], scalars.has_bias != 0u);
    let value = select(z * scalars.slope, z, z > 0.0);
    h[first + i] = value;
    sum += value;
  }
  let mean = total(sum, local.x) / f32(scalars.width);
  var squares = 0.0;
  for (var i = local.x; i < scalars.width; i += LANES) {
    let centred = h[first + i] - mean;
    squares += centred * centred;
  }
  let scale = inverseSqrt(total(squares, local.x) / f32(scalars.width) + scalars.eps);
  for (var i = local.x; i < scalars.width; i += LANES) {
    let normal = (h[first + i] - mean) * scale;
    h_hat[first + i] = normal;
    u[first + i] = normal * gamma[own + i] + beta[own + i];
  }
}
