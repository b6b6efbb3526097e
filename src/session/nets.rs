//! The nets' part of a session: those of the recipe that the run does not have yet, all at once.

use super::{Event, Files, Goal, Pace, Session, SessionError, Stage, event::NetLoss, files};
use crate::{
    checkpoint::Checkpoint,
    distil::{Distillation, Fit, Line, Measuring, net_from},
    model::{
        fillings::{Fillings, Standing},
        nets::Net,
        sites::NetId,
    },
    recipe::{Inputs, Recipe},
};
use burn::tensor::Device;
use std::{collections::BTreeMap, time::Duration};
use web_time::Instant;

/// The word in a net's file that says how well it fits.
pub(crate) const FIT: &str = "fit";
/// The nets in training, all in one file so that they are of the same step.
const STATE: &str = "state/nets.safetensors";

impl Session {
    /// Finds which nets are missing.
    pub(super) fn open_nets(&mut self) -> Result<Vec<Event>, SessionError> {
        let mut missing = Vec::new();
        for id in self.recipe.net_ids() {
            if !self.files.0.has(&files::net(id))? {
                missing.push(id);
            }
        }
        if missing.is_empty() {
            self.files.0.remove(STATE)?;
            self.advance(Goal::Nets, Stage::Tuned);
            return Ok(Vec::new());
        }
        let teacher = self.teacher.clone().ok_or(SessionError::NoTeacher)?;
        let (missing, before) = self.in_turn(missing)?;
        let text = self.text()?;
        let count = text.train.examples.len();
        let new = || {
            let distillation = Distillation::new(&self.recipe, teacher.clone(), &missing, count, &self.opened.device);
            distillation.behind(before.clone())
        };
        let state = self.files.weights_of(STATE, &self.recipe, &text.tokenizer)?.filter(|state| holds(state, &missing));
        let (distillation, events) = match state {
            Some(state) => {
                let resumed = new().resume(count, state);
                let resumed = resumed.map_err(|source| SessionError::Weights { name: STATE.into(), source })?;
                let (step, total) = (resumed.steps(), resumed.total());
                (resumed, vec![Event::Resumed { stage: "nets", step, total }])
            }
            None => (new(), Vec::new()),
        };
        for id in missing {
            self.cut_curve(&id.to_string(), distillation.steps());
        }
        self.stage = Stage::Distilling(Box::new(distillation));
        Ok(events)
    }

    /// Of missing nets, those that can be fitted now, and what stands before them: all at once on the teacher's states, layer after
    /// layer on a student's.
    fn in_turn(&self, missing: Vec<NetId>) -> Result<(Vec<NetId>, BTreeMap<Line, Fillings>), SessionError> {
        if self.recipe.distil.inputs == Inputs::Teacher {
            return Ok((missing, BTreeMap::new()));
        }
        let all = self.recipe.net_ids();
        let earlier = |id: NetId| {
            let before = move |other: &NetId| (other.site, other.kind) == (id.site, id.kind) && other.layer < id.layer;
            all.iter().copied().filter(before)
        };
        // One layer at a time, so that a session that ends between two of its nets leaves the same group to the next.
        let lowest = missing.iter().map(|id| id.layer).min();
        let now = missing.into_iter().filter(|id| Some(id.layer) == lowest).collect::<Vec<_>>();
        let mut before = BTreeMap::<Line, Fillings>::new();
        for id in &now {
            for NetId { site, layer, kind } in earlier(*id) {
                let (net, _) = self.files.net(NetId { site, layer, kind }, &self.recipe, &self.opened.device)?;
                let fillings = before.entry((site, kind)).or_default();
                fillings.0.insert((site, layer), Standing::Net(kind.method.region(), net));
            }
        }
        Ok((now, before))
    }

    /// Steps of all missing nets until the budget is used up.
    pub(super) async fn distil(
        &mut self,
        mut distillation: Box<Distillation>,
        begun: Instant,
        budget: Duration,
    ) -> Result<Vec<Event>, SessionError> {
        let text = self.text()?;
        let (mut sentences, first, most) = (0, distillation.steps(), self.pace.steps(budget));
        while !distillation.finished() && distillation.steps() - first < most {
            if sentences > 0 && begun.elapsed() >= budget {
                break;
            }
            sentences += distillation.step(&text.train.examples);
        }
        let found = distillation.losses().await?;
        let seconds = begun.elapsed().as_secs_f64();
        self.pace.took(distillation.steps() - first, begun.elapsed());
        self.seconds.distil += seconds;
        let found = found.into_iter().map(|(id, values)| (id.to_string(), values)).collect::<Vec<_>>();
        let means = self.note(first, &found)?;
        let losses = found.into_iter().zip(means).map(|((net, _), loss)| NetLoss { net, loss }).collect();
        let (step, total) = (distillation.steps(), distillation.total());
        let sentences_per_second = sentences as f64 / seconds;
        let events = vec![Event::Distilling { step, total, losses, sentences_per_second }];
        if distillation.finished() {
            self.pace = Pace::default();
            // Another session begins here, should this one end between two nets.
            self.save_distillation(&distillation).await?;
            let measuring = Measuring::new(&distillation);
            self.stage = Stage::Measuring(distillation, measuring);
            return Ok(events);
        }
        if self.save_due() {
            self.save_distillation(&distillation).await?;
            self.saved = Instant::now();
        }
        self.stage = Stage::Distilling(distillation);
        Ok(events)
    }

