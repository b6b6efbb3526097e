
// What quads read where all sizes are multiples of four: no row begins or ends elsewhere. As in quads_ones.wgsl, but with a third of the
// code. Shifts, as a renderer on the CPU divides lane by lane.
@group(0) @binding(0) var<storage, {{input}}> a: array<vec4f>;
@group(0) @binding(1) var<storage, {{input}}> b: array<vec4f>;

// Four rows of four k of `a`.
fn rows_of_a(rows: vec4u, a_col: u32, k: u32, end: u32) -> mat4x4f {
  if ({{a_along_k}} == 1) {
    let at = (rows + vec4u(k)) >> vec4u(2);
    return mat4x4f(a[at.x], a[at.y], a[at.z], a[at.w]);
  }
  let at = (vec4u(rows.x) + (vec4u(k) + vec4u(0, 1, 2, 3)) * a_col) >> vec4u(2);
  return transpose(mat4x4f(a[at.x], a[at.y], a[at.z], a[at.w]));
}

// Four rows of four columns of `b`, from k on.
fn rows_of_b(columns: vec4u, b_row: u32, k: u32, end: u32) -> mat4x4f {
  if ({{b_along_k}} == 1) {
    let at = (columns + vec4u(k)) >> vec4u(2);
    return transpose(mat4x4f(b[at.x], b[at.y], b[at.z], b[at.w]));
  }
  let at = (vec4u(columns.x) + (vec4u(k) + vec4u(0, 1, 2, 3)) * b_row) >> vec4u(2);
  return mat4x4f(b[at.x], b[at.y], b[at.z], b[at.w]);
}
