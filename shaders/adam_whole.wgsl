@group(0) @binding(5) var<uniform> scalars: Scalars;

fn factor() -> f32 { return 1.0; }
