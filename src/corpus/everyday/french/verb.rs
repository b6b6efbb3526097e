//! The French verb: its clitics, its auxiliaries, the agreement of its participle.

use std::sync::LazyLock;

use super::conjugation::{Conjugation, conjugate};
use super::morphology::{Marking, participle};
use crate::corpus::everyday::lexicon::Course;
use crate::corpus::everyday::meaning::{Clause, Gender, Modal, NounPhrase, Place, Referent, Sex, Tense};

/// The clitic that stands for an object, with the place where it stands among the others, or nothing.
pub(super) fn object_clitic(clause: &Clause) -> Option<(u8, &'static str)> {
    let Some(NounPhrase::Pronoun(referent)) = clause.object else { return None };
    let thing = referent.sex == Sex::Neither;
    match clause.verb.french.marking {
        Marking::Direct | Marking::Bare => Some(direct_clitic(referent)),
        Marking::Dative if !thing => Some(dative_clitic(referent)),
        Marking::Dative | Marking::To if thing => Some((4, "y")),
        Marking::Of if thing => Some((5, "en")),
        _ => None,
    }
}

fn speech_clitic(referent: Referent) -> Option<&'static str> {
    match (referent.person, referent.plural) {
        (1, false) => Some("me"),
        (1, true) => Some("nous"),
        (2, _) => Some("te"),
        _ => None,
    }
}

fn direct_clitic(referent: Referent) -> (u8, &'static str) {
    match (speech_clitic(referent), referent.plural, referent.french) {
        (Some(clitic), ..) => (1, clitic),
        (None, true, _) => (2, "les"),
        (None, false, Gender::Feminine) => (2, "la"),
        (None, false, _) => (2, "le"),
    }
}

fn dative_clitic(referent: Referent) -> (u8, &'static str) {
    match (speech_clitic(referent), referent.plural) {
        (Some(clitic), _) => (1, clitic),
        (None, true) => (3, "leur"),
        (None, false) => (3, "lui"),
    }
}

/// All clitics of a verb in their order.
pub(super) fn clitics(clause: &Clause) -> String {
    let mut clitics = Vec::new();
    if clause.verb.french.reflexive {
        let referent = clause.subject.referent();
        clitics.push((0, speech_clitic(referent).unwrap_or("se")));
    }
    clitics.extend(object_clitic(clause));
    if let Some(NounPhrase::Pronoun(referent)) = clause.recipient {
        clitics.push(dative_clitic(referent));
    }
    let there = |place: &Option<Place>| matches!(place, Some(Place::There));
    if clause.existential || there(&clause.goal) || there(&clause.place) {
        clitics.push((4, "y"));
    }
    clitics.sort_unstable();
    clitics.into_iter().map(|(_, clitic)| clitic).collect::<Vec<_>>().join(" ")
}

struct Auxiliaries {
    have: Conjugation,
    be: Conjugation,
    can: Conjugation,
    must: Conjugation,
    want: Conjugation,
    like: Conjugation,
    prefer: Conjugation,
}

static AUXILIARIES: LazyLock<Auxiliaries> = LazyLock::new(|| Auxiliaries {
    have: conjugate("avoir"),
    be: conjugate("être"),
    can: conjugate("pouvoir"),
    must: conjugate("devoir"),
    want: conjugate("vouloir"),
    like: conjugate("aimer"),
    prefer: conjugate("préférer"),
});

/// The finite form, and the participle or infinitive that goes with it.
pub(super) struct VerbGroup {
    pub finite: String,
    pub participle: Option<String>,
    pub infinitive: Option<String>,
}

pub(super) fn verb_group(clause: &Clause) -> VerbGroup {
    let verb = &clause.verb.french;
    let own = if clause.existential { &AUXILIARIES.have } else { &verb.conjugation };
    let referent = if clause.existential { Referent::someone(Sex::Neither, false) } else { clause.subject.referent() };
    let person = match (referent.person, referent.plural) {
        (1, false) => 0,
        (2, _) => 1,
        (1, true) => 3,
        (_, true) => 4,
        _ => 2,
    };
    let finite = |finite: String| VerbGroup { finite, participle: None, infinitive: None };
    if let Some(modal) = clause.modal {
        let past = clause.tense == Tense::Past;
        let form = |verb: &Conjugation| if past { verb.imperfect(person) } else { verb.present[person].clone() };
        let auxiliaries = &*AUXILIARIES;
        let infinitive = Some(verb.infinitive.clone());
        let (finite, participle) = match modal {
            Modal::Can => (form(&auxiliaries.can), None),
            Modal::Want => (form(&auxiliaries.want), None),
            Modal::Like => (form(&auxiliaries.like), None),
            Modal::Prefer => (form(&auxiliaries.prefer), None),
            Modal::Must if past => (auxiliaries.have.present[person].clone(), Some("dû".to_owned())),
            Modal::Must => (auxiliaries.must.present[person].clone(), None),
            Modal::Should => (auxiliaries.must.conditional(person), None),
            Modal::WouldLike => (auxiliaries.want.conditional(person), None),
        };
        return VerbGroup { finite, participle, infinitive };
    }
    match clause.tense {
        Tense::Present => finite(own.present[person].clone()),
        Tense::Future => finite(own.future(person)),
        Tense::Past if clause.verb.course == Course::Stative || clause.existential => finite(own.imperfect(person)),
        Tense::Past | Tense::Perfect => {
            let auxiliary = if verb.takes_be { &AUXILIARIES.be } else { &AUXILIARIES.have };
            let form = agreed_participle(clause, &own.participle);
            VerbGroup { finite: auxiliary.present[person].clone(), participle: Some(form), infinitive: None }
        }
    }
}

/// A participle agrees with the subject after être, with a direct object that stands before it after avoir.
fn agreed_participle(clause: &Clause, form: &str) -> String {
    let verb = &clause.verb.french;
    let with = if verb.takes_be {
        Some(clause.subject.referent())
    } else if verb.marking == Marking::Direct {
        match &clause.object {
            Some(NounPhrase::Pronoun(referent) | NounPhrase::Gap(referent)) => Some(*referent),
            _ => None,
        }
    } else {
        None
    };
    with.map_or_else(|| form.to_owned(), |referent| participle(form, referent.french, referent.plural))
}
