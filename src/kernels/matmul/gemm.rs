//! Products on the CPU by the crate `gemm`, which burn's `flex` multiplies with as well: into memory that is there already. Through
//! `flex` each output is zeroed first and copied after, since its tensors are aligned otherwise than a vector.

use crate::{kernels::cpu, parallel};
use burn::backend::flex::FlexTensor;

/// A matrix in some values, as it is multiplied: neither a transpose nor a part of it is a copy.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct View<'a> {
    values: &'a [f32],
    /// Rows and columns.
    sizes: [usize; 2],
    /// From one row to the next, and from one column to the next.
    strides: [usize; 2],
}

impl<'a> View<'a> {
    /// One that lies in rows of so many columns.
    pub fn new(values: &'a [f32], columns: usize) -> Self {
        Self { values, sizes: [values.len() / columns.max(1), columns], strides: [columns, 1] }
    }

    /// A tensor of rows.
    ///
    /// # Panics
    /// If it is not contiguous: call [`cpu::contiguous`] first.
    pub fn of(tensor: &'a FlexTensor) -> Self {
        let [_, columns] = tensor.layout().shape().dims();
        Self::new(cpu::values(tensor), columns)
    }

    pub fn transposed(self) -> Self {
        let ([rows, columns], [down, across]) = (self.sizes, self.strides);
        Self { sizes: [columns, rows], strides: [across, down], ..self }
    }

    /// So many of its rows.
    pub fn rows(self, first: usize, count: usize) -> Self {
        self.transposed().columns(first, count).transposed()
    }

    /// So many of its columns.
    pub fn columns(self, first: usize, count: usize) -> Self {
        let values = &self.values[(first * self.strides[1]).min(self.values.len())..];
        Self { values, sizes: [self.sizes[0], count], ..self }
    }

    fn is_inside(&self) -> bool {
        let last = |axis: usize| (self.sizes[axis] - 1) * self.strides[axis];
        self.sizes.contains(&0) || last(0) + last(1) < self.values.len()
    }
}

/// Multiplications from which more than one thread is worth its start.
const LARGE: usize = 1 << 22;

/// `[m, n] = a: [m, k] · b: [k, n]`, on all threads where it is large and they are free.
pub(in crate::kernels) fn product(a: View<'_>, b: View<'_>) -> Vec<f32> {
    let ([m, k], [_, n]) = (a.sizes, b.sizes);
    let mut out = vec![0.0; m * n];
    if m * n * k < LARGE || !parallel::IS_THREADED || parallel::crowded() {
        product_into(a, b, &mut out);
    } else if m >= n {
        let rows = part_of(m);
        cpu::by_chunks(&mut out, rows * n, |index, out| product_into(a.rows(index * rows, out.len() / n), b, out));
    } else {
        let columns = part_of(n);
        let mut parts = vec![0.0; m * n];
        cpu::by_chunks(&mut parts, m * columns, |index, part| {
            product_into(a, b.columns(index * columns, part.len() / m), part);
        });
        for (index, part) in parts.chunks(m * columns).enumerate() {
            let width = part.len() / m;
            let rows = out.chunks_exact_mut(n).zip(part.chunks_exact(width));
            rows.for_each(|(row, part)| row[index * columns..][..width].copy_from_slice(part));
        }
    }
    out
}

/// How much of a side each part of a large product gets; the last one gets the rest. A function of the side and not of the threads
/// there are. `gemm` adds in another order where both sides are 64 or less, so parts are larger: then they have the bits of the whole.
fn part_of(side: usize) -> usize {
    /// `gemm` copies an operand whose rows do not fill its vectors.
    const UNIT: usize = 16;
    const SMALL: usize = 64;
    let part = |count: usize| side.div_ceil(count * UNIT) * UNIT;
    let is_large = |count: &usize| side > (count - 1) * part(*count) + SMALL;
    (2..=16).rev().find(is_large).map_or(side, part)
}

/// The product of each of `count` pairs, one behind the other.
pub(in crate::kernels) fn products<'a>(count: usize, pair: impl Fn(usize) -> [View<'a>; 2] + Send + Sync) -> Vec<f32> {
    let [a, b] = pair(0);
    if count == 1 {
        return product(a, b);
    }
    let size = a.sizes[0] * b.sizes[1];
    let mut out = vec![0.0; count * size];
    let multiply_one = |index: usize, out: &mut [f32]| {
        let [a, b] = pair(index);
        product_into(a, b, out);
    };
    match size * a.sizes[1] * count < LARGE {
        true => out.chunks_mut(size.max(1)).enumerate().for_each(|(index, out)| multiply_one(index, out)),
        false => cpu::by_chunks(&mut out, size, multiply_one),
    }
    out
}

