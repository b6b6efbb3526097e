
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

fn store(z: u32, row: u32, col: u32, block: mat4x4f) {
  for (var i = 0u; i < min(4u, scalars.m - min(row, scalars.m)); i++) {
    for (var j = 0u; j < min(4u, scalars.n - min(col, scalars.n)); j++) {
      c[(z * scalars.m + row + i) * scalars.n + col + j] = epilogue(block[i][j], col + j);
    }
  }
}

@compute @workgroup_size({{across}}, {{down}})
fn main(
  @builtin(global_invocation_id) id: vec3u,
  // The same as `id.z`, and known to be one for the whole group: the tiles are read together.
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = id.y * 8u;
  let col = id.x * 8u;
  let tile = multiply(group.z, row, col, lane);
  store(group.z, row, col, tile.c00);
  store(group.z, row, col + 4u, tile.c01);
  store(group.z, row + 4u, col, tile.c10);
  store(group.z, row + 4u, col + 4u, tile.c11);
}
