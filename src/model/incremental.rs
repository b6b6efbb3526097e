//! The decoder one token at a time, with what it needs of the tokens before kept.

use super::{
    batch::integers,
    fillings::{Fillings, Pass, Standing},
    multihead::MultiHead,
    nets::{
        Net,
        joint::JointNet,
        prefix::{Folded, PrefixNet, Sums},
        query::QueryNet,
        weights::{WeightsNet, hidden_padding},
    },
    sites::Site,
    transformer::{Memory, Transformer, positions},
};
use burn::tensor::{Int, Tensor};

/// What the decoder remembers of a batch of targets.
#[derive(Clone, Debug)]
pub struct Cache {
    own: Vec<Own>,
    other: Vec<Other>,
    /// Tokens of the sources, `[batch]`.
    lengths: Tensor<1, Int>,
    /// As [`hidden_padding`] gives it for the sources.
    padding: Tensor<3>,
    batch: usize,
    /// Tokens so far.
    place: usize,
}

/// Of the targets so far, in one layer.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a handful, one a place of attention")]
enum Own {
    /// `[batch, max_len, 2 · d_model]`
    KeysValues(Tensor<3>),
    Prefix(PrefixNet, Folded, Sums),
    /// With the values, `[batch, max_len, d_model]`.
    Weights(WeightsNet, Folded, Sums, Tensor<3>),
}

/// Of the sources, in one layer.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a handful, one a place of attention")]
enum Other {
    /// `[batch, source length, 2 · d_model]`
    KeysValues(Tensor<3>),
    /// What the net read, `[batch, H]`, and the values, `[batch, source length, d_model]`.
    Weights(WeightsNet, Tensor<2>, Tensor<3>),
    /// The source and the queries so far, `[batch, W]` each.
    Joint(JointNet, Tensor<2>, Tensor<2>),
    /// What the net read, `[batch, H]`.
    Query(QueryNet, Tensor<2>),
}

impl Own {
    fn new(net: Option<&Net>, [batch, max_len, width]: [usize; 3], memory: &Memory) -> Self {
        let device = memory.states.device();
        match net {
            Some(Net::Prefix(net)) => {
                Self::Prefix(net.clone(), net.reader().folded(), net.reader().start(batch, &device))
            }
            Some(Net::Weights(net)) => {
                let (reader, values) = (net.reader(), Tensor::zeros([batch, max_len, width], &device));
                Self::Weights(net.clone(), reader.folded(), reader.start(batch, &device), values)
            }
            _ => Self::KeysValues(Tensor::zeros([batch, max_len, 2 * width], &device)),
        }
    }

    fn select(&mut self, ids: &Tensor<1, Int>) {
        match self {
            Self::KeysValues(kept) => *kept = kept.clone().select(0, ids.clone()),
            Self::Prefix(_, _, sums) => *sums = sums.clone().select(0, ids.clone()),
            Self::Weights(_, _, sums, values) => {
                (*sums, *values) = (sums.clone().select(0, ids.clone()), values.clone().select(0, ids.clone()));
            }
        }
    }
}

impl Other {
    fn new(net: Option<&Net>, attention: &MultiHead, memory: &Memory) -> Self {
        let (states, [_, width]) = (&memory.states, memory.states.dims());
        let shaped = |x: Tensor<2>, width| x.reshape([memory.rows.batch, memory.rows.length, width]);
        match net {
            Some(Net::Weights(net)) => {
                let values = shaped(attention.values(states.clone()), width);
                Self::Weights(net.clone(), net.read(states, &memory.rows), values)
            }
            Some(Net::Joint(net)) => {
                let source = net.read(states, &memory.rows);
                Self::Joint(net.clone(), source.clone(), net.start(&source))
            }
            Some(Net::Query(net)) => Self::Query(net.clone(), net.read(states, &memory.rows)),
            _ => Self::KeysValues(shaped(attention.keys_values(states.clone()), 2 * width)),
        }
    }

    fn select(&mut self, ids: &Tensor<1, Int>) {
        match self {
            Self::KeysValues(kept) => *kept = kept.clone().select(0, ids.clone()),
            Self::Weights(_, read, values) => {
                (*read, *values) = (read.clone().select(0, ids.clone()), values.clone().select(0, ids.clone()));
            }
            Self::Joint(_, source, queries) => {
                (*source, *queries) = (source.clone().select(0, ids.clone()), queries.clone().select(0, ids.clone()));
            }
            Self::Query(_, read) => *read = read.clone().select(0, ids.clone()),
        }
    }
}

