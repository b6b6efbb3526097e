
// What the tilings of a product share. The text that is joined with one gives `scalars` and the entry point, which calls `multiply` in
// uniform control flow for a `Tile` of HEIGHT rows and 8 columns of outputs: `row` and `col` are its first ones, `z` says which product, and
// which part of its sum. What comes out goes to `pair`, four rows at a time, in the order of `each_pair`.
// Offsets of four consecutive rows or columns; those past the end repeat the last, and are not stored.
fn four(first: u32, size: u32, stride: u32) -> vec4u {
  return min(first + vec4u(0, 1, 2, 3), vec4u(size - 1u)) * stride;
}

fn outer(x: vec4f, y: vec4f) -> mat4x4f { return mat4x4f(x.x * y, x.y * y, x.z * y, x.w * y); }

// The first k of a part, and where it ends.
fn range(z: u32) -> vec2u {
  let first = z % scalars.parts * scalars.span;
  return min(vec2u(first, first + scalars.span), vec2u(scalars.k));
}
