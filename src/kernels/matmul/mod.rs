//! Products of matrices. burn's own would bring all of its kernels for them into the engine for browsers, a tenth of its size.

pub(super) mod gemm;
mod launch;
pub mod tiling;

pub(super) use launch::{Operand, accumulation, product, scalars};

use super::{cpu, gpu};
use burn::backend::{
    Autodiff, Backend, Cube, Dispatch, Flex,
    autodiff::{
        NodeId,
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    backend_extension,
    ops::FloatTensorOps,
    tensor::FloatTensor,
};
use burn::tensor::{Shape, Tensor};
use gemm::View;

/// Products of `a: [batch, m, k]` and `b: [batch, k, n]`, pair by pair: `[batch, m, n]`.
pub fn matmul(a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
    transposed_matmul(a, b, [false; 2])
}

/// The same with the transposes of those that are `transposed`.
pub fn transposed_matmul(a: Tensor<3>, b: Tensor<3>, transposed: [bool; 2]) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::products(a.into_dispatch(), b.into_dispatch(), transposed))
}

/// What a backend must know to run and to differentiate [`matmul`]. The default body is the oracle.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait MatmulOps: Backend {
    /// The products of each pair, with the transposes of those that are `transposed`.
    fn products(a: FloatTensor<Self>, b: FloatTensor<Self>, transposed: [bool; 2]) -> FloatTensor<Self> {
        composed::<Self>(a, b, transposed)
    }
}

/// The products in burn's operations.
pub(super) fn composed<B: Backend>(a: FloatTensor<B>, b: FloatTensor<B>, transposed: [bool; 2]) -> FloatTensor<B> {
    let seen = |x, transposed| if transposed { B::float_swap_dims(x, 1, 2) } else { x };
    B::float_matmul(seen(a, transposed[0]), seen(b, transposed[1]))
}

impl MatmulOps for Flex {
    fn products(a: FloatTensor<Self>, b: FloatTensor<Self>, transposed: [bool; 2]) -> FloatTensor<Self> {
        let [a, b] = [a, b].map(cpu::contiguous);
        let ([batch, a_rows, a_cols], [_, b_rows, b_cols]) = (a.layout().shape().dims(), b.layout().shape().dims());
        let (m, n) = (if transposed[0] { a_cols } else { a_rows }, if transposed[1] { b_rows } else { b_cols });
        let (a_values, b_values) = (cpu::values(&a), cpu::values(&b));
        let view = |values, index: usize, [rows, columns]: [usize; 2], transposed| {
            let values: &[f32] = values;
            let view = View::new(&values[index * rows * columns..][..rows * columns], columns);
            if transposed { view.transposed() } else { view }
        };
        let pair = |index| {
            let a = view(a_values, index, [a_rows, a_cols], transposed[0]);
            [a, view(b_values, index, [b_rows, b_cols], transposed[1])]
        };
        cpu::tensor(gemm::products(batch, pair), [batch, m, n])
    }
}

impl MatmulOps for Cube {
    fn products(a: FloatTensor<Self>, b: FloatTensor<Self>, transposed: [bool; 2]) -> FloatTensor<Self> {
        let ([batch, a_rows, a_cols], [_, b_rows, b_cols]) = (gpu::dims(&a), gpu::dims(&b));
        let (m, k) = if transposed[0] { (a_cols, a_rows) } else { (a_rows, a_cols) };
        let n = if transposed[1] { b_rows } else { b_cols };
        let (a, b) = (Operand::new(a, a_cols, transposed[0]), Operand::new(b, b_cols, transposed[1]));
        let c = product([batch, m, n, k], a, b, None);
        Self::float_reshape(c, Shape::new([batch, m, n]))
    }
}

impl<B: Backend + MatmulOps, C: CheckpointStrategy> MatmulOps for Autodiff<B, C> {
    fn products(a: FloatTensor<Self>, b: FloatTensor<Self>, transposed: [bool; 2]) -> FloatTensor<Self> {
        match Matmul.prepare::<C>([a.node(), b.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let kept = (prep.checkpoint(&a), prep.checkpoint(&b), transposed);
                prep.finish(kept, B::products(a.into_primitive(), b.into_primitive(), transposed))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::products(a.into_primitive(), b.into_primitive(), transposed)),
        }
    }
}

#[derive(Debug)]
struct Matmul;

impl<B: Backend + MatmulOps> Backward<B, 2> for Matmul {
    type State = (NodeId, NodeId, [bool; 2]);

    /// With `A` and `B` as they are multiplied, `dA = dC · Bᵀ` and `dB = Aᵀ · dC`; each transposed again where its operand is.
    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, inputs: &mut Checkpointer) {
        let (a, b, [a_transposed, b_transposed]) = ops.state;
        let [a_node, b_node] = ops.parents;
        let dc = grads.consume::<B>(&ops.node);
        let a = inputs.retrieve_node_output::<FloatTensor<B>>(a);
        let b = inputs.retrieve_node_output::<FloatTensor<B>>(b);
        if let Some(node) = a_node {
            let da = match a_transposed {
                false => B::products(dc.clone(), b.clone(), [false, !b_transposed]),
                true => B::products(b, dc.clone(), [b_transposed, true]),
            };
            grads.register::<B>(node.id, da);
        }
        if let Some(node) = b_node {
            let db = match b_transposed {
                false => B::products(a, dc, [!a_transposed, false]),
                true => B::products(dc, a, [true, a_transposed]),
            };
            grads.register::<B>(node.id, db);
        }
    }
}