    /// Measures all nets on held-out sentences until the budget is used up. Where it ends between two batches, another session
    /// measures anew: what was fitted is saved.
    pub(super) async fn measure(
        &mut self,
        distillation: Box<Distillation>,
        mut measuring: Measuring,
        begun: Instant,
        budget: Duration,
    ) -> Result<Vec<Event>, SessionError> {
        let text = self.text()?;
        let fits = loop {
            let fits = measuring.step(&distillation, &text.valid.examples).await?;
            if fits.is_some() || begun.elapsed() >= budget {
                break fits;
            }
        };
        self.seconds.distil += begun.elapsed().as_secs_f64();
        self.stage = match fits {
            Some(fits) => Stage::Keeping(distillation, fits.into_iter()),
            None => Stage::Measuring(distillation, measuring),
        };
        Ok(Vec::new())
    }

    /// Keeps the next net.
    pub(super) async fn keep_net(
        &mut self,
        distillation: Box<Distillation>,
        mut fits: std::vec::IntoIter<Fit>,
        begun: Instant,
    ) -> Result<Vec<Event>, SessionError> {
        let done = distillation.students.len() - fits.len();
        let (Some(student), Some(fit)) = (distillation.students.get(done), fits.next()) else {
            self.stage = Stage::Nets;
            return Ok(Vec::new());
        };
        let (id, mut checkpoint) = (student.id, distillation.weights(student).await?);
        self.seconds.distil += begun.elapsed().as_secs_f64();
        self.opened.check()?;
        checkpoint.metadata.extend(self.words()?);
        checkpoint.metadata.insert(FIT.into(), serde_json::to_string(&fit).unwrap_or_default());
        self.files.write_checkpoint(&files::net(id), &checkpoint)?;
        self.files.write_curve(&self.curve)?;
        self.files.write_seconds(&self.seconds)?;
        let parameters = Net::parameters(id.site, id.kind, &self.recipe.sizes(0));
        self.stage = Stage::Keeping(distillation, fits);
        Ok(vec![Event::Fitted { net: id.to_string(), parameters, fit }])
    }

    pub(super) async fn save_distillation(&self, distillation: &Distillation) -> Result<(), SessionError> {
        let mut checkpoint = distillation.checkpoint().await?;
        let ids = distillation.students.iter().map(|student| student.id).collect::<Vec<_>>();
        checkpoint.metadata.extend(self.words()?);
        checkpoint.metadata.insert("nets".into(), names(&ids));
        self.opened.check()?;
        self.files.write_checkpoint(STATE, &checkpoint)?;
        self.files.write_curve(&self.curve)?;
        self.files.write_seconds(&self.seconds)
    }
}

/// Whether a state has these nets, and perhaps others that are done: nets are fitted beside each other, and not with each
/// other.
fn holds(state: &Checkpoint, ids: &[NetId]) -> bool {
    let there = state.metadata.get("nets").map(String::as_str).unwrap_or_default();
    ids.iter().all(|id| there.split(' ').any(|name| name == id.to_string()))
}

/// How well a net fits, from that word of its file.
pub(crate) fn fit_of(word: Option<&String>) -> Option<Fit> {
    serde_json::from_str(word?).ok()
}

fn names(ids: &[NetId]) -> String {
    ids.iter().map(NetId::to_string).collect::<Vec<_>>().join(" ")
}

impl Files {
    /// A net of the run, and how well it fits.
    pub(crate) fn net(&self, id: NetId, recipe: &Recipe, device: &Device) -> Result<(Net, Fit), SessionError> {
        let name = files::net(id);
        let checkpoint = self.weights(&name, recipe)?.ok_or_else(|| SessionError::no_net(id))?;
        let fit = fit_of(checkpoint.metadata.get(FIT)).ok_or_else(|| SessionError::Damaged(name.clone()))?;
        let net = net_from(id, recipe, checkpoint, device);
        Ok((net.map_err(|source| SessionError::Weights { name, source })?, fit))
    }
}
