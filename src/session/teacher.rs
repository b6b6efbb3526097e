//! The teacher's part of a session.

use super::{Event, Files, Goal, Pace, Session, SessionError, Stage, files};
use crate::{
    checkpoint::Checkpoint,
    model::{sites::NetId, transformer::Transformer},
    recipe::{RateDrop, Recipe},
    teacher::{Training, Validation},
    tokenizer::Tokenizer,
};
use burn::tensor::Device;
use std::time::Duration;
use web_time::Instant;

/// The word in the teacher's file that says that no training is to come.
pub const FINISHED: &str = "finished";

impl Session {
    /// Finds the trained teacher, one in training, or neither.
    pub(super) fn open_teacher(&mut self) -> Result<Vec<Event>, SessionError> {
        let text = self.text()?;
        if let Some(teacher) = self.files.trained_teacher(&self.recipe, &text.tokenizer, &self.opened.device)? {
            self.teacher = Some(teacher);
            self.advance(Goal::Teacher, if self.trains { Stage::Nets } else { Stage::Tuned });
            return Ok(Vec::new());
        }
        if !self.trains {
            return Err(SessionError::NoTeacher);
        }
        let (vocab, examples, device) = (text.tokenizer.vocab_size(), &text.train.examples, &self.opened.device);
        let (training, events) = match self.files.weights_of(files::TEACHER_STATE, &self.recipe, &text.tokenizer)? {
            Some(state) => {
                let name = files::TEACHER_STATE.to_string();
                let training = Training::resume(&self.recipe, vocab, examples, device, state)
                    .map_err(|source| SessionError::Weights { name, source })?;
                let (step, total) = (training.steps(), training.total());
                (training, vec![Event::Resumed { stage: "teacher", step, total }])
            }
            None => (Training::new(&self.recipe, vocab, examples, device), Vec::new()),
        };
        self.cut_curve("teacher", training.steps());
        self.go_on(Box::new(training))?;
        Ok(events)
    }

    /// Steps of training until the budget is used up or an epoch ends.
    pub(super) async fn train(
        &mut self,
        mut training: Box<Training>,
        begun: Instant,
        budget: Duration,
    ) -> Result<Vec<Event>, SessionError> {
        let text = self.text()?;
        let (mut tokens, first, most) = (0, training.steps(), self.pace.steps(budget));
        let last = loop {
            let stepped = training.step(&text.train.examples);
            tokens += stepped.tokens;
            if stepped.epoch_ended || stepped.step - first >= most || begun.elapsed() >= budget {
                break stepped;
            }
        };
        let losses = training.losses().await?;
        let seconds = begun.elapsed().as_secs_f64();
        self.pace.took(training.steps() - first, begun.elapsed());
        self.seconds.teacher += seconds;
        let loss = self.note(first, &[("teacher".into(), losses)])?[0];
        let (step, total, tokens_per_second) = (last.step, training.total(), tokens as f64 / seconds);
        let events = vec![Event::Training { step, total, loss, rate: last.rate, tokens_per_second }];
        if self.save_due() {
            self.save_training(&training).await?;
            self.saved = Instant::now();
        }
        self.go_on(training)?;
        Ok(events)
    }

    /// What comes next for a teacher in training.
    fn go_on(&mut self, training: Box<Training>) -> Result<(), SessionError> {
        self.stage = if training.validation_due() {
            let validation = Validation::new(&training, &self.text()?.valid.examples);
            Stage::Validating(training, validation)
        } else {
            Stage::Training(training)
        };
        Ok(())
    }

    /// Batches of held-out pairs until the budget is used up; after the last one, the weights are kept if they are the best
    /// so far.
    pub(super) async fn validate(
        &mut self,
        mut training: Box<Training>,
        mut validation: Validation,
        begun: Instant,
        budget: Duration,
    ) -> Result<Vec<Event>, SessionError> {
        let text = self.text()?;
        let loss = loop {
            if let Some(loss) = validation.step(&text.valid.examples).await? {
                break loss;
            }
            if begun.elapsed() >= budget {
                self.seconds.teacher += begun.elapsed().as_secs_f64();
                self.stage = Stage::Validating(training, validation);
                return Ok(Vec::new());
            }
        };
        if !loss.is_finite() {
            return Err(self.not_finite("teacher", training.steps(), loss));
        }
        training.validation.push(loss);
        let best = training.best_so_far();
        if best {
            let mut checkpoint = Checkpoint::of(&training.model()).await?;
            checkpoint.metadata.extend(self.words()?);
            checkpoint.metadata.insert("validation_loss".into(), loss.to_string());
            self.opened.check()?;
            self.files.write_checkpoint(files::TEACHER, &checkpoint)?;
        }
        self.seconds.teacher += begun.elapsed().as_secs_f64();
        let (epoch, epochs) = (training.validation.len() as u32, self.recipe.teacher.epochs);
        let events = vec![Event::Validated { epoch, epochs, loss, best }];
        if training.finished() {
            self.finish_teacher()?;
            self.pace = Pace::default();
            return Ok(events);
        }
        self.save_training(&training).await?;
        self.saved = Instant::now();
        self.stage = Stage::Training(training);
        Ok(events)
    }

