//! German clauses: the finite verb second, first or last; the rest of the verb closes the clause.

use super::conjugation::{Verb, auxiliary};
use super::morphology::{Case, definite, mixed, spell};
use super::noun_phrase::{noun_phrase, place, pronoun, whole};
use crate::corpus::everyday::lexicon::{Course, Frame};
use crate::corpus::everyday::meaning::{
    Aspect, Attribute, Clause, Complement, Coordinator, Determiner, Interrogative, Modal, Negation, Nominal,
    NounPhrase, Referent, Relative, Role, Sex, Subordinator, Tense, Utterance, Wh,
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
    let simple_past = clause.verb.course == Course::Stative || clause.aspect == Aspect::Narrative || clause.modal.is_some();
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

/// Everything between the subject and the verb's last part, and what follows that.
fn middle_field(clause: &Clause) -> (String, String) {
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
    if let Some(recipient) = &clause.recipient.as_ref().filter(|recipient| recipient.is_pronoun() && !is_speaker(recipient)) {
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
    words.extend(clause.means.map(|means| means_phrase(means)));
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
fn weak_pronouns(clause: &Clause) -> String {
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
fn object_phrase(clause: &Clause, object: &NounPhrase) -> (String, String) {
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

/// Objects and adjuncts, then the infinitive with "zu".
fn infinitive_phrase(clause: &Clause) -> String {
    let (middle, after) = middle_field(clause);
    format!("{} {middle} {} {after}", weak_pronouns(clause), clause.verb.german.zu_infinitive())
}

fn complement_clause(complement: &Complement) -> String {
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
