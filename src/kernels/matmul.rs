//! Products of matrices. burn's own would bring all of its kernels for them into the engine for browsers, a tenth of its size.

use super::{
    gpu::{self, Scalar, Wgsl},
    linear::IDENTITY,
};
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
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::{Shape, Tensor};

/// Products of `a: [batch, m, k]` and `b: [batch, k, n]`, pair by pair: `[batch, m, n]`.
pub fn matmul(a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::products(a.into_dispatch(), b.into_dispatch(), [false; 2]))
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

impl MatmulOps for Flex {}

impl MatmulOps for Cube {
    fn products(a: FloatTensor<Self>, b: FloatTensor<Self>, transposed: [bool; 2]) -> FloatTensor<Self> {
        let ([batch, a_rows, a_cols], [_, b_rows, b_cols]) = (gpu::dims(&a), gpu::dims(&b));
        let (m, k, a_strides) =
            if transposed[0] { (a_cols, a_rows, [1, a_cols]) } else { (a_rows, a_cols, [a_cols, 1]) };
        let (n, b_strides) = if transposed[1] { (b_rows, [1, b_cols]) } else { (b_cols, [b_cols, 1]) };
        let c = product([batch, m, n, k], (a, a_strides), (b, b_strides), None);
        Self::float_reshape(c, Shape::new([batch, m, n]))
    }
}

/// Rows and columns of the output that one invocation of `matmul.wgsl` computes.
const BLOCK: usize = 8;

/// `[batch · m, n] = a: [batch, m, k] · b: [batch, k, n]`, each operand with the strides to read one of its matrices by, so
/// that a transpose is not a copy; then bias and activation where they are given.
pub(super) fn product(
    [batch, m, n, k]: [usize; 4],
    (a, a_strides): (CubeTensor, [usize; 2]),
    (b, b_strides): (CubeTensor, [usize; 2]),
    bias: Option<(CubeTensor, f32)>,
) -> CubeTensor {
    let text = include_str!("../../shaders/matmul.wgsl");
    let (name, epilogue) = match bias {
        Some(_) => ("matmul_bias_leaky_relu", include_str!("../../shaders/matmul_bias_leaky_relu.wgsl")),
        None => ("matmul", include_str!("../../shaders/matmul_plain.wgsl")),
    };
    let kernel = Wgsl { name, texts: vec![text, epilogue], words: vec![], workgroup: [8, 4] };
    let groups = [n.div_ceil(BLOCK * 8), m.div_ceil(BLOCK * 4), batch];
    let c = gpu::empty(&a, [batch * m, n]);
    let [a, b] = [a, b].map(into_contiguous);
    let slope = bias.as_ref().map_or(IDENTITY, |(_, slope)| *slope);
    let bias = bias.map(|(bias, _)| into_contiguous(bias));
    let tensors = [&a, &b, &c].into_iter().chain(&bias).collect::<Vec<_>>();
    let [[a_row, a_col], [b_row, b_col]] = [a_strides, b_strides];
    let sizes = [m, n, k, a_row, a_col, b_row, b_col, m * k, k * n].map(Scalar::Int);
    let scalars = sizes.into_iter().chain([Scalar::Float(slope)]).collect::<Vec<_>>();
    gpu::launch(kernel, groups, &tensors, &scalars);
    c
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
