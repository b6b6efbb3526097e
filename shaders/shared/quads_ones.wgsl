
// What quads read, value by value. Four rows of four k of `a`, with zeros past the end.
fn rows_of_a(rows: vec4u, a_col: u32, k: u32, end: u32) -> mat4x4f {
  let there = vec4u(k) + vec4u(0, 1, 2, 3) < vec4u(end);
  let at = four(k, end, a_col);
  return mat4x4f(
    select(vec4f(), load_a(vec4u(rows.x) + at, 0u), there), select(vec4f(), load_a(vec4u(rows.y) + at, 0u), there),
    select(vec4f(), load_a(vec4u(rows.z) + at, 0u), there), select(vec4f(), load_a(vec4u(rows.w) + at, 0u), there),
  );
}

// Four rows of four columns of `b`, from k on.
fn rows_of_b(columns: vec4u, b_row: u32, k: u32, end: u32) -> mat4x4f {
  let at = four(k, end, b_row);
  return mat4x4f(load_b(columns, at.x), load_b(columns, at.y), load_b(columns, at.z), load_b(columns, at.w));
}
