@group(0) @binding(5) var<storage, {{input}}> clip: array<f32>;
@group(0) @binding(6) var<uniform> scalars: Scalars;

fn factor() -> f32 { return clip[0]; }
