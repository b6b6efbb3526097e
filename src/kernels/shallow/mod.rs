//! One training step of the paper's shallow net, `LayerNorm(K) -> Linear(K, H) -> LeakyReLU -> LayerNorm(H) -> Linear(H, N)` with
//! Adam on the squared error, as a program of its own: at most 16 dispatches, no autodiff, weights and moments changed in place.
//!
//! The input is data, so no gradient of it is wanted, and the two largest of autodiff's products fall away: with `G = x̂ᵀ dz` for the
//! normalised input `x̂`, the gradient of the matrix is `γ G + β Σ dz`, and those of the norm are rows of `W ∘ G` and of `W Σ dz`.
//! The same holds of the norm before the second matrix. (kernels.md, section 2)

pub mod prefix;
pub(super) mod renew;
pub(super) mod rows;
#[cfg(test)]
mod tests;

pub use renew::{LayerTensors, RenewOps};
pub use rows::RowOps;

use super::{adam::Step, matmul::transposed_matmul};
use burn::tensor::{Int, Tensor};
use renew::renewed;
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
    pub second: Layer,
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
        let Self { first, second } = self;
        let (x_hat, x) = standardized(input, &first, 1);
        let z = product(x, &first.weight.value, false);
        let (h, h_hat, u) = hidden(z, &first.bias.value, &second, slope);
        let y = product(u, &second.weight.value, false);
        let (dy, losses) = error(y, &second.bias.value, target, scale);
        let du = product(dy.clone(), &second.weight.value, true);
        let dz = hidden_backward(du, h, &second.gamma.value, slope);
        let loss = losses.sum();
        (Self { first: renewed(first, x_hat, dz, step), second: renewed(second, h_hat, dy, step) }, loss)
    }
}

/// `x · w`, or `x · wᵀ`.
pub(super) fn product(x: Tensor<2>, w: &Tensor<2>, transposed: bool) -> Tensor<2> {
    let ([rows, inputs], [height, width]) = (x.dims(), w.dims());
    let (x, w) = (x.reshape([1, rows, inputs]), w.clone().reshape([1, height, width]));
    transposed_matmul(x, w, [false, transposed]).reshape([rows, if transposed { height } else { width }])
}
