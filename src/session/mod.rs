//! Drives the stages of a run as a pulled stream of work: corpus, teacher, nets, scores.
//!
//! [`Session::step`] does some work and says what came of it. Not calling it is pause; dropping the session is cancel.
//! All that matters lies in the run's [`Store`](crate::store::Store), so that another session goes on from there.

mod begin;
mod event;
pub(crate) mod files;
pub(crate) mod nets;
mod pace;
mod prepare;
mod scores;
pub(crate) mod teacher;
mod translate;
mod tuned;

pub use begin::begin_from;
pub use event::{Event, SessionError};
pub use files::CorpusFile;
pub use scores::eval_on;
pub use translate::{Looked, Translation, Translator};

/// The recipe that a run was begun with.
pub fn recipe_of(store: Box<dyn Store>) -> Result<Recipe, SessionError> {
    Files(store).recipe()?.ok_or(SessionError::NoTeacher)
}

use crate::{
    capture::Averaging,
    corpus::{Building, Corpus},
    device::Opened,
    distil::{Distillation, Fit, Measuring},
    finetune::Finetuning,
    model::{
        fillings::Fillings,
        mix::{Mix, Trained},
        sites::{NetId, NetKind, Size},
        transformer::Transformer,
    },
    plan,
    recipe::Recipe,
    score::Seconds,
    store::Store,
    teacher::{Training, Validation},
    text::Text,
    tokenizer::Tokenizer,
};
use files::Files;
use pace::Pace;
use scores::Scoring;
use std::{sync::Arc, time::Duration};
use translate::With;
use web_time::Instant;

/// How far a session goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// Corpus and tokenizer.
    Text,
    Teacher,
    /// The recipe's nets, too.
    Nets,
    /// The mixes that are trained as a whole, too.
    Tuned,
    /// A row for each of the recipe's mixes, too.
    Scores,
}

/// A run in work.
pub struct Session {
    recipe: Recipe,
    /// What is scored: the recipe's mixes, unless others are asked for.
    mixes: Vec<Mix>,
    /// Whether what is missing is trained; else it is an error.
    trains: bool,
    goal: Goal,
    files: Files,
    opened: Opened,
    stage: Stage,
    text: Option<Arc<Text>>,
    /// The trained teacher, once it is there.
    teacher: Option<Transformer>,
    curve: Vec<String>,
    seconds: Seconds,
    pace: Pace,
    saved: Instant,
}

/// Where a session is.
enum Stage {
    /// Finds what there is of the text.
    Text,
    Building(Box<Building>, Option<Tokenizer>),
    Tokenizing(Box<Corpus>, Option<Tokenizer>),
    /// Finds what the teacher still needs.
    Teacher,
    Training(Box<Training>),
    Validating(Box<Training>, Validation),
    /// Finds which nets are missing.
    Nets,
    Distilling(Box<Distillation>),
    Measuring(Box<Distillation>, Measuring),
    /// Writes the nets whose fit is known, one by one.
    Keeping(Box<Distillation>, std::vec::IntoIter<Fit>),
    /// Finds which mixes are still to be trained as a whole.
    Tuned,
    Tuning(Mix, Box<Finetuning>),
    /// Finds what is not scored yet.
    Scores,
    /// Takes the mean outputs that a mix needs.
    Averaging(Averaging),
    Scoring(Box<Scoring>),
    Done,
    /// A step failed; what it had in its hands is gone.
    Failed,
}

/// Seconds between two saves of a stage in work.
const SAVE: u64 = 60;

impl Session {
    /// Opens a run, new or begun. A store that holds a run of another teacher is refused and left as it is.
    pub fn open(recipe: Recipe, store: Box<dyn Store>, opened: Opened, goal: Goal) -> Result<Self, SessionError> {
        let files = Files(store);
        if let Some(begun) = files.recipe()? {
            refuse_other(&begun, &recipe)?;
        }
        refuse_too_large(&recipe, opened.largest_buffer)?;
        let (curve, seconds) = (files.curve()?, files.seconds()?);
        let mixes = recipe.mixes();
        Ok(Self {
            recipe,
            mixes,
            trains: true,
            goal,
            files,
            opened,
            stage: Stage::Text,
            text: None,
            teacher: None,
            curve,
            seconds,
            pace: Pace::default(),
            saved: Instant::now(),
        })
    }

