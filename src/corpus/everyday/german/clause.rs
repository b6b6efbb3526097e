//! German clauses: the finite verb second, first or last; the rest of the verb closes the clause.

use super::conjugation::{Verb, auxiliary};
use super::middle::{middle_field, object_phrase, weak_pronouns};
use super::morphology::{Case, definite, spell};
use super::noun_phrase::{place, whole};
use crate::corpus::everyday::lexicon::{Course, Frame};
use crate::corpus::everyday::meaning::{
    Aspect, Clause, Complement, Coordinator, Modal, Nominal, NounPhrase, Referent, Relative, Role, Subordinator, Tense,
    Utterance, Wh,
};

/// A whole sentence as it is written.
pub fn utterance(utterance: &Utterance) -> String {
    let mark = if matches!(utterance, Utterance::Polar(_) | Utterance::Content(..)) { '?' } else { '.' };
    spell(&body(utterance), mark)
}

fn body(utterance: &Utterance) -> String {
    match utterance {
        Utterance::Statement(clause) => main_clause(clause),
        Utterance::Polar(clause) => Parts::of(clause).verb_first(),
        Utterance::Content(wh, clause) => content_question(*wh, clause),
        Utterance::Coordination(first, Coordinator::And, second) => format!("{} , und {}", body(first), body(second)),
        Utterance::Coordination(first, Coordinator::But, second) => format!("{} , aber {}", body(first), body(second)),
        Utterance::Subordination { main, subordinator, subordinate, subordinate_first } => {
            let word = match subordinator {
                Subordinator::Because => "weil",
                Subordinator::If => "wenn",
                Subordinator::When => "als",
                Subordinator::While => "während",
            };
            let subordinate = format!("{word} {}", Parts::of(subordinate).verb_last());
            if *subordinate_first {
                // The subordinate clause takes the first place, so the verb comes next.
                format!("{subordinate} , {}", Parts::of(&unfronted(main)).verb_first())
            } else {
                format!("{} , {subordinate}", main_clause(main))
            }
        }
    }
}

/// The meaning as German sees it: with some verbs the roles change places.
fn adapted(clause: &Clause) -> Clause {
    let mut clause = clause.clone();
    if clause.verb.german.swaps
        && let Some(object) = clause.object.take()
    {
        clause.object = Some(std::mem::replace(&mut clause.subject, object));
    }
    clause
}

fn unfronted(clause: &Clause) -> Clause {
    Clause { time_first: false, ..clause.clone() }
}

/// The finite verb, and what closes the clause after it.
struct VerbGroup {
    finite: String,
    /// In the order of a subordinate clause, where the finite verb follows: aufgestanden, essen.
    closing: String,
    /// Only here does the prefix stand alone in a main clause and join the verb in a subordinate one.
    prefix: String,
}

fn verb_group(clause: &Clause) -> VerbGroup {
    let verb: &Verb = &clause.verb.german;
    let Referent { person, plural, .. } = clause.subject.referent();
    let simple = |finite: String| VerbGroup { finite, closing: String::new(), prefix: verb.prefix.clone() };
    let compound = |finite: String, closing: String| VerbGroup { finite, closing, prefix: String::new() };
    let past = clause.tense == Tense::Past;
    let modal = clause.modal.and_then(|modal| match modal {
        Modal::Can => Some(("können", past)),
        Modal::Must => Some(("müssen", past)),
        Modal::Want => Some(("wollen", past)),
        Modal::Should => Some(("sollen", true)),
        Modal::WouldLike => Some(("möchten", false)),
        Modal::Like | Modal::Prefer => None,
    });
    if let Some((modal, preterite)) = modal {
        return compound(auxiliary(modal, person, plural, preterite), verb.full_infinitive());
    }
    let simple_past =
        clause.verb.course == Course::Stative || clause.aspect == Aspect::Narrative || clause.modal.is_some();
    match clause.tense {
        Tense::Present => simple(verb.present(person, plural)),
        Tense::Past if simple_past => simple(verb.preterite(person, plural)),
        Tense::Past | Tense::Perfect => {
            let have = if verb.takes_be { "sein" } else { "haben" };
            compound(auxiliary(have, person, plural, false), verb.participle())
        }
        Tense::Future => compound(auxiliary("werden", person, plural, false), verb.full_infinitive()),
    }
}

/// A clause in pieces, before one of the three orders is chosen.
struct Parts {
    subject: String,
    /// sich, mich, dir: unstressed words that only a pronoun as subject may precede.
    weak: String,
    /// Whether the subject is such a pronoun.
    light: bool,
    group: VerbGroup,
    middle: String,
    /// Relative clauses of objects and clauses that are objects: after everything.
    after: String,
}

