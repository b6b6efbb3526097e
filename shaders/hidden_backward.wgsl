// Turns the gradient of rows behind activation, norm, scale and shift into that of the rows before, in its place: with dh = du * gamma
// and n the normalised h, dz = (dh - mean(dh) - n * mean(dh * n)) / deviation, times the slope where h is not positive.
// The rows of each net have its gamma, and `next` values are from one to the next.
struct Scalars { width: u32, slope: f32, eps: f32, rows: u32, next: u32, padding: u32 }

@group(0) @binding(0) var<storage, read_write> dz: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> h: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let width = f32(scalars.width);
  let first = group.x * scalars.width;
  let own = group.x / scalars.rows * scalars.next;
  var sum = 0.0;
  for (var i = local.x; i < scalars.width; i += LANES) { sum += h[first + i]; }
  let mean = total(sum, local.x) / width;
  var squares = 0.0;
  var slopes = 0.0;
  var products = 0.0;
  for (var i = local.x; i < scalars.width; i += LANES) {
    let centred = h[first + i] - mean;
    let dh = dz[first + i] * gamma[own + i];
    squares += centred * centred;
    slopes += dh;
    products += dh * centred;
  }
  let scale = inverseSqrt(total(squares, local.x) / width + scalars.eps);
  let slope = total(slopes, local.x) / width;
  let product = total(products, local.x) * scale / width;
  for (var i = local.x; i < scalars.width; i += LANES) {
    let value = h[first + i];
    let dh = (dz[first + i] * gamma[own + i] - slope - (value - mean) * scale * product) * scale;
    dz[first + i] = select(dh * scalars.slope, dh, value > 0.0);
  }
}
