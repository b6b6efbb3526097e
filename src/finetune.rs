//! Trains a model with nets in place of its attention as a whole: on from its teacher, or from the first.

use crate::{
    batching::{Example, by_length},
    checkpoint::{Checkpoint, CheckpointError},
    kernels::cross_entropy::cross_entropy,
    model::{
        batch::{PairRows, Rows},
        fillings::{Dropping, Fillings, Pass, Share, Standing},
        mix::Trained,
        nets::Net,
        sites::NetId,
        transformer::Transformer,
    },
    optimizer::{Adam, Losses, accumulate, clip, gradients, warmed},
    parallel,
    parameters::{Named, leaves},
    recipe::{FinetunePart, Recipe},
    teacher::{self, shares},
};
use burn::{
    module::Module,
    tensor::{
        Device, Tensor,
        activation::{log_softmax, softmax},
    },
};

/// A model and the nets that stand in it.
#[derive(Module, Debug)]
pub struct Student {
    pub model: Transformer,
    pub nets: Vec<Net>,
}

/// Which nets of a [`Student`] stand where, and what else does.
#[derive(Clone, Debug)]
pub struct Places {
    /// Of the nets, in their order.
    pub ids: Vec<NetId>,
    /// The controls.
    pub others: Fillings,
}

impl Places {
    /// What stands where with these nets.
    pub fn fillings(&self, nets: &[Net]) -> Fillings {
        let mut fillings = self.others.clone();
        for (id, net) in self.ids.iter().zip(nets) {
            fillings.0.insert((id.site, id.layer), Standing::Net(id.kind.method.region(), net.clone()));
        }
        fillings
    }
}

/// A mix in training: pulled step by step, saved and resumed bit for bit.
pub struct Finetuning {
    recipe: Recipe,
    how: Trained,
    places: Places,
    teacher: Transformer,
    device: Device,
    student: Student,
    adam: Adam,
    epoch: u32,
    /// Of this epoch.
    batches: Vec<Vec<usize>>,
    /// Batches of this epoch that are done.
    done: usize,
    losses: Losses,
}

impl Finetuning {
    /// From this student, whose parameters are on a device with autodiff; the teacher's are not.
    pub fn new(
        recipe: &Recipe,
        how: Trained,
        teacher: Transformer,
        (student, places): (Student, Places),
        examples: &[Example],
        device: &Device,
    ) -> Self {
        let (batches, device) = (batches(recipe, examples, 0), device.clone().autodiff());
        let (recipe, adam) = (recipe.clone(), Adam::default());
        Self {
            recipe,
            how,
            places,
            teacher,
            device,
            student,
            adam,
            epoch: 0,
            batches,
            done: 0,
            losses: Losses::default(),
        }
    }

    /// Goes on from a [`Finetuning::checkpoint`].
    pub fn resume(mut self, examples: &[Example], mut checkpoint: Checkpoint) -> Result<Self, CheckpointError> {
        let number = |key| checkpoint.word(key).map(|word| word.parse().unwrap_or(0));
        (self.adam.steps, self.epoch, self.done) = (number("steps")?, number("epoch")?, number("done")? as usize);
        self.batches = batches(&self.recipe, examples, self.epoch);
        self.adam.moments = checkpoint.take("adam.", &self.device.clone().without_autodiff());
        self.student = checkpoint.into_module(self.student)?;
        Ok(self)
    }