impl Cache {
    /// Keeps these rows of the batch, in this order, and drops the others.
    pub fn select(&mut self, rows: &[usize]) {
        let device = self.lengths.device();
        let ids = integers(rows.iter().map(|&row| row as i32).collect(), &device);
        self.own.iter_mut().for_each(|own| own.select(&ids));
        self.other.iter_mut().for_each(|other| other.select(&ids));
        self.padding = self.padding.clone().select(0, ids.clone());
        self.lengths = self.lengths.clone().select(0, ids);
        self.batch = rows.len();
    }

    /// The heads of the target's own attention for its last token.
    fn own(&mut self, attention: &MultiHead, h: Tensor<2>, layer: usize, pass: &mut Pass) -> Tensor<2> {
        let ([batch, width], place, site) = (h.dims(), self.place, (Site::DecoderSelf, layer));
        match &mut self.own[layer] {
            Own::Prefix(net, folded, sums) => {
                let (heads, more) = net.next(&h, place, sums.clone(), folded);
                *sums = more;
                attention.said(&h, heads, site, pass)
            }
            Own::Weights(net, folded, sums, kept) => {
                let value = attention.values(h.clone()).reshape([batch, 1, width]);
                *kept = kept.clone().slice_assign([0..batch, place..place + 1, 0..width], value);
                let (heads, more) = net.next(&h, kept.clone().narrow(1, 0, place + 1), sums.clone(), folded);
                *sums = more;
                attention.said(&h, heads, site, pass)
            }
            Own::KeysValues(kept) => {
                let kv = attention.keys_values(h.clone()).reshape([batch, 1, 2 * width]);
                *kept = kept.clone().slice_assign([0..batch, place..place + 1, 0..2 * width], kv);
                let seen = integers(vec![place as i32 + 1; batch], &h.device());
                attention.to_other(h, (rows(kept.clone()), seen), batch, site, pass)
            }
        }
    }

    /// The heads of the attention to the source for the last token.
    fn other(&mut self, attention: &MultiHead, h: Tensor<2>, layer: usize, pass: &mut Pass) -> Tensor<2> {
        let site = (Site::Cross, layer);
        match &mut self.other[layer] {
            Other::Joint(net, source, queries) => {
                let (heads, more) = net.next(&h, self.place, source.clone(), queries.clone());
                *queries = more;
                attention.said(&h, heads, site, pass)
            }
            Other::Query(net, read) => attention.said(&h, net.answer(&h, read.clone()), site, pass),
            Other::Weights(net, read, values) => {
                let heads = net.weigh(&h, read.clone(), values.clone(), self.padding.clone());
                attention.said(&h, heads, site, pass)
            }
            Other::KeysValues(kept) => {
                let memory = (rows(kept.clone()), self.lengths.clone());
                attention.to_other(h, memory, self.batch, site, pass)
            }
        }
    }
}

impl Transformer {
    /// A cache for targets of at most `max_len` tokens, nothing said yet. It is for a model with these fillings alone.
    pub fn cache(&self, memory: &Memory, max_len: usize, fillings: &Fillings) -> Cache {
        let (batch, layers) = (memory.rows.batch, 0..self.decoder.layers.len());
        let net = |site, layer| match fillings.at(site, layer) {
            Some(Standing::Net(_, net)) => Some(net),
            _ => None,
        };
        let sizes = [batch, max_len, self.d_model()];
        let own = |layer| Own::new(net(Site::DecoderSelf, layer), sizes, memory);
        let other = |layer| Other::new(net(Site::Cross, layer), self.attention(Site::Cross, layer), memory);
        Cache {
            own: layers.clone().map(own).collect(),
            other: layers.map(other).collect(),
            lengths: memory.rows.lengths.clone(),
            padding: hidden_padding(&memory.rows),
            batch,
            place: 0,
        }
    }

    /// The logits behind the last tokens of a batch: `ids: [batch]` to `[batch, V]`.
    pub fn next(&self, ids: Tensor<1, Int>, cache: &mut Cache, pass: &mut Pass) -> Tensor<2> {
        let (width, place) = (self.d_model(), cache.place);
        let position = positions(place..place + 1, width, &cache.lengths.device());
        let mut x = self.target_embedding.forward(ids, None, position);
        for (layer, block) in self.decoder.layers.iter().enumerate() {
            x = x.clone() + cache.own(&block.self_attn, block.norm1.forward(x), layer, pass);
            x = x.clone() + cache.other(&block.multihead_attn, block.norm2.forward(x), layer, pass);
            x = block.position_wise(x, pass);
        }
        cache.place += 1;
        self.generator.forward(self.decoder.norm.forward(x))
    }
}

/// `[batch, length, width]` to `[batch · length, width]`
fn rows(x: Tensor<3>) -> Tensor<2> {
    let [batch, length, width] = x.dims();
    x.reshape([batch * length, width])
}
