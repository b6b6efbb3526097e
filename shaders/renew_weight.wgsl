// One step of Adam on the matrix behind a norm, in place, where a tile of G = x̂ᵀ dy is in registers: the gradient is gamma G + beta
// sum(dy), and it never lies in memory. The rows of W ∘ G and W sum(dy), with the old W, are the gradients of gamma and beta: here
// summed over the columns of the tile's width. With places, each has a product and rows of the matrix of its own; of two matrices behind
// one norm each has a product. (kernels.md, sections 2 and 3)
struct Scalars {
  m: u32, n: u32, k: u32,
  a_row: u32, a_col: u32, b_row: u32, b_col: u32,
  a_next: u32, b_next: u32,
  parts: u32, span: u32,
  // How many products there are, and rows of the matrix.
  places: u32, rows: u32,
  // Where in scratch begins what is to be added to G, the sums of dy, and the norm's gradients.
  more: u32, sums: u32, shares: u32,
  // From one product's to the next one's.
  weight_next: u32, moments_next: u32, norm_next: u32, sums_next: u32, shares_next: u32,
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
}

@group(0) @binding(4) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(5) var<storage, {{input}}> beta: array<f32>;
// The norm's gradients are [groups of columns, 2, rows]. One buffer, since not every adapter can bind eight.
@group(0) @binding(6) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(7) var<uniform> scalars: Scalars;

// Where the matrix of an invocation begins, of its moments, two values each, and of its norm; read once, as what Adam's step is made of.
struct Matrix { rows: u32, columns: u32, weight: u32, moments: u32, norm: u32 }
var<private> matrix: Matrix;

// Four values of a row, with its scale and shift and their columns' sums of dy. Gives their shares in the gradients of gamma and beta.
fn renew(row: u32, col: u32, affine: vec2f, sums: vec4f, product: vec4f) -> mat2x4f {
  if (col >= matrix.columns) { return mat2x4f(); }
  let i = row * matrix.columns + col;
  let at = matrix.weight + i;
  let pairs = matrix.moments + i;
  var g = product;
  if ({{by_places}} == 1) {
    let more = vec4u(scalars.more) + four(col, matrix.columns, 1u);
    g += vec4f(scratch[more.x], scratch[more.y], scratch[more.z], scratch[more.w]);
  }
  let old = old_weights(at, col);
  renew_four(at, pairs, col, old, affine.x * g + affine.y * sums);
  return mat2x4f(there(old * g, col), there(old * sums, col));
}

// The sums of dy of four columns.
fn sums_of(place: u32, col: u32) -> vec4f {
  let at = vec4u(scalars.sums + place * scalars.sums_next) + four(col, scalars.n, 1u);
  return vec4f(scratch[at.x], scratch[at.y], scratch[at.z], scratch[at.w]);
}

// Eight columns of a row, whose sums of dy are those of `sums`.
fn renew_row(row: u32, col: u32, sums: array<vec4f, 2>, left: vec4f, right: vec4f) -> vec2f {
  if (row >= matrix.rows) { return vec2f(); }
  let at = matrix.norm + row;
  let affine = vec2f(gamma[at], beta[at]);
  let l = renew(row, col, affine, sums[0], left);
  let r = renew(row, col + 4u, affine, sums[1], right);
  // From the left to the right.
  return vec2f(
    l[0].x + l[0].y + l[0].z + l[0].w + r[0].x + r[0].y + r[0].z + r[0].w,
    l[1].x + l[1].y + l[1].z + l[1].w + r[1].x + r[1].y + r[1].z + r[1].w,
  );
}

// A slot for four rows of each invocation.
const SLOTS = HEIGHT / 4u;
var<workgroup> shares_of: array<mat2x4f, {{across}} * {{down}} * {{height}} / 4>;

fn pair(place: u32, row: u32, col: u32, slot: u32, left: mat4x4f, right: mat4x4f) {
  // A loop, as its code in line would not stay in a processor's cache; a variable, as a renderer on the CPU copies a value whole to read what it does not know the place of when it compiles.
  var sides = array(left, right);
  let sums = array(sums_of(place, col), sums_of(place, col + 4u));
  var shares = mat2x4f();
  for (var i = 0u; i < 4u; i++) {
    let share = renew_row(row + i, col, sums, sides[0][i], sides[1][i]);
    shares = mat2x4f(vec4f(shares[0].yzw, share.x), vec4f(shares[1].yzw, share.y));
  }
  shares_of[slot] = shares;
}

@compute @workgroup_size({{across}}, {{down}})
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = id.y * HEIGHT;
  let col = id.x * 8u;
  let place = group.z;
  var tile = Tile();
  read_adam();
  let moments_next = scalars.moments_next / 2u;
  matrix = Matrix(scalars.m, scalars.n, place * scalars.weight_next, place * moments_next, place * scalars.norm_next);
  if (place < scalars.places) { tile = multiply(place, row, col, lane); }
  each_pair(place, row, col, lane, tile);
  workgroupBarrier();
  // One invocation four rows adds the tile's columns in order.
  for (var quad = lane; quad < SLOTS * {{down}}u; quad += {{across}}u * {{down}}u) {
    var sum = mat2x4f();
    for (var x = 0u; x < {{across}}u; x++) { sum += shares_of[SLOTS * (quad / SLOTS * {{across}}u + x) + quad % SLOTS]; }
    let first = group.y * {{down}}u * HEIGHT + quad * 4u;
    for (var i = 0u; i < min(4u, scalars.m - min(first, scalars.m)); i++) {
      let at = scalars.shares + place * scalars.shares_next + 2u * group.x * scalars.rows + first + i;
      scratch[at] = sum[0][i];
      scratch[at + scalars.rows] = sum[1][i];
    }
  }
}
