//! Where each row is largest. A decoder's next token, so that it need not leave the device to be the next step's input.

use super::{
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
};
use burn::backend::{
    Backend, Cube, Dispatch, Flex, backend_extension,
    flex::FlexTensor,
    tensor::{FloatTensor, IntTensor},
    wgpu::into_contiguous,
};
use burn::tensor::{DType, Int, Tensor, TensorData};

/// The column of the largest value of each row from column `first` on, the lowest among equals: `[rows, columns]` to `[rows]`. It has
/// no gradient.
pub fn largest(x: Tensor<2>, first: usize) -> Tensor<1, Int> {
    Tensor::from_dispatch(Dispatch::largest_columns(x.without_autodiff().into_dispatch(), first))
}

#[backend_extension(Cube, Flex)]
pub trait LargestOps: Backend {
    fn largest_columns(x: FloatTensor<Self>, first: usize) -> IntTensor<Self>;
}

impl LargestOps for Flex {
    fn largest_columns(x: FloatTensor<Self>, first: usize) -> IntTensor<Self> {
        let x = cpu::contiguous(x);
        let [rows, columns] = x.layout().shape().dims();
        let found =
            cpu::values(&x).chunks_exact(columns).map(|row| largest_column(row, first) as i32).collect::<Vec<_>>();
        FlexTensor::from_data(TensorData::new(found, [rows]))
    }
}

/// In two passes, since a search for a place alone is no vector code.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn largest_column(row: &[f32], first: usize) -> usize {
    let row = &row[first..];
    let top = cpu::max(row, f32::NEG_INFINITY);
    row.iter().position(|value| *value == top).map_or(0, |at| first + at)
}

impl LargestOps for Cube {
    fn largest_columns(x: FloatTensor<Self>, first: usize) -> IntTensor<Self> {
        const LANES: usize = 256;
        let x = into_contiguous(x);
        let [rows, columns] = gpu::dims(&x);
        let found = gpu::empty_of(DType::I32, &x, [rows]);
        let texts = vec![shader!("largest.wgsl")];
        let kernel = Wgsl { name: "largest", texts, words: vec![("lanes", LANES)], workgroup: [LANES as u32, 1] };
        let scalars = [rows, columns, first, 0].map(Scalar::Int);
        gpu::launch(kernel, gpu::a_row_each(rows), &[&x, &found], &scalars);
        found
    }
}
