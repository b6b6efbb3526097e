// What to multiply all gradients with so that their norm is at most `most`, and that norm, from the sums of their squares. One workgroup.
struct Scalars { count: u32, most: f32, eps: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> squares: array<f32>;
@group(0) @binding(1) var<storage, read_write> clip: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(local_invocation_id) local: vec3u) {
  var sum = 0.0;
  for (var i = local.x; i < scalars.count; i += LANES) { sum += squares[i]; }
  let square = total(sum, local.x);
  if (local.x == 0u) {
    // By its bits, as a compiler may take every number for a finite one.
    let finite = (bitcast<u32>(square) & 0x7f800000u) != 0x7f800000u;
    let norm = select(square, sqrt(square), finite);
    clip[0] = select(0.0, min(1.0, scalars.most / (norm + scalars.eps)), finite);
    clip[1] = norm;
  }
}
