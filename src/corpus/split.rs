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
    source::{Open, RawPairs, Request, Source, from_disk},
};
use crate::{
    digest::hex,
    random::{self, Purpose, Stream},
};

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
    /// Where the validation set comes from; if there is none, the source's own, or else one split off.
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
    let mut building = Building::new(spec)?;
    loop {
        if let Some(corpus) = building.step(&from_disk)? {
            return Ok(corpus);
        }
    }
}

/// All clean pairs of the source alone, from files that `open` gives: a set to score, not to split.
pub fn whole(spec: &Spec, open: Open) -> Result<Vec<Pair>, CorpusError> {
    let alone = vec![(Part::Test, spec.source.clone())];
    let mut building = Building::of(spec, alone)?;
    while building.read(open)? {}
    Ok(building.sets.test.unwrap_or_default())
}

/// A corpus being built, bit by bit: pairs are drawn some at a time; a file is parsed, and a set cleaned, in one step.
///
/// A set that `valid` or `test` names is used whole; what it holds out is taken from the training pairs, not from it,
/// and between the two the test set wins. A set that is not named is split off the training pairs by a hash of the seed and
/// the source sentence: about 1000 sentences, at most a tenth. Training pairs keep the order in which they were read.
pub struct Building {
    spec: Spec,
    /// The sets that have a source of their own, in the order in which they are read.
    to_read: std::vec::IntoIter<(Part, Source)>,
    reading: Option<Reading>,
    sets: Sets,
    /// Raw pairs so far, and those that were dropped.
    count: usize,
    tally: Tally,
}

/// The sets that are read so far.
#[derive(Default)]
struct Sets {
    train: Vec<Pair>,
    valid: Option<Vec<Pair>>,
    test: Option<Vec<Pair>>,
}

/// A set that is being read.
struct Reading {
    part: Part,
    source: Source,
    rest: RawPairs,
    pairs: Vec<Pair>,
    tally: Tally,
}

impl Building {
    pub fn new(spec: &Spec) -> Result<Self, CorpusError> {
        at_least_one("corpus.pairs", spec.pairs)?;
        // The grammar makes held-out sets itself, from combinations that training never has; IWSLT comes with its own.
        let own = spec.source.has_sets().then(|| spec.source.clone());
        let named = [(Part::Test, &spec.test), (Part::Valid, &spec.valid)];
        let named = named.into_iter().filter_map(|(part, source)| Some((part, source.clone().or(own.clone())?)));
        Self::of(spec, named.chain([(Part::Train, spec.source.clone())]).collect())
    }

    fn of(spec: &Spec, to_read: Vec<(Part, Source)>) -> Result<Self, CorpusError> {
        at_least_one("corpus.max_chars", spec.max_chars)?;
        let (to_read, sets) = (to_read.into_iter(), Sets::default());
        Ok(Self { spec: spec.clone(), to_read, reading: None, sets, count: 0, tally: Tally::default() })
    }

    /// Reads some pairs, from files that `open` gives; the corpus once there are none left to read.
    pub fn step(&mut self, open: Open) -> Result<Option<Corpus>, CorpusError> {
        if self.read(open)? { Ok(None) } else { self.split().map(Some) }
    }

    /// Whether there was something to read.
    fn read(&mut self, open: Open) -> Result<bool, CorpusError> {
        const PAIRS: usize = 500;
        let reading = match self.reading.take() {
            Some(reading) => Some(reading),
            None => self.next(open)?,
        };
        let Some(mut reading) = reading else { return Ok(false) };
        let before = reading.pairs.len();
        for pair in reading.rest.by_ref().take(PAIRS) {
            reading.pairs.push(pair?);
        }
        if reading.pairs.len() > before {
            self.reading = Some(reading);
        } else {
            self.keep(reading)?;
        }
        Ok(true)
    }

    /// The next set, opened.
    fn next(&mut self, open: Open) -> Result<Option<Reading>, CorpusError> {
        let Some((part, source)) = self.to_read.next() else { return Ok(None) };
        let Spec { pairs, direction, seed, .. } = self.spec;
        let count = match (part, &source) {
            (Part::Train, Source::EverydayLong) => pairs.saturating_add(2 * HELD_OUT),
            (Part::Train, _) => pairs,
            _ => HELD_OUT,
        };
        let mut tally = Tally::default();
        let rest = source.read(Request { direction, part, count, seed }, open, &mut tally)?;
        Ok(Some(Reading { part, source, rest, pairs: Vec::new(), tally }))
    }

    /// Cleans a set that is read.
    fn keep(&mut self, reading: Reading) -> Result<(), CorpusError> {
        let Reading { part, source, pairs, mut tally, .. } = reading;
        let count = pairs.len() + tally.total();
        let pairs = clean(pairs, self.spec.max_chars, &mut tally);
        if pairs.is_empty() {
            return Err(nothing_left(&source, part, count, &tally));
        }
        self.count += count;
        self.tally.append(tally);
        match part {
            Part::Test => self.sets.test = Some(pairs),
            Part::Valid => self.sets.valid = Some(pairs),
            Part::Train | Part::Long => self.sets.train = pairs,
        }
        Ok(())
    }

    fn split(&mut self) -> Result<Corpus, CorpusError> {
        let Sets { mut train, mut valid, mut test } = std::mem::take(&mut self.sets);
        if let Some(test) = &test {
            for set in valid.iter_mut().chain([&mut train]) {
                self.hold_out(set, test);
            }
        }
        if let Some(valid) = &valid {
            self.hold_out(&mut train, valid);
        }
        split_off(&self.spec, &mut train, [&mut test, &mut valid])?;
        self.limit(&mut train);
        self.corpus(train, valid.unwrap_or_default(), test.unwrap_or_default())
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

    fn corpus(&self, train: Vec<Pair>, valid: Vec<Pair>, test: Vec<Pair>) -> Result<Corpus, CorpusError> {
        let Self { spec, count, tally, .. } = self;
        for (part, set) in [(Part::Train, &train), (Part::Valid, &valid), (Part::Test, &test)] {
            if set.is_empty() {
                return Err(nothing_left(&spec.source, part, *count, tally));
            }
        }
        let hash = hash([&train, &valid, &test]);
        let report = Report::new(spec.source.to_string(), spec.direction, *count, tally, [&train, &valid, &test]);
        Ok(Corpus { train, valid, test, report, hash })
    }
}

fn at_least_one(field: &'static str, found: usize) -> Result<(), CorpusError> {
    if found == 0 { Err(CorpusError::TooLow { field, found, least: 1 }) } else { Ok(()) }
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
    hex(hasher)
}

#[cfg(test)]
mod tests;