    /// Scores these mixes in the place of the recipe's, which stays as it is, and trains nothing that is missing for it.
    pub fn only_scoring(self, mixes: Vec<Mix>) -> Self {
        Self { mixes, trains: false, ..self }
    }

    /// Works for about this long and says what came of it; nothing is said twice. The last event is [`Event::Done`].
    ///
    /// After an error the session is of no more use; another one goes on from what was saved.
    pub async fn step(&mut self, budget: Duration) -> Result<Vec<Event>, SessionError> {
        match self.work(budget).await {
            Ok(events) => Ok(events),
            Err(error) => {
                // What the device complained of explains what else went wrong.
                self.opened.cause().await?;
                Err(error)
            }
        }
    }

    async fn work(&mut self, budget: Duration) -> Result<Vec<Event>, SessionError> {
        let begun = Instant::now();
        let mut events = match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Text => self.prepare()?,
            Stage::Building(building, tokenizer) => self.build(building, tokenizer, begun, budget)?,
            Stage::Tokenizing(corpus, tokenizer) => self.tokenize(*corpus, tokenizer)?,
            Stage::Teacher => self.open_teacher()?,
            Stage::Training(training) => self.train(training, begun, budget).await?,
            Stage::Validating(training, validation) => self.validate(training, validation, begun, budget).await?,
            Stage::Nets => self.open_nets()?,
            Stage::Distilling(distillation) => self.distil(distillation, begun, budget).await?,
            Stage::Measuring(distillation, measuring) => self.measure(distillation, measuring, begun, budget).await?,
            Stage::Keeping(distillation, fits) => self.keep_net(distillation, fits, begun).await?,
            Stage::Tuned => self.open_tuned()?,
            Stage::Tuning(mix, tuning) => self.tune(mix, tuning, begun, budget).await?,
            Stage::Scores => self.open_scores()?,
            Stage::Averaging(averaging) => self.average(averaging, begun, budget).await?,
            Stage::Scoring(scoring) => self.score(scoring, begun, budget).await?,
            Stage::Done => {
                self.stage = Stage::Done;
                Vec::new()
            }
            Stage::Failed => return Err(SessionError::Failed),
        };
        self.opened.check()?;
        if matches!(self.stage, Stage::Done) {
            self.files.write_seconds(&self.seconds)?;
            if self.trains {
                // What the recipe adds to that of a begun run is there only now.
                self.files.write_new(files::RECIPE, &files::pretty(files::RECIPE, &self.recipe)?)?;
            }
            events.push(Event::Done { seconds: self.seconds });
        }
        Ok(events)
    }

    /// Saves the work in progress, to go on from in another session.
    pub async fn save(&mut self) -> Result<(), SessionError> {
        match &self.stage {
            Stage::Training(training) | Stage::Validating(training, _) => self.save_training(training).await?,
            Stage::Distilling(distillation) | Stage::Measuring(distillation, _) | Stage::Keeping(distillation, _) => {
                self.save_distillation(distillation).await?;
            }
            Stage::Tuning(mix, tuning) => self.save_tuning(mix, tuning).await?,
            _ => {}
        }
        self.saved = Instant::now();
        Ok(())
    }

    /// The recipe of the run.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// What the model makes of a sentence as it is now, a teacher in training too; nothing before there is one.
    pub async fn sample(&self, text: &str) -> Result<String, SessionError> {
        let model = match &self.stage {
            Stage::Training(training) | Stage::Validating(training, _) => Some(training.model()),
            _ => self.teacher.clone(),
        };
        let (Some(model), Some(known)) = (model, &self.text) else { return Ok(String::new()) };
        let with = With::new(&known.tokenizer, &self.recipe, &self.opened.device);
        let translated = with.translate(&model, &Fillings::default(), text).await;
        self.opened.check()?;
        Ok(translated?.text)
    }

    /// The next stage, unless the goal is reached.
    fn advance(&mut self, reached: Goal, next: Stage) {
        self.stage = if reached >= self.goal { Stage::Done } else { next };
    }

    /// Before any work: rows need nets that the run has, or will have by then.
    fn refuse_missing(&self) -> Result<(), SessionError> {
        if !self.trains && !self.files.0.has(files::TEACHER)? {
            return Err(SessionError::NoTeacher);
        }
        if self.goal < Goal::Tuned {
            return Ok(());
        }
        let to_come = if self.trains { self.recipe.net_ids() } else { Vec::new() };
        for mix in &self.mixes {
            if mix.how_trained().is_some() && self.files.0.has(&files::tuned(mix))? {
                continue;
            }
            if mix.how_trained().is_some() && !self.trains {
                return Err(SessionError::NotTuned(mix.to_string()));
            }
            let needed = if mix.how_trained() == Some(Trained::Scratch) {
                Vec::new()
            } else {
                mix.nets(self.recipe.model.layers)
            };
            for id in needed {
                if !to_come.contains(&id) && !self.files.0.has(&files::net(id))? {
                    return Err(SessionError::no_net(id));
                }
            }
        }
        Ok(())
    }

    fn text(&self) -> Result<Arc<Text>, SessionError> {
        self.text.clone().ok_or(SessionError::NotReady("the text"))
    }

    fn save_due(&self) -> bool {
        self.saved.elapsed().as_secs() >= SAVE
    }
}

