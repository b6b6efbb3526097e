//! The paper's shallow net at the decoder's self-attention: the prefix up to each place, to that place.

use super::{Shapes, leaky_relu, linear_shapes, norm_shapes};
use crate::{
    kernels::{layer_norm::EPSILON, matmul::matmul},
    model::{
        batch::Rows,
        layers::{Init, LayerNorm, Linear},
    },
};
use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};

/// For place `i`, with the tokens after it zeroed: `LayerNorm(W) -> Linear(W, H) -> LeakyReLU(0.01) -> LayerNorm(H) ->
/// Linear(H, d_model)`, `W = max_len · d_model`. Paper, section "Decoder sites".
///
/// The authors run the net once a place. Here all places cost about one pass: with the first norm's scale `g` and shift `b`
/// folded into the matrix `A`, the hidden layer of prefix `i` before its activation is
/// `(sum over j <= i of x_j (g_j A_j) - mean_i · sum of g A) / deviation_i + b A + bias`, and mean and deviation follow from
/// running sums of `x` and `x²`. (kernels.md, section 3)
#[derive(Module, Debug)]
pub struct PrefixNet {
    pub norm: LayerNorm,
    pub r#in: Linear,
    pub hidden_norm: LayerNorm,
    pub out: Linear,
}

/// What of a [`PrefixNet`] is the same for every token: computed once a pass.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The sum of `g A` over all of W, `[1, H]`.
    sum: Tensor<2>,
    /// `b A + bias`, `[1, H]`.
    shift: Tensor<2>,
}

/// The running sums of a batch of prefixes, `[batch, H + 2]`: of the tokens' shares of the hidden layer, of `x` and of `x²`.
pub type Sums = Tensor<2>;

impl PrefixNet {
    pub fn new(width: usize, d_model: usize, hidden: usize, init: &mut Init) -> Self {
        Self {
            norm: LayerNorm::new(width, init),
            r#in: Linear::pytorch(width, hidden, init),
            hidden_norm: LayerNorm::new(hidden, init),
            out: Linear::pytorch(hidden, d_model, init),
        }
    }

    pub fn shapes(width: usize, d_model: usize, hidden: usize) -> Shapes {
        [
            norm_shapes("norm", width),
            linear_shapes("in", width, hidden),
            norm_shapes("hidden_norm", hidden),
            linear_shapes("out", hidden, d_model),
        ]
        .concat()
    }

    fn width(&self) -> usize {
        self.norm.weight.val().dims()[0]
    }

    fn hidden(&self) -> usize {
        self.hidden_norm.weight.val().dims()[0]
    }

    /// All prefixes of each sentence: `[batch · length, d_model]` to the same, zero at padding.
    pub fn forward(&self, x: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        let [count, d_model] = x.dims();
        let (batch, length, hidden) = (rows.batch, rows.length, self.hidden());
        let x = (x.clone() * rows.mask.clone()).reshape([batch, length, d_model]).swap_dims(0, 1);
        let shares = matmul(x.clone(), self.scaled(0, length, d_model).reshape([length, d_model, hidden]));
        let parts = Tensor::cat(vec![shares, x.clone().sum_dim(2), (x.clone() * x).sum_dim(2)], 2);
        let sums = matmul(up_to(length, &parts.device()), parts.reshape([1, length, batch * (hidden + 2)]));
        let y = self.said(sums.reshape([count, hidden + 2]), &self.folded());
        let y = y.reshape([length, batch, d_model]).swap_dims(0, 1).reshape([count, d_model]);
        y * rows.mask.clone()
    }

    /// Before any token.
    pub fn start(&self, batch: usize, device: &Device) -> Sums {
        Tensor::zeros([batch, self.hidden() + 2], device)
    }

    /// One more token of each sentence, at this place: `x: [batch, d_model]`. Gives what the heads would give for it, and
    /// the sums with it.
    pub fn next(&self, x: &Tensor<2>, place: usize, sums: Sums, folded: &Folded) -> (Tensor<2>, Sums) {
        let shares = self.share(x, place);
        let sums = sums + Tensor::cat(vec![shares, x.clone().sum_dim(1), (x.clone() * x.clone()).sum_dim(1)], 1);
        (self.said(sums.clone(), folded), sums)
    }

    pub fn folded(&self) -> Folded {
        let scaled = self.norm.weight.val().reshape([-1, 1]) * self.r#in.weight.val();
        Folded { sum: scaled.sum_dim(0), shift: self.r#in.forward(self.norm.bias.val().reshape([1, -1])) }
    }

    /// The share that tokens `[batch, d_model]` have at this place: `[batch, H]`.
    fn share(&self, x: &Tensor<2>, place: usize) -> Tensor<2> {
        let [batch, d_model] = x.dims();
        let scaled = self.scaled(place, 1, d_model).reshape([1, d_model, self.hidden()]);
        matmul(x.clone().reshape([1, batch, d_model]), scaled).reshape([batch, self.hidden()])
    }

    /// The rows of `g A` that belong to these places: `[places · d_model, H]`.
    fn scaled(&self, first: usize, places: usize, d_model: usize) -> Tensor<2> {
        let (from, count) = (first * d_model, places * d_model);
        let scale = self.norm.weight.val().narrow(0, from, count).reshape([count, 1]);
        scale * self.r#in.weight.val().narrow(0, from, count)
    }

    /// From the sums of prefixes `[rows, H + 2]` to `[rows, d_model]`.
    fn said(&self, sums: Sums, folded: &Folded) -> Tensor<2> {
        let (hidden, width) = (self.hidden(), self.width() as f32);
        let mean = sums.clone().narrow(1, hidden, 1) / width;
        let squares = sums.clone().narrow(1, hidden + 1, 1) / width;
        // Its rounding is far below the epsilon.
        let variance = squares - mean.clone() * mean.clone();
        let shares = sums.narrow(1, 0, hidden) - mean * folded.sum.clone();
        let before = shares / (variance + EPSILON).sqrt() + folded.shift.clone();
        self.out.forward(self.hidden_norm.forward(leaky_relu(before)))
    }
}

/// The matrix that sums what is at each place and before it: `[1, length, length]`, 1 on the diagonal and below.
fn up_to(length: usize, device: &Device) -> Tensor<3> {
    let values = (0..length * length).map(|i| if i % length <= i / length { 1f32 } else { 0.0 });
    let device = &device.clone().without_autodiff();
    Tensor::from_data(TensorData::new(values.collect::<Vec<_>>(), [1, length, length]), device)
}
