// c = epilogue(a · b), as many products as there are workgroups in z. Each invocation computes 8 x 8 of one c in registers;
// strides make a transposed operand free.
// The text it is joined with gives `epilogue` and `scalars`.
struct Scalars {
  m: u32, n: u32, k: u32,
  a_row: u32, a_col: u32, b_row: u32, b_col: u32,
  // From one product to the next.
  a_next: u32, b_next: u32,
  slope: f32,
}

@group(0) @binding(0) var<storage, {{input}}> a: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;

// Offsets of four consecutive rows or columns; those past the end repeat the last, and are not stored.
fn four(first: u32, size: u32, stride: u32) -> vec4u {
  return min(first + vec4u(0, 1, 2, 3), vec4u(size - 1u)) * stride;
}

fn outer(x: vec4f, y: vec4f) -> mat4x4f { return mat4x4f(x.x * y, x.y * y, x.z * y, x.w * y); }

fn load_a(at: vec4u, k: u32) -> vec4f { return vec4f(a[at.x + k], a[at.y + k], a[at.z + k], a[at.w + k]); }
fn load_b(at: vec4u, k: u32) -> vec4f { return vec4f(b[at.x + k], b[at.y + k], b[at.z + k], b[at.w + k]); }

fn store(first: u32, row: u32, col: u32, block: mat4x4f) {
  for (var i = 0u; i < min(4u, scalars.m - min(row, scalars.m)); i++) {
    for (var j = 0u; j < min(4u, scalars.n - min(col, scalars.n)); j++) {
      c[first + (row + i) * scalars.n + col + j] = epilogue(block[i][j], col + j);
    }
  }
}

@compute @workgroup_size(8, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y * 8u;
  let col = id.x * 8u;
  if (row >= scalars.m || col >= scalars.n) { return; }
  let a_first = vec4u(id.z * scalars.a_next);
  let b_first = vec4u(id.z * scalars.b_next);
  let a0 = a_first + four(row, scalars.m, scalars.a_row);
  let a1 = a_first + four(row + 4u, scalars.m, scalars.a_row);
  let b0 = b_first + four(col, scalars.n, scalars.b_col);
  let b1 = b_first + four(col + 4u, scalars.n, scalars.b_col);
  var c00 = mat4x4f();
  var c01 = mat4x4f();
  var c10 = mat4x4f();
  var c11 = mat4x4f();
  for (var k = 0u; k < scalars.k; k++) {
    let x0 = load_a(a0, k * scalars.a_col);
    let x1 = load_a(a1, k * scalars.a_col);
    let y0 = load_b(b0, k * scalars.b_row);
    let y1 = load_b(b1, k * scalars.b_row);
    c00 += outer(x0, y0);
    c01 += outer(x0, y1);
    c10 += outer(x1, y0);
    c11 += outer(x1, y1);
  }
  let first = id.z * scalars.m * scalars.n;
  store(first, row, col, c00);
  store(first, row, col + 4u, c01);
  store(first, row + 4u, col, c10);
  store(first, row + 4u, col + 4u, c11);
}
