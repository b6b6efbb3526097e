@group(0) @binding(2) var<storage, {{input}}> bias: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

fn epilogue(value: f32, col: u32) -> f32 {
  let z = value + bias[col];
  return select(z * scalars.slope, z, z > 0.0);
}
