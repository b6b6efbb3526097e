
const HEIGHT = 8u;

// 8 x 8 outputs: four rows of four columns each, from the left and the right half of the upper and the lower half.
struct Tile { c00: mat4x4f, c01: mat4x4f, c10: mat4x4f, c11: mat4x4f }

fn each_pair(z: u32, row: u32, col: u32, lane: u32, tile: Tile) {
  pair(z, row, col, 2u * lane, tile.c00, tile.c01);
  pair(z, row + 4u, col, 2u * lane + 1u, tile.c10, tile.c11);
}
