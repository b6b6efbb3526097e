// y = x / (1 - p) where the draw of the element's index is at or above the threshold, else 0.
struct Scalars { count: u32, key0: u32, key1: u32, threshold: u32, first: u32, scale: f32, row: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * scalars.row;
  if (i >= scalars.count) { return; }
  y[i] = select(0.0, x[i] * scalars.scale, draw(scalars.key0, scalars.key1, scalars.first + i) >= scalars.threshold);
}
