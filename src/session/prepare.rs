//! From the recipe to text that a model reads.

use super::{Event, Goal, Session, SessionError, Stage, files};
use crate::{
    corpus::{self, Corpus, Pair, Spec},
    recipe::Recipe,
    text::Text,
    tokenizer::Tokenizer,
};
use std::sync::Arc;

impl Session {
    /// Builds corpus and tokenizer, or takes those of the run; the recipe is written once they are there.
    pub(super) fn prepare(&mut self) -> Result<Vec<Event>, SessionError> {
        self.refuse_missing()?;
        let (splits, mut events) = match self.files.splits()? {
            Some(splits) => (splits, Vec::new()),
            None => self.build()?,
        };
        let text = self.tokenized(splits)?;
        events.push(Event::Text(text.report()));
        let tokenizer = text.tokenizer.to_json();
        if !self.files.0.has(files::TOKENIZER)? {
            self.files.0.write(files::TOKENIZER, tokenizer.as_bytes())?;
        }
        if self.files.recipe()?.as_ref() != Some(&self.recipe) {
            self.files.write_json(files::RECIPE, &self.recipe)?;
        }
        self.text = Some(Arc::new(text));
        self.advance(Goal::Text, Stage::Teacher);
        Ok(events)
    }

    fn tokenized(&self, splits: [Vec<Pair>; 3]) -> Result<Text, SessionError> {
        let json = self.files.0.read(files::TOKENIZER)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let tokenizer =
            json.map(|json| Tokenizer::from_json(&json)).transpose().map_err(crate::text::TextError::from)?;
        Ok(Text::new(splits, tokenizer, self.recipe.tokenizer.vocab, self.recipe.model.max_len)?)
    }

    /// Nothing is written unless all of it can be used.
    fn build(&self) -> Result<([Vec<Pair>; 3], Vec<Event>), SessionError> {
        let corpus = corpus::build(&spec(&self.recipe))?;
        let Corpus { train, valid, test, report, hash } = corpus;
        if let Some(expected) = self.recipe.corpus.hash.as_ref().filter(|expected| **expected != hash) {
            return Err(SessionError::OtherCorpus { expected: expected.clone(), found: hash });
        }
        let splits = [train, valid, test];
        self.tokenized(splits.clone())?;
        let file = files::CorpusFile { hash, report };
        self.files.write_json(files::CORPUS, &file)?;
        self.files.write_splits(splits.each_ref().map(Vec::as_slice))?;
        Ok((splits, vec![Event::Corpus(file)]))
    }
}

/// The corpus that a recipe asks for.
pub fn spec(recipe: &Recipe) -> Spec {
    let part = &recipe.corpus;
    Spec {
        source: part.source.clone(),
        direction: recipe.pair,
        pairs: part.pairs,
        valid: part.valid.clone(),
        test: part.test.clone(),
        max_chars: part.max_chars,
        seed: recipe.seed,
    }
}
