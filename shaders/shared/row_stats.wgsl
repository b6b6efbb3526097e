
// Sums over a row by one workgroup: each lane adds its stride of the row, then a fixed tree adds the lanes.
const LANES = 64u;
var<workgroup> partial: array<f32, 64>;

fn total(value: f32, lane: u32) -> f32 {
  partial[lane] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}

// The mean and the reciprocal standard deviation of the row of x that begins at base.
fn row_stats(base: u32, lane: u32) -> vec2f {
  let width = f32(scalars.width);
  var sum = 0.0;
  for (var i = lane; i < scalars.width; i += LANES) { sum += x[base + i]; }
  let mean = total(sum, lane) / width;
  var squares = 0.0;
  for (var i = lane; i < scalars.width; i += LANES) {
    let centred = x[base + i] - mean;
    squares += centred * centred;
  }
  return vec2f(mean, inverseSqrt(total(squares, lane) / width + scalars.eps));
}
