//! One training step of the paper's shallow net, `LayerNorm(K) -> Linear(K, H) -> LeakyReLU -> LayerNorm(H) -> Linear(H, N)` with
//! Adam on the squared error, as a program of its own: 11 dispatches, no autodiff, weights and moments changed in place. Each hidden layer
//! more, which is ours, takes 5 more, and all prefixes of sentences 3. Nets of one shape that read the same input, such as those of ASLR's
//! heads, are one program: side by side, with as many dispatches as one of them.
//!
//! The input is data, so no gradient of it is wanted, and the two largest of autodiff's products fall away: with `G = x̂ᵀ dz` for the
//! normalised input `x̂`, the gradient of the matrix is `γ G + β Σ dz`, and those of the norm are rows of `W ∘ G` and of `W Σ dz`.
//! The same holds of the norm before the second matrix. (kernels.md, section 2)

mod joined;
pub mod prefix;
mod products;
pub(super) mod renew;
pub(super) mod rows;
#[cfg(test)]
mod tests;

pub use joined::{JoinedOps, joined};
pub use products::ProductOps;
pub use renew::{Form, RenewOps};
pub use rows::RowOps;

pub(super) use products::{product, product_of};

use super::{adam::Step, pack::SLOT};
use burn::tensor::{Int, Tensor};
use renew::Renewal;
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
        let (mut nets, loss) = step_side_by_side(vec![self], input, target, scale, slope, step);
        (nets.remove(0), loss)
    }
}

/// One step of several nets of one shape that read the same `input`. Each is to say so many features of every token of the target, the
/// first net the first of them. The loss is that of all together.
pub fn step_side_by_side(
    nets: Vec<Shallow>,
    input: &Sentences,
    target: &Sentences,
    scale: f32,
    slope: f32,
    step: Step,
) -> (Vec<Shallow>, Tensor<1>) {
    let (first, later) = by_layer(nets);
    let (x_hat, x) = standardized(input, &first, 1);
    let z = product(x, &first, false);
    let taught = taught(later, z, biases(&first), target, [scale, slope]);
    let mut renewal = Renewal::default();
    renewal.layers(first, x_hat, taught.dz.clone());
    taught.renewed_with(renewal, step)
}

/// How many nets like this one can be one program where an adapter binds so many bytes of a buffer: the moments of a layer of all of them
/// are one binding. At least 1.
pub fn most_side_by_side(net: &Shallow, bytes: u64) -> usize {
    let moments = |layer: &Layer| 8 * layer.weight.value.shape().num_elements().next_multiple_of(SLOT) as u64;
    let largest = [&net.first].into_iter().chain(&net.later).map(moments).max().unwrap_or(1);
    usize::try_from(bytes / largest.max(1)).unwrap_or(usize::MAX).max(1)
}

/// The nets' first layers, and all of each later depth.
fn by_layer(nets: Vec<Shallow>) -> (Vec<Layer>, Vec<Vec<Layer>>) {
    let (mut firsts, mut all) = (Vec::new(), Vec::<Vec<Layer>>::new());
    for Shallow { first, later } in nets {
        firsts.push(first);
        all.resize_with(later.len(), Vec::new);
        all.iter_mut().zip(later).for_each(|(layers, layer)| layers.push(layer));
    }
    (firsts, all)
}

fn biases(layers: &[Layer]) -> Vec<Tensor<1>> {
    layers.iter().map(|layer| layer.bias.value.clone()).collect()
}

/// What the layers behind first ones have learnt, those of nets side by side together.
pub(super) struct Taught {
    /// Each depth with its normalised input and the gradient of its output.
    pub later: Vec<(Vec<Layer>, Tensor<2>, Tensor<2>)>,
    /// The gradient of what the first ones gave.
    pub dz: Tensor<2>,
    pub losses: Tensor<1>,
}

impl Taught {
    /// The whole nets, where the renewal has their first layers already; and the loss.
    fn renewed_with(self, mut renewal: Renewal, step: Step) -> (Vec<Shallow>, Tensor<1>) {
        let (depth, count) = (self.later.len(), self.later.first().map_or(1, |(layers, ..)| layers.len()));
        self.later.into_iter().for_each(|(layers, x_hat, dy)| renewal.layers(layers, x_hat, dy));
        let (mut renewed, loss) = renewal.run(self.losses, step);
        let firsts = renewed.layers(count).into_iter();
        let mut nets = firsts.map(|first| Shallow { first, later: Vec::new() }).collect::<Vec<_>>();
        for _ in 0..depth {
            let layers = renewed.layers(count);
            nets.iter_mut().zip(layers).for_each(|(net, layer)| net.later.push(layer));
        }
        (nets, loss)
    }
}

/// What the layers behind first ones, which give `z` and perhaps biases, are to learn.
pub(super) fn taught(
    later: Vec<Vec<Layer>>,
    z: Tensor<2>,
    mut bias: Vec<Tensor<1>>,
    target: &Sentences,
    [scale, slope]: [f32; 2],
) -> Taught {
    let (mut y, mut kept) = (z, Vec::new());
    for layers in &later {
        let (h, h_hat, u) = hidden(y, bias, layers, slope);
        kept.push((h, h_hat));
        (y, bias) = (product(u, layers, false), biases(layers));
    }
    let (mut dy, losses) = error(y, bias, target, scale);
    let mut depths = Vec::new();
    for (layers, (h, h_hat)) in later.into_iter().zip(kept).rev() {
        let du = product(dy.clone(), &layers, true);
        let dz = hidden_backward(du, h, &layers, slope);
        depths.push((layers, h_hat, dy));
        dy = dz;
    }
    depths.reverse();
    Taught { later: depths, dz: dy, losses }
}
