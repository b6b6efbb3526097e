// A copy of whole vectors.
struct Scalars { count: u32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < scalars.count) { y[id.x] = x[id.x]; }
}