/// Refuses nets that the device cannot hold, before anything is trained, and names the largest size that it can.
fn refuse_too_large(recipe: &Recipe, largest_buffer: Option<u64>) -> Result<(), SessionError> {
    let allowed = largest_buffer.unwrap_or(u64::MAX);
    let needed = |id: NetId| plan::net(id.site, id.kind, recipe).largest_buffer_bytes;
    let Some(id) = recipe.net_ids().into_iter().find(|&id| needed(id) > allowed) else { return Ok(()) };
    let smaller = Size::ALL.into_iter().rev().map(|size| NetId { kind: NetKind { size, ..id.kind }, ..id });
    let fits = smaller.into_iter().find(|&id| needed(id) <= allowed).map(|id| id.to_string());
    Err(SessionError::TooLarge { net: id.to_string(), needed: needed(id), allowed, fits })
}

/// A run goes on only with the teacher, and the way of distilling, that it was begun with: its other parts may change. Whether a
/// drop of the rate is still to come, the weights know.
fn refuse_other(begun: &Recipe, wanted: &Recipe) -> Result<(), SessionError> {
    let mut begun = begun.clone();
    if begun.teacher.goes_on_as(&wanted.teacher, 0) {
        begun.teacher = wanted.teacher.clone();
    }
    match files::differing(&begun, wanted) {
        Some((part, [begun, wanted])) => Err(SessionError::OtherRecipe { part, begun, wanted }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_net_too_large_names_one_that_fits() {
        let recipe = Recipe::preset("paper").unwrap();
        let xl = recipe.with(&[r#"nets=[{"site":"enc","method":"alr","size":"xl"}]"#.into()]).unwrap();
        assert!(refuse_too_large(&xl, None).is_ok());
        let error = refuse_too_large(&xl, Some(256 << 20)).unwrap_err().to_string();
        let expected =
            "enc.1.alr-xl needs one buffer of 327680000 bytes; this device allows 268435456. enc.1.alr-l fits";
        assert_eq!(error, expected);
        assert!(refuse_too_large(&recipe, Some(1 << 20)).unwrap_err().to_string().contains("No size fits"));
    }

    #[test]
    fn another_teacher_is_refused_another_table_is_not() {
        let begun = Recipe::preset("micro").unwrap();
        let with = |assignment: &str| begun.with(&[assignment.to_string()]).unwrap();
        assert!(refuse_other(&begun, &with("score.sentences=7")).is_ok());
        let error = refuse_other(&begun, &with("seed=2")).unwrap_err().to_string();
        assert!(error.contains("its `seed` is 1, asked for is 2; nothing was changed"), "{error}");
    }
}
