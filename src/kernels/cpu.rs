//! How the CPU twins read and write the tensors of burn's backend `flex`: plain slices, and rows in parallel.
//!
//! The loops over rows are functions that `multiversion` compiles twice, for any processor and for one with AVX2; what they
//! call of this file and of `random` is inlined into both.

#[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
use crate::parallel;
use burn::backend::flex::FlexTensor;
use burn::tensor::{DType, Shape, TensorData};
#[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
use rayon::prelude::*;
use std::cell::RefCell;

/// Rows that one task works on. The sums over rows run in blocks of as many, added in order, so that the number of
/// threads changes no bit.
pub(super) const ROWS: usize = 64;

/// The tensor in memory order; a view is copied.
pub(super) fn contiguous(tensor: FlexTensor) -> FlexTensor {
    if tensor.as_slice::<f32>().is_some() { tensor } else { tensor.to_contiguous() }
}

/// The values of a contiguous tensor.
///
/// # Panics
/// If it is not contiguous or not of `f32`: call [`contiguous`] first.
pub(super) fn values(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("a contiguous tensor of f32")
}

/// The values of an integer tensor, whichever width burn gave it.
pub(super) fn integers(tensor: &FlexTensor) -> Vec<usize> {
    let tensor = tensor.to_contiguous();
    match tensor.dtype() {
        DType::I64 => tensor.as_slice::<i64>().into_iter().flatten().map(|&id| id as usize).collect(),
        _ => tensor.as_slice::<i32>().into_iter().flatten().map(|&id| id as usize).collect(),
    }
}

/// A new tensor of these values.
pub(super) fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// The values of a tensor to write into, in place where nobody else holds them.
pub(super) fn into_values(tensor: FlexTensor) -> Vec<f32> {
    let mut tensor = contiguous(tensor);
    match tensor.try_storage_mut::<f32>().is_some() {
        true => tensor.into_data().try_into_vec().expect("a tensor of f32"),
        // burn would copy it twice.
        false => values(&tensor).to_vec(),
    }
}

/// Calls `work(first row, rows of out)` for each block of [`ROWS`] rows of `width`, in parallel where threads are free.
pub(super) fn by_rows(out: &mut [f32], width: usize, work: impl Fn(usize, &mut [f32]) + Send + Sync) {
    by_chunks(out, ROWS * width, |block, rows| work(block * ROWS, rows));
}

/// Calls `work(index, chunk)` for each chunk of `size` values, in parallel where threads are free.
pub(super) fn by_chunks(out: &mut [f32], size: usize, work: impl Fn(usize, &mut [f32]) + Send + Sync) {
    let (size, work) = (size.max(1), |(index, chunk): (usize, &mut [f32])| work(index, chunk));
    #[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
    if !parallel::crowded() {
        return out.par_chunks_mut(size).enumerate().for_each(work);
    }
    out.chunks_mut(size).enumerate().for_each(work);
}

/// As [`by_chunks`] over two outputs of as many chunks.
pub(super) fn by_pairs(
    (a, a_size): (&mut [f32], usize),
    (b, b_size): (&mut [f32], usize),
    work: impl Fn(usize, &mut [f32], &mut [f32]) + Send + Sync,
) {
    let (a_size, b_size) = (a_size.max(1), b_size.max(1));
    let work = |(index, (a, b)): (usize, (&mut [f32], &mut [f32]))| work(index, a, b);
    #[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
    if !parallel::crowded() {
        return a.par_chunks_mut(a_size).zip(b.par_chunks_mut(b_size)).enumerate().for_each(work);
    }
    a.chunks_mut(a_size).zip(b.chunks_mut(b_size)).enumerate().for_each(work);
}

