//! A query by itself with the source, at cross-attention: what the paper's joint net could be without a look ahead. Ours.

use super::{Shapes, asked, linear_shapes, norm_shapes, read};
use crate::model::{
    batch::Rows,
    layers::{Init, LayerNorm, Linear},
    transformer::Sizes,
};
use burn::{module::Module, tensor::Tensor};

/// For a query `q` and a source `e`, padded with zeros to `max_len` and flattened, each behind a norm of its own:
/// `out(LayerNorm(LeakyReLU(source(e) + query(q)) · gate(q)))` in `R^d_model`; the gate is the variant `gated`'s, and 1 at the
/// start. No other query is seen, so that nets are fitted on what decoding sees. (findings.md; paper.md, ideas 1 and 3)
#[derive(Module, Debug)]
pub struct QueryNet {
    pub source_norm: LayerNorm,
    pub query_norm: LayerNorm,
    pub source: Linear,
    pub query: Linear,
    pub gate: Option<Linear>,
    pub hidden_norm: LayerNorm,
    pub out: Linear,
}

impl QueryNet {
    pub fn new(sizes: &Sizes, hidden: usize, gated: bool, init: &mut Init) -> Self {
        let (width, d_model) = (sizes.width(), sizes.d_model);
        Self {
            source_norm: LayerNorm::new(width, init),
            query_norm: LayerNorm::new(d_model, init),
            source: Linear::pytorch(width, hidden, init),
            query: Linear::pytorch(d_model, hidden, init),
            gate: gated.then(|| Linear::constant(d_model, hidden, [0.0, 1.0], init)),
            hidden_norm: LayerNorm::new(hidden, init),
            out: Linear::pytorch(hidden, d_model, init),
        }
    }

    pub fn shapes(sizes: &Sizes, hidden: usize, gated: bool) -> Shapes {
        let (width, d_model) = (sizes.width(), sizes.d_model);
        [
            norm_shapes("source_norm", width),
            norm_shapes("query_norm", d_model),
            linear_shapes("source", width, hidden),
            linear_shapes("query", d_model, hidden),
            if gated { linear_shapes("gate", d_model, hidden) } else { Vec::new() },
            norm_shapes("hidden_norm", hidden),
            linear_shapes("out", hidden, d_model),
        ]
        .concat()
    }

    /// `[batch · queries, d_model]` to the same, zero at padding; the source's states are `[batch · length, d_model]`.
    pub fn forward(&self, x: &Tensor<2>, rows: &Rows, states: &Tensor<2>, source: &Rows) -> Tensor<2> {
        self.answer(x, self.read(states, source)) * rows.mask.clone()
    }

    /// The source's share of the hidden layer, the same for all queries: `[batch, H]`.
    pub fn read(&self, states: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        read(&self.source_norm, &self.source, states, rows)
    }

    /// What the heads would give for each query: `x: [batch · queries, d_model]`, `read: [batch, H]`.
    pub fn answer(&self, x: &Tensor<2>, read: Tensor<2>) -> Tensor<2> {
        let q = self.query_norm.forward(x.clone());
        self.out.forward(self.hidden_norm.forward(asked(q, read, &self.query, self.gate.as_ref())))
    }
}
