//! The paper's shallow net over whole sentences.

use super::{SLOPE, Shapes, flatten, linear_shapes, norm_shapes, unflatten};
use crate::model::{
    batch::Rows,
    layers::{Init, LayerNorm, Linear},
    sites::{NetKind, Site},
    transformer::Sizes,
};
use burn::{module::Module, tensor::Tensor};

/// `LayerNorm(inputs) -> Linear(inputs, H) -> LeakyReLU(0.01) -> LayerNorm(H) -> Linear(H, outputs)`, then times the mask, over a
/// sentence padded with zeros to `max_len` and flattened. At the encoder both ends are `W = max_len · d_model` wide. Paper,
/// section "The shallow net". Deeper ones, which are ours, have [`Deeper`] layers before the last.
#[derive(Module, Debug)]
pub struct ShallowNet {
    pub norm: LayerNorm,
    pub r#in: Linear,
    pub hidden_norm: LayerNorm,
    pub deeper: Vec<Deeper>,
    pub out: Linear,
}

/// One more hidden layer: `Linear(H, H) -> LeakyReLU(0.01) -> LayerNorm(H)`.
#[derive(Module, Debug)]
pub struct Deeper {
    pub linear: Linear,
    pub norm: LayerNorm,
}

/// The hidden layers of a net.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hidden {
    pub width: usize,
    pub depth: usize,
}

impl Hidden {
    /// Of a net of this kind at a site.
    pub fn of(site: Site, kind: NetKind, sizes: &Sizes) -> Self {
        Self { width: kind.hidden(site, sizes.width()), depth: kind.depth() }
    }
}

impl Deeper {
    /// Those behind the first hidden layer.
    pub fn stack(hidden: Hidden, init: &mut Init) -> Vec<Self> {
        let layer = |_| Self {
            linear: Linear::pytorch(hidden.width, hidden.width, init),
            norm: LayerNorm::new(hidden.width, init),
        };
        (1..hidden.depth).map(layer).collect()
    }

    pub fn shapes(hidden: Hidden) -> Shapes {
        let layer = |index| {
            let linear = linear_shapes(&format!("deeper.{index}.linear"), hidden.width, hidden.width);
            [linear, norm_shapes(&format!("deeper.{index}.norm"), hidden.width)].concat()
        };
        (0..hidden.depth - 1).flat_map(layer).collect()
    }

    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.norm.forward(self.linear.activated(x, SLOPE))
    }
}

impl ShallowNet {
    pub fn new([inputs, outputs]: [usize; 2], hidden: Hidden, init: &mut Init) -> Self {
        Self {
            norm: LayerNorm::new(inputs, init),
            r#in: Linear::pytorch(inputs, hidden.width, init),
            hidden_norm: LayerNorm::new(hidden.width, init),
            deeper: Deeper::stack(hidden, init),
            out: Linear::pytorch(hidden.width, outputs, init),
        }
    }

    pub fn shapes([inputs, outputs]: [usize; 2], hidden: Hidden) -> Shapes {
        [
            norm_shapes("norm", inputs),
            linear_shapes("in", inputs, hidden.width),
            norm_shapes("hidden_norm", hidden.width),
            Deeper::shapes(hidden),
            linear_shapes("out", hidden.width, outputs),
        ]
        .concat()
    }

    /// Flattened sentences to flattened sentences, padding not yet masked: `[batch, inputs]` to `[batch, outputs]`.
    pub fn flat(&self, x: Tensor<2>) -> Tensor<2> {
        let first = self.hidden_norm.forward(self.r#in.activated(self.norm.forward(x), SLOPE));
        self.out.forward(self.deeper.iter().fold(first, |x, layer| layer.forward(x)))
    }

    /// Rows of tokens to rows of tokens: `[batch · length, d_model]` to the same, zero at padding.
    pub fn forward(&self, x: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        let [_, d_model] = x.dims();
        let max_len = self.norm.weight.val().dims()[0] / d_model;
        unflatten(self.flat(flatten(x, rows, max_len)), rows, d_model) * rows.mask.clone()
    }
}