    /// All that [`Finetuning::resume`] needs.
    pub async fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        let mut checkpoint = Checkpoint::of(&self.student).await?.with("adam.", &self.adam.moments).await?;
        let words = [("steps", self.adam.steps), ("epoch", self.epoch), ("done", self.done as u32)];
        checkpoint.metadata.extend(words.map(|(key, word)| (key.to_string(), word.to_string())));
        Ok(checkpoint)
    }

    /// The student as it is.
    pub fn student(&self) -> (Student, &Places) {
        (self.student.valid(), &self.places)
    }

    /// Steps taken.
    pub fn steps(&self) -> u32 {
        self.adam.steps
    }

    /// Steps of the whole training.
    pub fn total(&self) -> u32 {
        self.batches.len() as u32 * self.epochs()
    }

    fn epochs(&self) -> u32 {
        match self.how {
            Trained::Scratch => self.recipe.teacher.epochs,
            Trained::Nets | Trained::All => self.recipe.finetune.epochs,
        }
    }

    /// Epochs in which the nets alone are trained: where all is, the first half.
    fn epochs_of_nets(&self) -> u32 {
        match self.how {
            Trained::Nets => self.epochs(),
            Trained::All if self.places.ids.is_empty() => 0,
            Trained::All => self.epochs() / 2,
            Trained::Scratch => 0,
        }
    }

    /// Whether all epochs are done.
    pub fn finished(&self) -> bool {
        self.epoch >= self.epochs()
    }

    /// The rate of the next step: the teacher's from scratch, else each of the two parts rises and falls by itself.
    fn rate(&self) -> f64 {
        let step = self.adam.steps + 1;
        if self.how == Trained::Scratch {
            return teacher::rate(&self.recipe, step, self.total());
        }
        let (rate, of_nets) = (self.recipe.finetune.rate, self.batches.len() as u32 * self.epochs_of_nets());
        match step.checked_sub(of_nets).filter(|&step| step > 0) {
            Some(step) => warmed(rate, step, self.total() - of_nets),
            None => warmed(rate, step, of_nets),
        }
    }

    /// One step of Adam on the next batch. Gives the number of target tokens.
    pub fn step(&mut self, examples: &[Example]) -> usize {
        let parts = shares(&self.batches[self.done], examples, &self.device);
        let tokens = parts.iter().map(|(rows, _)| rows.output.tokens()).sum::<usize>();
        let whole = self.epoch >= self.epochs_of_nets();
        let work = parts.into_iter().map(|part| (self.student.clone(), part)).collect();
        let found = parallel::each(work, parallel::threads(&self.device), |(student, (rows, share))| {
            self.part(student, &rows, share, whole, (tokens as f32).recip())
        });
        let mut sum = Named::new();
        let mut losses = Vec::new();
        for (loss, gradients) in found {
            losses.push(loss);
            accumulate(&mut sum, gradients);
        }
        let clip = clip(&sum, self.recipe.teacher.clip);
        self.losses.push(losses, clip.clone());
        let rate = self.rate();
        self.student = self.adam.step(self.student.clone(), sum, clip, rate);
        self.done += 1;
        if self.done == self.batches.len() {
            (self.epoch, self.done) = (self.epoch + 1, 0);
            self.batches = batches(&self.recipe, examples, self.epoch);
        }
        tokens
    }

    /// Loss and gradients of one part of a batch; of the whole student, or of its nets alone.
    fn part(&self, student: Student, rows: &PairRows, share: Share, whole: bool, scale: f32) -> (Tensor<1>, Named) {
        let nets = leaves(student.nets);
        let model = if whole { leaves(student.model) } else { student.model.valid() };
        let fillings = self.places.fillings(&nets);
        let dropout = if self.how == Trained::Scratch { self.recipe.model.dropout } else { 0.0 };
        let dropping = Dropping::new(dropout, self.recipe.seed, u64::from(self.adam.steps), share);
        let said = Said::of(&model, rows, Pass { dropping: Some(dropping), ..Pass::with(&fillings) });
        let smoothing = self.recipe.teacher.label_smoothing;
        let hard = |scale| cross_entropy(said.logits.clone(), rows.output.ids.clone(), smoothing, scale);
        let loss = match self.how {
            Trained::Scratch => hard(scale),
            Trained::Nets | Trained::All => {
                let FinetunePart { cross_entropy, hidden, .. } = self.recipe.finetune;
                let teacher = Said::of(&self.teacher, rows, Pass::default());
                let mut loss = divergence(teacher.logits.clone(), said.logits.clone(), &rows.output) * scale;
                if cross_entropy > 0.0 {
                    loss = loss + hard(scale * cross_entropy);
                }
                if hidden > 0.0 {
                    loss = loss + said.apart(&teacher, rows) * (scale * hidden);
                }
                loss
            }
        };
        let mut backward = loss.backward();
        let mut found = prefixed("nets", gradients(&nets, &mut backward));
        if whole {
            found.extend(prefixed("model", gradients(&model, &mut backward)));
        }
        (loss.inner(), found)
    }

    /// The losses of the steps since the last call, in one read.
    pub async fn losses(&mut self) -> Result<Vec<f32>, CheckpointError> {
        self.losses.take().await
    }
}

