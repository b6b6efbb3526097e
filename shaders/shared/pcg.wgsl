
// The counter-based generator of src/random.rs, word for word.
fn pcg(x: u32) -> u32 {
  let state = x * 747796405u + 2891336453u;
  let word = (state ^ (state >> ((state >> 28u) + 4u))) * 277803737u;
  return word ^ (word >> 22u);
}

fn draw(key0: u32, key1: u32, counter: u32) -> u32 { return pcg(pcg(counter ^ key0) + key1); }
