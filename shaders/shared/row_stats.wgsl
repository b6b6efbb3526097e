
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
