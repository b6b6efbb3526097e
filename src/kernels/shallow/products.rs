//! Products with a matrix of each of several nets, side by side.

use super::Layer;
use crate::kernels::{
    cpu, gpu,
    matmul::{
        self, Operand,
        gemm::{self, View},
    },
    pack::{Packed, Tensors},
};
use burn::backend::{Backend, Cube, Dispatch, Flex, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// The rows of each layer, one layer's behind the other's, times its matrix, or times its transpose: `[layers · rows, outputs]`.
pub(in crate::kernels) fn product(x: Tensor<2>, layers: &[Layer], transposed: bool) -> Tensor<2> {
    let weights = Tensors::of(layers.iter().map(|layer| layer.weight.value.clone()));
    product_of(x, weights, transposed)
}

/// The same of matrices.
pub(in crate::kernels) fn product_of(x: Tensor<2>, weights: Tensors<Dispatch>, transposed: bool) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::side_by_side(x.into_dispatch(), weights, transposed))
}

/// What a backend must know to run [`product`]. Its oracle is autodiff over the net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait ProductOps: Backend {
    fn side_by_side(
        x: FloatTensor<Self>,
        #[extension_type] weights: Tensors<Self>,
        transposed: bool,
    ) -> FloatTensor<Self>;
}

impl ProductOps for Flex {
    fn side_by_side(x: FloatTensor<Self>, weights: Tensors<Self>, transposed: bool) -> FloatTensor<Self> {
        let [all, inputs] = x.layout().shape().dims();
        let (x, weights) = (cpu::contiguous(x), weights.0.into_iter().map(cpu::contiguous).collect::<Vec<_>>());
        let (nets, [height, width]) = (weights.len(), weights[0].layout().shape().dims());
        let (values, outputs) = (cpu::values(&x), if transposed { height } else { width });
        let size = all / nets * inputs;
        let pair = |net: usize| {
            let weight = View::of(&weights[net]);
            let weight = if transposed { weight.transposed() } else { weight };
            [View::new(&values[net * size..][..size], inputs), weight]
        };
        cpu::tensor(gemm::products(nets, pair), [all, outputs])
    }
}

impl ProductOps for Cube {
    fn side_by_side(x: FloatTensor<Self>, weights: Tensors<Self>, transposed: bool) -> FloatTensor<Self> {
        let ([all, inputs], [height, width]) = (gpu::dims(&x), gpu::dims(&weights.0[0]));
        let (nets, outputs) = (weights.0.len(), if transposed { height } else { width });
        let weights = Packed::of(weights.0);
        let next = weights.stride();
        let (a, b) = (Operand::new(x, inputs, false), Operand::new(weights.whole, width, transposed).every(next));
        matmul::product([nets, all / nets, outputs, inputs], a, b, None)
    }
}
