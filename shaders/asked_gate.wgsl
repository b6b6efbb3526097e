
// What the hidden layer is multiplied with.
@group(0) @binding({{gate}}) var<storage, read_write> gate: array<f32>;
@group(0) @binding({{last}}) var<uniform> scalars: Scalars;

fn gate_at(at: u32) -> f32 { return gate[at]; }
fn set_gate(at: u32, value: f32) { gate[at] = value; }
