//! Sentences through a model, one at a time.

mod lens;

pub use lens::Looked;

use super::{Files, SessionError, tuned::Mixed};
use crate::{
    capture::Means,
    corpus::{self, Pair, words::Words},
    decode::{Search, decode},
    device::Opened,
    model::{
        fillings::Fillings,
        mix::{Filling, Mix},
        nets::Net,
        sites::NetId,
        transformer::{Sizes, Transformer},
    },
    recipe::{Recipe, RecipeError},
    store::Store,
    text::Split,
    tokenizer::Tokenizer,
};
use burn::tensor::Device;
use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
};

/// What translating needs beside a model.
pub(super) struct With<'a> {
    pub tokenizer: &'a Tokenizer,
    pub search: Search,
    pub device: &'a Device,
}

impl<'a> With<'a> {
    pub fn new(tokenizer: &'a Tokenizer, recipe: &Recipe, device: &'a Device) -> Self {
        let search = Search { beam: recipe.score.beam, max_len: recipe.model.max_len };
        Self { tokenizer, search, device }
    }

    /// One sentence, cleaned as the corpus was; an empty one stays empty.
    pub async fn translate(
        &self,
        model: &Transformer,
        fillings: &Fillings,
        text: &str,
    ) -> Result<Translation, SessionError> {
        let mut ids = encode(self.tokenizer, text);
        let (tokens, read) = (ids.len(), ids.len().min(self.search.max_len));
        ids.truncate(read);
        let found = match read {
            0 => Vec::new(),
            _ => decode(model, fillings, &[ids], self.search, self.device).await?,
        };
        let text = found.first().map(|ids| self.tokenizer.decode(ids)).unwrap_or_default();
        Ok(Translation { text, tokens, unread: tokens - read })
    }
}

fn encode(tokenizer: &Tokenizer, text: &str) -> Vec<u32> {
    tokenizer.encode(&corpus::clean::normalise(text))
}

/// A translation, and what the model read of its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Translation {
    pub text: String,
    /// Tokens of the source.
    pub tokens: usize,
    /// Those at its end that the model did not read.
    pub unread: usize,
}

/// A trained run that translates what it is given, with any of its mixes. Its nets and means are read once and kept.
pub struct Translator {
    files: Files,
    recipe: Recipe,
    tokenizer: Tokenizer,
    teacher: Transformer,
    beam: usize,
    nets: RefCell<BTreeMap<NetId, Net>>,
    /// Mixes that were trained as a whole, by name.
    tuned: RefCell<BTreeMap<String, Mixed>>,
    means: OnceCell<Means>,
    opened: Opened,
}

impl Translator {
    /// With the recipe's beam.
    pub fn open(store: Box<dyn Store>, opened: &Opened) -> Result<Self, SessionError> {
        let files = Files(store);
        let recipe = files.recipe()?.ok_or(SessionError::NoTeacher)?;
        let (tokenizer, teacher) = files.trained(&recipe, &opened.device)?;
        let (beam, means, opened) = (recipe.score.beam, OnceCell::new(), opened.clone());
        let (nets, tuned) = (RefCell::default(), RefCell::default());
        Ok(Self { files, recipe, tokenizer, teacher, beam, nets, tuned, means, opened })
    }

    /// With so many hypotheses; 1 is greedy.
    pub fn with_beam(self, beam: usize) -> Self {
        Self { beam, ..self }
    }

    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The sizes of the teacher, with the vocabulary that it has.
    pub fn sizes(&self) -> Sizes {
        self.recipe.sizes(self.tokenizer.vocab_size())
    }

    /// The longest source that is read, in tokens.
    pub fn max_len(&self) -> usize {
        self.recipe.model.max_len
    }

    /// Tokens of a sentence.
    pub fn tokens(&self, text: &str) -> usize {
        encode(&self.tokenizer, text).len()
    }

    /// The tokens of a sentence; a space in one is written `▁`.
    pub fn pieces(&self, text: &str) -> Vec<String> {
        encode(&self.tokenizer, text).into_iter().filter_map(|id| self.tokenizer.token(id)).collect()
    }

    /// The nets that the run has, by name.
    pub fn nets(&self) -> Result<Vec<String>, SessionError> {
        Ok(self.files.nets()?.iter().map(NetId::to_string).collect())
    }

    /// The mixes that the run has trained as a whole.
    pub fn tuned(&self) -> Result<Vec<String>, SessionError> {
        Ok(self.files.tuned()?.iter().map(Mix::to_string).collect())
    }

    /// The pairs of the test split that fit, as they are scored.
    pub fn held_out(&self) -> Result<Vec<Pair>, SessionError> {
        Ok(Split::new(self.files.test()?.unwrap_or_default(), &self.tokenizer, self.max_len()).pairs)
    }

    /// The words of the sources that the model was trained on, where the run has a list of them.
    pub fn words(&self) -> Result<Option<Words>, SessionError> {
        self.files.words(self.recipe.pair.source)
    }

    fn means(&self) -> Result<Option<&Means>, SessionError> {
        if self.means.get().is_none()
            && let Some(means) = self.files.means()?
        {
            self.means.get_or_init(|| means);
        }
        Ok(self.means.get())
    }

    /// Refuses a mix that the model cannot be, or that the run has no nets for; else they are read.
    pub fn check(&self, mix: &Mix) -> Result<(), SessionError> {
        self.mixed(mix).map(drop)
    }

    fn mixed(&self, mix: &Mix) -> Result<Mixed, SessionError> {
        mix.check(self.recipe.model.layers).map_err(RecipeError::from)?;
        if let Some(mixed) = self.tuned.borrow().get(&mix.to_string()) {
            return Ok(mixed.clone());
        }
        let means = if mix.holds(Filling::Mean) { self.means()? } else { None };
        let teacher = (&self.teacher, &self.recipe, &self.opened.device);
        let mixed = self.files.mixed(mix, teacher, means, |id| {
            if let Some(net) = self.nets.borrow().get(&id) {
                return Ok(net.clone());
            }
            let net = self.files.net(id, &self.recipe, &self.opened.device)?.0;
            self.nets.borrow_mut().insert(id, net.clone());
            Ok(net)
        })?;
        if mix.how_trained().is_some() {
            self.tuned.borrow_mut().insert(mix.to_string(), mixed.clone());
        }
        Ok(mixed)
    }

    /// Translates one sentence; an empty one stays empty. It is cleaned as the corpus was.
    pub async fn translate(&self, mix: &Mix, text: &str) -> Result<Translation, SessionError> {
        let Mixed { model, fillings } = self.mixed(mix)?;
        let search = Search { beam: self.beam, max_len: self.max_len() };
        let with = With { tokenizer: &self.tokenizer, search, device: &self.opened.device };
        let translated = with.translate(&model, &fillings, text).await;
        self.sound(translated).await
    }

    /// What came of the device, unless the device is at fault.
    async fn sound<T>(&self, outcome: Result<T, SessionError>) -> Result<T, SessionError> {
        match outcome {
            Ok(found) => self.opened.check().map(|()| found).map_err(SessionError::from),
            Err(error) => {
                self.opened.cause().await?;
                Err(error)
            }
        }
    }
}
