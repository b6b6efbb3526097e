//! The middle of a German clause: objects, adjuncts and the negation, in an order that follows what is known to what is new.

use super::clause::complement_clause;
use super::morphology::{Case, definite, mixed};
use super::noun_phrase::{noun_phrase, place, pronoun, whole};
use crate::corpus::everyday::lexicon::Frame;
use crate::corpus::everyday::meaning::{
    Attribute, Clause, Determiner, Interrogative, Modal, Negation, Nominal, NounPhrase, Referent, Sex, Tense,
};

/// Everything between the subject and the verb's last part, and what follows that.
pub(super) fn middle_field(clause: &Clause) -> (String, String) {
    let verb = &clause.verb.german;
    let mut words: Vec<String> = Vec::new();
    let mut after = String::new();
    let object = clause.object.as_ref().map(|object| object_phrase(clause, object));
    let direct = verb.preposition.is_none();
    let pronoun_object = direct && clause.object.as_ref().is_some_and(NounPhrase::is_pronoun);
    let is_any = matches!(&clause.object, Some(NounPhrase::Nominal(nominal)) if nominal.determiner == Determiner::Any);
    if let (Some((core, _)), true) = (&object, pronoun_object && !clause.object.as_ref().is_some_and(is_speaker)) {
        words.push(core.clone());
    }
    if let Some(recipient) =
        &clause.recipient.as_ref().filter(|recipient| recipient.is_pronoun() && !is_speaker(recipient))
    {
        words.push(whole(recipient, Case::Dative));
    }
    if let Some(time) = clause.time.filter(|_| !clause.time_first) {
        words.push(time.german.clone());
    }
    words.extend(clause.frequency.map(|adverb| adverb.german.clone()));
    match clause.modal {
        Some(Modal::Like) => words.push("gern".to_owned()),
        Some(Modal::Prefer) => words.push("lieber".to_owned()),
        _ => {}
    }
    let already = clause.tense == Tense::Perfect && clause.negation.is_none();
    let known = matches!(&clause.object, Some(object) if direct && is_known(object));
    if already && !known {
        words.push("schon".to_owned());
    }
    if let Some(recipient) = &clause.recipient.as_ref().filter(|recipient| !recipient.is_pronoun()) {
        words.push(whole(recipient, Case::Dative));
    }
    let negates = clause.negation;
    let kein = is_any || verb.fixed.as_ref().is_some_and(|(_, gender)| gender.is_some());
    let generic = match &clause.object {
        Some(NounPhrase::Nominal(nominal)) if nominal.determiner == Determiner::Generic => Some(nominal.noun),
        _ => None,
    };
    let direct_object = object.as_ref().filter(|_| direct && !pronoun_object && generic.is_none());
    let definite_object = direct_object.filter(|_| !is_any);
    words.extend(definite_object.map(|(core, _)| core.clone()));
    if already && known {
        words.push("schon".to_owned());
    }
    if generic.is_none() {
        words.extend(negates.map(|negation| negative(negation, kein).to_owned()));
    }
    if let (Some((core, _)), true) = (direct_object, is_any) {
        words.push(core.clone());
        words.extend((negates == Some(Negation::NoLonger)).then(|| "mehr".to_owned()));
    }
    words.extend(clause.means.map(means_phrase));
    words.extend(clause.manner.map(|manner| manner.german.clone()));
    words.extend(clause.place.as_ref().map(|where_| place(where_, false)));
    if let Some(attribute) = &clause.attribute {
        let (core, than) = attribute_phrase(attribute);
        words.push(core);
        after = than;
    }
    if let (Some(noun), Some((core, _))) = (generic, &object) {
        words.push(generic_object(negates, noun.is("language"), core));
    }
    words.extend(fixed(clause));
    if let (Some((core, _)), false) = (&object, direct) {
        words.push(core.clone());
    }
    let direction = matches!(clause.verb.frame, Frame::Motion | Frame::Putting);
    words.extend(clause.goal.as_ref().map(|goal| place(goal, direction)));
    if let Some((_, relative)) = object {
        after.push_str(&relative);
    }
    if let Some(complement) = &clause.complement {
        after = format!("{after} {}", complement_clause(complement));
    }
    (words.join(" "), after)
}

/// What is known comes before "schon", what is new after it.
fn is_known(object: &NounPhrase) -> bool {
    match object {
        NounPhrase::Nominal(nominal) => matches!(
            nominal.determiner,
            Determiner::Definite | Determiner::Demonstrative | Determiner::Possessive(_) | Determiner::All
        ),
        NounPhrase::Name(_) | NounPhrase::Pair(..) => true,
        _ => false,
    }
}

/// Tennis, nicht Tennis; Deutsch, kein Deutsch: as close to the verb as a prefix.
fn generic_object(negation: Option<Negation>, language: bool, core: &str) -> String {
    match (negation, language) {
        (None, _) => core.to_owned(),
        (Some(Negation::Not), true) => format!("kein {core}"),
        (Some(Negation::NotYet), true) => format!("noch kein {core}"),
        (Some(Negation::NoLonger), true) => format!("kein {core} mehr"),
        (Some(negation), _) => format!("{} {core}", negative(negation, false)),
    }
}

