//! Whole sentences: which construction, how often.

use super::Composer;
use super::clause::{Load, many};
use crate::corpus::everyday::lexicon::Frame;
use crate::corpus::everyday::meaning::{Clause, Coordinator, Negation, Tense, Utterance};

impl Composer {
    /// One candidate; none where the draws did not fit together.
    pub(super) fn sentence(&mut self) -> Option<Utterance> {
        if self.chance(0.08) {
            return self.long();
        }
        self.short()
    }

    /// One sentence of the common kinds.
    pub(super) fn short(&mut self) -> Option<Utterance> {
        match self.weighted(&[16, 4, 3, 5, 7, 14, 11, 12, 11, 8, 2, 1, 3, 5]) {
            0 => self.event(Load::Full).map(Utterance::Statement),
            1 => self.description().map(Utterance::Statement),
            2 => self.existence().map(Utterance::Statement),
            3 => self.polar(),
            4 => self.content_question(),
            5 => self.relative_sentence().map(Utterance::Statement),
            6 => self.reported().map(Utterance::Statement),
            7 => self.resumption(),
            8 => self.subordination(),
            9 => self.infinitive().map(Utterance::Statement),
            10 => self.posture().map(Utterance::Statement),
            11 => self.identity().map(Utterance::Statement),
            12 => self.there(),
            _ => self.judgement(),
        }
    }

    /// Two sentences joined, each with clauses of its own.
    pub(super) fn long(&mut self) -> Option<Utterance> {
        let draw = |composer: &mut Self| match composer.weighted(&[3, 3, 4, 4, 2]) {
            0 => composer.relative_sentence().map(Utterance::Statement),
            1 => composer.reported().map(Utterance::Statement),
            2 => composer.subordination(),
            3 => composer.resumption(),
            _ => composer.infinitive().map(Utterance::Statement),
        };
        let (first, second) = (draw(self)?, draw(self)?);
        let coordinator = if self.chance(0.6) { Coordinator::And } else { Coordinator::But };
        Some(Utterance::Coordination(Box::new(first), coordinator, Box::new(second)))
    }

    /// Something is, stands or lies somewhere.
    pub(super) fn posture(&mut self) -> Option<Clause> {
        let verb = self.verb(&[Frame::Posture]);
        let mut clause = self.core(verb, None)?;
        if self.chance(0.3) {
            clause.tense = Tense::Past;
        }
        if !many(&clause.subject) && self.chance(0.25) {
            clause.negation = Some(if self.chance(0.6) { Negation::Not } else { Negation::NoLonger });
        }
        Some(clause)
    }
}
