// Rows with mean 0 and variance 1, and these times gamma plus beta of each net: all rows of the first one, then those of the next. One
// workgroup a row, which is a sentence, or one place of it: the first places of all sentences come first. A sentence counts as zero
// behind its end, up to the width of the net. Two passes, since E[x²] - mean² cancels.
//
// Of gamma and beta `next` values are from one net's to the next one's.
struct Scalars { width: u32, columns: u32, features: u32, batch: u32, eps: f32, nets: u32, rows: u32, next: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> lengths: array<i32>;
@group(0) @binding(2) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(3) var<storage, {{input}}> beta: array<f32>;
@group(0) @binding(4) var<storage, read_write> x_hat: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x;
  let sentence = row % scalars.batch;
  let place = row / scalars.batch * scalars.width;
  let filled = min(scalars.columns, u32(lengths[sentence]) * scalars.features);
  let end = min(scalars.width, filled - min(filled, place));
  let first = sentence * scalars.columns + place;
  var sum = 0.0;
  for (var i = local.x; i < end; i += LANES) { sum += x[first + i]; }
  let mean = total(sum, local.x) / f32(scalars.width);
  var squares = 0.0;
  for (var i = local.x; i < end; i += LANES) {
    let centred = x[first + i] - mean;
    squares += centred * centred;
  }
  let behind = f32(scalars.width - end) * mean * mean;
  let scale = inverseSqrt((total(squares, local.x) + behind) / f32(scalars.width) + scalars.eps);
  for (var i = local.x; i < scalars.width; i += LANES) {
    var value = 0.0;
    if (i < end) { value = x[first + i]; }
    let normal = (value - mean) * scale;
    x_hat[row * scalars.width + i] = normal;
    for (var net = 0u; net < scalars.nets; net++) {
      let own = net * scalars.next + i;
      y[(net * scalars.rows + row) * scalars.width + i] = normal * gamma[own] + beta[own];
    }
  }
}