/// The negation where "kein" does not already carry it.
fn negative(negation: Negation, kein: bool) -> &'static str {
    match (negation, kein) {
        (Negation::Not, true) | (Negation::NoLonger, true) => "",
        (Negation::NotYet, true) => "noch",
        (Negation::Not, false) => "nicht",
        (Negation::NotYet, false) => "noch nicht",
        (Negation::NoLonger, false) => "nicht mehr",
        (Negation::Never, _) => "nie",
    }
}

/// Angst, keine Angst, keine Angst mehr.
fn fixed(clause: &Clause) -> Option<String> {
    let (noun, gender) = clause.verb.german.fixed.as_ref()?;
    let Some(gender) = gender else { return Some(noun.clone()) };
    Some(match clause.negation {
        Some(Negation::Never) | None => noun.clone(),
        Some(negation) => {
            let more = if negation == Negation::NoLonger { "mehr" } else { "" };
            format!("{} {noun} {more}", mixed("kein", Case::Accusative, *gender, false))
        }
    })
}

fn means_phrase(means: &crate::corpus::everyday::lexicon::Noun) -> String {
    let noun = &means.german;
    format!("mit {} {}", definite(Case::Dative, noun.gender, false), noun.form(Case::Dative, false))
}

/// I, you, we.
fn is_speaker(phrase: &NounPhrase) -> bool {
    matches!(phrase, NounPhrase::Pronoun(referent) if referent.person != 3)
}

/// The reflexive pronoun, and me, you, us as objects.
pub(super) fn weak_pronouns(clause: &Clause) -> String {
    let verb = &clause.verb.german;
    let reflexive = if verb.reflexive { reflexive(clause.subject.referent()) } else { "" };
    let of = |phrase: &Option<NounPhrase>, case| match phrase {
        Some(NounPhrase::Pronoun(referent)) if referent.person != 3 => pronoun(*referent, case),
        _ => "",
    };
    let object = if verb.preposition.is_none() { of(&clause.object, verb.case) } else { "" };
    format!("{reflexive} {object} {}", of(&clause.recipient, Case::Dative))
}

fn reflexive(referent: Referent) -> &'static str {
    if referent.person == 3 { "sich" } else { pronoun(referent, Case::Accusative) }
}

/// The object with its preposition, and its relative clause. A thing after a preposition is "darauf".
pub(super) fn object_phrase(clause: &Clause, object: &NounPhrase) -> (String, String) {
    let verb = &clause.verb.german;
    match (&verb.preposition, object) {
        (_, NounPhrase::Gap(_)) => (String::new(), String::new()),
        (Some(preposition), NounPhrase::Pronoun(referent)) if referent.sex == Sex::Neither => {
            let link = if preposition.starts_with(['a', 'e', 'i', 'o', 'u', 'ü']) { "r" } else { "" };
            (format!("da{link}{preposition}"), String::new())
        }
        (Some(preposition), NounPhrase::Interrogative(Interrogative::What)) => {
            let link = if preposition.starts_with(['a', 'e', 'i', 'o', 'u', 'ü']) { "r" } else { "" };
            (format!("wo{link}{preposition}"), String::new())
        }
        (Some(preposition), _) => {
            let phrase = noun_phrase(object, verb.case);
            (format!("{preposition} {}", phrase.core), phrase.relative)
        }
        (None, _) => {
            let object = unless_never(clause, object);
            let phrase = noun_phrase(&object, verb.case);
            (phrase.core, phrase.relative)
        }
    }
}

/// "nie" negates alone: nie Wasser, nie einen Hund.
fn unless_never(clause: &Clause, object: &NounPhrase) -> NounPhrase {
    match object {
        NounPhrase::Nominal(nominal)
            if nominal.determiner == Determiner::Any && clause.negation == Some(Negation::Never) =>
        {
            let determiner = if nominal.plural { Determiner::Generic } else { Determiner::Indefinite };
            NounPhrase::Nominal(Box::new(Nominal { determiner, ..(**nominal).clone() }))
        }
        other => other.clone(),
    }
}

/// The attribute, and what it is compared with, which follows even a closing verb.
fn attribute_phrase(attribute: &Attribute) -> (String, String) {
    let than = |word: &str, phrase: &NounPhrase| format!("{word} {}", whole(phrase, Case::Nominative));
    match attribute {
        Attribute::Plain(adjective) => (adjective.german.positive.clone(), String::new()),
        Attribute::Degree(degree, adjective) => {
            (format!("{} {}", degree.german, adjective.german.positive), String::new())
        }
        Attribute::More(adjective, phrase) => (adjective.german.comparative.clone(), than("als", phrase)),
        Attribute::Equal(adjective, phrase) => (format!("so {}", adjective.german.positive), than("wie", phrase)),
        Attribute::Identity(phrase) => (whole(phrase, Case::Nominative), String::new()),
    }
}
