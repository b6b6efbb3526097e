//! What happened to a corpus on its way: how much was read, kept and dropped, and why.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{Pair, language::Direction};

/// Why a pair is not in the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A dictionary's example that gives alternatives instead of one sentence.
    Alternatives,
    /// A dictionary's example that is not a sentence of three words or more.
    Fragment,
    Empty,
    Control,
    SpaceMark,
    TooLong,
    Duplicate,
    /// Its source sentence is in a set that is held out from this one.
    HeldOut,
    /// More than the training pairs asked for.
    Surplus,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(match self {
            Self::Alternatives => "alternatives in one example",
            Self::Fragment => "not a sentence of 3 words",
            Self::Empty => "an empty side",
            Self::Control => "a control character",
            Self::SpaceMark => "the character U+2581",
            Self::TooLong => "too long",
            Self::Duplicate => "duplicate pair",
            Self::HeldOut => "source sentence held out",
            Self::Surplus => "more than asked for",
        })
    }
}

/// How many pairs a reason took, and the source side of the first of them, cut to [`EXAMPLE`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    pub reason: Reason,
    pub count: usize,
    pub example: String,
}

const EXAMPLE: usize = 40;

/// Counts of dropped pairs by reason.
#[derive(Clone, Debug, Default)]
pub struct Tally(BTreeMap<Reason, Dropped>);

impl Tally {
    pub fn add(&mut self, reason: Reason, pair: &Pair) {
        let first = || {
            let text = if pair.source.is_empty() { &pair.target } else { &pair.source };
            let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
            Dropped { reason, count: 0, example: text.chars().take(EXAMPLE).map(printable).collect() }
        };
        self.0.entry(reason).or_insert_with(first).count += 1;
    }

    /// Takes over the counts of another tally.
    pub fn append(&mut self, other: Self) {
        for (reason, dropped) in other.0 {
            match self.0.get_mut(&reason) {
                Some(sum) => sum.count += dropped.count,
                None => drop(self.0.insert(reason, dropped)),
            }
        }
    }

    pub fn total(&self) -> usize {
        self.0.values().map(|dropped| dropped.count).sum()
    }

    pub fn dropped(&self) -> Vec<Dropped> {
        self.0.values().cloned().collect()
    }

    /// The counts in words, to stand behind a number of pairs: ` (an empty side: 1, too long: 3)`, or nothing.
    pub fn in_words(&self) -> String {
        let counts: Vec<_> = self.0.values().map(|dropped| format!("{}: {}", dropped.reason, dropped.count)).collect();
        if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) }
    }
}

/// The account of a corpus. `read` = `kept` + all of `dropped`, over all its sets; `kept` = `train` + `valid` + `test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub corpus: String,
    pub direction: String,
    pub read: usize,
    pub kept: usize,
    pub dropped: Vec<Dropped>,
    pub train: usize,
    pub valid: usize,
    pub test: usize,
    /// Mean number of white-space separated words of a source sentence, over all that is kept.
    pub source_words: f64,
    /// The same for the target side.
    pub target_words: f64,
}

impl Report {
    pub(super) fn new(corpus: String, direction: Direction, read: usize, tally: &Tally, sets: [&[Pair]; 3]) -> Self {
        let kept: usize = sets.iter().map(|set| set.len()).sum();
        let words = |side: fn(&Pair) -> &String| {
            let total: usize = sets.iter().copied().flatten().map(|pair| side(pair).split_whitespace().count()).sum();
            total as f64 / kept.max(1) as f64
        };
        Self {
            corpus,
            direction: direction.to_string(),
            read,
            kept,
            dropped: tally.dropped(),
            train: sets[0].len(),
            valid: sets[1].len(),
            test: sets[2].len(),
            source_words: words(|pair| &pair.source),
            target_words: words(|pair| &pair.target),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let dropped: usize = self.dropped.iter().map(|dropped| dropped.count).sum();
        writeln!(formatter, "{}, {}", self.corpus, self.direction)?;
        writeln!(formatter, "  read     {:>9}", self.read)?;
        writeln!(formatter, "  dropped  {dropped:>9}")?;
        for Dropped { reason, count, example } in &self.dropped {
            writeln!(formatter, "    {reason:<28} {count:>9}   e.g. {example}")?;
        }
        writeln!(formatter, "  kept     {:>9}", self.kept)?;
        writeln!(formatter, "    train {:>9}   valid {:>6}   test {:>6}", self.train, self.valid, self.test)?;
        write!(formatter, "  words a sentence: {:.1} source, {:.1} target", self.source_words, self.target_words)
    }
}