impl Parts {
    fn of(clause: &Clause) -> Self {
        let clause = &adapted(clause);
        let (middle, after) = middle_field(clause);
        let subject = match &clause.subject {
            NounPhrase::Gap(_) => String::new(),
            subject => whole(subject, Case::Nominative),
        };
        let light = matches!(clause.subject, NounPhrase::Pronoun(_) | NounPhrase::Gap(_));
        Self { subject, weak: weak_pronouns(clause), light, group: verb_group(clause), middle, after }
    }

    /// Subject and weak pronouns after the verb or a conjunction.
    fn opening(&self) -> String {
        let Self { subject, weak, .. } = self;
        if self.light { format!("{subject} {weak}") } else { format!("{weak} {subject}") }
    }

    fn bracket(&self) -> String {
        format!("{}{}", self.group.closing, self.group.prefix)
    }

    fn verb_second(&self) -> String {
        let Self { subject, weak, group, middle, after, .. } = self;
        format!("{subject} {} {weak} {middle} {} {after}", group.finite, self.bracket())
    }

    fn verb_first(&self) -> String {
        format!("{} {} {} {} {}", self.group.finite, self.opening(), self.middle, self.bracket(), self.after)
    }

    fn verb_last(&self) -> String {
        let VerbGroup { finite, closing, prefix } = &self.group;
        format!("{} {} {closing} {prefix}{finite} {}", self.opening(), self.middle, self.after)
    }
}

fn main_clause(clause: &Clause) -> String {
    if clause.existential
        && let Some(goal) = &clause.goal
    {
        let rest = Clause { goal: None, ..clause.clone() };
        return format!("{} {}", place(goal, false), Parts::of(&rest).verb_first());
    }
    let time = clause.time.filter(|_| clause.time_first).map(|time| &time.german);
    match clause.opener.map(|opener| &opener.german).or(time) {
        Some(words) => format!("{words} {}", Parts::of(clause).verb_first()),
        None => Parts::of(clause).verb_second(),
    }
}

/// Objects and adjuncts, then the infinitive with "zu".
fn infinitive_phrase(clause: &Clause) -> String {
    let (middle, after) = middle_field(clause);
    format!("{} {middle} {} {after}", weak_pronouns(clause), clause.verb.german.zu_infinitive())
}

pub(super) fn complement_clause(complement: &Complement) -> String {
    match complement {
        Complement::That(clause) => format!(", dass {}", Parts::of(clause).verb_last()),
        Complement::Question(None, clause) => format!(", ob {}", Parts::of(clause).verb_last()),
        Complement::Question(Some(wh), clause) => {
            format!(", {} {}", question_word(*wh, clause), Parts::of(&without_asked(*wh, clause)).verb_last())
        }
        Complement::Infinitive(clause) => format!(", {}", infinitive_phrase(clause)),
        Complement::Purpose(clause) => format!(", um {}", infinitive_phrase(clause)),
    }
}

/// The opening phrase of a question, and of the clause that embeds one.
fn question_word(wh: Wh, clause: &Clause) -> String {
    match wh {
        Wh::Subject => String::new(),
        Wh::Object => {
            let clause = adapted(clause);
            let asked = if clause.verb.german.swaps { Some(&clause.subject) } else { clause.object.as_ref() };
            match asked {
                Some(asked) if clause.verb.german.swaps => whole(asked, Case::Nominative),
                Some(asked) => object_phrase(&clause, asked).0,
                None => String::new(),
            }
        }
        Wh::Where if clause.verb.frame == Frame::Motion => "wohin".to_owned(),
        Wh::Where => "wo".to_owned(),
        Wh::When => "wann".to_owned(),
        Wh::Why => "warum".to_owned(),
    }
}

fn without_asked(wh: Wh, clause: &Clause) -> Clause {
    let mut clause = clause.clone();
    if wh == Wh::Object {
        clause.object = clause.object.as_ref().map(|object| NounPhrase::Gap(object.referent()));
    }
    clause
}

fn content_question(wh: Wh, clause: &Clause) -> String {
    match wh {
        Wh::Subject => main_clause(clause),
        _ => format!("{} {}", question_word(wh, clause), Parts::of(&without_asked(wh, clause)).verb_first()),
    }
}

/// der, die, das in the case that the clause gives it, and the clause with its verb last.
pub fn relative(nominal: &Nominal, relative: &Relative) -> String {
    let verb = &relative.clause.verb.german;
    let (preposition, case) = match (relative.gap == Role::Subject) != verb.swaps {
        true => ("", Case::Nominative),
        false => (verb.preposition.as_deref().unwrap_or(""), verb.case),
    };
    let word = match (case, nominal.plural) {
        (Case::Dative, true) => "denen",
        _ => definite(case, nominal.noun.german.gender, nominal.plural),
    };
    format!(", {preposition} {word} {} ,", Parts::of(&relative.clause).verb_last())
}
