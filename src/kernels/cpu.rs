//! How the CPU twins read and write the tensors of burn's backend `flex`: plain slices, and rows in parallel.

use burn::backend::flex::FlexTensor;
use burn::tensor::{DType, Shape, TensorData};

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
    let data = contiguous(tensor).into_data();
    data.try_into_vec().expect("a tensor of f32")
}

/// Calls `work(first row, rows of out)` for each block of [`ROWS`] rows of `width`, in parallel where there are threads.
pub(super) fn by_rows(out: &mut [f32], width: usize, work: impl Fn(usize, &mut [f32]) + Send + Sync) {
    by_chunks(out, ROWS * width, |block, rows| work(block * ROWS, rows));
}

/// Calls `work(index, chunk)` for each chunk of `size` values, in parallel where there are threads.
pub(super) fn by_chunks(out: &mut [f32], size: usize, work: impl Fn(usize, &mut [f32]) + Send + Sync) {
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::prelude::*;
        out.par_chunks_mut(size.max(1)).enumerate().for_each(|(index, chunk)| work(index, chunk));
    }
    #[cfg(target_arch = "wasm32")]
    out.chunks_mut(size.max(1)).enumerate().for_each(|(index, chunk)| work(index, chunk));
}

/// As [`by_chunks`] over two outputs of as many chunks.
pub(super) fn by_pairs(
    (a, a_size): (&mut [f32], usize),
    (b, b_size): (&mut [f32], usize),
    work: impl Fn(usize, &mut [f32], &mut [f32]) + Send + Sync,
) {
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::prelude::*;
        let pairs = a.par_chunks_mut(a_size.max(1)).zip(b.par_chunks_mut(b_size.max(1)));
        pairs.enumerate().for_each(|(index, (a, b))| work(index, a, b));
    }
    #[cfg(target_arch = "wasm32")]
    {
        let pairs = a.chunks_mut(a_size.max(1)).zip(b.chunks_mut(b_size.max(1)));
        pairs.enumerate().for_each(|(index, (a, b))| work(index, a, b));
    }
}

/// The sum of the rows of `parts: [n, width]`, in order.
pub(super) fn sum_rows(parts: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    for row in parts.chunks_exact(width.max(1)) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sum
}
