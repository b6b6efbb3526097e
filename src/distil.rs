//! Fits shallow nets to the attention they replace, from what the teacher's attention sees and says.

use crate::{
    batching::{Example, shuffled},
    capture::{self, Captured},
    checkpoint::{Checkpoint, CheckpointError, read},
    model::{
        batch::{PairRows, Rows},
        fillings::Place,
        layers::Init,
        nets::{Net, Seen, Source},
        sites::{NetId, Site},
        transformer::{Memory, Transformer},
    },
    optimizer::{Adam, gradients},
    parallel,
    recipe::Recipe,
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use std::collections::{BTreeMap, BTreeSet};

/// How far a net is from its attention on held-out sentences.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Fit {
    /// Mean squared error an element, over unpadded elements.
    pub mse: f64,
    /// `1 - squared error / squared distance to the mean of each feature`, over unpadded elements.
    pub r2: f64,
}

/// A net in training.
pub struct Student {
    pub id: NetId,
    net: Net,
    adam: Adam,
    losses: Vec<Tensor<1>>,
}

impl Student {
    /// Each net of a run has initial weights of its own, whichever others are fitted beside it.
    fn new(id: NetId, recipe: &Recipe, device: &Device) -> Self {
        let net = new_net(id, recipe, &device.clone().autodiff());
        Self { id, net, adam: Adam::default(), losses: Vec::new() }
    }

    /// What it is to take the place of.
    fn place(&self) -> Place {
        (self.id.site, self.id.layer, self.id.kind.method.region())
    }

    /// One step of Adam on what an attention saw and said.
    fn step(&mut self, lesson: &Lesson, rate: f64) {
        let loss = lesson.error(&self.net);
        let found = gradients(&self.net, loss.backward());
        self.losses.push(loss.inner());
        self.net = self.adam.step(self.net.clone(), found, rate);
    }
}

/// The net of this name with initial weights.
pub fn new_net(id: NetId, recipe: &Recipe, device: &Device) -> Net {
    // Far from the teacher's streams, and apart by more than a net has tensors.
    let place = (id.site as u64 * 64 + id.layer as u64) * 64 + id.kind.size as u64;
    let first = (1 << 32) + (id.kind.method as u64) * (1 << 24) + place * 64;
    // No net depends on the vocabulary.
    Net::new(id.site, id.kind, &recipe.sizes(0), &mut Init::new(recipe.seed, first, device))
}

/// States of sentences, their rows, and the teacher's values of them.
pub type LessonSource = (Tensor<2>, Rows, Option<Tensor<2>>);

/// What one part of the teacher saw and said of a batch, as nets learn it.
pub struct Lesson {
    /// `[batch · length, d_model]`
    x: Tensor<2>,
    rows: Rows,
    /// What attention looked at, and the values where a net needs them; none where no net looks at it.
    source: Option<LessonSource>,
    /// What came out, `[batch · length, d_model]`, zero at padding.
    target: Tensor<2>,
}

impl Lesson {
    pub fn new(captured: Captured, rows: &Rows, source: Option<LessonSource>) -> Self {
        Self { x: captured.input, target: captured.output * rows.mask.clone(), rows: rows.clone(), source }
    }

    /// Unpadded elements.
    fn elements(&self) -> usize {
        self.rows.tokens() * self.target.dims()[1]
    }

    fn seen(&self) -> Seen<'_> {
        let source = self.source.as_ref();
        let source = source.map(|(states, rows, values)| Source { states, rows, values: values.as_ref() });
        Seen { x: &self.x, rows: &self.rows, source }
    }

    /// The squared error over unpadded elements, divided by their number: `[1]`.
    pub fn error(&self, net: &Net) -> Tensor<1> {
        let error = net.forward(self.seen()) - self.target.clone();
        (error.clone() * error).sum() / self.elements() as f32
    }
}

/// Nets that are fitted together, so that what the teacher says is computed once for all of them.
pub struct Distillation {
    recipe: Recipe,
    teacher: Transformer,
    device: Device,
    pub students: Vec<Student>,
    epoch: u32,
    batches: Vec<Vec<usize>>,
    done: usize,
    steps: u32,
}

impl Distillation {
    /// Fits these nets to the teacher, from initial weights.
    pub fn new(recipe: &Recipe, teacher: Transformer, ids: &[NetId], count: usize, device: &Device) -> Self {
        let students = ids.iter().map(|&id| Student::new(id, recipe, device)).collect();
        let batches = shuffled(count, recipe.distil.batch, recipe.seed, 0);
        let (recipe, device) = (recipe.clone(), device.clone());
        Self { recipe, teacher, device, students, epoch: 0, batches, done: 0, steps: 0 }
    }

