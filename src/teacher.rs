//! Trains the Transformer that the nets learn from.

use crate::{
    batching::{Example, by_length},
    checkpoint::{Checkpoint, CheckpointError, read},
    kernels::cross_entropy::cross_entropy,
    model::{
        batch::{PairRows, Rows},
        fillings::{Dropping, Pass, Share},
        transformer::Transformer,
    },
    optimizer::{Adam, Losses, accumulate, clip, gradients},
    parallel,
    parameters::{Named, leaves},
    recipe::{Convention, Decay, Recipe},
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

/// Parts that a batch is worked on in on the CPU: most operations of a small model are too small to be split
/// themselves, so that one core would wait.
const SHARES: usize = 2;

/// A teacher in training: pulled step by step, saved and resumed bit for bit.
pub struct Training {
    recipe: Recipe,
    device: Device,
    model: Transformer,
    adam: Adam,
    epoch: u32,
    /// Of this epoch.
    batches: Vec<Vec<usize>>,
    /// Batches of this epoch that are done.
    done: usize,
    losses: Losses,
    /// The validation losses of the epochs so far.
    pub validation: Vec<f32>,
}

/// What one step did; its loss comes later, from [`Training::losses`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stepped {
    /// Counted from 1.
    pub step: u32,
    pub rate: f64,
    /// Target tokens that counted.
    pub tokens: usize,
    /// Whether the epoch ended with this step.
    pub epoch_ended: bool,
}

/// The learning rate of a step, counted from 1, of `total`: `top · step / warmup` up to the top of
/// `rate · (d_model · warmup)^-0.5`, then as [`Decay`] says; less what it was made to drop by then.
pub fn rate(recipe: &Recipe, step: u32, total: u32) -> f64 {
    let top = recipe.teacher.rate / libm::sqrt(recipe.model.d_model as f64 * f64::from(recipe.teacher.warmup));
    let top = top * recipe.teacher.dropped(step);
    let (step, warmup, total) = (f64::from(step), f64::from(recipe.teacher.warmup), f64::from(total));
    if step < warmup {
        return top * step / warmup;
    }
    top * match recipe.teacher.decay {
        Decay::InverseSqrt => libm::sqrt(warmup / step),
        // Of `total + 1`, so that the last step still learns something.
        Decay::Linear => (total + 1.0 - step) / (total + 1.0 - warmup),
    }
}

impl Training {
    /// From initial weights.
    pub fn new(recipe: &Recipe, vocab: usize, examples: &[Example], device: &Device) -> Self {
        let device = device.clone().autodiff();
        let model = recipe.sizes(vocab).init(recipe.seed, &device);
        let batches = batches(recipe, examples, 0);
        let (recipe, adam) = (recipe.clone(), Adam::default());
        Self { recipe, device, model, adam, epoch: 0, batches, done: 0, losses: Losses::default(), validation: vec![] }
    }

    /// From a [`Training::checkpoint`].
    pub fn resume(
        recipe: &Recipe,
        vocab: usize,
        examples: &[Example],
        device: &Device,
        mut checkpoint: Checkpoint,
    ) -> Result<Self, CheckpointError> {
        let mut training = Self::new(recipe, vocab, examples, device);
        let number = |key| checkpoint.word(key).map(|word| word.parse().unwrap_or(0));
        (training.adam.steps, training.epoch, training.done) =
            (number("steps")?, number("epoch")?, number("done")? as usize);
        training.validation = serde_json::from_str(checkpoint.word("validation")?)
            .map_err(|_| CheckpointError::Metadata("validation"))?;
        training.batches = batches(recipe, examples, training.epoch);
        training.adam.moments = checkpoint.take("adam.", device);
        training.model = checkpoint.into_module(training.model)?;
        Ok(training)
    }

