//! From a named source to the three sets: read, clean, hold out, split, count.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::{
    Pair,
    clean::clean,
    error::CorpusError,
    everyday::Part,
    language::Direction,
    report::{Reason, Report, Tally},
    source::{Open, Request, Source, from_disk},
};
use crate::random::{self, Purpose, Stream};

/// Sentences in each set that is held out, unless the corpus is small.
const HELD_OUT: usize = 1000;
/// A set split off has at most one in this many of the source sentences.
const SHARE: usize = 10;
/// Different source sentences that a split needs.
const LEAST: usize = 3;

/// Which corpus to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    pub source: Source,
    pub direction: Direction,
    /// At most this many training pairs.
    pub pairs: usize,
    /// Where the validation set comes from; split off, or for `everyday` made, if there is none.
    pub valid: Option<Source>,
    /// The same for the test set.
    pub test: Option<Source>,
    /// At most this many characters (code points) on either side.
    pub max_chars: usize,
    pub seed: u64,
}

/// The three sets. No source sentence is in two of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Corpus {
    pub train: Vec<Pair>,
    pub valid: Vec<Pair>,
    pub test: Vec<Pair>,
    pub report: Report,
    /// SHA-256 of the sets' text, in hexadecimal: equal hashes are equal corpora.
    pub hash: String,
}

/// Builds a corpus from files on the disk.
pub fn build(spec: &Spec) -> Result<Corpus, CorpusError> {
    build_with(spec, &from_disk)
}

/// Builds a corpus from files that `open` gives.
///
/// A set that `valid` or `test` names is used whole; what it holds out is taken from the training pairs, not from it,
/// and between the two the test set wins. A set that is not named is split off the training pairs by a hash of the seed and
/// the source sentence: about 1000 sentences, at most a tenth. Training pairs keep the order in which they were read.
pub fn build_with(spec: &Spec, open: Open) -> Result<Corpus, CorpusError> {
    at_least_one("corpus.pairs", spec.pairs)?;
    at_least_one("corpus.max_chars", spec.max_chars)?;
    let mut reader = Reader { spec, open, read: 0, tally: Tally::default() };
    let mut test = reader.named(&spec.test, Part::Test)?;
    let mut valid = reader.named(&spec.valid, Part::Valid)?;
    let mut train = reader.set(&spec.source, Part::Train)?;

    if let Some(test) = &test {
        for set in valid.iter_mut().chain([&mut train]) {
            reader.hold_out(set, test);
        }
    }
    if let Some(valid) = &valid {
        reader.hold_out(&mut train, valid);
    }
    split_off(spec, &mut train, [&mut test, &mut valid])?;
    reader.limit(&mut train);
    let (valid, test) = (valid.unwrap_or_default(), test.unwrap_or_default());
    reader.corpus(train, valid, test)
}

/// All clean pairs of the source alone, from files that `open` gives: a set to score, not to split.
pub fn whole(spec: &Spec, open: Open) -> Result<Vec<Pair>, CorpusError> {
    at_least_one("corpus.max_chars", spec.max_chars)?;
    Reader { spec, open, read: 0, tally: Tally::default() }.set(&spec.source, Part::Test)
}

fn at_least_one(field: &'static str, found: usize) -> Result<(), CorpusError> {
    if found == 0 { Err(CorpusError::TooLow { field, found, least: 1 }) } else { Ok(()) }
}

/// Reads the sets of one corpus and keeps the account.
struct Reader<'a> {
    spec: &'a Spec,
    open: Open<'a>,
    read: usize,
    tally: Tally,
}