    /// The best weights become the teacher.
    fn finish_teacher(&mut self) -> Result<(), SessionError> {
        let mut best = self.files.checkpoint(files::TEACHER)?.ok_or(SessionError::NoTeacher)?;
        // Of the whole of its training, also of what came after these weights.
        best.metadata.extend(self.words()?);
        best.metadata.insert(FINISHED.into(), "true".into());
        self.files.write_checkpoint(files::TEACHER, &best)?;
        self.files.0.remove(files::TEACHER_STATE)?;
        self.files.write_curve(&self.curve)?;
        self.files.write_seconds(&self.seconds)?;
        self.stage = Stage::Teacher;
        Ok(())
    }

    pub(super) async fn save_training(&self, training: &Training) -> Result<(), SessionError> {
        let mut checkpoint = training.checkpoint().await?;
        checkpoint.metadata.extend(self.words()?);
        self.opened.check()?;
        self.files.write_checkpoint(files::TEACHER_STATE, &checkpoint)?;
        self.files.write_curve(&self.curve)?;
        self.files.write_seconds(&self.seconds)
    }

    /// Adds the losses of stages to the curve, and gives the mean of each. The first are those of step `before + 1`. Step by
    /// step, so that the curve does not depend on how many steps were taken at a time.
    pub(super) fn note(&mut self, before: u32, stages: &[(String, Vec<f32>)]) -> Result<Vec<f32>, SessionError> {
        let steps = stages.iter().map(|(_, losses)| losses.len()).max().unwrap_or(0);
        for (step, index) in (before + 1..).zip(0..steps) {
            for (stage, loss) in stages.iter().filter_map(|(stage, losses)| Some((stage, *losses.get(index)?))) {
                if !loss.is_finite() {
                    return Err(self.not_finite(stage, step, loss));
                }
                self.curve.push(format!("{stage}\t{step}\t{loss}"));
            }
        }
        let mean = |(_, losses): &(String, Vec<f32>)| losses.iter().sum::<f32>() / losses.len().max(1) as f32;
        Ok(stages.iter().map(mean).collect())
    }

    fn not_finite(&self, stage: &str, step: u32, loss: f32) -> SessionError {
        let advice = match stage {
            "teacher" => self.lower_rate(),
            net if net.parse::<NetId>().is_ok() => "Begin another run with a lower distil.rate".into(),
            _ => "Begin another run with a lower finetune.rate".into(),
        };
        SessionError::NotFinite { step, loss, advice }
    }

    /// How a teacher goes on from where it was saved last.
    fn lower_rate(&self) -> String {
        // Where it cannot be read, the run begins anew.
        let after = self.files.checkpoint(files::TEACHER_STATE).ok().flatten().map_or(0, |state| state.steps());
        let mut drops = self.recipe.teacher.rate_drops.clone();
        drops.push(RateDrop { after, factor: 0.5 });
        let drops = serde_json::to_string(&drops).unwrap_or_default();
        format!("To go on at half the rate: the same command with --set 'teacher.rate_drops={drops}'")
    }

    /// Drops what the curve has of a stage beyond this step: it will be said again.
    pub(super) fn cut_curve(&mut self, stage: &str, steps: u32) {
        self.curve.retain(|line| {
            let mut words = line.split('\t');
            let same = words.next() == Some(stage);
            let step = words.next().and_then(|word| word.parse::<u32>().ok());
            !same || step.is_some_and(|step| step <= steps)
        });
    }

    /// The words that a file of weights carries.
    pub(super) fn words(&self) -> Result<impl Iterator<Item = (String, String)> + use<>, SessionError> {
        Ok(files::words(&self.recipe, &self.text()?.tokenizer.to_json()).into_iter())
    }
}

impl Files {
    /// The teacher, where it is trained to the end.
    pub(crate) fn trained_teacher(
        &self,
        recipe: &Recipe,
        tokenizer: &Tokenizer,
        device: &Device,
    ) -> Result<Option<Transformer>, SessionError> {
        let finished = |checkpoint: &Checkpoint| checkpoint.metadata.contains_key(FINISHED);
        let found = self.weights_of(files::TEACHER, recipe, tokenizer)?;
        let Some(checkpoint) = found.filter(finished) else { return Ok(None) };
        let vocab = checkpoint.tensors.get("generator.bias").map_or(0, |bias| bias.values.len());
        let teacher = checkpoint.into_module(recipe.sizes(vocab).init(recipe.seed, device));
        teacher.map(Some).map_err(|source| SessionError::Weights { name: files::TEACHER.into(), source })
    }
}
