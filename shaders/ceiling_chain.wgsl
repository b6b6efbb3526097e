// A chain of products and sums in registers, along which eight independent vectors go.
struct Scalars { count: u32, padding: u32 }

@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.count) { return; }
  let factor = vec4f(0.999);
  let more = vec4f(1e-7);
  let first = vec4f(0.0, 1.0, 2.0, 3.0) * x[id.x];
  var a = first;
  var b = first + 4.0;
  var c = first + 8.0;
  var d = first + 12.0;
  var e = first + 16.0;
  var f = first + 20.0;
  var g = first + 24.0;
  var h = first + 28.0;
  for (var link = 0u; link < {{links}}u; link++) {
    a = fma(a, factor, more);
    b = fma(b, factor, more);
    c = fma(c, factor, more);
    d = fma(d, factor, more);
    e = fma(e, factor, more);
    f = fma(f, factor, more);
    g = fma(g, factor, more);
    h = fma(h, factor, more);
  }
  x[id.x] = dot(a + b + c + d + e + f + g + h, vec4f(1.0));
}