impl Reader<'_> {
    /// A set with a source of its own. The grammar makes held-out sets itself, from combinations that training never has.
    fn named(&mut self, source: &Option<Source>, part: Part) -> Result<Option<Vec<Pair>>, CorpusError> {
        let made = (self.spec.source == Source::Everyday).then_some(Source::Everyday);
        source.clone().or(made).map(|source| self.set(&source, part)).transpose()
    }

    /// The clean pairs of a source.
    fn set(&mut self, source: &Source, part: Part) -> Result<Vec<Pair>, CorpusError> {
        let count = match (part, source) {
            (Part::Train, Source::EverydayLong) => self.spec.pairs.saturating_add(2 * HELD_OUT),
            (Part::Train, _) => self.spec.pairs,
            _ => HELD_OUT,
        };
        let request = Request { direction: self.spec.direction, part, count, seed: self.spec.seed };
        let mut tally = Tally::default();
        let pairs = source.read(request, self.open, &mut tally)?;
        let read = pairs.len() + tally.total();
        let pairs = clean(pairs, self.spec.max_chars, &mut tally);
        if pairs.is_empty() {
            return Err(nothing_left(source, part, read, &tally));
        }
        self.read += read;
        self.tally.append(tally);
        Ok(pairs)
    }

    /// Drops the pairs whose source sentence is in another set.
    fn hold_out(&mut self, set: &mut Vec<Pair>, from: &[Pair]) {
        let sources: HashSet<_> = from.iter().map(|pair| pair.source.as_str()).collect();
        set.retain(|pair| {
            let keep = !sources.contains(pair.source.as_str());
            if !keep {
                self.tally.add(Reason::HeldOut, pair);
            }
            keep
        });
    }

    /// Keeps a random selection of as many training pairs as are wanted, in their order.
    fn limit(&mut self, train: &mut Vec<Pair>) {
        let mut order: Vec<_> = (0..train.len()).collect();
        Stream::new(self.spec.seed, Purpose::Split, 0).shuffle(&mut order);
        let surplus: HashSet<_> = order.into_iter().skip(self.spec.pairs).collect();
        let mut index = 0..;
        train.retain(|pair| {
            let keep = index.next().is_none_or(|index| !surplus.contains(&index));
            if !keep {
                self.tally.add(Reason::Surplus, pair);
            }
            keep
        });
    }

    fn corpus(self, train: Vec<Pair>, valid: Vec<Pair>, test: Vec<Pair>) -> Result<Corpus, CorpusError> {
        let Self { spec, read, tally, .. } = self;
        for (part, set) in [(Part::Train, &train), (Part::Valid, &valid), (Part::Test, &test)] {
            if set.is_empty() {
                return Err(nothing_left(&spec.source, part, read, &tally));
            }
        }
        let hash = hash([&train, &valid, &test]);
        let report = Report::new(spec.source.to_string(), spec.direction, read, &tally, [&train, &valid, &test]);
        Ok(Corpus { train, valid, test, report, hash })
    }
}

fn nothing_left(source: &Source, part: Part, read: usize, tally: &Tally) -> CorpusError {
    let part = match part {
        Part::Train => "train",
        Part::Valid => "valid",
        Part::Test | Part::Long => "test",
    };
    CorpusError::NothingLeft { corpus: source.to_string(), part, read, dropped: tally.in_words() }
}

/// Fills the sets that are missing with sentences of the training set. Which ones depends on the seed and the sentences
/// alone, and a source sentence goes with all its translations.
fn split_off(spec: &Spec, train: &mut Vec<Pair>, sets: [&mut Option<Vec<Pair>>; 2]) -> Result<(), CorpusError> {
    if sets.iter().all(|set| set.is_some()) {
        return Ok(());
    }
    let distinct: HashSet<_> = train.iter().map(|pair| pair.source.as_str()).collect();
    let found = distinct.len();
    if found < LEAST {
        return Err(CorpusError::TooFew { corpus: spec.source.to_string(), found, needed: LEAST });
    }
    let mut ranked: Vec<_> = distinct.into_iter().map(|source| (rank(spec.seed, source), source.to_owned())).collect();
    ranked.sort_unstable();
    let size = (found / SHARE).clamp(1, HELD_OUT);
    for (set, sentences) in sets.into_iter().zip(ranked.chunks(size)).filter(|(set, _)| set.is_none()) {
        let chosen: HashSet<_> = sentences.iter().map(|(_, source)| source.as_str()).collect();
        let (held_out, rest) =
            std::mem::take(train).into_iter().partition(|pair| chosen.contains(pair.source.as_str()));
        *set = Some(held_out);
        *train = rest;
    }
    Ok(())
}

/// A sentence's place in the order that decides who is held out.
fn rank(seed: u64, source: &str) -> u32 {
    let digest = Sha256::digest(source);
    let stream = digest.iter().take(8).fold(0, |stream, &byte| stream << 8 | u64::from(byte));
    random::draw(random::key(seed, Purpose::Split, stream), 0)
}

/// The SHA-256 of the sets for training, validation and test, in hexadecimal. Clean sentences hold neither tab nor line end, so the text that is hashed can be read in one way only.
pub fn hash(sets: [&[Pair]; 3]) -> String {
    let mut hasher = Sha256::new();
    for (name, pairs) in ["train", "valid", "test"].into_iter().zip(sets) {
        hasher.update(format!("{name}\n"));
        for Pair { source, target } in pairs {
            hasher.update(format!("{source}\t{target}\n"));
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
