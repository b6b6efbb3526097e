//! The nets that stand in place of attention: one file a form, and what they have in common.
//!
//! A net gives what the [`Region`](super::sites::Region) of its method gives, from what goes in there.

pub mod heads;
pub mod joint;
pub mod prefix;
pub mod query;
pub mod shallow;
pub mod weights;

use super::{
    batch::Rows,
    layers::{Init, LayerNorm, Linear},
    sites::{Method, NetKind, Site, Variant},
    transformer::Sizes,
};
use burn::{module::Module, tensor::Tensor};
use heads::HeadNets;
use joint::JointNet;
use prefix::PrefixNet;
use query::QueryNet;
use shallow::{Hidden, ShallowNet};
use weights::WeightsNet;

/// The slope of the nets' leaky ReLU.
pub const SLOPE: f32 = 0.01;

/// The nets' activation where no linear layer has it built in. burn's own brings more into the engine for browsers.
fn leaky_relu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.clone() * SLOPE + x.clamp_min(0.0) * (1.0 - SLOPE)
}

/// A net of any form.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a handful, one a place of attention")]
pub enum Net {
    Shallow(ShallowNet),
    Heads(HeadNets),
    Prefix(PrefixNet),
    Joint(JointNet),
    Query(QueryNet),
    Weights(WeightsNet),
}

/// Which form a method has at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A whole sentence to a whole sentence.
    Shallow,
    /// The same for each head.
    Heads,
    /// Each prefix of a sentence to its last place.
    Prefix,
    /// A sentence and all that is asked of it to all answers.
    Joint,
    /// A sentence and one query of it to one answer.
    Query,
    /// A query and a sentence to weights over that sentence.
    Weights,
}

/// What goes into a region, and so what a net in its place can work with.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// `[batch · length, d_model]`, behind the norm for [`Region::Heads`](super::sites::Region).
    pub x: &'a Tensor<2>,
    pub rows: &'a Rows,
    /// What attention looks at.
    pub source: Source<'a>,
}

/// The sentences that an attention takes its values from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// `[batch · length, d_model]`
    pub states: &'a Tensor<2>,
    pub rows: &'a Rows,
    /// The model's values of the states, heads side by side: `[batch · length, d_model]`. Projected for who asks.
    pub values: &'a dyn Fn() -> Tensor<2>,
}

impl Form {
    pub fn of(site: Site, kind: NetKind) -> Self {
        match (kind.method, site, kind.variant) {
            (Method::Awr, _, _) => Self::Weights,
            (Method::Aslr, _, _) => Self::Heads,
            (_, Site::Encoder, _) => Self::Shallow,
            (_, Site::DecoderSelf, _) => Self::Prefix,
            (_, Site::Cross, Some(Variant::PerQuery | Variant::Gated)) => Self::Query,
            (_, Site::Cross, _) => Self::Joint,
        }
    }
}

/// PyTorch's names and shapes of a net's parameters.
pub type Shapes = Vec<(String, Vec<usize>)>;

impl Net {
    /// With PyTorch's default initialisation, as the authors' nets.
    pub fn new(site: Site, kind: NetKind, sizes: &Sizes, init: &mut Init) -> Self {
        let (width, hidden) = (sizes.width(), Hidden::of(site, kind, sizes));
        let gated = kind.variant == Some(Variant::Gated);
        match Form::of(site, kind) {
            Form::Shallow => Self::Shallow(ShallowNet::new([width; 2], hidden, init)),
            Form::Heads => Self::Heads(HeadNets::new(sizes, hidden, init)),
            Form::Joint => Self::Joint(JointNet::new(width, hidden, init)),
            Form::Query => Self::Query(QueryNet::new(sizes, hidden.width, gated, init)),
            Form::Prefix => Self::Prefix(PrefixNet::new(width, sizes.d_model, hidden, init)),
            Form::Weights => Self::Weights(WeightsNet::new(sizes, hidden.width, site == Site::DecoderSelf, init)),
        }
    }

