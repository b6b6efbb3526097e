//! AWR, attention-weights replacement: our own, not the paper's. A net predicts the weights; the values stay the teacher's.

use super::{Shapes, flatten, leaky_relu, linear_shapes, norm_shapes};
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
#[derive(Module, Debug)]
pub struct WeightsNet {
    pub source_norm: LayerNorm,
    pub query_norm: LayerNorm,
    pub source: Linear,
    pub query: Linear,
    pub gate: Linear,
    pub out: Linear,
    #[module(skip)]
    heads: usize,
}

impl WeightsNet {
    pub fn new(sizes: &Sizes, hidden: usize, init: &mut Init) -> Self {
        let Sizes { d_model, heads, max_len, .. } = *sizes;
        Self {
            source_norm: LayerNorm::new(sizes.width(), init),
            query_norm: LayerNorm::new(d_model, init),
            source: Linear::pytorch(sizes.width(), hidden, init),
            query: Linear::pytorch(d_model, hidden, init),
            gate: Linear::constant(d_model, hidden, [0.0, 1.0], init),
            out: Linear::pytorch(hidden, heads * max_len, init),
            heads,
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
        self.weigh(x, self.read(states, source), values, hidden_padding(source)) * rows.mask.clone()
    }

    /// The source's share of the hidden layer, the same for all queries: `[batch, H]`.
    pub fn read(&self, states: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        let [_, d_model] = states.dims();
        let max_len = self.source_norm.weight.val().dims()[0] / d_model;
        self.source.forward(self.source_norm.forward(flatten(states, rows, max_len)))
    }

    /// The values, weighted for each query: `x: [batch · queries, d_model]`, `read: [batch, H]`, `values: [batch, length,
    /// d_model]`, `padding` as [`hidden_padding`] gives it.
    pub fn weigh(&self, x: &Tensor<2>, read: Tensor<2>, values: Tensor<3>, padding: Tensor<2>) -> Tensor<2> {
        let ([count, d_model], [batch, hidden]) = (x.dims(), read.dims());
        let ([_, length, _], heads, queries) = (values.dims(), self.heads, count / batch);
        let q = self.query_norm.forward(x.clone());
        let own = self.query.forward(q.clone()).reshape([batch, queries, hidden]);
        let both = leaky_relu(own + read.reshape([batch, 1, hidden])).reshape([count, hidden]);
        let scores = self.out.forward(both * self.gate.forward(q));
        let places = scores.dims()[1] / heads;
        let scores =
            scores.reshape([count * heads, places]).narrow(1, 0, length).reshape([batch, queries * heads, length]);
        let weights = softmax(scores + padding.reshape([batch, 1, length]), 2);
        // Each head weighs all columns and keeps its own: cheaper than to put the heads before the queries and back.
        let mixed = matmul(weights, values).reshape([count, heads, d_model]) * own_columns(heads, d_model, &x.device());
        mixed.sum_dim(1).reshape([count, d_model])
    }
}

/// 1 where a column is one of the head: `[1, heads, d_model]`.
fn own_columns(heads: usize, d_model: usize, device: &Device) -> Tensor<3> {
    let own = |i: usize| if i % d_model / (d_model / heads) == i / d_model { 1f32 } else { 0.0 };
    let values = (0..heads * d_model).map(own).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(values, [1, heads, d_model]), &device.clone().without_autodiff())
}

/// Added to the scores, so that padding gets no weight: 0 for a token, far below for padding, `[batch, length]`.
pub fn hidden_padding(rows: &Rows) -> Tensor<2> {
    (rows.mask.clone().reshape([rows.batch, rows.length]) - 1.0) * 1e30
}
