// The mean and the reciprocal standard deviation of each prefix of a sentence, which counts as zero behind its end, from running sums;
// and the sentence by places, without and with the norm's scale. One workgroup a sentence.
struct Scalars { width: u32, places: u32, features: u32, batch: u32, eps: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> lengths: array<i32>;
@group(0) @binding(2) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(3) var<storage, read_write> kept: array<f32>;
@group(0) @binding(4) var<storage, read_write> scaled: array<f32>;
@group(0) @binding(5) var<storage, read_write> stats: array<f32>;
@group(0) @binding(6) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let sentence = group.x;
  let length = u32(lengths[sentence]);
  var sum = 0.0;
  var squares = 0.0;
  for (var place = 0u; place < scalars.places; place++) {
    let row = place * scalars.batch + sentence;
    var own = 0.0;
    var own_squares = 0.0;
    for (var i = local.x; i < scalars.features; i += LANES) {
      let at = (sentence * scalars.places + place) * scalars.features + i;
      let value = select(0.0, x[at], place < length);
      kept[row * scalars.features + i] = value;
      scaled[row * scalars.features + i] = value * gamma[place * scalars.features + i];
      own += value;
      own_squares += value * value;
    }
    sum += total(own, local.x);
    squares += total(own_squares, local.x);
    let mean = sum / f32(scalars.width);
    let variance = max(squares / f32(scalars.width) - mean * mean, 0.0);
    if (local.x == 0u) {
      stats[2u * row] = mean;
      stats[2u * row + 1u] = inverseSqrt(variance + scalars.eps);
    }
  }
}