    /// Goes on from a [`Distillation::checkpoint`] of the same nets.
    pub fn resume(mut self, count: usize, mut checkpoint: Checkpoint) -> Result<Self, CheckpointError> {
        let number = |key| checkpoint.word(key).map(|word| word.parse().unwrap_or(0));
        (self.steps, self.epoch, self.done) = (number("steps")?, number("epoch")?, number("done")? as usize);
        for student in &mut self.students {
            let mut own = checkpoint.split_off(&format!("{}:", student.id));
            student.adam = Adam { steps: self.steps, moments: own.take("adam.", &self.device) };
            student.net = own.into_module(student.net.clone())?;
        }
        self.batches = shuffled(count, self.recipe.distil.batch, self.recipe.seed, self.epoch);
        Ok(self)
    }

    /// Steps taken.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Steps of the whole distillation.
    pub fn total(&self) -> u32 {
        self.batches.len() as u32 * self.recipe.distil.epochs
    }

    /// Whether all epochs are done.
    pub fn finished(&self) -> bool {
        self.epoch >= self.recipe.distil.epochs
    }

    /// One step of every net on the same sentences. Gives the number of sentences.
    pub fn step(&mut self, examples: &[Example]) -> usize {
        let batch = self.batches[self.done].iter().map(|&index| &examples[index]).collect::<Vec<_>>();
        let lessons = self.lessons(&batch);
        self.steps += 1;
        let rate = rate(self.recipe.distil.rate, self.steps, self.total());
        let students = self.students.iter_mut().collect();
        parallel::each(students, parallel::threads(&self.device), |student: &mut Student| {
            student.step(&lessons[&student.place()], rate);
        });
        self.done += 1;
        if self.done == self.batches.len() {
            (self.epoch, self.done) = (self.epoch + 1, 0);
            self.batches = shuffled(examples.len(), self.recipe.distil.batch, self.recipe.seed, self.epoch);
        }
        batch.len()
    }

    /// What the parts that are to be replaced saw and said of these sentences.
    fn lessons(&self, batch: &[&Example]) -> BTreeMap<Place, Lesson> {
        let rows = PairRows::new(batch, None, &self.device);
        let decodes = self.students.iter().any(|student| student.id.site != Site::Encoder);
        let mut record = capture::record(&self.teacher, &rows.source, decodes.then_some(&rows.input));
        let places = self.students.iter().map(Student::place).collect::<BTreeSet<_>>();
        let lesson = |place: Place| {
            let captured = record.at.remove(&place)?;
            let source = self.source(place, &captured, &rows.source, &record.memory);
            let own = if place.0 == Site::Encoder { &rows.source } else { &rows.input };
            Some((place, Lesson::new(captured, own, source)))
        };
        places.into_iter().filter_map(lesson).collect()
    }

    /// What the attention at a place looked at, if a net there does.
    fn source(&self, place: Place, captured: &Captured, rows: &Rows, memory: &Memory) -> Option<LessonSource> {
        let nets = || self.students.iter().filter(|student| student.place() == place).map(|student| &student.net);
        let (states, rows) = match place.0 {
            Site::Cross => (&memory.states, &memory.rows),
            _ => (&captured.input, rows),
        };
        let values = || self.teacher.attention(place.0, place.1).values(states.clone());
        let source = || (states.clone(), rows.clone(), nets().any(Net::uses_values).then(values));
        nets().any(Net::uses_source).then(source)
    }

    /// The losses since the last call, by net.
    pub async fn losses(&mut self) -> Result<Vec<(NetId, Vec<f32>)>, CheckpointError> {
        let mut found = Vec::new();
        for student in self.students.iter_mut().filter(|student| !student.losses.is_empty()) {
            let losses = Tensor::cat(std::mem::take(&mut student.losses), 0);
            found.push((student.id, read(losses).await?));
        }
        Ok(found)
    }

    /// All that [`Distillation::resume`] needs, in one file, so that its parts are of the same step.
    pub async fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        let mut whole = Checkpoint::default();
        for student in &self.students {
            let own = Checkpoint::of(&student.net).await?.with("adam.", &student.adam.moments).await?;
            whole.tensors.extend(own.prefixed(&format!("{}:", student.id)).tensors);
        }
        let words = [("steps", self.steps), ("epoch", self.epoch), ("done", self.done as u32)];
        whole.metadata.extend(words.map(|(key, word)| (key.to_string(), word.to_string())));
        Ok(whole)
    }

    /// A net as it is, as a file holds it.
    pub async fn weights(&self, student: &Student) -> Result<Checkpoint, CheckpointError> {
        Ok(Checkpoint::of(&student.net.valid()).await?.prefixed(&prefix(student.id)))
    }
}