    /// All that [`Training::resume`] needs.
    pub async fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        let mut checkpoint = Checkpoint::of(&self.model).await?.with("adam.", &self.adam.moments).await?;
        let words = [
            ("steps", self.adam.steps.to_string()),
            ("epoch", self.epoch.to_string()),
            ("done", self.done.to_string()),
            ("validation", serde_json::to_string(&self.validation).unwrap_or_default()),
        ];
        checkpoint.metadata.extend(words.map(|(key, word)| (key.to_string(), word)));
        Ok(checkpoint)
    }

    /// The model as it is, for validation and decoding.
    pub fn model(&self) -> Transformer {
        self.model.valid()
    }

    /// Steps taken.
    pub fn steps(&self) -> u32 {
        self.adam.steps
    }

    /// Steps of the whole training.
    pub fn total(&self) -> u32 {
        self.batches.len().div_ceil(self.recipe.teacher.accumulate) as u32 * self.recipe.teacher.epochs
    }

    /// Whether all epochs are done.
    pub fn finished(&self) -> bool {
        self.epoch >= self.recipe.teacher.epochs
    }

    /// One step of Adam over the next batches.
    pub fn step(&mut self, examples: &[Example]) -> Stepped {
        let last = (self.done + self.recipe.teacher.accumulate).min(self.batches.len());
        let parts =
            self.batches[self.done..last].iter().map(|batch| shares(batch, examples, &self.device)).collect::<Vec<_>>();
        let targets = || parts.iter().flatten().map(|(rows, _)| &rows.output);
        let tokens = targets().map(Rows::tokens).sum::<usize>();
        let rows = targets().map(|rows| rows.batch * rows.length).sum::<usize>();
        let scale = match self.recipe.teacher.convention {
            Convention::Ours => tokens,
            Convention::Authors => rows,
        };
        let (mut sum, mut losses) = (Named::new(), Vec::new());
        for (index, shares) in parts.into_iter().enumerate() {
            for (loss, found) in self.part(shares, index as u64, (scale as f32).recip()) {
                losses.push(loss);
                accumulate(&mut sum, found);
            }
        }
        let clip = clip(&sum, self.recipe.teacher.clip);
        self.losses.push(losses, clip.clone());
        let rate = rate(&self.recipe, self.adam.steps + 1, self.total());
        self.model = self.adam.step(self.model.clone(), sum, clip, rate);
        self.done = last;
        let epoch_ended = self.done == self.batches.len();
        if epoch_ended {
            (self.epoch, self.done) = (self.epoch + 1, 0);
            self.batches = batches(&self.recipe, examples, self.epoch);
        }
        Stepped { step: self.adam.steps, rate, tokens, epoch_ended }
    }

    /// Loss and gradients of each part of one batch of a step.
    fn part(&self, shares: Vec<(PairRows, Share)>, index: u64, scale: f32) -> Vec<(Tensor<1>, Named)> {
        let Recipe { seed, model, teacher, .. } = &self.recipe;
        let pass_number = u64::from(self.adam.steps) * teacher.accumulate as u64 + index;
        let threads = parallel::threads(&self.device);
        let shares = shares.into_iter().map(|share| (self.model.clone(), share)).collect();
        parallel::each(shares, threads, |(transformer, (rows, share))| {
            let transformer = leaves(transformer);
            let dropping = Dropping::new(model.dropout, *seed, pass_number, share);
            let pass = &mut Pass { dropping: Some(dropping), ..Pass::default() };
            let logits = transformer.forward(&rows.source, &rows.input, pass);
            let loss = cross_entropy(logits, rows.output.ids, teacher.label_smoothing, scale);
            let found = gradients(&transformer, &mut loss.backward());
            (loss.inner(), found)
        })
    }

    /// The loss of the last step, if it was not read yet.
    pub fn last_loss(&self) -> Option<Tensor<1>> {
        self.losses.last()
    }

    /// The losses of the steps since the last call, in one read.
    pub async fn losses(&mut self) -> Result<Vec<f32>, CheckpointError> {
        self.losses.take().await
    }

    /// Whether an epoch has ended that no [`Validation`] has judged yet.
    pub fn validation_due(&self) -> bool {
        self.done == 0 && self.validation.len() < self.epoch as usize
    }

    /// Whether the last validation was the best so far.
    pub fn best_so_far(&self) -> bool {
        match self.validation.split_last() {
            Some((last, before)) => before.iter().all(|loss| last < loss),
            None => false,
        }
    }
}

