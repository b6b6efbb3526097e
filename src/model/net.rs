//! The paper's shallow net, which stands in place of an attention.

use super::{
    batch::Rows,
    layers::{Init, LayerNorm, Linear},
};
use burn::{module::Module, tensor::Tensor};

/// The slope of the nets' leaky ReLU.
const SLOPE: f32 = 0.01;

/// `LayerNorm(W) -> Linear(W, H) -> LeakyReLU(0.01) -> LayerNorm(H) -> Linear(H, W)`, then times the mask, over a sentence
/// padded with zeros to `max_len` and flattened: `W = max_len · d_model`. Paper, section "The shallow net".
#[derive(Module, Debug)]
pub struct ShallowNet {
    pub norm: LayerNorm,
    pub r#in: Linear,
    pub hidden_norm: LayerNorm,
    pub out: Linear,
}

impl ShallowNet {
    /// With PyTorch's default initialisation, as the authors' nets.
    pub fn new(width: usize, hidden: usize, init: &mut Init) -> Self {
        Self {
            norm: LayerNorm::new(width, init),
            r#in: Linear::pytorch(width, hidden, init),
            hidden_norm: LayerNorm::new(hidden, init),
            out: Linear::pytorch(hidden, width, init),
        }
    }

    /// The number of parameters of a net of these sizes.
    pub fn parameters(width: usize, hidden: usize) -> usize {
        2 * width + width * hidden + hidden + 2 * hidden + hidden * width + width
    }

    /// Flattened sentences to flattened sentences, padding not yet masked: `[batch, W]` to `[batch, W]`.
    pub fn flat(&self, x: Tensor<2>) -> Tensor<2> {
        let hidden = self.r#in.activated(self.norm.forward(x), SLOPE);
        self.out.forward(self.hidden_norm.forward(hidden))
    }

    /// Rows of tokens to rows of tokens: `[batch · length, d_model]` to the same, zero at padding.
    pub fn forward(&self, x: Tensor<2>, rows: &Rows) -> Tensor<2> {
        let [_, d_model] = x.dims();
        let width = self.norm.weight.val().dims()[0];
        let y = self.flat(flatten(x, rows, width / d_model));
        let shown = y.narrow(1, 0, rows.length * d_model).reshape([rows.batch * rows.length, d_model]);
        shown * rows.mask.clone()
    }
}

/// `[batch · length, d_model]` to `[batch, max_len · d_model]`, with zeros for padding.
pub fn flatten(x: Tensor<2>, rows: &Rows, max_len: usize) -> Tensor<2> {
    let [_, d_model] = x.dims();
    let flat = (x * rows.mask.clone()).reshape([rows.batch, rows.length * d_model]);
    match max_len - rows.length {
        0 => flat,
        short => {
            let zeros = Tensor::zeros([rows.batch, short * d_model], &flat.device());
            Tensor::cat(vec![flat, zeros], 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sites::Size;

    /// The paper's table, ALR on the encoder at L = 50 and d = 128.
    #[test]
    fn parameters_of_the_paper() {
        let counts = Size::ALL.map(|size| ShallowNet::parameters(6400, size.hidden(6400)));
        assert_eq!(counts, [339_275, 659_350, 10_261_600, 40_988_800, 163_897_600]);
    }
}
