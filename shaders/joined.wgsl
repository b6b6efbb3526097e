// Pairs of sentences one behind the other, each padded with zeros to the width. One invocation an element.
struct Scalars { width: u32, a_columns: u32, b_columns: u32, features: u32 }

@group(0) @binding(0) var<storage, {{input}}> a: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> a_lengths: array<i32>;
@group(0) @binding(2) var<storage, {{input}}> b: array<f32>;
@group(0) @binding(3) var<storage, {{input}}> b_lengths: array<i32>;
@group(0) @binding(4) var<storage, read_write> joined: array<f32>;
@group(0) @binding(5) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let width = scalars.width;
  if (id.x >= 2u * width) { return; }
  var value = 0.0;
  if (id.x < width) {
    let filled = min(scalars.a_columns, u32(a_lengths[id.y]) * scalars.features);
    if (id.x < filled) { value = a[id.y * scalars.a_columns + id.x]; }
  } else {
    let filled = min(scalars.b_columns, u32(b_lengths[id.y]) * scalars.features);
    if (id.x - width < filled) { value = b[id.y * scalars.b_columns + id.x - width]; }
  }
  joined[id.y * 2u * width + id.x] = value;
}
