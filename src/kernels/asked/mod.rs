//! One training step of the nets that read a source once and are asked by each query, as a program of its own: no autodiff, weights and
//! moments changed in place.
//!
//! With `e` a source, padded and flattened, and `q` a query, each behind a norm of its own, the hidden layer is
//! `a = LeakyReLU(source(e) + query(q)) ∘ gate(q)`; a net without a gate has 1 there. Neither is its input's gradient wanted nor that of
//! the values, as all of these are data. Rows of queries stand place by place: the first places of all sentences before the second.
//!
//! Dispatches, without those that add a product's parts: 21 for a [`Weigher`] over whole sources, about 28 over their prefixes; 22 for an
//! [`Answerer`], 25 with a gate. Those above 16 are steps of Adam: each matrix, bias and norm is a buffer of its own.

mod hidden;
mod renew;
mod weigh;

pub use hidden::{Gate, HiddenOps};
pub use renew::{LinearTensors, RenewAskedOps};
pub use weigh::{Heads, WeighOps};

use super::{
    adam::Step,
    linear::{IDENTITY, linear},
    shallow::{Layer, Moving, Sentences, prefix, product, renew::renewed, rows::standardized, taught},
};
use burn::tensor::Tensor;
use hidden::{asked, asked_backward};
use renew::{renewed_linear, renewed_pair};
use weigh::weighed;

/// A linear layer without a norm before it.
#[derive(Clone, Debug)]
pub struct Linear {
    /// `[inputs, outputs]`
    pub weight: Moving<2>,
    /// `[outputs]`
    pub bias: Moving<1>,
}

/// What makes a hidden layer of a source and a query.
#[derive(Clone, Debug)]
pub struct Asking {
    /// From a whole source, or from all prefixes of one.
    pub source: Layer,
    pub query: Layer,
    /// Behind the query's norm.
    pub gate: Option<Linear>,
}

/// A net that weighs its source's values: `softmax(out(a))` over the places that a query sees, for each head. (findings.md, 4)
#[derive(Clone, Debug)]
pub struct Weigher {
    pub asking: Asking,
    /// To `[heads · places]`.
    pub out: Linear,
}

/// A net that answers by itself: `out(LayerNorm(a))`.
#[derive(Clone, Debug)]
pub struct Answerer {
    pub asking: Asking,
    pub out: Layer,
}

/// What a net is asked, of which sources, and what it should say: as many sentences each, queries and goal of the same lengths.
#[derive(Clone, Debug)]
pub struct Lesson {
    pub source: Sentences,
    pub queries: Sentences,
    pub goal: Sentences,
    /// What the squared errors' sum is multiplied with to be the loss.
    pub scale: f32,
    /// Of the leaky ReLU.
    pub slope: f32,
}

impl Weigher {
    /// One step on a lesson, where the sources have these values: `[batch · length, heads · width]`. Gives the loss, `[1]`.
    pub fn step(self, lesson: &Lesson, values: Tensor<2>, heads: Heads, step: Step) -> (Self, Tensor<1>) {
        let Self { asking, out } = self;
        let (asked, a) = asking.asked(lesson, heads.causal);
        let scores = product(a.clone(), &out.weight.value, false);
        let (ds, losses) = weighed(scores, &out.bias.value, values, lesson, heads);
        let da = product(ds.clone(), &out.weight.value, true);
        let out = renewed_linear(out, a, ds, step);
        (Self { asking: asked.renewed(asking, da, lesson.slope, step), out }, losses.sum())
    }
}

impl Answerer {
    /// One step on a lesson. Gives the loss, `[1]`.
    pub fn step(self, lesson: &Lesson, step: Step) -> (Self, Tensor<1>) {
        let Self { asking, out } = self;
        let (asked, a) = asking.asked(lesson, false);
        // Activation and gate are behind it already.
        let none = Tensor::zeros([a.dims()[1]], &a.device());
        let (mut out, da, loss) = taught(vec![out], a, &none, &lesson.goal, [lesson.scale, IDENTITY], step);
        (Self { asking: asked.renewed(asking, da, lesson.slope, step), out: out.remove(0) }, loss)
    }
}

/// What the gradients of an [`Asking`] are made with.
struct Asked {
    read: Read,
    /// The normalised queries, `[queries, d_model]`.
    q_hat: Tensor<2>,
    /// The hidden layer without the gate, and the gate, `[queries, H]`.
    h: Tensor<2>,
    gate: Option<Tensor<2>>,
    /// Rows of what is read of the sources.
    shares: usize,
}

/// What a source's layer is renewed with.
#[allow(clippy::large_enum_variant, reason = "there is one a step")]
enum Read {
    /// The normalised sources.
    Whole(Tensor<2>),
    Prefixes(prefix::Read),
}

impl Asking {
    /// The hidden layer of each query, `[queries, H]`; where it is `causal`, a query sees the prefix of the source up to its own place.
    fn asked(&self, lesson: &Lesson, causal: bool) -> (Asked, Tensor<2>) {
        let Self { source, query, gate } = self;
        let (share, bias, read) = if causal {
            let (share, bias, read) = prefix::read(&lesson.source, source);
            (share, bias, Read::Prefixes(read))
        } else {
            let (e_hat, e) = standardized(&lesson.source, source, 1);
            (product(e, &source.weight.value, false), source.bias.value.clone(), Read::Whole(e_hat))
        };
        let places = lesson.queries.values.dims()[1] / lesson.queries.features;
        let (q_hat, q) = standardized(&lesson.queries, query, places);
        let of_query = |weight: &Moving<2>, bias: &Moving<1>| {
            linear(q.clone(), weight.value.clone(), bias.value.clone(), IDENTITY)
        };
        let gate = gate.as_ref().map(|gate| of_query(&gate.weight, &gate.bias));
        let (z, shares) = (of_query(&query.weight, &query.bias), share.dims()[0]);
        let (h, a) = asked(z, gate.clone(), share, bias, lesson.slope);
        (Asked { read, q_hat, h, gate, shares }, a)
    }
}

impl Asked {
    /// One step of Adam, from the gradient of the hidden layer.
    fn renewed(self, asking: Asking, da: Tensor<2>, slope: f32, step: Step) -> Asking {
        let Asking { source, query, gate } = asking;
        let (dz, d_gate, d_share) = asked_backward(da, self.h, self.gate, self.shares, slope);
        let source = match self.read {
            Read::Whole(e_hat) => renewed(source, e_hat, d_share, step),
            Read::Prefixes(read) => read.renewed(source, d_share, step),
        };
        let (query, gate) = match gate.zip(d_gate) {
            Some((gate, d_gate)) => {
                let (query, gate) = renewed_pair(query, gate, self.q_hat, [dz, d_gate], step);
                (query, Some(gate))
            }
            None => (renewed(query, self.q_hat, dz, step), None),
        };
        Asking { source, query, gate }
    }
}
