//! English clauses: subject, auxiliary, "not", verb, objects, adjuncts; questions put the auxiliary first.

use super::morphology::spell;
use super::noun_phrase::{Case, noun_phrase, place};
use crate::corpus::everyday::lexicon::{Course, Frame};
use crate::corpus::everyday::meaning::{
    Aspect, Attribute, Clause, Complement, Coordinator, Modal, Negation, Nominal, NounPhrase, Relative, Subordinator,
    Tense, Utterance, Wh,
};

/// A whole sentence as it is written.
pub fn utterance(utterance: &Utterance) -> String {
    let mark = if matches!(utterance, Utterance::Polar(_) | Utterance::Content(..)) { '?' } else { '.' };
    spell(&[body(utterance)], mark)
}

fn body(utterance: &Utterance) -> String {
    match utterance {
        Utterance::Statement(clause) => statement(clause),
        Utterance::Polar(clause) => question(clause),
        Utterance::Content(wh, clause) => content_question(*wh, clause),
        Utterance::Coordination(first, coordinator, second) => {
            let word = if *coordinator == Coordinator::And { "and" } else { "but" };
            format!("{} , {word} {}", body(first), body(second))
        }
        Utterance::Subordination { main, subordinator, subordinate, subordinate_first } => {
            let word = match subordinator {
                Subordinator::Because => "because",
                Subordinator::If => "if",
                Subordinator::When => "when",
                Subordinator::While => "while",
            };
            let (main, subordinate) = (statement(main), statement(subordinate));
            if *subordinate_first {
                format!("{word} {subordinate} , {main}")
            } else {
                format!("{main} {word} {subordinate}")
            }
        }
    }
}

/// The words of the verb: what inverts in questions, if anything does, and the rest.
struct VerbGroup {
    auxiliary: Option<String>,
    main: String,
}

fn verb_group(clause: &Clause, do_support: bool) -> VerbGroup {
    let verb = &clause.verb.english;
    let referent = clause.subject.referent();
    let (person, plural) =
        (referent.person, if clause.existential { existing_plural(clause) } else { referent.plural });
    let with = |auxiliary: &str, main: &str| VerbGroup { auxiliary: Some(auxiliary.to_owned()), main: main.to_owned() };
    let third = person == 3 && !plural;
    let be = |past: bool| match (past, person, plural) {
        (false, 1, false) => "am",
        (false, 3, false) => "is",
        (false, ..) => "are",
        (true, 1 | 3, false) => "was",
        (true, ..) => "were",
    };
    let bare = |finite: String, base: &str, past: bool| {
        if do_support {
            with(
                if past {
                    "did"
                } else if third {
                    "does"
                } else {
                    "do"
                },
                base,
            )
        } else {
            VerbGroup { auxiliary: None, main: finite }
        }
    };
    let past = clause.tense == Tense::Past;
    if let Some(modal) = clause.modal {
        let infinitive = |stem: &str, past_form: &str| {
            let finite = match (past, third) {
                (true, _) => past_form.to_owned(),
                (false, true) => format!("{stem}s"),
                (false, false) => stem.to_owned(),
            };
            bare(format!("{finite} to {}", verb.base), &format!("{stem} to {}", verb.base), past)
        };
        return match modal {
            Modal::Can if past => with("could", &verb.base),
            Modal::Can => with("can", &verb.base),
            Modal::Must if past => VerbGroup { auxiliary: None, main: format!("had to {}", verb.base) },
            Modal::Must => with("must", &verb.base),
            Modal::Should => with("should", &verb.base),
            Modal::WouldLike => with("would", &format!("like to {}", verb.base)),
            Modal::Want => infinitive("want", "wanted"),
            Modal::Like => infinitive("like", "liked"),
            Modal::Prefer => infinitive("prefer", "preferred"),
        };
    }
    match clause.tense {
        Tense::Future => with("will", &verb.base),
        Tense::Perfect => with(if third { "has" } else { "have" }, &verb.participle),
        Tense::Past if verb.is_be() => with(be(true), ""),
        Tense::Past => bare(verb.past(person, plural), &verb.base, true),
        Tense::Present if verb.is_be() => with(be(false), ""),
        Tense::Present if is_progressive(clause) => with(be(false), &verb.gerund),
        Tense::Present => bare(verb.present(person, plural), &verb.base, false),
    }
}

/// Under way, and no habit.
fn is_progressive(clause: &Clause) -> bool {
    clause.aspect == Aspect::Ongoing
        && clause.verb.course == Course::Dynamic
        && clause.frequency.is_none()
        && !matches!(clause.negation, Some(Negation::Never | Negation::NoLonger))
}

fn existing_plural(clause: &Clause) -> bool {
    clause.subject.referent().plural
}

/// Subject and verb in the order of a statement, then the rest.
fn statement(clause: &Clause) -> String {
    let subject = if clause.existential { "there".to_owned() } else { noun_phrase(&clause.subject, Case::Subject) };
    let group = verb_group(
        clause,
        clause.negation.is_some_and(|negation| matches!(negation, Negation::Not | Negation::NotYet)),
    );
    let front = front(clause);
    let auxiliary = group.auxiliary.unwrap_or_default();
    format!("{front} {subject} {}", predicate(clause, &auxiliary, &group.main))
}

fn front(clause: &Clause) -> String {
    let time = clause.time.filter(|_| clause.time_first).map(|time| &time.english);
    match clause.opener.map(|opener| &opener.english).or(time) {
        Some(words) if words == "perhaps" => words.clone(),
        Some(words) => format!("{words} ,"),
        None => String::new(),
    }
}

