//! AWR, attention-weights replacement: our own, not the paper's. A net predicts the weights; the values stay the teacher's.

use super::{
    Shapes, asked, linear_shapes, norm_shapes,
    prefix::{Folded, Reader, Sums},
    read,
};
use crate::{
    kernels::matmul::matmul,
    model::{
        batch::Rows,
        layers::{Init, LayerNorm, Linear},
        transformer::Sizes,
    },
};
use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData, activation::softmax},
};

/// For a query `q` and a source `e`, padded with zeros to `max_len` and flattened, each behind a norm of its own:
/// `a = LeakyReLU(source(e) + query(q)) · gate(q)`, `s = out(a)` in `R^(heads × max_len)`, softmax over the unpadded source, and
/// the teacher's values weighted by it. At the start `gate` is 1. No product of query and key is left. (findings.md, 4)
///
/// At the decoder's self-attention the source of a query is the prefix up to it, read as the [`Reader`] does.
#[derive(Module, Debug)]
pub struct WeightsNet {
    pub source_norm: LayerNorm,
    pub query_norm: LayerNorm,
    pub source: Linear,
    pub query: Linear,
    pub gate: Linear,
    pub out: Linear,
    #[module(skip)]
    pub heads: usize,
    /// Whether a query sees nothing behind it.
    #[module(skip)]
    pub causal: bool,
}

impl WeightsNet {
    pub fn new(sizes: &Sizes, hidden: usize, causal: bool, init: &mut Init) -> Self {
        let Sizes { d_model, heads, max_len, .. } = *sizes;
        Self {
            source_norm: LayerNorm::new(sizes.width(), init),
            query_norm: LayerNorm::new(d_model, init),
            source: Linear::pytorch(sizes.width(), hidden, init),
            query: Linear::pytorch(d_model, hidden, init),
            gate: Linear::constant(d_model, hidden, [0.0, 1.0], init),
            out: Linear::pytorch(hidden, heads * max_len, init),
            heads,
            causal,
        }
    }

    pub fn shapes(sizes: &Sizes, hidden: usize) -> Shapes {
        let Sizes { d_model, heads, max_len, .. } = *sizes;
        [
            norm_shapes("source_norm", sizes.width()),
            norm_shapes("query_norm", d_model),
            linear_shapes("source", sizes.width(), hidden),
            linear_shapes("query", d_model, hidden),
            linear_shapes("gate", d_model, hidden),
            linear_shapes("out", hidden, heads * max_len),
        ]
        .concat()
    }

    /// `[batch · queries, d_model]` to the same, zero at padding; states and values of the source are `[batch · length,
    /// d_model]`.
    pub fn forward(
        &self,
        x: &Tensor<2>,
        rows: &Rows,
        (states, source, values): (&Tensor<2>, &Rows, &Tensor<2>),
    ) -> Tensor<2> {
        let [_, d_model] = x.dims();
        let values = values.clone().reshape([source.batch, source.length, d_model]);
        let heads = match self.causal {
            true => self.weigh(x, self.read_prefixes(states, source), values, hidden_future(source)),
            false => self.weigh(x, self.read(states, source), values, hidden_padding(source)),
        };
        heads * rows.mask.clone()
    }

    /// The source's share of the hidden layer, the same for all queries: `[batch, H]`.
    pub fn read(&self, states: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        read(&self.source_norm, &self.source, states, rows)
    }

    /// The share of the prefix up to each place: `[batch · length, H]`.
    fn read_prefixes(&self, states: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        let read = self.reader().all(states, rows);
        let [count, hidden] = read.dims();
        read.reshape([rows.length, rows.batch, hidden]).swap_dims(0, 1).reshape([count, hidden])
    }

    /// What reads the prefixes, where the net is causal.
    pub fn reader(&self) -> Reader<'_> {
        Reader { norm: &self.source_norm, linear: &self.source }
    }

    /// The values, weighted for each query: `x: [batch · queries, d_model]`, `read: [batch, H]` or one row a query, `values: [batch,
    /// length, d_model]`, `hidden` as [`hidden_padding`] gives it.
    pub fn weigh(&self, x: &Tensor<2>, read: Tensor<2>, values: Tensor<3>, hidden: Tensor<3>) -> Tensor<2> {
        let ([count, d_model], [batch, length, _], heads) = (x.dims(), values.dims(), self.heads);
        let q = self.query_norm.forward(x.clone());
        let scores = self.out.forward(asked(q, read, &self.query, Some(&self.gate)));
        let (places, [_, masks, _]) = (scores.dims()[1] / heads, hidden.dims());
        let scores = scores.reshape([count * heads, places]).narrow(1, 0, length);
        let scores = scores.reshape([batch * masks, count / batch / masks * heads, length]);
        let weights = softmax(scores + hidden.reshape([batch * masks, 1, length]), 2);
        let weights = weights.reshape([batch, count / batch * heads, length]);
        // Each head weighs all columns and keeps its own: cheaper than to put the heads before the queries and back.
        let mixed = matmul(weights, values).reshape([count, heads, d_model]) * own_columns(heads, d_model, &x.device());
        mixed.sum_dim(1).reshape([count, d_model])
    }

    /// One more token of each sentence, at this place, for a causal net: `x: [batch, d_model]`, `values: [batch, place + 1,
    /// d_model]` with its own. Gives what the heads would give for it, and the sums with it.
    pub fn next(&self, x: &Tensor<2>, values: Tensor<3>, sums: Sums, folded: &Folded) -> (Tensor<2>, Sums) {
        let [batch, seen, _] = values.dims();
        let (read, sums) = self.reader().next(x, seen - 1, sums, folded);
        let hidden = Tensor::zeros([batch, 1, seen], &x.device());
        (self.weigh(x, read, values, hidden), sums)
    }
}

/// 1 where a column is one of the head: `[1, heads, d_model]`.
fn own_columns(heads: usize, d_model: usize, device: &Device) -> Tensor<3> {
    let own = |i: usize| if i % d_model / (d_model / heads) == i / d_model { 1f32 } else { 0.0 };
    let values = (0..heads * d_model).map(own).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(values, [1, heads, d_model]), &device.clone().without_autodiff())
}

/// Added to the scores of all queries, so that padding gets no weight: 0 for a token, far below for padding, `[batch, 1, length]`.
pub fn hidden_padding(rows: &Rows) -> Tensor<3> {
    (rows.mask.clone().reshape([rows.batch, 1, rows.length]) - 1.0) * FAR
}

/// Added to the scores of each query, so that what is behind it gets no weight: `[batch, length, length]`.
fn hidden_future(rows: &Rows) -> Tensor<3> {
    let length = rows.length;
    let values = (0..length * length).map(|i| if i % length <= i / length { 0f32 } else { -FAR });
    let device = &rows.mask.device();
    let one = Tensor::<3>::from_data(TensorData::new(values.collect::<Vec<_>>(), [1, length, length]), device);
    one.expand([rows.batch, length, length])
}

/// Below any score by so much that its weight is 0.
const FAR: f32 = 1e30;
