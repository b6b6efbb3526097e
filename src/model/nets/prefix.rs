//! The paper's shallow net at the decoder's self-attention: the prefix up to each place, to that place.

use super::{
    Shapes, leaky_relu, linear_shapes, norm_shapes,
    shallow::{Deeper, Hidden},
};
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
/// Linear(H, d_model)`, `W = max_len · d_model`. Paper, section "Decoder sites". Deeper ones, which are ours, have [`Deeper`]
/// layers before the last.
#[derive(Module, Debug)]
pub struct PrefixNet {
    pub norm: LayerNorm,
    pub r#in: Linear,
    pub hidden_norm: LayerNorm,
    pub deeper: Vec<Deeper>,
    pub out: Linear,
}

impl PrefixNet {
    pub fn new(width: usize, d_model: usize, hidden: Hidden, init: &mut Init) -> Self {
        Self {
            norm: LayerNorm::new(width, init),
            r#in: Linear::pytorch(width, hidden.width, init),
            hidden_norm: LayerNorm::new(hidden.width, init),
            deeper: Deeper::stack(hidden, init),
            out: Linear::pytorch(hidden.width, d_model, init),
        }
    }

    pub fn shapes(width: usize, d_model: usize, hidden: Hidden) -> Shapes {
        [
            norm_shapes("norm", width),
            linear_shapes("in", width, hidden.width),
            norm_shapes("hidden_norm", hidden.width),
            Deeper::shapes(hidden),
            linear_shapes("out", hidden.width, d_model),
        ]
        .concat()
    }

    /// What reads the prefixes.
    pub fn reader(&self) -> Reader<'_> {
        Reader { norm: &self.norm, linear: &self.r#in }
    }

    /// All prefixes of each sentence: `[batch · length, d_model]` to the same, zero at padding.
    pub fn forward(&self, x: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        let [count, d_model] = x.dims();
        let y = self.said(self.reader().all(x, rows));
        let y = y.reshape([rows.length, rows.batch, d_model]).swap_dims(0, 1).reshape([count, d_model]);
        y * rows.mask.clone()
    }

    /// One more token of each sentence, at this place: `x: [batch, d_model]`. Gives what the heads would give for it, and
    /// the sums with it.
    pub fn next(&self, x: &Tensor<2>, place: usize, sums: Sums, folded: &Folded) -> (Tensor<2>, Sums) {
        let (read, sums) = self.reader().next(x, place, sums, folded);
        (self.said(read), sums)
    }

    /// From what was read of prefixes, `[rows, H]`, to `[rows, d_model]`.
    fn said(&self, read: Tensor<2>) -> Tensor<2> {
        let first = self.hidden_norm.forward(leaky_relu(read));
        self.out.forward(self.deeper.iter().fold(first, |x, layer| layer.forward(x)))
    }
}

/// `LayerNorm(W) -> Linear(W, H)` over each prefix of a sentence, the tokens after it zeroed.
///
/// The authors run their net once a place. Here all places cost about one pass: with the norm's scale `g` and shift `b` folded
/// into the matrix `A`, what is read of prefix `i` is `(sum over j <= i of x_j (g_j A_j) - mean_i · sum of g A) / deviation_i +
/// b A + bias`, and mean and deviation follow from running sums of `x` and `x²`. (kernels.md, section 3)
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub norm: &'a LayerNorm,
    pub linear: &'a Linear,
}

/// What of a [`Reader`] is the same for every token: computed once a pass.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The sum of `g A` over all of W, `[1, H]`.
    sum: Tensor<2>,
    /// `b A + bias`, `[1, H]`.
    shift: Tensor<2>,
}

/// The running sums of a batch of prefixes, `[batch, H + 2]`: of the tokens' shares of the hidden layer, of `x` and of `x²`.
pub type Sums = Tensor<2>;

impl Reader<'_> {
    fn hidden(&self) -> usize {
        self.linear.bias.val().dims()[0]
    }

    /// All prefixes of each sentence: `[batch · length, d_model]` to `[length · batch, H]`, place by place.
    pub fn all(&self, x: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        let [count, d_model] = x.dims();
        let (batch, length, hidden) = (rows.batch, rows.length, self.hidden());
        let x = (x.clone() * rows.mask.clone()).reshape([batch, length, d_model]).swap_dims(0, 1);
        let shares = matmul(x.clone(), self.scaled(0, length, d_model).reshape([length, d_model, hidden]));
        let parts = Tensor::cat(vec![shares, x.clone().sum_dim(2), (x.clone() * x).sum_dim(2)], 2);
        let sums = matmul(up_to(length, &parts.device()), parts.reshape([1, length, batch * (hidden + 2)]));
        self.read(sums.reshape([count, hidden + 2]), &self.folded())
    }

    /// Before any token.
    pub fn start(&self, batch: usize, device: &Device) -> Sums {
        Tensor::zeros([batch, self.hidden() + 2], device)
    }

    /// One more token of each sentence, at this place: `x: [batch, d_model]`. Gives what is read of the sentence so far, `[batch,
    /// H]`, and the sums with it.
    pub fn next(&self, x: &Tensor<2>, place: usize, sums: Sums, folded: &Folded) -> (Tensor<2>, Sums) {
        let shares = self.share(x, place);
        let sums = sums + Tensor::cat(vec![shares, x.clone().sum_dim(1), (x.clone() * x.clone()).sum_dim(1)], 1);
        (self.read(sums.clone(), folded), sums)
    }

    pub fn folded(&self) -> Folded {
        let scaled = self.norm.weight.val().reshape([-1, 1]) * self.linear.weight.val();
        Folded { sum: scaled.sum_dim(0), shift: self.linear.forward(self.norm.bias.val().reshape([1, -1])) }
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
        scale * self.linear.weight.val().narrow(0, from, count)
    }

    /// From the sums of prefixes `[rows, H + 2]` to `[rows, H]`.
    fn read(&self, sums: Sums, folded: &Folded) -> Tensor<2> {
        let (hidden, width) = (self.hidden(), self.norm.weight.val().dims()[0] as f32);
        let mean = sums.clone().narrow(1, hidden, 1) / width;
        let squares = sums.clone().narrow(1, hidden + 1, 1) / width;
        // Its rounding is far below the epsilon.
        let variance = squares - mean.clone() * mean.clone();
        let shares = sums.narrow(1, 0, hidden) - mean * folded.sum.clone();
        shares / (variance + EPSILON).sqrt() + folded.shift.clone()
    }
}

/// The matrix that sums what is at each place and before it: `[1, length, length]`, 1 on the diagonal and below.
fn up_to(length: usize, device: &Device) -> Tensor<3> {
    let values = (0..length * length).map(|i| if i % length <= i / length { 1f32 } else { 0.0 });
    let device = &device.clone().without_autodiff();
    Tensor::from_data(TensorData::new(values.collect::<Vec<_>>(), [1, length, length]), device)
}
