//! French clauses: subject, ne, clitics, finite verb, pas, participle or infinitive, objects, adjuncts.

use super::morphology::Marking;
use super::noun_phrase::{noun_phrase, place, subject_pronoun};
use super::spelling::spell;
use super::verb::{VerbGroup, clitics, object_clitic, verb_group};
use crate::corpus::everyday::lexicon::Frame;
use crate::corpus::everyday::meaning::{
    Attribute, Clause, Complement, Coordinator, Gender, Interrogative, Negation, Nominal, NounPhrase, Quantifier,
    Referent, Relative, Role, Subordinator, Tense, Utterance, Wh,
};

/// A whole sentence as it is written.
pub fn utterance(utterance: &Utterance) -> String {
    let mark = if matches!(utterance, Utterance::Polar(_) | Utterance::Content(..)) { '?' } else { '.' };
    spell(&body(utterance), mark)
}

fn body(utterance: &Utterance) -> String {
    match utterance {
        Utterance::Statement(clause) => statement(clause),
        Utterance::Polar(clause) => format!("est-ce que {}", statement(clause)),
        Utterance::Content(wh, clause) => content_question(*wh, clause),
        Utterance::Coordination(first, Coordinator::And, second) => format!("{} et {}", body(first), body(second)),
        Utterance::Coordination(first, Coordinator::But, second) => format!("{} , mais {}", body(first), body(second)),
        Utterance::Subordination { main, subordinator, subordinate, subordinate_first } => {
            let word = match subordinator {
                Subordinator::Because => "parce que",
                Subordinator::If => "si",
                Subordinator::When => "quand",
                Subordinator::While => "pendant que",
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

/// The meaning as French sees it: with some verbs the roles change places.
fn adapted(clause: &Clause) -> Clause {
    let mut clause = clause.clone();
    if clause.verb.french.swaps
        && let Some(object) = clause.object.take()
    {
        clause.object = Some(std::mem::replace(&mut clause.subject, object));
    }
    clause
}

/// Subject and predicate in the order of a statement, with what opens it.
fn statement(clause: &Clause) -> String {
    let clause = &adapted(clause);
    let time = clause.time.filter(|_| clause.time_first).map(|time| &time.french);
    let front = match clause.opener.map(|opener| &opener.french).or(time) {
        Some(words) if words == "peut-être" => "peut-être que".to_owned(),
        Some(words) => format!("{words} ,"),
        None => String::new(),
    };
    let subject = if clause.existential { "il".to_owned() } else { subject(&clause.subject) };
    format!("{front} {subject} {}", predicate(clause))
}

fn subject(phrase: &NounPhrase) -> String {
    match phrase {
        NounPhrase::Pronoun(referent) => subject_pronoun(*referent).to_owned(),
        other => noun_phrase(other),
    }
}

fn is_nothing(phrase: Option<&NounPhrase>) -> bool {
    matches!(phrase, Some(NounPhrase::Quantifier(Quantifier::Nothing)))
}

/// ne, clitics, the verb's words, pas, and everything after.
fn predicate(clause: &Clause) -> String {
    let group = verb_group(clause);
    let quantified = clause.subject.negates() || clause.object.as_ref().is_some_and(NounPhrase::negates);
    let ne = if clause.negation.is_some() || quantified { "ne" } else { "" };
    let particle = match clause.negation {
        Some(Negation::Not) => "pas",
        Some(Negation::Never) => "jamais",
        Some(Negation::NoLonger) => "plus",
        Some(Negation::NotYet) => "pas encore",
        None if clause.tense == Tense::Perfect => "déjà",
        None if is_nothing(clause.object.as_ref()) && clause.verb.french.marking == Marking::Direct => "rien",
        None => "",
    };
    let soon = clause.time.filter(|time| !clause.time_first && time.french == "bientôt").map(|time| &time.french);
    let frequency = clause.frequency.map(|adverb| &adverb.french).or(soon).map_or("", String::as_str);
    let clitics = clitics(clause);
    let rest = rest(clause);
    let VerbGroup { finite, participle, infinitive } = group;
    let participle = participle.unwrap_or_default();
    match infinitive {
        Some(infinitive) => format!("{ne} {finite} {particle} {frequency} {participle} {clitics} {infinitive} {rest}"),
        None => format!("{ne} {clitics} {finite} {particle} {frequency} {participle} {rest}"),
    }
}

/// Everything after the verb.
fn rest(clause: &Clause) -> String {
    let verb = &clause.verb.french;
    let mut words = vec![verb.fixed.clone().unwrap_or_default()];
    if clause.existential {
        words.push(noun_phrase(&clause.subject));
    }
    if let Some(attribute) = &clause.attribute {
        words.push(attribute_phrase(attribute, clause.subject.referent()));
    }
    if let Some(object) = &clause.object
        && object_clitic(clause).is_none()
        && !matches!(object, NounPhrase::Gap(_))
    {
        words.push(object_phrase(object, verb.marking));
    }
    if let Some(recipient) = clause.recipient.as_ref().filter(|recipient| !recipient.is_pronoun()) {
        words.push(after_preposition("à", recipient));
    }
    words.extend(clause.goal.as_ref().map(place));
    if let Some(means) = clause.means {
        let preposition = if means.is("bike") { "à" } else { "en" };
        words.push(format!("{preposition} {}", means.french.singular));
    }
    if let Some(manner) = clause.manner {
        words.push(alone(&manner.french, clause.subject.referent()));
    }
    words.extend(clause.place.as_ref().map(place));
    if let Some(time) = clause.time.filter(|time| !clause.time_first && time.french != "bientôt") {
        words.push(time.french.clone());
    }
    words.extend(clause.complement.as_ref().map(|complement| complement_clause(verb.marking, complement)));
    words.join(" ")
}

/// "tout seul" is the one adverb that agrees.
fn alone(adverb: &str, referent: Referent) -> String {
    if adverb != "tout seul" {
        return adverb.to_owned();
    }
    match (referent.french, referent.plural) {
        (Gender::Feminine, false) => "toute seule",
        (Gender::Feminine, true) => "toutes seules",
        (_, true) => "tout seuls",
        (_, false) => adverb,
    }
    .to_owned()
}

/// à and de are repeated before each of two: "à Paul et à sa sœur".
fn after_preposition(preposition: &str, phrase: &NounPhrase) -> String {
    match phrase {
        NounPhrase::Pair(first, second) => {
            format!("{} et {}", after_preposition(preposition, first), after_preposition(preposition, second))
        }
        other => format!("{preposition} {}", noun_phrase(other)),
    }
}

fn object_phrase(object: &NounPhrase, marking: Marking) -> String {
    if is_nothing(Some(object)) && marking == Marking::Direct {
        return String::new();
    }
    let phrase = noun_phrase(object);
    match marking {
        Marking::Direct => phrase,
        Marking::Dative | Marking::To => after_preposition("à", object),
        Marking::Of => after_preposition("de", object),
        Marking::Bare => object.nominal().map_or(phrase, |nominal| nominal.noun.french.singular.clone()),
    }
}

fn attribute_phrase(attribute: &Attribute, referent: Referent) -> String {
    let form = |adjective: &super::Adjective| adjective.form(referent.french, referent.plural);
    let comparative = |adjective: &super::Adjective| match adjective.masculine.as_str() {
        "bon" => form(adjective).replace("bon", "meilleur").replace("meilleurne", "meilleure"),
        "mauvais" => form(adjective).replace("mauvais", "pire").replace("piree", "pire"),
        "bon marché" => "moins cher".to_owned() + &form(adjective)[0..0],
        _ => format!("plus {}", form(adjective)),
    };
    match attribute {
        Attribute::Plain(adjective) => form(&adjective.french),
        Attribute::Degree(degree, adjective) => format!("{} {}", degree.french, form(&adjective.french)),
        Attribute::More(adjective, than) => format!("{} que {}", comparative(&adjective.french), noun_phrase(than)),
        Attribute::Equal(adjective, than) => format!("aussi {} que {}", form(&adjective.french), noun_phrase(than)),
        Attribute::Identity(phrase) => noun_phrase(phrase),
    }
}

fn infinitive_phrase(clause: &Clause) -> String {
    let not = if clause.negation == Some(Negation::Not) { "ne pas" } else { "" };
    format!("{not} {} {} {}", clitics(clause), clause.verb.french.infinitive, rest(clause))
}

fn complement_clause(marking: Marking, complement: &Complement) -> String {
    match complement {
        Complement::That(clause) => format!("que {}", statement(clause)),
        Complement::Question(None, clause) => format!("si {}", statement(clause)),
        Complement::Question(Some(wh), clause) => {
            let word = match wh {
                Wh::Subject => String::new(),
                Wh::Object if is_what(clause) => "ce que".to_owned(),
                Wh::Object => asked_object(clause),
                Wh::Where => "où".to_owned(),
                Wh::When => "quand".to_owned(),
                Wh::Why => "pourquoi".to_owned(),
            };
            format!("{word} {}", statement(&without_asked(*wh, clause)))
        }
        Complement::Infinitive(clause) => match marking {
            Marking::Of => format!("de {}", infinitive_phrase(clause)),
            Marking::Dative | Marking::To => format!("à {}", infinitive_phrase(clause)),
            Marking::Direct | Marking::Bare => infinitive_phrase(clause),
        },
        Complement::Purpose(clause) => format!("pour {}", infinitive_phrase(clause)),
    }
}

fn is_what(clause: &Clause) -> bool {
    matches!(clause.object, Some(NounPhrase::Interrogative(Interrogative::What)))
}

/// The asked object with its preposition: qui, à qui, quel livre.
fn asked_object(clause: &Clause) -> String {
    clause.object.as_ref().map_or_else(String::new, |object| object_phrase(object, clause.verb.french.marking))
}

fn without_asked(wh: Wh, clause: &Clause) -> Clause {
    let mut clause = clause.clone();
    if wh == Wh::Object {
        clause.object = clause.object.as_ref().map(|object| NounPhrase::Gap(object.referent()));
    }
    clause
}

fn content_question(wh: Wh, clause: &Clause) -> String {
    let word = match wh {
        Wh::Subject => return statement(clause),
        Wh::Object if is_what(clause) && clause.verb.french.marking == Marking::Direct => "qu'est-ce que".to_owned(),
        Wh::Object => format!("{} est-ce que", asked_object(clause)),
        Wh::Where if clause.verb.frame == Frame::Posture => {
            let group = verb_group(clause);
            return format!("où {} {}", group.finite, subject(&clause.subject));
        }
        Wh::Where => "où est-ce que".to_owned(),
        Wh::When => "quand est-ce que".to_owned(),
        Wh::Why => "pourquoi est-ce que".to_owned(),
    };
    format!("{word} {}", statement(&without_asked(wh, clause)))
}

/// qui, que, dont, à qui, and the clause with its gap.
pub fn relative(nominal: &Nominal, relative: &Relative) -> String {
    let clause = &relative.clause;
    let subject_gap = (relative.gap == Role::Subject) != clause.verb.french.swaps;
    let word = match clause.verb.french.marking {
        _ if subject_gap => "qui",
        Marking::Of => "dont",
        Marking::Dative | Marking::To if nominal.noun.is("person") => "à qui",
        Marking::Dative | Marking::To => to_which(nominal),
        Marking::Direct | Marking::Bare => "que",
    };
    format!("{word} {}", statement(clause))
}

fn to_which(nominal: &Nominal) -> &'static str {
    match (nominal.noun.french.gender, nominal.plural) {
        (Gender::Feminine, false) => "à laquelle",
        (Gender::Feminine, true) => "auxquelles",
        (_, true) => "auxquels",
        (_, false) => "auquel",
    }
}