/// The module that a net would be in PyTorch, such as `encoder.layers.0.alr.` or `decoder.layers.0.cross.awr.`
pub fn prefix(id: NetId) -> String {
    let stack = match id.site {
        Site::Encoder => format!("encoder.layers.{}", id.layer),
        site => format!("decoder.layers.{}.{}", id.layer, site.code()),
    };
    format!("{stack}.{}.", id.kind.method.code())
}

/// A net from its file's tensors.
pub fn net_from(id: NetId, recipe: &Recipe, checkpoint: Checkpoint, device: &Device) -> Result<Net, CheckpointError> {
    checkpoint.unprefixed(&prefix(id)).into_module(new_net(id, recipe, device))
}

/// Warm-up over 50 steps (or a tenth of a short run), then a cosine to 0; steps counted from 1.
fn rate(top: f64, step: u32, total: u32) -> f64 {
    let warmup = 50.min(total / 10).max(1);
    if step <= warmup {
        return top * f64::from(step) / f64::from(warmup);
    }
    let through = f64::from(step - warmup) / f64::from((total - warmup).max(1));
    top * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * through))
}

/// How well nets fit on held-out sentences: found batch by batch, so that it can be stopped between two of them.
pub struct Measuring {
    /// Sentences that are done.
    done: usize,
    /// Of each student.
    residuals: Vec<Residuals>,
}

impl Measuring {
    pub fn new(distillation: &Distillation) -> Self {
        Self { done: 0, residuals: vec![Residuals::default(); distillation.students.len()] }
    }

    /// All students on the next sentences; the fit of each once there is none left.
    pub async fn step(
        &mut self,
        distillation: &Distillation,
        examples: &[Example],
    ) -> Result<Option<Vec<Fit>>, CheckpointError> {
        const BATCH: usize = 128;
        let batch = examples[self.done..].iter().take(BATCH).collect::<Vec<_>>();
        if batch.is_empty() {
            return Ok(Some(self.residuals.iter().map(Residuals::fit).collect()));
        }
        let lessons = distillation.lessons(&batch);
        for (student, residuals) in distillation.students.iter().zip(&mut self.residuals) {
            residuals.add(&student.net.valid(), &lessons[&student.place()]).await?;
        }
        self.done += batch.len();
        Ok(None)
    }
}

/// What a [`Fit`] is computed from, batch by batch.
#[derive(Clone, Debug, Default)]
pub struct Residuals {
    /// The sum of squared errors.
    error: f64,
    /// The sum of squared targets.
    squares: f64,
    /// The sum of the targets of each feature.
    sums: Vec<f64>,
    /// Unpadded elements.
    elements: usize,
}

impl Residuals {
    /// Adds what the net makes of a lesson.
    pub async fn add(&mut self, net: &Net, lesson: &Lesson) -> Result<(), CheckpointError> {
        let (target, elements) = (lesson.target.clone(), lesson.elements());
        let squares = (target.clone() * target.clone()).sum();
        let parts = vec![lesson.error(net), squares, target.sum_dim(0).reshape([-1])];
        let values = read(Tensor::cat(parts, 0)).await?;
        self.error += f64::from(values[0]) * elements as f64;
        self.squares += f64::from(values[1]);
        self.sums.resize(values.len() - 2, 0.0);
        self.sums.iter_mut().zip(&values[2..]).for_each(|(sum, &value)| *sum += f64::from(value));
        self.elements += elements;
        Ok(())
    }

    pub fn fit(&self) -> Fit {
        let tokens = self.elements as f64 / self.sums.len().max(1) as f64;
        let spread = self.squares - self.sums.iter().map(|sum| sum * sum / tokens).sum::<f64>();
        Fit { mse: self.error / self.elements as f64, r2: 1.0 - self.error / spread }
    }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn the_rate_rises_and_falls_to_zero() {
        assert_eq!(rate(1.0, 25, 1000), 0.5);
        assert_eq!(rate(1.0, 50, 1000), 1.0);
        assert!((rate(1.0, 525, 1000) - 0.5).abs() < 1e-12);
        assert!(rate(1.0, 1000, 1000) < 1e-12);
        assert!(rate(1.0, 1, 3) > 0.0);
    }
}
