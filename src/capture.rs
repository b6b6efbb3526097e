//! What goes into the teacher's attention and what comes out, recorded while the teacher runs without dropout.

use crate::{
    batching::Example,
    checkpoint::{CheckpointError, read},
    model::{
        batch::{PairRows, Rows},
        fillings::{Fillings, Pass, Place},
        sites::{Region, Site},
        transformer::{Memory, Transformer},
    },
};
use burn::tensor::{Device, Tensor};
use std::collections::BTreeMap;

/// What goes into a part of a model and what comes out: `[batch · length, d_model]` each, padding not masked.
#[derive(Clone, Debug)]
pub struct Captured {
    pub input: Tensor<2>,
    pub output: Tensor<2>,
}

impl Captured {
    /// With what came out in another pass.
    pub fn saying(self, other: &Self) -> Self {
        Self { output: other.output.clone(), ..self }
    }
}

/// What each part of a model that a net can take the place of saw and said of a batch.
#[derive(Clone, Debug)]
pub struct Record {
    pub at: BTreeMap<Place, Captured>,
    /// What cross-attention looked at.
    pub memory: Memory,
}

/// Runs the teacher, or what it becomes with these fillings, over these sources; with targets, over the decoder too.
pub fn record(model: &Transformer, source: &Rows, target: Option<&Rows>, fillings: Option<&Fillings>) -> Record {
    let mut at = BTreeMap::new();
    let mut tap = |place: Place, input: &Tensor<2>, output: &Tensor<2>| {
        at.insert(place, Captured { input: input.clone(), output: output.clone() });
    };
    let pass = &mut Pass { tap: Some(&mut tap), fillings, ..Pass::default() };
    let memory = model.encode(source, pass);
    if let Some(target) = target {
        model.decode(&memory, target, pass);
    }
    Record { at, memory }
}

/// The mean output of each attention over the tokens of a text: `d_model` values for each site and layer.
pub type Means = BTreeMap<(Site, usize), Vec<f32>>;

/// The means over pairs of sentences, with the gold targets before the decoder: found batch by batch, so that it can be
/// stopped between two of them.
pub struct Averaging {
    model: Transformer,
    device: Device,
    batches: std::vec::IntoIter<Vec<usize>>,
    /// The sum of each attention's outputs, and over how many tokens.
    sums: BTreeMap<(Site, usize), (Vec<f64>, usize)>,
}

impl Averaging {
    /// Over all these pairs.
    pub fn new(model: Transformer, examples: &[Example], device: &Device) -> Self {
        const BATCH: usize = 128;
        let mut order = (0..examples.len()).collect::<Vec<_>>();
        order.sort_by_key(|&index| examples[index].0.len());
        let batches = order.chunks(BATCH).map(<[usize]>::to_vec).collect::<Vec<_>>().into_iter();
        Self { model, device: device.clone(), batches, sums: BTreeMap::new() }
    }

    /// One batch; the means once there is none left.
    pub async fn step(&mut self, examples: &[Example]) -> Result<Option<Means>, CheckpointError> {
        let Some(batch) = self.batches.next() else { return Ok(Some(self.means())) };
        let pairs = batch.iter().map(|&index| &examples[index]).collect::<Vec<_>>();
        let rows = PairRows::new(&pairs, None, &self.device);
        let mut found = Vec::new();
        let mut tap = |(site, layer, region): Place, _: &Tensor<2>, output: &Tensor<2>| {
            if region != Region::Heads {
                return;
            }
            let rows = if site == Site::Encoder { &rows.source } else { &rows.input };
            let sum = (output.clone() * rows.mask.clone()).sum_dim(0);
            found.push(((site, layer), sum, rows.tokens()));
        };
        self.model.forward(&rows.source, &rows.input, &mut Pass { tap: Some(&mut tap), ..Pass::default() });
        for (place, sum, tokens) in found {
            let values = read(sum).await?;
            let (total, count) = self.sums.entry(place).or_insert_with(|| (vec![0.0; values.len()], 0));
            total.iter_mut().zip(values).for_each(|(total, value)| *total += f64::from(value));
            *count += tokens;
        }
        Ok(None)
    }

    fn means(&self) -> Means {
        let mean = |(total, count): &(Vec<f64>, usize)| total.iter().map(|sum| (sum / *count as f64) as f32).collect();
        self.sums.iter().map(|(&place, sum)| (place, mean(sum))).collect()
    }
}
