
// No gate: the hidden layer is multiplied with 1.
@group(0) @binding({{last}}) var<uniform> scalars: Scalars;

fn gate_at(at: u32) -> f32 { return 1.0; }
fn set_gate(at: u32, value: f32) {}
