//! What each output of an attention hangs on: the weights that the attention gives, and how strongly each output answers to
//! each input, for the attention and for whatever stands in its place.
//!
//! The second is the norm of a block of the Jacobian: of `d output_i / d input_j`, `[d_model, d_model]`, Frobenius. At
//! cross-attention the inputs are the encoder's states. Weights and sensitivity are different quantities.

use crate::{
    capture::Record,
    checkpoint::{CheckpointError, read},
    model::{
        batch::Rows,
        fillings::{Fillings, Pass, Place, Standing},
        multihead::MultiHead,
        sites::{Region, Site},
        transformer::{Memory, Transformer},
    },
};
use burn::tensor::{Device, Tensor, TensorData};

/// Values for each pair of an output and an input: rows of outputs, one behind another.
pub type Pairs = Vec<f32>;

/// One sentence at one attention, and what goes in there.
pub struct Lens<'a> {
    pub site: Site,
    /// Counted from 0.
    pub layer: usize,
    /// The sentence's tokens, one sentence alone.
    pub source: &'a [u32],
    /// What the decoder reads: `<s>` and the target.
    pub target: &'a [u32],
    /// Of the model whose states are looked at, over just these tokens.
    pub seen: &'a Record,
}

impl Lens<'_> {
    /// The tokens that the outputs belong to.
    fn queries(&self) -> &[u32] {
        if self.site == Site::Encoder { self.source } else { self.target }
    }

    /// The tokens that the inputs belong to.
    fn keys(&self) -> &[u32] {
        if self.site == Site::DecoderSelf { self.target } else { self.source }
    }

    /// What goes into a region there, `[length, d_model]`.
    fn input(&self, region: Region) -> &Tensor<2> {
        &self.seen.at[&(self.site, self.layer, region)].input
    }

    /// The weights of each head of this model's attention; a row adds up to 1.
    pub async fn weights(&self, model: &Transformer) -> Result<Vec<Pairs>, CheckpointError> {
        let attention = model.attention(self.site, self.layer);
        let x = self.input(Region::Heads);
        let looked_at = if self.site == Site::Cross { &self.seen.memory.states } else { x };
        let (queries, keys_values) = (attention.queries(x.clone()), attention.keys_values(looked_at.clone()));
        let (q, kv) = (read(queries).await?, read(keys_values).await?);
        Ok((0..attention.heads()).map(|head| self.weights_of(attention, head, &q, &kv)).collect())
    }

    /// On the host: a sentence has a few thousand of them, and the kernels keep none.
    fn weights_of(&self, attention: &MultiHead, head: usize, q: &[f32], kv: &[f32]) -> Pairs {
        let (width, keys) = (attention.width(), self.keys().len());
        let size = width / attention.heads();
        let row = |(place, q): (usize, &[f32])| {
            let visible = if self.site == Site::DecoderSelf { place + 1 } else { keys };
            let q = &q[head * size..][..size];
            let score = |key: usize| {
                let k = &kv[key * 2 * width + head * size..][..size];
                q.iter().zip(k).map(|(q, k)| f64::from(q * k)).sum::<f64>() / (size as f64).sqrt()
            };
            let scores = (0..visible).map(score).collect::<Vec<_>>();
            let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let powers = scores.iter().map(|score| libm::exp(score - most)).collect::<Vec<_>>();
            let total = powers.iter().sum::<f64>();
            let mut weights = powers.iter().map(|power| (power / total) as f32).collect::<Vec<_>>();
            weights.resize(keys, 0.0);
            weights
        };
        q.chunks_exact(width).enumerate().flat_map(row).collect()
    }

    /// The norms of the blocks of the Jacobian of a region of this model, with what stands there.
    pub async fn sensitivity(
        &self,
        model: &Transformer,
        fillings: &Fillings,
        region: Region,
    ) -> Result<Pairs, CheckpointError> {
        let (queries, keys) = (self.queries().len(), self.keys().len());
        // The same for all inputs; and what does not hang on a leaf cannot be differentiated.
        if let Some(Standing::Zero | Standing::Mean(_)) = fillings.at(self.site, self.layer) {
            return Ok(vec![0.0; queries * keys]);
        }
        let width = model.d_model();
        let copies = Copies::new(self, width);
        let mut rows = Vec::with_capacity(queries);
        for query in 0..queries {
            let leaf = copies.of(self.leaf(region)).require_grad();
            let output = copies.output(self, (model, fillings), region, &leaf);
            // Copy `c` is asked for column `c` of this one output: one reverse pass gives the whole row of blocks.
            let asked = output.reshape([width, queries * width]).narrow(1, query * width, width);
            let mut gradients = (asked * copies.diagonal.clone()).sum().backward();
            let squares = match leaf.grad_remove(&mut gradients) {
                Some(gradient) => (gradient.clone() * gradient).sum_dim(1).reshape([width, keys]).sum_dim(0),
                None => Tensor::zeros([1, keys], &copies.device),
            };
            rows.push(squares);
        }
        Ok(read(Tensor::cat(rows, 0)).await?.into_iter().map(f32::sqrt).collect())
    }

    /// What is differentiated by.
    fn leaf(&self, region: Region) -> &Tensor<2> {
        if self.site == Site::Cross { &self.seen.memory.states } else { self.input(region) }
    }
}

