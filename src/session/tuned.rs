//! The fine-tuning part of a session: mixes that are trained as a whole, one after another.

use super::{Event, Files, Goal, Pace, Session, SessionError, Stage, files};
use crate::{
    capture::Means,
    checkpoint::Checkpoint,
    distil::{self, new_net},
    finetune::{Finetuning, Places, Student},
    model::{
        fillings::{Fillings, Standing},
        mix::{Mix, Trained},
        nets::Net,
        sites::NetId,
        transformer::Transformer,
    },
    recipe::Recipe,
};
use burn::tensor::Device;
use std::{collections::BTreeMap, time::Duration};
use web_time::Instant;

/// The mix in training.
const STATE: &str = "state/tuned.safetensors";
/// The word in its file that says which.
const MIX: &str = "mix";

/// A model with a mix in place.
#[derive(Clone)]
pub(crate) struct Mixed {
    pub model: Transformer,
    pub fillings: Fillings,
}

impl Session {
    /// Finds a mix that is to be trained as a whole and is not.
    pub(super) fn open_tuned(&mut self) -> Result<Vec<Event>, SessionError> {
        for mix in self.mixes.iter().filter(|mix| mix.how_trained().is_some()).cloned().collect::<Vec<_>>() {
            let name = files::tuned(&mix);
            match self.files.weights(&name, &self.recipe)? {
                Some(there) => refuse_otherwise_tuned(&name, &there, &self.recipe)?,
                None if !self.trains => return Err(SessionError::NotTuned(mix.to_string())),
                None => return self.begin_tuning(mix),
            }
        }
        self.files.0.remove(STATE)?;
        self.advance(Goal::Tuned, Stage::Scores);
        Ok(Vec::new())
    }

    fn begin_tuning(&mut self, mix: Mix) -> Result<Vec<Event>, SessionError> {
        let (teacher, text) = (self.teacher.clone().ok_or(SessionError::NoTeacher)?, self.text()?);
        let how = mix.how_trained().ok_or(SessionError::NotReady("how to train"))?;
        let (examples, device) = (&text.train.examples, &self.opened.device);
        let ids = mix.nets(self.recipe.model.layers);
        let tracked = device.clone().autodiff();
        let student = match how {
            Trained::Scratch => Student {
                model: self.recipe.sizes(text.tokenizer.vocab_size()).init(self.recipe.seed, &tracked),
                nets: ids.iter().map(|&id| new_net(id, &self.recipe, &tracked)).collect(),
            },
            Trained::Nets | Trained::All => {
                let trained = self.files.trained_teacher(&self.recipe, &text.tokenizer, &tracked)?;
                let net = |&id| Ok(self.files.net(id, &self.recipe, &tracked)?.0);
                let nets = ids.iter().map(net).collect::<Result<_, SessionError>>()?;
                Student { model: trained.ok_or(SessionError::NoTeacher)?, nets }
            }
        };
        let others = self.files.others(&mix, &self.recipe, device)?;
        let start = (student, Places { ids, others });
        let tuning = Finetuning::new(&self.recipe, how, teacher, start, examples, device);
        let state = self.files.weights_of(STATE, &self.recipe, &text.tokenizer)?;
        let state = state.filter(|state| state.metadata.get(MIX).is_some_and(|name| *name == mix.to_string()));
        let (tuning, events) = match state {
            Some(state) => {
                refuse_otherwise_tuned(STATE, &state, &self.recipe)?;
                let resumed = tuning.resume(examples, state);
                let resumed = resumed.map_err(|source| SessionError::Weights { name: STATE.into(), source })?;
                let (step, total) = (resumed.steps(), resumed.total());
                (resumed, vec![Event::Resumed { stage: "tuned", step, total }])
            }
            None => (tuning, Vec::new()),
        };
        self.cut_curve(&mix.to_string(), tuning.steps());
        self.stage = Stage::Tuning(mix, Box::new(tuning));
        Ok(events)
    }

    /// Steps of a mix until the budget is used up.
    pub(super) async fn tune(
        &mut self,
        mix: Mix,
        mut tuning: Box<Finetuning>,
        begun: Instant,
        budget: Duration,
    ) -> Result<Vec<Event>, SessionError> {
        let text = self.text()?;
        let (mut tokens, first, most) = (0, tuning.steps(), self.pace.steps(budget));
        while !tuning.finished() && tuning.steps() - first < most {
            if tokens > 0 && begun.elapsed() >= budget {
                break;
            }
            tokens += tuning.step(&text.train.examples);
        }
        let losses = tuning.losses().await?;
        let seconds = begun.elapsed().as_secs_f64();
        self.pace.took(tuning.steps() - first, begun.elapsed());
        self.seconds.finetune += seconds;
        let loss = self.note(first, &[(mix.to_string(), losses)])?[0];
        let (step, total, tokens_per_second) = (tuning.steps(), tuning.total(), tokens as f64 / seconds);
        let mut events = vec![Event::Tuning { mix: mix.to_string(), step, total, loss, tokens_per_second }];
        if tuning.finished() {
            self.pace = Pace::default();
            self.keep_tuned(&mix, &tuning).await?;
            events.push(Event::Tuned { mix: mix.to_string() });
            self.stage = Stage::Tuned;
            return Ok(events);
        }
        if self.save_due() {
            self.save_tuning(&mix, &tuning).await?;
            self.saved = Instant::now();
        }
        self.stage = Stage::Tuning(mix, tuning);
        Ok(events)
    }

