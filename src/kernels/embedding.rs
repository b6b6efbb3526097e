//! Embeddings of tokens: rows of a table times a scale, plus the positions; and the gradient of the table without atomics, each of its
//! rows summed in the order of the tokens.

use super::{
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
};
use burn::backend::{
    Autodiff, Backend, Cube, Dispatch, Flex, TensorMetadata,
    autodiff::{
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    backend_extension, get_or_init_device_settings,
    ops::IntTensorOps,
    tensor::{FloatTensor, IntTensor},
    wgpu::into_contiguous,
};
use burn::tensor::{IndexingUpdateOp, Int, Shape, Tensor, TensorData};
use std::sync::Arc;

/// Which rows of a table are read, and what they are multiplied with.
#[derive(Clone, Debug)]
pub struct Lookup {
    pub scale: f32,
    /// The ids on the host too, where they are known there: a graphics card's gradient is summed by a list that is made of them.
    pub ids: Option<Arc<[i32]>>,
}

/// `table[ids] · scale + positions` for `table: [V, width]`, `ids: [rows]` and `positions: [length, width]`, which come again for each
/// sentence of `length` rows and have no gradient: `[rows, width]`.
pub fn embedding(table: Tensor<2>, ids: Tensor<1, Int>, positions: Tensor<2>, lookup: Lookup) -> Tensor<2> {
    let operands = (table.into_dispatch(), ids.into_dispatch(), positions.into_dispatch());
    Tensor::from_dispatch(Dispatch::looked_up(operands.0, operands.1, operands.2, lookup))
}

/// What a backend must know to run and to differentiate [`embedding`]. The default bodies are the oracle.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait EmbeddingOps: Backend {
    fn looked_up(
        table: FloatTensor<Self>,
        ids: IntTensor<Self>,
        positions: FloatTensor<Self>,
        lookup: Lookup,
    ) -> FloatTensor<Self> {
        composed::<Self>(table, ids, positions, lookup.scale)
    }

    /// The gradient of a table of `vocab` rows.
    fn looked_up_backward(
        dy: FloatTensor<Self>,
        ids: IntTensor<Self>,
        lookup: Lookup,
        vocab: usize,
    ) -> FloatTensor<Self> {
        composed_backward::<Self>(dy, ids, lookup.scale, vocab)
    }
}

/// The rows in burn's operations.
pub(super) fn composed<B: Backend>(
    table: FloatTensor<B>,
    ids: IntTensor<B>,
    positions: FloatTensor<B>,
    scale: f32,
) -> FloatTensor<B> {
    let scaled = B::float_mul_scalar(B::float_select(table, 0, ids), scale.into());
    let ([rows, width], [length, _]) = (scaled.shape().dims(), positions.shape().dims());
    let sentences = B::float_reshape(scaled, Shape::new([rows / length, length, width]));
    let sum = B::float_add(sentences, B::float_reshape(positions, Shape::new([1, length, width])));
    B::float_reshape(sum, Shape::new([rows, width]))
}

/// The gradient of the table in burn's operations.
pub(super) fn composed_backward<B: Backend>(
    dy: FloatTensor<B>,
    ids: IntTensor<B>,
    scale: f32,
    vocab: usize,
) -> FloatTensor<B> {
    let (device, [_, width]) = (dy.device(), dy.shape().dims());
    let settings = get_or_init_device_settings::<B>(&device);
    let zeros = B::float_zeros(Shape::new([vocab, width]), &device, settings.float_dtype);
    let scaled = B::float_mul_scalar(dy, scale.into());
    B::float_select_assign(zeros, 0, ids, scaled, IndexingUpdateOp::Add)
}

impl EmbeddingOps for Flex {
    fn looked_up(
        table: FloatTensor<Self>,
        ids: IntTensor<Self>,
        positions: FloatTensor<Self>,
        lookup: Lookup,
    ) -> FloatTensor<Self> {
        let (ids, table, positions) = (cpu::integers(&ids), cpu::contiguous(table), cpu::contiguous(positions));
        let [length, width] = positions.layout().shape().dims();
        let (table, positions) = (cpu::values(&table), cpu::values(&positions));
        let mut y = vec![0.0; ids.len() * width];
        cpu::by_rows(&mut y, width, |first, rows| {
            for (row, index) in rows.chunks_exact_mut(width).zip(first..) {
                let (of_id, at_place) = (&table[ids[index] * width..], &positions[index % length * width..]);
                for ((y, value), position) in row.iter_mut().zip(of_id).zip(at_place) {
                    *y = value * lookup.scale + position;
                }
            }
        });
        cpu::tensor(y, [ids.len(), width])
    }

