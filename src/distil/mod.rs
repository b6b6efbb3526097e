//! Fits shallow nets to the attention they replace, from what the teacher's attention sees and says.

mod fit;
mod lesson;
mod program;

pub use fit::{Fit, Measuring, Residuals};
pub use lesson::{Lesson, LessonSource};

use crate::{
    batching::{Example, in_order, shuffled},
    capture::{self, Record},
    checkpoint::{Checkpoint, CheckpointError, read},
    model::{
        batch::PairRows,
        fillings::{Fillings, Place},
        layers::Init,
        nets::Net,
        sites::{Method, NetId, NetKind, Site, Variant},
        transformer::Transformer,
    },
    optimizer::{Adam, warmed},
    parallel,
    random::{Purpose, Stream},
    recipe::{DistilPart, Recipe, Schedule},
};
use burn::tensor::{Device, Tensor};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

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
        // Not tracked: what is never differentiated would stay in autodiff's graph for ever.
        let net = new_net(id, recipe, device);
        Self { id, net, adam: Adam::default(), losses: Vec::new() }
    }

    /// What it is to take the place of.
    fn place(&self) -> Place {
        (self.id.site, self.id.layer, self.id.kind.method.region())
    }

    /// The site and the kind of the nets that may stand in the layers before it.
    fn line(&self) -> Line {
        (self.id.site, self.id.kind)
    }

    /// One step of Adam on what an attention saw and said.
    fn step(mut self, lesson: &Lesson, rate: f64) -> Self {
        let (net, loss) = program::step(self.net, &mut self.adam, lesson, rate);
        self.losses.push(loss);
        Self { net, ..self }
    }
}

/// The net of this name with initial weights.
pub fn new_net(id: NetId, recipe: &Recipe, device: &Device) -> Net {
    // Far from the teacher's streams, and apart by more than a net has tensors.
    let place = (id.site as u64 * 64 + id.layer as u64) * 64 + id.kind.size as u64;
    let variant = id.kind.variant.map_or(0, |variant| variant as u64 + 1);
    let first = (1 << 32) + (id.kind.method as u64) * (1 << 24) + variant * (1 << 20) + place * 64;
    // No net depends on the vocabulary.
    Net::new(id.site, id.kind, &recipe.sizes(0), &mut Init::new(recipe.seed, first, device))
}

/// Nets of one kind at one site, layer behind layer.
pub type Line = (Site, NetKind);

/// A part of the teacher, and the line whose nets stand before it where there is one.
type Part = (Place, Option<Line>);

/// What is to be learnt of a batch, by part.
type Lessons = BTreeMap<Part, Lesson>;

/// Nets that are fitted together, so that what the teacher says is computed once for all of them.
pub struct Distillation {
    recipe: Recipe,
    teacher: Transformer,
    device: Device,
    pub students: Vec<Student>,
    /// The nets that stand before the students while these learn; none where they learn from the teacher's own states.
    before: BTreeMap<Line, Fillings>,
    epoch: u32,
    batches: Vec<Vec<usize>>,
    done: usize,
    steps: u32,
    /// The next step's, where there was a thread to compute them beside the last one.
    ahead: Option<Lessons>,
}

/// What a step's threads do side by side.
#[allow(clippy::large_enum_variant, reason = "there are few")]
enum Task<'a> {
    /// The lessons of these sentences, which are the next step's.
    Ahead(Vec<&'a Example>),
    Learn(Student),
}

#[allow(clippy::large_enum_variant, reason = "there are few")]
enum Done {
    Ahead(Lessons),
    Learnt(Student),
}

impl Distillation {
    /// Fits these nets to the teacher, from initial weights.
    pub fn new(recipe: &Recipe, teacher: Transformer, ids: &[NetId], count: usize, device: &Device) -> Self {
        let students = ids.iter().map(|&id| Student::new(id, recipe, device)).collect();
        let batches = batches(recipe, count, 0);
        let (recipe, device, before) = (recipe.clone(), device.clone(), BTreeMap::new());
        Self { recipe, teacher, device, students, before, epoch: 0, batches, done: 0, steps: 0, ahead: None }
    }

    /// On what the layers see when these nets stand in the layers before them, in place of the teacher's own states.
    pub fn behind(self, before: BTreeMap<Line, Fillings>) -> Self {
        Self { before, ..self }
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
        self.batches = batches(&self.recipe, count, self.epoch);
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
        let (batch, parts) = (self.batch(examples), self.parts());
        let (count, total) = (batch.len(), self.total());
        let lessons = self.ahead.take().unwrap_or_else(|| self.lessons(&parts, &batch));
        self.steps += 1;
        self.done += 1;
        if self.done == self.batches.len() {
            (self.epoch, self.done) = (self.epoch + 1, 0);
            self.batches = batches(&self.recipe, examples.len(), self.epoch);
        }
        let (step, threads) = (self.steps, parallel::threads(&self.device));
        let mut tasks = std::mem::take(&mut self.students).into_iter().map(Task::Learn).collect::<Vec<_>>();
        if threads > 1 && !self.finished() {
            tasks.insert(0, Task::Ahead(self.batch(examples)));
        }
        let done = parallel::each(tasks, threads, |task| match task {
            Task::Ahead(batch) => Done::Ahead(self.lessons(&parts, &batch)),
            Task::Learn(student) => {
                let lesson = self.lesson(&student, &lessons, u64::from(step) << 32);
                let rate = rate(&self.recipe.distil, student.id.kind.method, step, total);
                Done::Learnt(student.step(&lesson, rate))
            }
        });
        for done in done {
            match done {
                Done::Ahead(lessons) => self.ahead = Some(lessons),
                Done::Learnt(student) => self.students.push(student),
            }
        }
        count
    }