/// The region that what stands at an attention takes the place of.
pub fn region_at(fillings: &Fillings, site: Site, layer: usize) -> Region {
    match fillings.at(site, layer) {
        Some(Standing::Net(region, _)) => *region,
        _ => Region::Heads,
    }
}

/// The same sentence as often as an output has columns.
struct Copies {
    count: usize,
    source: Rows,
    target: Rows,
    /// 1 on the diagonal: `[count, count]`.
    diagonal: Tensor<2>,
    device: Device,
}

impl Copies {
    fn new(lens: &Lens, count: usize) -> Self {
        let device = lens.seen.memory.states.device();
        let values = (0..count * count).map(|i| if i % count == i / count { 1f32 } else { 0.0 });
        Self {
            count,
            source: Rows::new(&vec![lens.source; count], None, &device),
            target: Rows::new(&vec![lens.target; count], None, &device),
            diagonal: Tensor::from_data(TensorData::new(values.collect::<Vec<_>>(), [count, count]), &device),
            device,
        }
    }

    /// `[length, d_model]` to `[count · length, d_model]`, on a device with autodiff.
    fn of(&self, x: &Tensor<2>) -> Tensor<2> {
        let [length, width] = x.dims();
        let copies = x.clone().reshape([1, length, width]).expand([self.count, length, width]);
        Tensor::from_inner(copies.reshape([self.count * length, width]))
    }

    /// What a region gives for all copies: `[count · length, d_model]`.
    fn output(
        &self,
        lens: &Lens,
        (model, fillings): (&Transformer, &Fillings),
        region: Region,
        leaf: &Tensor<2>,
    ) -> Tensor<2> {
        let place: Place = (lens.site, lens.layer, region);
        let mut found = None;
        let mut tap = |at: Place, _: &Tensor<2>, output: &Tensor<2>| {
            if at == place {
                found = Some(output.clone());
            }
        };
        let pass = &mut Pass { tap: Some(&mut tap), ..Pass::with(fillings) };
        let (attention, at) = (model.attention(lens.site, lens.layer), (lens.site, lens.layer));
        let last = match (lens.site, region) {
            (Site::Encoder, Region::Residual | Region::Layer) => {
                model.encoder.layers[lens.layer].forward(leaf.clone(), &self.source, lens.layer, pass)
            }
            (Site::Encoder, Region::Heads) => attention.to_itself(leaf.clone(), &self.source, at, pass),
            (Site::DecoderSelf, _) => attention.to_itself(leaf.clone(), &self.target, at, pass),
            (Site::Cross, _) => {
                let memory = Memory { states: leaf.clone(), rows: self.source.clone() };
                attention.to_memory(self.of(lens.input(region)), &self.target, &memory, at, pass)
            }
        };
        found.unwrap_or(last)
    }
}

#[cfg(test)]
mod tests;