    /// Keeps a mix that is trained: its nets under their names in a bundle, and the model where it was trained too.
    async fn keep_tuned(&self, mix: &Mix, tuning: &Finetuning) -> Result<(), SessionError> {
        let (student, places) = tuning.student();
        let mut whole = match mix.how_trained() {
            Some(Trained::Nets) | None => Checkpoint::default(),
            Some(Trained::All | Trained::Scratch) => Checkpoint::of(&student.model).await?,
        };
        for (&id, net) in places.ids.iter().zip(&student.nets) {
            whole.tensors.extend(Checkpoint::of(net).await?.prefixed(&prefix(id)).tensors);
        }
        whole.metadata.extend(self.words()?);
        self.opened.check()?;
        self.files.write_checkpoint(&files::tuned(mix), &whole)?;
        self.files.write_curve(&self.curve)?;
        self.files.write_seconds(&self.seconds)
    }

    pub(super) async fn save_tuning(&self, mix: &Mix, tuning: &Finetuning) -> Result<(), SessionError> {
        let mut checkpoint = tuning.checkpoint().await?;
        checkpoint.metadata.extend(self.words()?);
        checkpoint.metadata.insert(MIX.into(), mix.to_string());
        self.opened.check()?;
        self.files.write_checkpoint(STATE, &checkpoint)?;
        self.files.write_curve(&self.curve)?;
        self.files.write_seconds(&self.seconds)
    }
}

/// What stands before the names of a net's tensors in the file of a mix: as in a bundle.
fn prefix(id: NetId) -> String {
    format!("{}/{id}/{}", files::NETS, distil::prefix(id))
}

/// A recipe says one way of fine-tuning: weights of another one are not what it asks for.
fn refuse_otherwise_tuned(name: &str, there: &Checkpoint, recipe: &Recipe) -> Result<(), SessionError> {
    let part = |recipe: &Recipe| {
        let value = serde_json::to_value(&recipe.finetune).unwrap_or_default();
        ["epochs", "rate", "cross_entropy", "hidden"].map(|field| format!("{field} {}", value[field])).join(", ")
    };
    let (Some(begun), wanted) = (there.recipe().map(|begun| part(&begun)), part(recipe)) else { return Ok(()) };
    if begun == wanted {
        return Ok(());
    }
    Err(SessionError::OtherWeights { name: name.into(), part: "finetune", begun, wanted })
}

impl Files {
    /// A model with a mix in place: the teacher with its nets, or what was trained as a whole. `net` gives the nets of the run.
    pub(crate) fn mixed(
        &self,
        mix: &Mix,
        (teacher, recipe, device): (&Transformer, &Recipe, &Device),
        means: Option<&Means>,
        net: impl Fn(NetId) -> Result<Net, SessionError>,
    ) -> Result<Mixed, SessionError> {
        let Some(how) = mix.how_trained() else {
            let fillings = self.fillings_with(mix, recipe, device, means, net)?;
            return Ok(Mixed { model: teacher.clone(), fillings });
        };
        let name = files::tuned(mix);
        let damaged = |source| SessionError::Weights { name: name.clone(), source };
        let mut whole = self.weights(&name, recipe)?.ok_or_else(|| SessionError::NotTuned(mix.to_string()))?;
        let mut nets = BTreeMap::new();
        for id in mix.nets(recipe.model.layers) {
            let own = whole.split_off(&prefix(id));
            nets.insert(id, own.into_module(new_net(id, recipe, device)).map_err(damaged)?);
        }
        let model = match how {
            Trained::Nets => teacher.clone(),
            Trained::All | Trained::Scratch => whole.into_module(teacher.clone()).map_err(damaged)?,
        };
        let net = |id: NetId| nets.get(&id).cloned().ok_or_else(|| SessionError::no_net(id));
        Ok(Mixed { model, fillings: self.fillings_with(mix, recipe, device, means, net)? })
    }

    /// The controls of a mix.
    fn others(&self, mix: &Mix, recipe: &Recipe, device: &Device) -> Result<Fillings, SessionError> {
        let means = self.means()?;
        let net = |id| Ok(new_net(id, recipe, device));
        let mut fillings = self.fillings_with(mix, recipe, device, means.as_ref(), net)?;
        fillings.0.retain(|_, standing| !matches!(standing, Standing::Net(..)));
        Ok(fillings)
    }
}
