//! The paper's shallow net over whole sentences.

use super::{SLOPE, Shapes, flatten, linear_shapes, norm_shapes, unflatten};
use crate::model::{
    batch::Rows,
    layers::{Init, LayerNorm, Linear},
};
use burn::{module::Module, tensor::Tensor};

/// `LayerNorm(inputs) -> Linear(inputs, H) -> LeakyReLU(0.01) -> LayerNorm(H) -> Linear(H, outputs)`, then times the mask, over a
/// sentence padded with zeros to `max_len` and flattened. At the encoder both ends are `W = max_len · d_model` wide. Paper,
/// section "The shallow net".
#[derive(Module, Debug)]
pub struct ShallowNet {
    pub norm: LayerNorm,
    pub r#in: Linear,
    pub hidden_norm: LayerNorm,
    pub out: Linear,
}

impl ShallowNet {
    pub fn new([inputs, outputs]: [usize; 2], hidden: usize, init: &mut Init) -> Self {
        Self {
            norm: LayerNorm::new(inputs, init),
            r#in: Linear::pytorch(inputs, hidden, init),
            hidden_norm: LayerNorm::new(hidden, init),
            out: Linear::pytorch(hidden, outputs, init),
        }
    }

    pub fn shapes([inputs, outputs]: [usize; 2], hidden: usize) -> Shapes {
        [
            norm_shapes("norm", inputs),
            linear_shapes("in", inputs, hidden),
            norm_shapes("hidden_norm", hidden),
            linear_shapes("out", hidden, outputs),
        ]
        .concat()
    }

    /// Flattened sentences to flattened sentences, padding not yet masked: `[batch, inputs]` to `[batch, outputs]`.
    pub fn flat(&self, x: Tensor<2>) -> Tensor<2> {
        let hidden = self.r#in.activated(self.norm.forward(x), SLOPE);
        self.out.forward(self.hidden_norm.forward(hidden))
    }

    /// Rows of tokens to rows of tokens: `[batch · length, d_model]` to the same, zero at padding.
    pub fn forward(&self, x: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        let [_, d_model] = x.dims();
        let max_len = self.norm.weight.val().dims()[0] / d_model;
        unflatten(self.flat(flatten(x, rows, max_len)), rows, d_model) * rows.mask.clone()
    }
}