/// One product into memory that is there, by this thread alone.
///
/// # Panics
/// If the sizes are not those of a product, or the memory is not its size.
pub(in crate::kernels) fn product_into(a: View<'_>, b: View<'_>, out: &mut [f32]) {
    let ([m, k], [rows, n]) = (a.sizes, b.sizes);
    assert!(k == rows && out.len() == m * n, "{:?} times {:?} is not {} values", a.sizes, b.sizes, out.len());
    assert!(a.is_inside() && b.is_inside(), "a matrix of {:?} or {:?} ends behind its values", a.sizes, b.sizes);
    let [[a_row, a_col], [b_row, b_col]] = [a.strides, b.strides].map(|it| it.map(|stride| stride as isize));
    let (c, a, b) = (out.as_mut_ptr(), a.values.as_ptr(), b.values.as_ptr());
    let (c_row, c_col, threads) = (n as isize, 1, gemm::Parallelism::None);
    // SAFETY: the crate takes pointers alone. All that it reads is inside `a` and `b` and all that it writes inside `out`, which
    // nobody else sees; it does not read what stands there (`false`).
    unsafe {
        #[rustfmt::skip]
        gemm::gemm(
            m, n, k, c, c_col, c_row, false, a, a_col, a_row, b, b_col, b_row, 0.0, 1.0, false, false, false, threads,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of so many rows and columns; transposed, it lies by columns.
    fn values(rows: usize, columns: usize) -> Vec<f32> {
        (0..rows * columns).map(|i| ((i * 7919 % 1013) as f32 / 1013.0) - 0.5).collect()
    }

    fn assert_product([m, n, k]: [usize; 3]) {
        let (a, b) = (values(m, k), values(k, n));
        let expected = |row: usize, column: usize| {
            (0..k).map(|i| f64::from(a[row * k + i]) * f64::from(b[i * n + column])).sum::<f64>()
        };
        let found = product(View::new(&a, k), View::new(&b, n));
        assert_eq!(found.len(), m * n);
        for (at, found) in found.iter().enumerate() {
            let expected = expected(at / n, at % n);
            assert!((f64::from(*found) - expected).abs() < 1e-5 * k as f64, "{m}x{n}x{k} at {at}: {found}, {expected}");
        }
        let (a_by_columns, b_by_columns) = (turned(&a, k), turned(&b, n));
        let (a, b) = (View::new(&a_by_columns, m).transposed(), View::new(&b_by_columns, k).transposed());
        let turned = product(a, b);
        assert!(found.iter().zip(&turned).all(|(one, other)| (one - other).abs() < 1e-5 * k as f32), "{m}x{n}x{k}");
    }

    fn turned(values: &[f32], columns: usize) -> Vec<f32> {
        (0..columns).flat_map(|column| values[column..].iter().step_by(columns).copied()).collect()
    }

    #[test]
    fn large_products_are_made_in_parts() {
        // Many rows, many columns, parts that do not come out even, and one that is too small to be divided.
        [[1201, 67, 61], [67, 1201, 61], [130, 130, 301], [257, 256, 80], [33, 31, 9]]
            .into_iter()
            .for_each(assert_product);
    }

    #[test]
    fn threads_and_parts_change_no_bit() {
        for [m, n, k] in [[140, 210, 700], [64, 256, 1500], [1500, 64, 256], [64, 800, 640]] {
            let (a, b) = (values(m, k), values(k, n));
            let (a, b) = (View::new(&a, k), View::new(&b, n));
            let made = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
                pool.install(|| product(a, b))
            };
            assert_eq!(made(1), made(3));
            let mut whole = vec![0.0; m * n];
            product_into(a, b, &mut whole);
            assert!(made(2) == whole, "{m}x{n}x{k} in parts has other bits than the whole");
        }
    }

    #[test]
    #[should_panic(expected = "[2, 3] times [2, 3]")]
    fn other_sizes_are_refused() {
        product(View::new(&values(2, 3), 3), View::new(&values(2, 3), 3));
    }

    #[test]
    #[should_panic(expected = "ends behind its values")]
    fn more_rows_than_there_are_are_refused() {
        let (a, b) = (values(4, 3), values(3, 5));
        product_into(View::new(&a, 3).rows(2, 3), View::new(&b, 5), &mut [0.0; 15]);
    }
}
