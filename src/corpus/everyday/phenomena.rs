//! What a sentence shows, so that a test can ask where a model fails.

use super::lexicon::{AdverbKind, Frame};
use super::meaning::{Attribute, Clause, Complement, Determiner, NounPhrase, Sex, Tense, Utterance};
use super::split::clauses;

/// A construction that the corpus was made to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Phenomenon {
    Negation,
    Question,
    RelativeClause,
    SubordinateClause,
    Infinitive,
    Coordination,
    SeparableVerb,
    Clitic,
    /// A pronoun that takes its gender from a noun of another clause.
    Anaphor,
    Possessive,
    Reflexive,
    Modal,
    Perfect,
    Future,
    Inversion,
    Comparison,
    Adjective,
    /// A verb whose subject and object change places between languages.
    Swap,
    /// A verb with another preposition or case in another language.
    Government,
    Weather,
}

impl Phenomenon {
    pub const ALL: [Self; 20] = [
        Self::Negation,
        Self::Question,
        Self::RelativeClause,
        Self::SubordinateClause,
        Self::Infinitive,
        Self::Coordination,
        Self::SeparableVerb,
        Self::Clitic,
        Self::Anaphor,
        Self::Possessive,
        Self::Reflexive,
        Self::Modal,
        Self::Perfect,
        Self::Future,
        Self::Inversion,
        Self::Comparison,
        Self::Adjective,
        Self::Swap,
        Self::Government,
        Self::Weather,
    ];

    /// As it is written on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Negation => "negation",
            Self::Question => "question",
            Self::RelativeClause => "relative clause",
            Self::SubordinateClause => "subordinate clause",
            Self::Infinitive => "infinitive",
            Self::Coordination => "coordination",
            Self::SeparableVerb => "separable verb",
            Self::Clitic => "clitic",
            Self::Anaphor => "anaphor",
            Self::Possessive => "possessive",
            Self::Reflexive => "reflexive verb",
            Self::Modal => "modal verb",
            Self::Perfect => "perfect",
            Self::Future => "future",
            Self::Inversion => "inversion",
            Self::Comparison => "comparison",
            Self::Adjective => "adjective",
            Self::Swap => "roles swapped",
            Self::Government => "case and preposition",
            Self::Weather => "weather",
        }
    }
}

/// A set of phenomena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Phenomena(u32);

impl Phenomena {
    pub fn contains(self, phenomenon: Phenomenon) -> bool {
        self.0 & 1 << phenomenon as u8 != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Phenomenon> {
        Phenomenon::ALL.into_iter().filter(move |phenomenon| self.contains(*phenomenon))
    }

    fn add(&mut self, phenomenon: Phenomenon, present: bool) {
        self.0 |= u32::from(present) << phenomenon as u8;
    }
}

pub(super) fn of(utterance: &Utterance) -> Phenomena {
    let mut set = Phenomena::default();
    structure(utterance, &mut set);
    for clause in clauses(utterance) {
        verbal(&clause, &mut set);
        nominal(&clause, &mut set);
    }
    set
}

fn structure(utterance: &Utterance, set: &mut Phenomena) {
    match utterance {
        Utterance::Statement(_) => {}
        Utterance::Polar(_) | Utterance::Content(..) => set.add(Phenomenon::Question, true),
        Utterance::Coordination(first, _, second) => {
            set.add(Phenomenon::Coordination, true);
            structure(first, set);
            structure(second, set);
        }
        Utterance::Subordination { .. } => set.add(Phenomenon::SubordinateClause, true),
    }
}

fn verbal(clause: &Clause, set: &mut Phenomena) {
    let verb = clause.verb;
    set.add(Phenomenon::Negation, clause.negation.is_some() || clause.subject.negates());
    set.add(Phenomenon::SeparableVerb, !verb.german.prefix.is_empty());
    set.add(Phenomenon::Reflexive, verb.french.reflexive || verb.german.reflexive);
    set.add(Phenomenon::Modal, clause.modal.is_some());
    set.add(Phenomenon::Perfect, clause.modal.is_none() && matches!(clause.tense, Tense::Past | Tense::Perfect));
    set.add(Phenomenon::Future, clause.tense == Tense::Future);
    let opener = clause.opener.is_some_and(|opener| opener.kind == AdverbKind::Opener);
    set.add(Phenomenon::Inversion, clause.time_first || opener || clause.existential);
    set.add(Phenomenon::Swap, verb.french.swaps);
    let governs = verb.english.preposition.is_some() || verb.german.preposition.is_some();
    set.add(Phenomenon::Government, governs && verb.frame == Frame::Transitive);
    set.add(Phenomenon::Weather, verb.frame == Frame::Weather);
    set.add(Phenomenon::Comparison, matches!(clause.attribute, Some(Attribute::More(..) | Attribute::Equal(..))));
    set.add(
        Phenomenon::Infinitive,
        matches!(clause.complement, Some(Complement::Infinitive(_) | Complement::Purpose(_))),
    );
    set.add(
        Phenomenon::SubordinateClause,
        matches!(clause.complement, Some(Complement::That(_) | Complement::Question(..))),
    );
}

fn nominal(clause: &Clause, set: &mut Phenomena) {
    let objects = [clause.object.as_ref(), clause.recipient.as_ref()];
    for object in objects.into_iter().flatten() {
        set.add(Phenomenon::Clitic, object.is_pronoun());
    }
    for phrase in objects.into_iter().chain([Some(&clause.subject)]).flatten() {
        if let NounPhrase::Pronoun(referent) = phrase {
            set.add(Phenomenon::Anaphor, referent.person == 3 && referent.sex == Sex::Neither);
        }
        if let Some(nominal) = phrase.nominal() {
            set.add(Phenomenon::Adjective, nominal.adjective.is_some());
            set.add(Phenomenon::RelativeClause, nominal.relative.is_some());
            let owned = matches!(nominal.determiner, Determiner::Possessive(_)) || nominal.possessor.is_some();
            set.add(Phenomenon::Possessive, owned);
        }
    }
}
