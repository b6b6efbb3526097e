//! The encoder-decoder Transformer of the paper: normalisation first, ReLU, sinusoidal positions.

use super::{
    batch::Rows,
    fillings::{Pass, Standing},
    layers::{Embedding, Init, LayerNorm, Linear},
    multihead::MultiHead,
    nets::{Seen, Source},
    sites::{Region, Site},
};
use crate::kernels::linear::RELU;
use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};

/// The sizes of a Transformer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Rows of both embedding tables and columns of the generator.
    pub vocab: usize,
    /// Layers of the encoder, and as many of the decoder.
    pub layers: usize,
    pub d_model: usize,
    pub heads: usize,
    /// Width of the position-wise layer.
    pub ff: usize,
    /// The longest source, and the longest target with its `<s>`.
    pub max_len: usize,
}

impl Sizes {
    /// A Transformer with initial weights, a pure function of the seed.
    pub fn init(&self, seed: u64, device: &Device) -> Transformer {
        let init = &mut Init::new(seed, 0, device);
        let Self { vocab, layers, d_model, heads, ff, .. } = *self;
        Transformer {
            source_embedding: Embedding::new(vocab, d_model, init),
            target_embedding: Embedding::new(vocab, d_model, init),
            encoder: Encoder {
                layers: (0..layers).map(|_| EncoderLayer::new(d_model, heads, ff, init)).collect(),
                norm: LayerNorm::new(d_model, init),
            },
            decoder: Decoder {
                layers: (0..layers).map(|_| DecoderLayer::new(d_model, heads, ff, init)).collect(),
                norm: LayerNorm::new(d_model, init),
            },
            generator: Linear::xavier(d_model, vocab, init),
        }
    }

    /// The width of a flattened sentence: `max_len · d_model`.
    pub fn width(&self) -> usize {
        self.max_len * self.d_model
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        let Self { vocab, layers, d_model: d, ff, .. } = *self;
        let (norm, attention, feed) = (2 * d, 4 * (d * d + d), 2 * d * ff + ff + d);
        let encoder = layers * EncoderLayer::parameters(self) + norm;
        let decoder = layers * (2 * attention + feed + 3 * norm) + norm;
        2 * vocab * d + encoder + decoder + d * vocab + vocab
    }

    /// The parameters of the queries, keys and values of one attention.
    pub fn attention_parameters(&self) -> usize {
        3 * (self.d_model * self.d_model + self.d_model)
    }

    /// The parameters of what a net takes the place of, in one layer.
    pub fn region_parameters(&self, region: Region) -> usize {
        let d = self.d_model;
        match region {
            Region::Heads => self.attention_parameters(),
            // The output projection and the norm before them, too.
            Region::Residual => self.attention_parameters() + d * d + d + 2 * d,
            Region::Layer => EncoderLayer::parameters(self),
        }
    }
}

/// Encoder, decoder and generator; fields are named as in PyTorch.
#[derive(Module, Debug)]
pub struct Transformer {
    pub source_embedding: Embedding,
    pub target_embedding: Embedding,
    pub encoder: Encoder,
    pub decoder: Decoder,
    pub generator: Linear,
}

#[derive(Module, Debug)]
pub struct Encoder {
    pub layers: Vec<EncoderLayer>,
    pub norm: LayerNorm,
}

#[derive(Module, Debug)]
pub struct Decoder {
    pub layers: Vec<DecoderLayer>,
    pub norm: LayerNorm,
}

#[derive(Module, Debug)]
pub struct EncoderLayer {
    pub self_attn: MultiHead,
    pub linear1: Linear,
    pub linear2: Linear,
    pub norm1: LayerNorm,
    pub norm2: LayerNorm,
}

#[derive(Module, Debug)]
pub struct DecoderLayer {
    pub self_attn: MultiHead,
    pub multihead_attn: MultiHead,
    pub linear1: Linear,
    pub linear2: Linear,
    pub norm1: LayerNorm,
    pub norm2: LayerNorm,
    pub norm3: LayerNorm,
}

impl EncoderLayer {
    fn new(d: usize, heads: usize, ff: usize, init: &mut Init) -> Self {
        Self {
            self_attn: MultiHead::new(d, heads, init),
            linear1: Linear::xavier(d, ff, init),
            linear2: Linear::xavier(ff, d, init),
            norm1: LayerNorm::new(d, init),
            norm2: LayerNorm::new(d, init),
        }
    }

    /// `[batch · length, d_model]` to the same; `layer`, from 0, says what stands there.
    pub fn forward(&self, x: Tensor<2>, rows: &Rows, layer: usize, pass: &mut Pass) -> Tensor<2> {
        let standing = pass.standing(Site::Encoder, layer);
        let source = Source { states: &x, rows, values: &|| self.self_attn.values(x.clone()) };
        let seen = Seen { x: &x, rows, source };
        if let Some(Standing::Net(Region::Layer, net)) = standing {
            let y = net.forward(seen);
            pass.seen((Site::Encoder, layer, Region::Layer), &x, &y);
            return y;
        }
        let y = match standing {
            Some(Standing::Net(Region::Residual, net)) => net.forward(seen),
            _ => {
                let place = (Site::Encoder, layer);
                let heads = self.self_attn.to_itself(self.norm1.forward(x.clone()), rows, place, pass);
                x.clone() + pass.dropped(heads)
            }
        };
        pass.seen((Site::Encoder, layer, Region::Residual), &x, &y);
        let fed = feed_forward(&self.linear1, &self.linear2, self.norm2.forward(y.clone()), pass);
        let y = y + pass.dropped(fed);
        pass.seen((Site::Encoder, layer, Region::Layer), &x, &y);
        y
    }

