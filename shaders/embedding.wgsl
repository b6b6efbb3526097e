// The rows of a table that the ids name, times a scale, plus the positions, which come again for each sentence.
struct Scalars { count: u32, row: u32, width: u32, vocab: u32, positions: u32, scale: f32 }

@group(0) @binding(0) var<storage, {{input}}> table: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> ids: array<i32>;
@group(0) @binding(2) var<storage, {{input}}> positions: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * scalars.row;
  if (i >= scalars.count) { return; }
  let of_id = min(u32(ids[i / scalars.width]), scalars.vocab - 1u) * scalars.width;
  y[i] = table[of_id + i % scalars.width] * scalars.scale + positions[i % scalars.positions];
}