    fn looked_up_backward(
        dy: FloatTensor<Self>,
        ids: IntTensor<Self>,
        lookup: Lookup,
        vocab: usize,
    ) -> FloatTensor<Self> {
        let (ids, dy) = (cpu::integers(&ids), cpu::contiguous(dy));
        let [_, width] = dy.layout().shape().dims();
        let mut gradient = vec![0.0; vocab * width];
        for (id, row) in ids.into_iter().zip(cpu::values(&dy).chunks_exact(width)) {
            let of_id = &mut gradient[id * width..][..width];
            of_id.iter_mut().zip(row).for_each(|(sum, dy)| *sum += dy * lookup.scale);
        }
        cpu::tensor(gradient, [vocab, width])
    }
}

/// Where the rows of each id begin, and then the rows in the order of their ids, for those of one id as they come:
/// `[vocab + 1 + rows]`.
fn by_id(ids: &[i32], vocab: usize) -> Vec<i32> {
    let mut list = vec![0; vocab + 1 + ids.len()];
    let (begins, rows) = list.split_at_mut(vocab + 1);
    ids.iter().for_each(|&id| begins[id as usize + 1] += 1);
    (0..vocab).for_each(|id| begins[id + 1] += begins[id]);
    let mut next = begins.to_vec();
    for (row, &id) in (0..).zip(ids) {
        let place = &mut next[id as usize];
        rows[*place as usize] = row;
        *place += 1;
    }
    list
}

impl EmbeddingOps for Cube {
    fn looked_up(
        table: FloatTensor<Self>,
        ids: IntTensor<Self>,
        positions: FloatTensor<Self>,
        lookup: Lookup,
    ) -> FloatTensor<Self> {
        let ([vocab, width], [length, _], [rows]) = (gpu::dims(&table), gpu::dims(&positions), gpu::dims(&ids));
        let y = gpu::empty(&table, [rows, width]);
        let texts = vec![shader!("embedding.wgsl")];
        let kernel = Wgsl { name: "embedding", texts, words: vec![], workgroup: [256, 1] };
        let (groups, sizes) = gpu::a_value_each(rows * width);
        let scalars = sizes.into_iter().chain([width, vocab, length * width].map(Scalar::Int));
        let scalars = scalars.chain([Scalar::Float(lookup.scale)]).collect::<Vec<_>>();
        let tensors = [&into_contiguous(table), &into_contiguous(ids), &into_contiguous(positions), &y];
        gpu::launch(kernel, groups, &tensors, &scalars);
        y
    }

    fn looked_up_backward(
        dy: FloatTensor<Self>,
        ids: IntTensor<Self>,
        lookup: Lookup,
        vocab: usize,
    ) -> FloatTensor<Self> {
        let Some(ids) = lookup.ids else { return composed_backward::<Self>(dy, ids, lookup.scale, vocab) };
        let [_, width] = gpu::dims(&dy);
        let list = by_id(&ids, vocab);
        let count = list.len();
        let list = Self::int_from_data(TensorData::new(list, [count]), &dy.device);
        let gradient = gpu::empty(&dy, [vocab, width]);
        let texts = vec![shader!("embedding_backward.wgsl")];
        let kernel = Wgsl { name: "embedding_backward", texts, words: vec![], workgroup: [256, 1] };
        let (groups, sizes) = gpu::a_value_each(vocab * width);
        let scalars = sizes.into_iter().chain([width, vocab].map(Scalar::Int));
        let scalars = scalars.chain([Scalar::Float(lookup.scale), Scalar::Int(0)]).collect::<Vec<_>>();
        gpu::launch(kernel, groups, &[&into_contiguous(dy), &list, &gradient], &scalars);
        gradient
    }
}

impl<B: Backend + EmbeddingOps, C: CheckpointStrategy> EmbeddingOps for Autodiff<B, C> {
    fn looked_up(
        table: FloatTensor<Self>,
        ids: IntTensor<Self>,
        positions: FloatTensor<Self>,
        lookup: Lookup,
    ) -> FloatTensor<Self> {
        let [vocab, _] = table.shape().dims();
        let forward = |table: FloatTensor<Self>, ids, lookup| {
            B::looked_up(table.into_primitive(), ids, positions.into_primitive(), lookup)
        };
        match Embedding.prepare::<C>([table.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((ids.clone(), lookup.clone(), vocab), forward(table, ids, lookup)),
            OpsKind::UnTracked(prep) => prep.finish(forward(table, ids, lookup)),
        }
    }
}

#[derive(Debug)]
struct Embedding;

impl<B: Backend + EmbeddingOps> Backward<B, 1> for Embedding {
    /// The ids, how they were looked up, and the rows of the table.
    type State = (IntTensor<B>, Lookup, usize);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<B>(&ops.node);
        let (ids, lookup, vocab) = ops.state;
        let [node] = ops.parents;
        if let Some(node) = node {
            grads.register::<B>(node.id, B::looked_up_backward(dy, ids, lookup, vocab));
        }
    }
}