/// Auxiliary, negation and adverb of the middle, verb, and everything after.
fn predicate(clause: &Clause, auxiliary: &str, main: &str) -> String {
    let negation = match clause.negation {
        Some(Negation::Not | Negation::NotYet) if auxiliary == "can" => "#not",
        Some(Negation::Not | Negation::NotYet) => "not",
        Some(Negation::Never) => "never",
        Some(Negation::NoLonger) => "no longer",
        None if clause.tense == Tense::Perfect => "already",
        None => "",
    };
    let frequency = clause.frequency.map_or("", |adverb| &adverb.english);
    let words = format!("{auxiliary} {negation} {frequency} {main} {}", rest(clause));
    words.replace(" #not", "not")
}

/// Everything after the verb.
fn rest(clause: &Clause) -> String {
    let verb = &clause.verb.english;
    let mut words: Vec<String> = vec![verb.fixed.clone().unwrap_or_default()];
    if clause.existential {
        words.push(noun_phrase(&clause.subject, Case::Object));
    }
    if let Some(attribute) = &clause.attribute {
        words.push(attribute_phrase(attribute));
    }
    let object = clause.object.as_ref().map(|object| noun_phrase(object, Case::Object)).unwrap_or_default();
    let pronoun = clause.object.as_ref().is_some_and(NounPhrase::is_pronoun);
    let preposition = verb.preposition.clone().unwrap_or_default();
    match &verb.particle {
        Some(particle) if pronoun || object.is_empty() => words.extend([object, particle.clone()]),
        Some(particle) => words.extend([particle.clone(), object]),
        None => words.extend([preposition, object]),
    }
    if let Some(recipient) = &clause.recipient {
        words.push(format!("to {}", noun_phrase(recipient, Case::Object)));
    }
    if let Some(goal) = &clause.goal {
        words.push(place(goal, clause.verb.frame == Frame::Motion));
    }
    if let Some(means) = clause.means {
        words.push(format!("by {}", means.english.singular));
    }
    if let Some(manner) = clause.manner {
        words.push(manner.english.clone());
    }
    if let Some(where_) = &clause.place {
        words.push(place(where_, false));
    }
    if clause.negation == Some(Negation::NotYet) {
        words.push("yet".to_owned());
    }
    if let Some(time) = clause.time.filter(|_| !clause.time_first) {
        words.push(time.english.clone());
    }
    if let Some(complement) = &clause.complement {
        words.push(complement_clause(clause, complement));
    }
    words.join(" ")
}

fn attribute_phrase(attribute: &Attribute) -> String {
    match attribute {
        Attribute::Plain(adjective) => adjective.english.positive.clone(),
        Attribute::Degree(degree, adjective) => format!("{} {}", degree.english, adjective.english.positive),
        Attribute::More(adjective, than) => {
            format!("{} than {}", adjective.english.comparative, noun_phrase(than, Case::Object))
        }
        Attribute::Equal(adjective, than) => {
            format!("as {} as {}", adjective.english.positive, noun_phrase(than, Case::Object))
        }
        Attribute::Identity(phrase) => noun_phrase(phrase, Case::Object),
    }
}

fn complement_clause(outer: &Clause, complement: &Complement) -> String {
    match complement {
        Complement::That(clause) => format!("that {}", statement(clause)),
        Complement::Question(None, clause) => format!("whether {}", statement(clause)),
        Complement::Question(Some(wh), clause) => {
            format!("{} {}", question_word(*wh, clause), statement(&without_asked(*wh, clause)))
        }
        Complement::Infinitive(clause) if outer.verb.english.takes_gerund => {
            format!("{} {}", clause.verb.english.gerund, rest(clause))
        }
        Complement::Infinitive(clause) | Complement::Purpose(clause) => {
            let not = if clause.negation == Some(Negation::Not) { "not" } else { "" };
            format!("{not} to {} {}", clause.verb.english.base, rest(clause))
        }
    }
}

fn question(clause: &Clause) -> String {
    let group = verb_group(clause, true);
    let subject = if clause.existential { "there".to_owned() } else { noun_phrase(&clause.subject, Case::Subject) };
    let auxiliary = group.auxiliary.unwrap_or_default();
    // What follows the inverted pair is a predicate without its auxiliary.
    format!("{auxiliary} {subject} {}", predicate(clause, "", &group.main))
}

fn content_question(wh: Wh, clause: &Clause) -> String {
    if wh == Wh::Subject {
        statement(clause)
    } else {
        format!("{} {}", question_word(wh, clause), question(&without_asked(wh, clause)))
    }
}

/// The opening phrase of a question, and of the clause that embeds one.
fn question_word(wh: Wh, clause: &Clause) -> String {
    match wh {
        Wh::Subject => String::new(),
        Wh::Object => clause.object.as_ref().map(|object| noun_phrase(object, Case::Object)).unwrap_or_default(),
        Wh::Where => "where".to_owned(),
        Wh::When => "when".to_owned(),
        Wh::Why => "why".to_owned(),
    }
}

fn without_asked(wh: Wh, clause: &Clause) -> Clause {
    let mut clause = clause.clone();
    if wh == Wh::Object {
        clause.object = clause.object.as_ref().map(|object| NounPhrase::Gap(object.referent()));
    }
    clause
}

/// who, that, and the clause with its gap.
pub fn relative(nominal: &Nominal, relative: &Relative) -> String {
    let word = if nominal.noun.is("person") { "who" } else { "that" };
    format!("{word} {}", statement(&relative.clause))
}
