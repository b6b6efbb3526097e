
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

fn store(row: u32, col: u32, n: u32, value: f32) {
  if (col < n) { c[row * n + col] = epilogue(value, col); }
}

// Of the output's `size` in rows and columns.
fn store_row(z: u32, row: u32, col: u32, size: vec2u, left: vec4f, right: vec4f) {
  if (row >= size.x) { return; }
  let at = z * size.x + row;
  store(at, col, size.y, left.x);
  store(at, col + 1u, size.y, left.y);
  store(at, col + 2u, size.y, left.z);
  store(at, col + 3u, size.y, left.w);
  store(at, col + 4u, size.y, right.x);
  store(at, col + 5u, size.y, right.y);
  store(at, col + 6u, size.y, right.z);
  store(at, col + 7u, size.y, right.w);
}

// No loop: a renderer on the CPU copies a whole matrix to read a component that is not known when it compiles.
fn pair(z: u32, row: u32, col: u32, slot: u32, left: mat4x4f, right: mat4x4f) {
  let size = vec2u(scalars.m, scalars.n);
  store_row(z, row, col, size, left[0], right[0]);
  store_row(z, row + 1u, col, size, left[1], right[1]);
  store_row(z, row + 2u, col, size, left[2], right[2]);
  store_row(z, row + 3u, col, size, left[3], right[3]);
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