/// As [`by_chunks`] over three outputs of as many chunks.
pub(super) fn by_threes(
    (a, a_size): (&mut [f32], usize),
    (b, b_size): (&mut [f32], usize),
    (c, c_size): (&mut [f32], usize),
    work: impl Fn(usize, [&mut [f32]; 3]) + Send + Sync,
) {
    type Three<'a> = ((&'a mut [f32], &'a mut [f32]), &'a mut [f32]);
    let [a_size, b_size, c_size] = [a_size, b_size, c_size].map(|size| size.max(1));
    let work = |(index, ((a, b), c)): (usize, Three)| work(index, [a, b, c]);
    #[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
    if !parallel::crowded() {
        let (a, b, c) = (a.par_chunks_mut(a_size), b.par_chunks_mut(b_size), c.par_chunks_mut(c_size));
        return a.zip(b).zip(c).enumerate().for_each(work);
    }
    a.chunks_mut(a_size).zip(b.chunks_mut(b_size)).zip(c.chunks_mut(c_size)).enumerate().for_each(work);
}

thread_local! {
    static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Memory of this thread for so many values, with what was left in it: a chunk's product is used up before the next one's is made,
/// and stays in the core's cache.
pub(super) fn with_scratch(count: usize, work: impl FnOnce(&mut [f32])) {
    SCRATCH.with_borrow_mut(|scratch| {
        if scratch.len() < count {
            scratch.resize(count, 0.0);
        }
        work(&mut scratch[..count]);
    });
}

/// The sum of the rows of `parts: [n, width]`, in order.
pub(super) fn sum_rows(parts: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    for row in parts.chunks_exact(width.max(1)) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sum
}

/// Lanes of the sums below: as many as the widest vectors hold, and a fixed number, so that every machine adds in the same
/// order. They also round less than one long chain.
pub(super) const LANES: usize = 8;

/// The sum of `value(x)` over a row.
#[inline(always)]
pub(super) fn sum(row: &[f32], value: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, &x)| *sum += value(x));
    }
    sums.iter().sum::<f32>() + rest.iter().map(|&x| value(x)).sum::<f32>()
}

/// The largest value of a row, or `least` where all are below it.
#[inline(always)]
pub(super) fn max(row: &[f32], least: f32) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut tops = [least; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        tops.iter_mut().zip(chunk).for_each(|(top, &x)| *top = larger(*top, x));
    }
    tops.iter().chain(rest).copied().fold(least, larger)
}

/// The sum of `value(a, b)` over two rows.
#[inline(always)]
pub(super) fn sum_pairs(a: &[f32], b: &[f32], value: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0f32; LANES];
    let ((a_chunks, a_rest), (b_chunks, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (&a, &b))| *sum += value(a, b));
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(&a, &b)| value(a, b)).sum::<f32>()
}

/// The product of two rows.
#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum_pairs(a, b, |a, b| a * b)
}

/// `e^x` to two units in the last place for `x` from -87 to 88, beyond which it is that of the bound. Unlike the system's it
/// is made of vector instructions, and the same bits everywhere. Range reduction and polynomial as in Cephes' `expf`.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    const POLYNOMIAL: [f32; 6] = [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let power = (x * std::f32::consts::LOG2_E + 0.5).floor();
    let r = x - power * LN2_HIGH - power * LN2_LOW;
    let tail = POLYNOMIAL.iter().fold(0.0, |sum, coefficient| sum * r + coefficient);
    (tail * r * r + r + 1.0) * f32::from_bits(((power as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exact_to_two_units() {
        for step in -870_000..880_000 {
            let x = step as f32 * 1e-4;
            let (found, exact) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((found / exact - 1.0).abs() < 2.0 * f64::from(f32::EPSILON), "exp({x}) = {found}, not {exact}");
        }
        assert_eq!([exp(0.0), exp(-1e30), exp(f32::NEG_INFINITY)], [1.0, exp(-87.0), exp(-87.0)]);
    }

    #[test]
    fn sums_take_every_value() {
        for length in 0..40usize {
            let row = (0..length).map(|i| i as f32).collect::<Vec<_>>();
            let total = (length * length.saturating_sub(1) / 2) as f32;
            assert_eq!(sum(&row, |x| x), total);
            assert_eq!(dot(&row, &vec![1.0; length]), total);
            assert_eq!(max(&row, -1.0), length as f32 - 1.0);
        }
    }
}