fn batches(recipe: &Recipe, examples: &[Example], epoch: u32) -> Vec<Vec<usize>> {
    by_length(examples, recipe.teacher.tokens_per_batch, recipe.seed, epoch)
}

/// The same under the name of the field that they are in.
fn prefixed(field: &str, named: Named) -> Named {
    named.into_iter().map(|(name, tensor)| (format!("{field}.{name}"), tensor)).collect()
}

/// What a model makes of a batch: logits, and what its layers give.
struct Said {
    logits: Tensor<2>,
    /// Of the encoder's layers, then of the decoder's, `[batch · length, d_model]` each.
    hidden: Vec<Tensor<2>>,
}

impl Said {
    fn of(model: &Transformer, rows: &PairRows, mut pass: Pass) -> Self {
        pass.hidden = Some(Vec::new());
        let logits = model.forward(&rows.source, &rows.input, &mut pass);
        Self { logits, hidden: pass.hidden.unwrap_or_default() }
    }

    /// The squared distance of all layers' outputs, a feature on average, summed over unpadded tokens: `[1]`.
    fn apart(&self, other: &Self, rows: &PairRows) -> Tensor<1> {
        let layers = self.hidden.len() / 2;
        let masks = std::iter::repeat_n(&rows.source.mask, layers).chain(std::iter::repeat_n(&rows.input.mask, layers));
        let squares = self.hidden.iter().zip(&other.hidden).zip(masks).map(|((own, other), mask)| {
            let apart = (own.clone() - other.clone()) * mask.clone();
            (apart.clone() * apart).sum() / own.dims()[1] as f32
        });
        squares.reduce(|sum, layer| sum + layer).unwrap_or_else(|| Tensor::zeros([1], &rows.source.mask.device()))
    }
}

/// The Kullback-Leibler divergence of the student's distribution from the teacher's, summed over unpadded rows: logits `[rows,
/// V]` each, to `[1]`.
fn divergence(teacher: Tensor<2>, student: Tensor<2>, rows: &Rows) -> Tensor<1> {
    let p = softmax(teacher.clone(), 1);
    let apart = p * (log_softmax(teacher, 1) - log_softmax(student, 1));
    (apart * rows.mask.clone()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::read;
    use burn::tensor::TensorData;

    /// `sum p (ln p - ln q)` by hand, the padded row not counted.
    #[test]
    fn divergence_by_hand() {
        let device = Device::flex();
        let logits = |values: [f32; 6]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [2, 3]), &device);
        let (teacher, student) = ([0.0, 1.0, 2.0, 5.0, 0.0, 0.0], [1.0, 0.0, 0.5, 0.0, 5.0, 0.0]);
        let log = |row: &[f32]| {
            let sum = row.iter().map(|x| f64::from(*x).exp()).sum::<f64>().ln();
            row.iter().map(|x| f64::from(*x) - sum).collect::<Vec<_>>()
        };
        let (p, q) = (log(&teacher[..3]), log(&student[..3]));
        let expected = p.iter().zip(&q).map(|(p, q)| p.exp() * (p - q)).sum::<f64>();
        let rows = Rows::new(&[vec![4], vec![]], Some(1), &device);
        let found = divergence(logits(teacher), logits(student), &rows);
        let found = pollster::block_on(read(found)).unwrap()[0];
        assert!((f64::from(found) - expected).abs() < 1e-6, "{found} {expected}");
    }
}
