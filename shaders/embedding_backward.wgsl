// The gradient of a table: for each of its rows the sum of the gradients of the rows that were read there, times a scale, in their
// order. `list` has where the rows of each id begin, and behind that the rows in the order of their ids.
struct Scalars { count: u32, row: u32, width: u32, vocab: u32, scale: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> dy: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> list: array<i32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * scalars.row;
  if (i >= scalars.count) { return; }
  let begin = i / scalars.width;
  let rows = scalars.vocab + 1u;
  let end = u32(list[begin + 1u]);
  var sum = 0.0;
  for (var at = u32(list[begin]); at < end; at++) {
    sum += dy[u32(list[rows + at]) * scalars.width + i % scalars.width] * scalars.scale;
  }
  gradient[i] = sum;
}
