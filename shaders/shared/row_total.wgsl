
// The sum over a workgroup of {{lanes}} invocations, by a fixed tree.
const LANES = {{lanes}}u;
var<workgroup> partial: array<f32, {{lanes}}>;

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
