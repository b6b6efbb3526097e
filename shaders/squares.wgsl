// The sum of the squares of each {{chunk}} gradients of a tensor, one workgroup each, among those of other tensors: from `first` on.
struct Scalars { count: u32, first: u32 }

@group(0) @binding(0) var<storage, {{input}}> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> squares: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let chunk = group.x + group.y * 65535u;
  let base = chunk * {{chunk}}u;
  if (base >= scalars.count) { return; }
  let end = min(base + {{chunk}}u, scalars.count);
  var sum = 0.0;
  for (var i = base + local.x; i < end; i += LANES) { sum += gradient[i] * gradient[i]; }
  let square = total(sum, local.x);
  if (local.x == 0u) { squares[scalars.first + chunk] = square; }
}