    /// What [`Net::new`] gives, without making it.
    pub fn shapes(site: Site, kind: NetKind, sizes: &Sizes) -> Shapes {
        let (width, hidden) = (sizes.width(), Hidden::of(site, kind, sizes));
        match Form::of(site, kind) {
            Form::Shallow => ShallowNet::shapes([width; 2], hidden),
            Form::Heads => HeadNets::shapes(sizes, hidden),
            Form::Joint => JointNet::shapes(width, hidden),
            Form::Query => QueryNet::shapes(sizes, hidden.width, kind.variant == Some(Variant::Gated)),
            Form::Prefix => PrefixNet::shapes(width, sizes.d_model, hidden),
            Form::Weights => WeightsNet::shapes(sizes, hidden.width),
        }
    }

    /// The number of parameters of a net.
    pub fn parameters(site: Site, kind: NetKind, sizes: &Sizes) -> usize {
        Self::shapes(site, kind, sizes).iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    /// What the region would give: `[batch · length, d_model]`, zero at padding.
    pub fn forward(&self, seen: Seen) -> Tensor<2> {
        let Seen { x, rows, source: Source { states, rows: source, values } } = seen;
        match self {
            Self::Shallow(net) => net.forward(x, rows),
            Self::Heads(net) => net.forward(x, rows),
            Self::Prefix(net) => net.forward(x, rows),
            Self::Joint(net) => net.forward(x, rows, states, source),
            Self::Query(net) => net.forward(x, rows, states, source),
            Self::Weights(net) => net.forward(x, rows, (states, source, &values())),
        }
    }
}

/// The share of a source in a hidden layer: `[batch · length, d_model]` to `[batch, H]`, behind a norm over the padded, flattened
/// sentence.
fn read(norm: &LayerNorm, linear: &Linear, states: &Tensor<2>, rows: &Rows) -> Tensor<2> {
    let [_, d_model] = states.dims();
    let max_len = norm.weight.val().dims()[0] / d_model;
    linear.forward(norm.forward(flatten(states, rows, max_len)))
}

/// A hidden layer for each query, `LeakyReLU(read + query(q)) · gate(q)`: `q: [batch · queries, d_model]`, `read: [batch, H]` or one
/// row a query, to `[batch · queries, H]`.
fn asked(q: Tensor<2>, read: Tensor<2>, query: &Linear, gate: Option<&Linear>) -> Tensor<2> {
    let ([count, _], [sources, hidden]) = (q.dims(), read.dims());
    let own = query.forward(q.clone()).reshape([sources, count / sources, hidden]);
    let both = leaky_relu(own + read.reshape([sources, 1, hidden])).reshape([count, hidden]);
    match gate {
        Some(gate) => both * gate.forward(q),
        None => both,
    }
}

/// Names and shapes of a norm and of a linear layer, as PyTorch has them.
fn norm_shapes(name: &str, width: usize) -> Shapes {
    vec![(format!("{name}.weight"), vec![width]), (format!("{name}.bias"), vec![width])]
}

fn linear_shapes(name: &str, inputs: usize, outputs: usize) -> Shapes {
    vec![(format!("{name}.weight"), vec![outputs, inputs]), (format!("{name}.bias"), vec![outputs])]
}

/// `[batch · length, d_model]` to `[batch, max_len · d_model]`, with zeros for padding.
pub fn flatten(x: &Tensor<2>, rows: &Rows, max_len: usize) -> Tensor<2> {
    let [_, d_model] = x.dims();
    let flat = (x.clone() * rows.mask.clone()).reshape([rows.batch, rows.length * d_model]);
    match max_len - rows.length {
        0 => flat,
        short => {
            let zeros = Tensor::zeros([rows.batch, short * d_model], &flat.device());
            Tensor::cat(vec![flat, zeros], 1)
        }
    }
}

/// `[batch, max_len · width]` to `[batch · length, width]`, without the places that no sentence of the batch has.
pub fn unflatten(x: Tensor<2>, rows: &Rows, width: usize) -> Tensor<2> {
    x.narrow(1, 0, rows.length * width).reshape([rows.batch * rows.length, width])
}
