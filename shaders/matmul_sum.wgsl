
// The parts of a product added in order. One invocation an output.
struct Scalars { count: u32, n: u32, parts: u32, slope: f32 }

@group(0) @binding(0) var<storage, {{input}}> parts: array<f32>;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.count) { return; }
  var sum = 0.0;
  for (var part = 0u; part < scalars.parts; part++) {
    sum += parts[(id.y * scalars.parts + part) * scalars.count + id.x];
  }
  c[id.y * scalars.count + id.x] = epilogue(sum, id.x % scalars.n);
}
