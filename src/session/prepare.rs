//! From the recipe to text that a model reads.

use super::{CorpusFile, Event, Goal, Session, SessionError, Stage, files};
use crate::{
    corpus::{Building, Corpus, Pair, Spec, words::Words},
    model::mix::Filling,
    recipe::Recipe,
    text::Text,
    tokenizer::Tokenizer,
};
use std::{sync::Arc, time::Duration};
use web_time::Instant;

impl Session {
    /// Takes the text of the run, or begins to build it; the recipe is written once they are there.
    pub(super) fn prepare(&mut self) -> Result<Vec<Event>, SessionError> {
        self.refuse_missing()?;
        // Without its recipe, nothing says what the other files of a run are made of.
        let begun = self.files.0.has(files::RECIPE)?;
        let (splits, tokenizer) = if begun { (self.files.splits()?, self.files.tokenizer()?) } else { (None, None) };
        if begun && splits.is_none() && self.only_test()? {
            return self.held_out(tokenizer.ok_or(SessionError::NoTeacher)?);
        }
        match splits {
            Some(splits) => {
                let text = self.tokenized(splits, tokenizer)?;
                self.keep(text, false)
            }
            None => {
                let building = Box::new(Building::new(&spec(&self.recipe))?);
                self.stage = Stage::Building(building, tokenizer);
                Ok(Vec::new())
            }
        }
    }

    /// Whether the test split is all that the work needs and all that there is: a run that came in one file.
    fn only_test(&self) -> Result<bool, SessionError> {
        let means = self.mixes.iter().any(|mix| mix.holds(Filling::Mean)) && self.files.means()?.is_none();
        Ok(!self.trains && !means && self.files.test()?.is_some())
    }

    fn held_out(&mut self, tokenizer: Tokenizer) -> Result<Vec<Event>, SessionError> {
        let test = self.files.test()?.unwrap_or_default();
        let text = Text::held_out(test, tokenizer, self.recipe.model.max_len)?;
        Ok(self.take(text))
    }

    fn tokenized(&self, splits: [Vec<Pair>; 3], tokenizer: Option<Tokenizer>) -> Result<Text, SessionError> {
        Ok(Text::new(splits, tokenizer, self.recipe.tokenizer.vocab, self.recipe.model.max_len)?)
    }

    /// Reads pairs until the budget is used up.
    pub(super) fn build(
        &mut self,
        mut building: Box<Building>,
        tokenizer: Option<Tokenizer>,
        begun: Instant,
        budget: Duration,
    ) -> Result<Vec<Event>, SessionError> {
        let corpus = loop {
            let corpus = building.step(&|file| self.files.0.source(file))?;
            if corpus.is_some() || begun.elapsed() >= budget {
                break corpus;
            }
        };
        let Some(corpus) = corpus else {
            self.stage = Stage::Building(building, tokenizer);
            return Ok(Vec::new());
        };
        // Without its recipe, nothing says what the other files of a run are made of.
        let has = self.files.0.has(files::RECIPE)?;
        let before = if has { self.files.json::<CorpusFile>(files::CORPUS)? } else { None };
        let expected = self.recipe.corpus.hash.clone().or(before.map(|file| file.hash));
        if let Some(expected) = expected.filter(|expected| *expected != corpus.hash) {
            return Err(SessionError::OtherCorpus { expected, found: corpus.hash });
        }
        self.stage = Stage::Tokenizing(Box::new(corpus), tokenizer);
        Ok(Vec::new())
    }

    /// Trains the tokenizer. Nothing is written unless all of the text can be used.
    pub(super) fn tokenize(
        &mut self,
        corpus: Corpus,
        tokenizer: Option<Tokenizer>,
    ) -> Result<Vec<Event>, SessionError> {
        let Corpus { train, valid, test, report, hash } = corpus;
        let splits = [train, valid, test];
        let text = self.tokenized(splits.clone(), tokenizer)?;
        let file = CorpusFile { hash, report };
        self.files.write_json(files::CORPUS, &file)?;
        self.files.write_splits(splits.each_ref().map(Vec::as_slice))?;
        let mut events = vec![Event::Corpus(file)];
        events.extend(self.keep(text, true)?);
        Ok(events)
    }

    /// The text is there, so the run begins: with its recipe, written last.
    fn keep(&mut self, text: Text, new: bool) -> Result<Vec<Event>, SessionError> {
        self.files.write_new(files::TOKENIZER, text.tokenizer.to_json().as_bytes())?;
        if new || !self.files.0.has(files::WORDS)? {
            let sources = text.train.pairs.iter().map(|pair| pair.source.as_str());
            self.files.0.write(files::WORDS, Words::of(self.recipe.pair.source, sources).to_text().as_bytes())?;
        }
        if !self.files.0.has(files::RECIPE)? {
            self.files.write_json(files::RECIPE, &self.recipe)?;
        }
        Ok(self.take(text))
    }

    fn take(&mut self, text: Text) -> Vec<Event> {
        let events = vec![Event::Text(text.report())];
        self.text = Some(Arc::new(text));
        self.advance(Goal::Text, Stage::Teacher);
        events
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

#[cfg(test)]
mod tests {
    use crate::{
        device,
        recipe::Recipe,
        session::{Event, Goal, Session, SessionError},
        store::{Memory, Store},
    };
    use std::time::Duration;

    /// A run on the text of whoever opened the page.
    #[test]
    fn a_corpus_comes_from_the_stores_own_texts() {
        let recipe = |source: &str| {
            let small = [format!("corpus.source={source}"), "tokenizer.vocab=60".into()];
            Recipe::preset("micro").unwrap().with(&small).unwrap()
        };
        let lines = (0..40)
            .map(|index| format!("The dog sees {} cats.\tLe chien voit {index} chats.\n", "a ".repeat(index % 9)));
        let text = lines.collect::<String>();
        let store = Memory::new([("uploads/mine.tsv".to_string(), text.into_bytes())]);
        let open = |source: &str| {
            let session = Session::open(recipe(source), Box::new(store.clone()), device::cpu(), Goal::Text);
            let mut session = session.unwrap();
            loop {
                let events = pollster::block_on(session.step(Duration::ZERO))?;
                if matches!(events.last(), Some(Event::Done { .. })) {
                    return Ok::<_, SessionError>(());
                }
            }
        };
        let error = open("tsv:other.tsv").unwrap_err().to_string();
        assert_eq!(error, "other.tsv: cannot be read (it is not among the texts given: mine.tsv)");
        open("tsv:mine.tsv").unwrap();
        let words = String::from_utf8(store.read("words.txt").unwrap().unwrap()).unwrap();
        assert_eq!(words, "The\na\ncats\ndog\nsees\n");
    }
}