/// A batch in parts of like size that can be worked on at once; a GPU takes it whole.
pub fn shares(batch: &[usize], examples: &[Example], device: &Device) -> Vec<(PairRows, Share)> {
    let pairs = batch.iter().map(|&index| &examples[index]).collect::<Vec<_>>();
    let longest = |length: fn(&Example) -> usize| pairs.iter().map(|&pair| length(pair)).max().unwrap_or(0);
    let lengths = [longest(|pair| pair.0.len()), longest(|pair| pair.1.len() + 1)];
    // Not by the number of cores, which must not change what a run gives.
    let size = if parallel::is_cpu(device) { pairs.len().div_ceil(SHARES) } else { pairs.len() };
    let parts = pairs.chunks(size).enumerate().map(|(index, part)| {
        let share = Share { before: index * size, sentences: part.len() };
        (PairRows::new(part, Some(lengths), device), share)
    });
    parts.collect()
}

fn batches(recipe: &Recipe, examples: &[Example], epoch: u32) -> Vec<Vec<usize>> {
    by_length(examples, recipe.teacher.tokens_per_batch, recipe.seed, epoch)
}

/// The label-smoothed loss per target token on held-out pairs, without dropout: found batch by batch, so that it can be
/// stopped between two of them.
pub struct Validation {
    model: Transformer,
    label_smoothing: f32,
    device: Device,
    batches: std::vec::IntoIter<Vec<usize>>,
    sum: f64,
    tokens: usize,
}

impl Validation {
    /// Of the model as it is now.
    pub fn new(training: &Training, examples: &[Example]) -> Self {
        let (model, recipe, device) = (training.model(), &training.recipe, training.device.clone());
        let batches = batches(recipe, examples, 0).into_iter();
        Self { model, label_smoothing: recipe.teacher.label_smoothing, device, batches, sum: 0.0, tokens: 0 }
    }

    /// One batch; the loss once there is none left.
    pub async fn step(&mut self, examples: &[Example]) -> Result<Option<f32>, CheckpointError> {
        let Some(batch) = self.batches.next() else { return Ok(Some((self.sum / self.tokens as f64) as f32)) };
        let pairs = batch.iter().map(|&index| &examples[index]).collect::<Vec<_>>();
        let rows = PairRows::new(&pairs, None, &self.device);
        let logits = self.model.forward(&rows.source, &rows.input, &mut Pass::default());
        self.tokens += rows.output.tokens();
        let loss = read(cross_entropy(logits, rows.output.ids, self.label_smoothing, 1.0)).await?;
        self.sum += loss.iter().map(|&loss| f64::from(loss)).sum::<f64>();
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::RateDrop;

    #[test]
    fn the_rate_rises_to_its_top_and_falls_as_the_recipe_says() {
        let mut recipe = Recipe::preset("micro").unwrap();
        (recipe.model.d_model, recipe.teacher.warmup, recipe.teacher.rate) = (16, 4, 1.0);
        recipe.teacher.decay = Decay::InverseSqrt;
        assert_eq!([2, 4, 16].map(|step| rate(&recipe, step, 16)), [0.0625, 0.125, 0.0625]);
        recipe.teacher.decay = Decay::Linear;
        assert_eq!([2, 4, 10, 16].map(|step| rate(&recipe, step, 15)), [0.0625, 0.125, 0.0625, 0.0]);
        assert!(rate(&recipe, 15, 15) > 0.0);
        recipe.teacher.decay = Decay::InverseSqrt;
        recipe.teacher.rate_drops = [2, 2, 10].map(|after| RateDrop { after, factor: 0.5 }).to_vec();
        assert_eq!([2, 4, 16].map(|step| rate(&recipe, step, 16)), [0.0625, 0.03125, 0.0078125]);
    }
}
