//! One training step of the nets that read a source once and are asked by each query, as a program of its own: no autodiff, weights and
//! moments changed in place.
//!
//! With `e` a source, padded and flattened, and `q` a query, each behind a norm of its own, the hidden layer is
//! `a = LeakyReLU(source(e) + query(q)) ∘ gate(q)`; a net without a gate has 1 there. Neither is its input's gradient wanted nor that of
//! the values, as all of these are data. Rows of queries stand place by place: the first places of all sentences before the second.
//!
//! Dispatches, without those that add a product's parts: 14 for a [`Weigher`] over whole sources, 16 over their prefixes; 16 for an
//! [`Answerer`]. A gate adds none: its matrix and the queries' lie in one buffer from the first step on.

mod hidden;
mod weigh;

pub use hidden::HiddenOps;
pub use weigh::{Heads, WeighOps};

use super::{
    adam::Step,
    linear::IDENTITY,
    pack::Tensors,
    shallow::{
        Layer, Moving, Sentences, prefix, product, product_of,
        renew::{Renewal, Renewed},
        rows::standardized,
        taught,
    },
};
use burn::{backend::Dispatch, tensor::Tensor};
use hidden::{asked, asked_backward, asked_backward_of_prefixes};
use std::slice;
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
        let weight = || Tensors::of([out.weight.value.clone()]);
        let scores = product_of(a.clone(), weight(), false);
        let (ds, losses) = weighed(scores, &out.bias.value, values, lesson, heads);
        let da = product_of(ds.clone(), weight(), true);
        let (mut renewal, has_gate) = (Renewal::default(), asking.gate.is_some());
        asked.renew(asking, da, lesson.slope, &mut renewal);
        renewal.linear(out, a, ds);
        let (mut renewed, loss) = renewal.run(losses, step);
        (Self { asking: Asking::of(&mut renewed, has_gate), out: renewed.linear() }, loss)
    }
}

impl Answerer {
    /// One step on a lesson. Gives the loss, `[1]`.
    pub fn step(self, lesson: &Lesson, step: Step) -> (Self, Tensor<1>) {
        let Self { asking, out } = self;
        let (asked, a) = asking.asked(lesson, false);
        // Activation, gate and bias are behind it already.
        let taught = taught(vec![vec![out]], a, Vec::new(), &lesson.goal, [lesson.scale, IDENTITY]);
        let (mut renewal, has_gate) = (Renewal::default(), asking.gate.is_some());
        asked.renew(asking, taught.dz, lesson.slope, &mut renewal);
        taught.later.into_iter().for_each(|(out, x_hat, dy)| renewal.layers(out, x_hat, dy));
        let (mut renewed, loss) = renewal.run(taught.losses, step);
        (Self { asking: Asking::of(&mut renewed, has_gate), out: renewed.layer() }, loss)
    }
}

/// What the gradients of an [`Asking`] are made with.
struct Asked {
    read: Read,
    /// The normalised queries, `[queries, d_model]`.
    q_hat: Tensor<2>,
    /// The hidden layer without the gate, and the gate, `[queries, H]`, as the backend keeps them.
    kept: Tensors<Dispatch>,
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
            let source = slice::from_ref(source);
            let (e_hat, e) = standardized(&lesson.source, source, 1);
            (product(e, source, false), source[0].bias.value.clone(), Read::Whole(e_hat))
        };
        let places = lesson.queries.values.dims()[1] / lesson.queries.features;
        let (q_hat, q) = standardized(&lesson.queries, slice::from_ref(query), places);
        let of_queries = [Some((&query.weight, &query.bias)), gate.as_ref().map(|gate| (&gate.weight, &gate.bias))];
        let shares = share.dims()[0];
        let (kept, a) = asked(q, of_queries, share, bias, lesson.slope);
        (Asked { read, q_hat, kept, shares }, a)
    }

    /// From what it was changed to.
    fn of(renewed: &mut Renewed, has_gate: bool) -> Self {
        let (source, query) = (renewed.layer(), renewed.layer());
        Self { source, query, gate: has_gate.then(|| renewed.linear()) }
    }
}

impl Asked {
    /// Lets all of it be changed, from the gradient of the hidden layer.
    fn renew(self, asking: Asking, da: Tensor<2>, slope: f32, renewal: &mut Renewal) {
        let Asking { source, query, gate } = asking;
        let of_queries = match self.read {
            Read::Whole(e_hat) => {
                let (of_queries, d_share) = asked_backward(da, self.kept, self.shares, slope);
                renewal.layers(vec![source], e_hat, d_share);
                of_queries
            }
            Read::Prefixes(read) => {
                let (of_queries, of_prefixes) = asked_backward_of_prefixes(da, self.kept, &read, slope);
                read.renew(source, of_prefixes, renewal);
                of_queries
            }
        };
        renewal.pair(query, gate, self.q_hat, of_queries);
    }
}
