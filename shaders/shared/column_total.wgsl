
// What the invocations of a column have, added in order: right for the first of each column.
var<workgroup> partial: array<f32, {{rows}} * {{columns}}>;

fn column_total(value: f32, local: vec3u) -> f32 {
  workgroupBarrier();
  partial[local.y * {{columns}}u + local.x] = value;
  workgroupBarrier();
  var sum = 0.0;
  if (local.y == 0u) {
    for (var row = 0u; row < {{rows}}u; row++) { sum += partial[row * {{columns}}u + local.x]; }
  }
  return sum;
}
