//! The decoder one token at a time, with the keys and values of what came before kept.

use super::{
    batch::integers,
    fillings::Pass,
    sites::Site,
    transformer::{Memory, Transformer, positions},
};
use burn::tensor::{Int, Tensor};

/// What the decoder remembers of a batch of targets: keys and values of each layer.
#[derive(Clone, Debug)]
pub struct Cache {
    /// Of the targets so far: `[batch, max_len, 2 · d_model]` a layer.
    own: Vec<Tensor<3>>,
    /// Of the sources: `[batch, source length, 2 · d_model]` a layer.
    memory: Vec<Tensor<3>>,
    lengths: Tensor<1, Int>,
    batch: usize,
    /// Tokens so far.
    place: usize,
}

impl Cache {
    /// Keeps these rows of the batch, in this order, and drops the others.
    pub fn select(&mut self, rows: &[usize]) {
        let device = self.lengths.device();
        let ids = integers(rows.iter().map(|&row| row as i32).collect(), &device);
        for kept in self.own.iter_mut().chain(&mut self.memory) {
            *kept = kept.clone().select(0, ids.clone());
        }
        self.lengths = self.lengths.clone().select(0, ids);
        self.batch = rows.len();
    }
}

impl Transformer {
    /// A cache for targets of at most `max_len` tokens, nothing said yet.
    pub fn cache(&self, memory: &Memory, max_len: usize) -> Cache {
        let (width, batch) = (self.d_model(), memory.lengths.dims()[0]);
        let device = memory.states.device();
        let keys_values =
            self.decoder.layers.iter().map(|layer| layer.multihead_attn.keys_values(memory.states.clone()));
        let rows = memory.states.dims()[0] / batch;
        Cache {
            own: self.decoder.layers.iter().map(|_| Tensor::zeros([batch, max_len, 2 * width], &device)).collect(),
            memory: keys_values.map(|kv| kv.reshape([batch, rows, 2 * width])).collect(),
            lengths: memory.lengths.clone(),
            batch,
            place: 0,
        }
    }

    /// The logits behind the last tokens of a batch: `tokens: [batch]` to `[batch, V]`.
    pub fn next(&self, tokens: &[u32], cache: &mut Cache, pass: &mut Pass) -> Tensor<2> {
        let (width, batch, place) = (self.d_model(), cache.batch, cache.place);
        let device = cache.lengths.device();
        let ids = integers(tokens.iter().map(|&id| id as i32).collect(), &device);
        let position = positions(place..place + 1, width, &device);
        let mut x = self.target_embedding.forward(ids) * (width as f32).sqrt() + position;
        let seen = integers(vec![place as i32 + 1; batch], &device);
        for (layer, block) in self.decoder.layers.iter().enumerate() {
            let h = block.norm1.forward(x.clone());
            let kv = block.self_attn.keys_values(h.clone()).reshape([batch, 1, 2 * width]);
            let own = cache.own[layer].clone().slice_assign([0..batch, place..place + 1, 0..2 * width], kv);
            cache.own[layer] = own.clone();
            let heads = block.self_attn.to_other(h, (rows(own), seen.clone()), batch, (Site::DecoderSelf, layer), pass);
            let memory = (rows(cache.memory[layer].clone()), cache.lengths.clone());
            x = block.after_self(x + heads, memory, batch, layer, pass);
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