    /// The parameters of a layer of these sizes.
    fn parameters(&Sizes { d_model: d, ff, .. }: &Sizes) -> usize {
        4 * (d * d + d) + (2 * d * ff + ff + d) + 2 * (2 * d)
    }
}

impl DecoderLayer {
    fn new(d: usize, heads: usize, ff: usize, init: &mut Init) -> Self {
        Self {
            self_attn: MultiHead::new(d, heads, init),
            multihead_attn: MultiHead::new(d, heads, init),
            linear1: Linear::xavier(d, ff, init),
            linear2: Linear::xavier(ff, d, init),
            norm1: LayerNorm::new(d, init),
            norm2: LayerNorm::new(d, init),
            norm3: LayerNorm::new(d, init),
        }
    }

    fn forward(&self, x: Tensor<2>, rows: &Rows, memory: &Memory, layer: usize, pass: &mut Pass) -> Tensor<2> {
        let heads = self.self_attn.to_itself(self.norm1.forward(x.clone()), rows, (Site::DecoderSelf, layer), pass);
        let x = x + pass.dropped(heads);
        let h = self.norm2.forward(x.clone());
        let heads = self.multihead_attn.to_memory(h, rows, memory, (Site::Cross, layer), pass);
        self.position_wise(x + pass.dropped(heads), pass)
    }

    /// What comes after both attentions.
    pub(super) fn position_wise(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let fed = feed_forward(&self.linear1, &self.linear2, self.norm3.forward(x.clone()), pass);
        x + pass.dropped(fed)
    }
}

/// `linear2(dropout(relu(linear1(x))))`
fn feed_forward(linear1: &Linear, linear2: &Linear, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
    let hidden = linear1.activated(x, RELU);
    linear2.forward(pass.dropped(hidden))
}

/// What the decoder reads of a source: the encoder's output after its last norm, `[batch · length, d_model]`.
#[derive(Clone, Debug)]
pub struct Memory {
    pub states: Tensor<2>,
    pub rows: Rows,
}

impl Transformer {
    /// The encoder's output for these sources.
    pub fn encode(&self, source: &Rows, pass: &mut Pass) -> Memory {
        let mut x = embed(&self.source_embedding, source, pass);
        for (layer, block) in self.encoder.layers.iter().enumerate() {
            x = block.forward(x, source, layer, pass);
            pass.gave(&x);
        }
        Memory { states: self.encoder.norm.forward(x), rows: source.clone() }
    }

    /// The logits of the next token at each place of the targets: `[batch · length, V]`.
    pub fn decode(&self, memory: &Memory, target: &Rows, pass: &mut Pass) -> Tensor<2> {
        let mut x = embed(&self.target_embedding, target, pass);
        for (layer, block) in self.decoder.layers.iter().enumerate() {
            x = block.forward(x, target, memory, layer, pass);
            pass.gave(&x);
        }
        self.generator.forward(self.decoder.norm.forward(x))
    }

    /// The logits for pairs of sources and targets behind `<s>`.
    pub fn forward(&self, source: &Rows, target: &Rows, pass: &mut Pass) -> Tensor<2> {
        let memory = self.encode(source, pass);
        self.decode(&memory, target, pass)
    }

    /// The attention of a layer, from 0, at a site.
    pub fn attention(&self, site: Site, layer: usize) -> &MultiHead {
        match site {
            Site::Encoder => &self.encoder.layers[layer].self_attn,
            Site::DecoderSelf => &self.decoder.layers[layer].self_attn,
            Site::Cross => &self.decoder.layers[layer].multihead_attn,
        }
    }

    /// The number of layers of each stack.
    pub fn layers(&self) -> usize {
        self.encoder.layers.len()
    }

    /// The width of the model.
    pub fn d_model(&self) -> usize {
        self.source_embedding.weight.val().dims()[1]
    }
}

/// Embeddings times `sqrt(d_model)` plus positions, with dropout.
fn embed(table: &Embedding, rows: &Rows, pass: &mut Pass) -> Tensor<2> {
    let [_, width] = table.weight.dims();
    let positions = positions(0..rows.length, width, &rows.ids.device());
    pass.dropped(table.forward(rows.ids.clone(), Some(rows.host_ids.clone()), positions))
}

/// Sinusoids of these positions, sine in even and cosine in odd columns: `[positions, width]`. Vaswani et al. 2017.
pub(super) fn positions(range: std::ops::Range<usize>, width: usize, device: &Device) -> Tensor<2> {
    let shape = [range.len(), width];
    // One for each two columns: they cost more than all else here.
    let power = |pair: usize| libm::pow(10_000.0, (2 * pair) as f64 / width as f64);
    let powers = &(0..width.div_ceil(2)).map(power).collect::<Vec<_>>();
    let value = |place: usize, column: usize| {
        let angle = place as f64 / powers[column / 2];
        (if column.is_multiple_of(2) { libm::sin(angle) } else { libm::cos(angle) }) as f32
    };
    let values = range.flat_map(|place| (0..width).map(move |column| value(place, column))).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted() {
        let sizes = Sizes { vocab: 29, layers: 2, d_model: 16, heads: 4, ff: 64, max_len: 12 };
        let model = sizes.init(1, &Device::flex());
        assert_eq!(sizes.parameters(), model.num_params());
    }
}
