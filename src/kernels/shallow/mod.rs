//! One training step of the paper's shallow net, `LayerNorm(K) -> Linear(K, H) -> LeakyReLU -> LayerNorm(H) -> Linear(H, N)` with
//! Adam on the squared error, as a program of its own: 11 dispatches, no autodiff, weights and moments changed in place. Each hidden layer
//! more, which is ours, takes 5 more, and all prefixes of sentences 3.
//!
//! The input is data, so no gradient of it is wanted, and the two largest of autodiff's products fall away: with `G = x̂ᵀ dz` for the
//! normalised input `x̂`, the gradient of the matrix is `γ G + β Σ dz`, and those of the norm are rows of `W ∘ G` and of `W Σ dz`.
//! The same holds of the norm before the second matrix. (kernels.md, section 2)

mod joined;
pub mod prefix;
pub(super) mod renew;
pub(super) mod rows;
#[cfg(test)]
mod tests;

pub use joined::{JoinedOps, joined};
pub use renew::{Form, RenewOps};
pub use rows::RowOps;

use super::{adam::Step, matmul::transposed_matmul};
use burn::tensor::{Int, Tensor};
use renew::{Renewal, Renewed};
use rows::{error, hidden, hidden_backward, standardized};

/// A parameter and Adam's two moments of it, interleaved: `[2 · count]`.
#[derive(Clone, Debug)]
pub struct Moving<const D: usize> {
    pub value: Tensor<D>,
    pub moments: Tensor<1>,
}

/// A norm and the linear layer behind it.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Of the norm: `[inputs]`.
    pub gamma: Moving<1>,
    pub beta: Moving<1>,
    /// `[inputs, outputs]`
    pub weight: Moving<2>,
    /// `[outputs]`
    pub bias: Moving<1>,
}

/// A whole net in training.
#[derive(Clone, Debug)]
pub struct Shallow {
    pub first: Layer,
    /// One in the paper; each has a leaky ReLU before its norm.
    pub later: Vec<Layer>,
}

/// Sentences of different lengths, flattened: what is behind a sentence's end counts as zero, whatever is there.
#[derive(Clone, Debug)]
pub struct Sentences {
    /// `[batch, length · features]`
    pub values: Tensor<2>,
    /// Tokens of each: `[batch]`.
    pub lengths: Tensor<1, Int>,
    /// Values a token.
    pub features: usize,
}

impl Shallow {
    /// One step on a batch: the net's output for `input`, padded with zeros to the net's width, is to be `target`. Gives the sum of
    /// squared errors over the unpadded elements times `scale`: `[1]`.
    ///
    /// `slope` is that of the leaky ReLU.
    pub fn step(self, input: &Sentences, target: &Sentences, scale: f32, slope: f32, step: Step) -> (Self, Tensor<1>) {
        let Self { first, later } = self;
        let (x_hat, x) = standardized(input, &first, 1);
        let z = product(x, &first.weight.value, false);
        let taught = taught(later, z, Some(&first.bias.value), target, [scale, slope]);
        let mut renewal = Renewal::default();
        renewal.layer(first, x_hat, taught.dz.clone());
        taught.renewed_with(renewal, step)
    }

    /// One of so many later layers.
    fn of(mut renewed: Renewed, later: usize) -> Self {
        let first = renewed.layer();
        Self { first, later: (0..later).map(|_| renewed.layer()).collect() }
    }
}

/// What the layers behind a first one have learnt.
pub(super) struct Taught {
    /// Each with its normalised input and the gradient of its output.
    pub later: Vec<(Layer, Tensor<2>, Tensor<2>)>,
    /// The gradient of what the first one gave.
    pub dz: Tensor<2>,
    pub losses: Tensor<1>,
}

impl Taught {
    /// The whole net, where the renewal has its first layer already; and the loss.
    fn renewed_with(self, mut renewal: Renewal, step: Step) -> (Shallow, Tensor<1>) {
        let count = self.later.len();
        self.later.into_iter().for_each(|(layer, x_hat, dy)| renewal.layer(layer, x_hat, dy));
        let (renewed, loss) = renewal.run(self.losses, step);
        (Shallow::of(renewed, count), loss)
    }
}

/// What the layers behind a first one, which gives `z` and a bias, are to learn.
pub(super) fn taught(
    later: Vec<Layer>,
    z: Tensor<2>,
    bias: Option<&Tensor<1>>,
    target: &Sentences,
    [scale, slope]: [f32; 2],
) -> Taught {
    let (mut y, mut bias, mut kept) = (z, bias.cloned(), Vec::new());
    for layer in &later {
        let (h, h_hat, u) = hidden(y, bias, layer, slope);
        kept.push((h, h_hat));
        (y, bias) = (product(u, &layer.weight.value, false), Some(layer.bias.value.clone()));
    }
    let last = bias.unwrap_or_else(|| Tensor::zeros([y.dims()[1]], &y.device()));
    let (mut dy, losses) = error(y, &last, target, scale);
    let mut layers = Vec::new();
    for (layer, (h, h_hat)) in later.into_iter().zip(kept).rev() {
        let du = product(dy.clone(), &layer.weight.value, true);
        let dz = hidden_backward(du, h, &layer.gamma.value, slope);
        layers.push((layer, h_hat, dy));
        dy = dz;
    }
    layers.reverse();
    Taught { later: layers, dz: dy, losses }
}

/// `x · w`, or `x · wᵀ`.
pub(super) fn product(x: Tensor<2>, w: &Tensor<2>, transposed: bool) -> Tensor<2> {
    let ([rows, inputs], [height, width]) = (x.dims(), w.dims());
    let (x, w) = (x.reshape([1, rows, inputs]), w.clone().reshape([1, height, width]));
    transposed_matmul(x, w, [false, transposed]).reshape([rows, if transposed { height } else { width }])
}