    /// The sentences of the next step.
    fn batch<'a>(&self, examples: &'a [Example]) -> Vec<&'a Example> {
        self.batches[self.done].iter().map(|&index| &examples[index]).collect()
    }

    /// All that the students learn.
    fn parts(&self) -> BTreeSet<Part> {
        self.students.iter().map(|student| self.part(student)).collect()
    }

    fn part(&self, student: &Student) -> Part {
        let line = Some(student.line()).filter(|line| self.before.contains_key(line));
        (student.place(), line)
    }

    /// What the parts that are to be replaced saw and said of these sentences. What they say is always the teacher's: behind other
    /// nets, a net learns what should have come.
    fn lessons(&self, parts: &BTreeSet<Part>, batch: &[&Example]) -> Lessons {
        let rows = PairRows::new(batch, None, &self.device);
        let decodes = parts.iter().any(|(place, _)| place.0 != Site::Encoder);
        let record = |fillings| capture::record(&self.teacher, &rows.source, decodes.then_some(&rows.input), fillings);
        let teacher = record(None);
        let students =
            self.before.iter().map(|(line, fillings)| (*line, record(Some(fillings)))).collect::<BTreeMap<_, _>>();
        let lesson = |part: &Part| {
            let seen = part.1.and_then(|line| students.get(&line)).unwrap_or(&teacher);
            Some((*part, self.learnt(part.0, seen, &teacher, &rows)?))
        };
        parts.iter().filter_map(lesson).collect()
    }

    /// What was seen at a place in one record, and said there in another.
    fn learnt(&self, place: Place, seen: &Record, said: &Record, rows: &PairRows) -> Option<Lesson> {
        let captured = seen.at.get(&place)?.clone().saying(said.at.get(&place)?);
        let own = if place.0 == Site::Encoder { &rows.source } else { &rows.input };
        let (states, source) = match place.0 {
            Site::Cross => (seen.memory.states.clone(), &seen.memory.rows),
            _ => (captured.input.clone(), own),
        };
        let (attention, looked_at) = (self.teacher.attention(place.0, place.1).clone(), states.clone());
        let values = Arc::new(move || attention.values(looked_at.clone()));
        Some(Lesson::new(captured, own, LessonSource { states, rows: source.clone(), values }))
    }

    /// A student's lesson; where it learns from prefixes, they are those of the draw.
    fn lesson<'a>(&self, student: &Student, lessons: &'a Lessons, draw: u64) -> Cow<'a, Lesson> {
        let lesson = &lessons[&self.part(student)];
        match student.id.kind.variant {
            Some(Variant::Prefix) => Cow::Owned(lesson.cut(&mut Stream::new(self.recipe.seed, Purpose::Cut, draw))),
            _ => Cow::Borrowed(lesson),
        }
    }

    /// The last loss of the first net, if it was not read yet.
    pub fn last_loss(&self) -> Option<Tensor<1>> {
        self.students.first()?.losses.last().cloned()
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
        Ok(Checkpoint::of(&student.net).await?.prefixed(&prefix(student.id)))
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

/// The sentences of each step of an epoch.
fn batches(recipe: &Recipe, count: usize, epoch: u32) -> Vec<Vec<usize>> {
    match recipe.distil.schedule {
        Schedule::Ours => shuffled(count, recipe.distil.batch, recipe.seed, epoch),
        Schedule::Authors => in_order(count, recipe.distil.batch),
    }
}

/// The learning rate of a step, counted from 1. Ours rises and falls; the authors' is one, ten times as high for the methods that
/// are not ALR. (paper, section "Distillation")
fn rate(distil: &DistilPart, method: Method, step: u32, total: u32) -> f64 {
    match (distil.schedule, method) {
        (Schedule::Ours, _) => warmed(distil.rate, step, total),
        (Schedule::Authors, Method::Alr) => distil.rate,
        (Schedule::Authors, _) => 10.0 * distil.rate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authors_keep_rate_and_order() {
        let mut recipe = Recipe::preset("micro").unwrap();
        recipe.distil = DistilPart { schedule: Schedule::Authors, rate: 1e-4, batch: 2, ..recipe.distil };
        let rates = [1, 7, 100].map(|step| rate(&recipe.distil, Method::Alr, step, 100));
        assert_eq!(rates, [1e-4; 3]);
        assert_eq!(rate(&recipe.distil, Method::Elr, 1, 100), 1e-3);
        assert_eq!(batches(&recipe, 5, 3), [vec![0, 1], vec![2, 3], vec![4]]);
    }
}
