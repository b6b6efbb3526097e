//! Questions, asked and embedded.

use super::clause::{Load, many};
use super::{Composer, is_person, negate_object};
use crate::corpus::everyday::lexicon::{Course, Frame, Verb};
use crate::corpus::everyday::meaning::{
    Clause, Determiner, Interrogative, Modal, Negation, NounPhrase, Referent, Tense, Utterance, Wh,
};

impl Composer {
    /// Is, does, has it? Questions are asked about others, and about you.
    pub(super) fn polar(&mut self) -> Option<Utterance> {
        let mut clause = if self.chance(0.2) { self.description()? } else { self.event(Load::Bare)? };
        if clause.negation.is_some()
            || clause.subject.negates()
            || clause.object.as_ref().is_some_and(NounPhrase::negates)
            || clause.tense == Tense::Perfect && self.chance(0.5)
        {
            return None;
        }
        let own = matches!(&clause.subject, NounPhrase::Pronoun(referent) if referent.person == 1);
        if own && clause.attribute.is_some() {
            return None;
        }
        if (own || self.chance(0.4)) && is_person(&clause.subject) && clause.attribute.is_none() {
            clause.subject = NounPhrase::Pronoun(Referent::speech(2, false));
            self.reconcile(&mut clause)?;
        }
        known(&mut clause.subject);
        clause.time_first = false;
        clause.opener = None;
        if clause.modal == Some(Modal::Must) && clause.tense == Tense::Past {
            return None;
        }
        Some(Utterance::Polar(clause))
    }

    /// After the subject has changed: nobody acts on himself by a plain pronoun, and "his" has lost its owner.
    pub(super) fn reconcile(&mut self, clause: &mut Clause) -> Option<()> {
        let subject = clause.subject.referent();
        clause.manner = clause.manner.filter(|manner| subject.plural || manner.english != "together");
        for phrase in [&mut clause.object, &mut clause.recipient].into_iter().flatten() {
            match phrase {
                NounPhrase::Pronoun(referent) if referent.person == subject.person => return None,
                NounPhrase::Nominal(nominal) => {
                    if let Determiner::Possessive(owner) = &mut nominal.determiner
                        && owner.person == 3
                    {
                        *owner = subject;
                    }
                }
                _ => {}
            }
        }
        Some(())
    }

    /// Who, what, where, when, why.
    pub(super) fn content_question(&mut self) -> Option<Utterance> {
        let (wh, mut clause) = self.asked()?;
        known(&mut clause.subject);
        let own = matches!(&clause.subject, NounPhrase::Pronoun(referent) if referent.person == 1);
        if wh != Wh::Subject && (own || self.chance(0.4)) && is_person(&clause.subject) {
            clause.subject = NounPhrase::Pronoun(Referent::speech(2, false));
            self.reconcile(&mut clause)?;
        }
        Some(Utterance::Content(wh, clause))
    }

    /// A clause with what it asks for.
    pub(super) fn asked(&mut self) -> Option<(Wh, Clause)> {
        let wh = [Wh::Subject, Wh::Object, Wh::Where, Wh::When, Wh::Why][self.weighted(&[3, 6, 4, 2, 2])];
        let verb = match wh {
            Wh::Object => self.verb(&[Frame::Transitive]),
            Wh::Where => self.verb(&[Frame::Motion, Frame::Location, Frame::Posture]),
            Wh::When | Wh::Why => self.event_verb(),
            Wh::Subject => self.verb(&[Frame::Transitive, Frame::Ditransitive, Frame::Motion, Frame::Location]),
        };
        let mut clause = self.core(verb, None)?;
        if many(&clause.subject) || clause.subject.negates() {
            return None;
        }
        match wh {
            Wh::Subject => {
                if !is_person(&clause.subject) || verb.french.swaps {
                    return None;
                }
                clause.subject = NounPhrase::Interrogative(Interrogative::Who);
                self.reconcile(&mut clause)?;
                let his = |phrase: &Option<NounPhrase>| {
                    phrase.as_ref().and_then(|phrase| phrase.nominal()).is_some_and(
                        |nominal| matches!(nominal.determiner, Determiner::Possessive(owner) if owner.person == 3),
                    )
                };
                if his(&clause.object) || his(&clause.recipient) {
                    return None;
                }
            }
            Wh::Object => clause.object = Some(self.asked_object(verb)?),
            Wh::Where if matches!(verb.english.base.as_str(), "come" | "return") => return None,
            // Whether "gehen" or "fahren" is meant, only the place would tell.
            Wh::Where if verb.label == "go" && verb.proper_goals => return None,
            Wh::Where => clause.goal = None,
            Wh::When | Wh::Why => {}
        }
        self.asked_tense(wh, &mut clause)?;
        Some((wh, clause))
    }

    /// Who, what, which book.
    pub(super) fn asked_object(&mut self, verb: &'static Verb) -> Option<NounPhrase> {
        if verb.french.swaps || verb.german.swaps || verb.is_generic {
            return None;
        }
        let persons = verb.objects.iter().all(|noun| noun.is("person"));
        // Without its object nobody could tell which of their translations is meant.
        let open = ["put_on", "take_off", "turn_on", "turn_off", "light", "blow_out", "wear", "carry", "answer"];
        let open = open.contains(&verb.label.as_str());
        let things = verb.objects.iter().all(|noun| !noun.is("person") && !noun.is("animal"));
        Some(match (!open && self.chance(0.5), persons, things) {
            (true, true, _) if verb.is_direct() => NounPhrase::Interrogative(Interrogative::Who),
            (true, _, true) if verb.is_direct() && !verb.plural_object => {
                NounPhrase::Interrogative(Interrogative::What)
            }
            _ => {
                let noun = self.pick(&verb.objects)?;
                if noun.is("mass") || noun.is("unique") || noun.is("family") {
                    return None;
                }
                let mut nominal = super::noun_phrase::plain(noun, Determiner::Which);
                nominal.plural = verb.plural_object || self.chance(0.25);
                NounPhrase::Nominal(Box::new(nominal))
            }
        })
    }

    /// A tense that suits the question; now and then why something is not so.
    pub(super) fn asked_tense(&mut self, wh: Wh, clause: &mut Clause) -> Option<()> {
        let course = clause.verb.course;
        let punctual = course == Course::Punctual;
        clause.tense = match (wh, course) {
            (Wh::When, Course::Stative) => return None,
            (Wh::When, _) => *self.stream.choose(&[Tense::Past, Tense::Future]),
            (_, Course::Stative) => *self.stream.choose(&[Tense::Present, Tense::Present, Tense::Past]),
            _ if punctual => *self.stream.choose(&[Tense::Past, Tense::Future]),
            _ => *self.stream.choose(&[Tense::Present, Tense::Past, Tense::Future]),
        };
        if self.chance(0.15)
            && course != Course::Stative
            && !clause.verb.french.swaps
            && wh != Wh::When
            && is_person(&clause.subject)
        {
            clause.tense = Tense::Present;
            clause.modal = Some(*self.stream.choose(&[Modal::Can, Modal::Want, Modal::Should, Modal::WouldLike]));
        }
        if matches!(wh, Wh::Why) && self.chance(0.3) && clause.object.as_ref().is_none_or(|object| !many(object)) {
            clause.negation = Some(Negation::Not);
            negate_object(clause);
        }
        Some(())
    }
}

/// One asks about somebody in particular.
fn known(phrase: &mut NounPhrase) {
    if let NounPhrase::Nominal(nominal) = phrase
        && nominal.determiner == Determiner::Indefinite
    {
        nominal.determiner = Determiner::Definite;
    }
}
