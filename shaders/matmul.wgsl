
// c = epilogue(a · b), or a part of its sum. It is joined with a tiling and a text that gives `epilogue` and `scalars`.
struct Scalars {
  m: u32, n: u32, k: u32,
  a_row: u32, a_col: u32, b_row: u32, b_col: u32,
  // From one product to the next.
  a_next: u32, b_next: u32,
  // Parts of the sum over k, and the length of each.
  parts: u32, span: u32,
  slope: f32,
}

@group(0) @binding(2) var<storage, read_write> c: array<f32>;

fn store(z: u32, row: u32, col: u32, value: f32) {
  if (row < scalars.m && col < scalars.n) { c[(z * scalars.m + row) * scalars.n + col] = epilogue(value, col); }
}

fn store_row(z: u32, row: u32, col: u32, values: vec4f) {
  store(z, row, col, values.x);
  store(z, row, col + 1u, values.y);
  store(z, row, col + 2u, values.z);
  store(z, row, col + 3u, values.w);
}

// No loop: a renderer on the CPU copies a whole matrix to read a component that is not known when it compiles.
fn pair(z: u32, row: u32, col: u32, slot: u32, left: mat4x4f, right: mat4x4f) {
  store_row(z, row, col, left[0]);
  store_row(z, row, col + 4u, right[0]);
  store_row(z, row + 1u, col, left[1]);
  store_row(z, row + 1u, col + 4u, right[1]);
  store_row(z, row + 2u, col, left[2]);
  store_row(z, row + 2u, col + 4u, right[2]);
  store_row(z, row + 3u, col, left[3]);
  store_row(z, row + 3u, col + 4u, right[3]);
}

@compute @workgroup_size({{across}}, {{down}})
fn main(
  @builtin(global_invocation_id) id: vec3u,
  // The same as `id.z`, and known to be one for the whole group: the tiles are read together.
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = id.y * HEIGHT;
  let col = id.x * 8u;
  each_pair(group.z, row, col, lane, multiply(group.z, row, col, lane));
}
