
// The matrices value by value.
@group(0) @binding(0) var<storage, {{input}}> a: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> b: array<f32>;

fn load_a(at: vec4u, k: u32) -> vec4f { return vec4f(a[at.x + k], a[at.y + k], a[at.z + k], a[at.w + k]); }
fn load_b(at: vec4u, k: u32) -> vec4f { return vec4f(b[at.x + k], b[at.y + k], b[at.z + k], b[at.w + k]); }
