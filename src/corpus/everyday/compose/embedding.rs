//! Clauses inside clauses: relative clauses, reported ones, infinitives.

use super::clause::{Load, bare, many};
use super::{Composer, can_act, can_be_resumed, is_person};
use crate::corpus::everyday::french::Marking;
use crate::corpus::everyday::lexicon::{Course, Frame, Verb, When};
use crate::corpus::everyday::meaning::{
    Aspect, Clause, Complement, Determiner, Negation, Nominal, NounPhrase, Place, Quantifier, Relative, Role, Tense, Wh,
};

impl Composer {
    /// A clause whose subject or object is told about in a clause of its own.
    pub(super) fn relative_sentence(&mut self) -> Option<Clause> {
        let mut clause = if self.chance(0.3) { self.description()? } else { self.event(Load::Bare)? };
        clause.opener = None;
        let on_subject = self.chance(0.6);
        if on_subject {
            let NounPhrase::Nominal(nominal) = &mut clause.subject else { return None };
            **nominal = self.with_relative(nominal)?;
            return Some(clause);
        }
        // Behind the object there must be nothing that the relative clause could be taken to belong to.
        if clause.recipient.is_some() || clause.goal.is_some() || clause.place.is_some() || clause.manner.is_some() {
            return None;
        }
        if clause.time.is_some() && !clause.time_first
            || clause.verb.french.swaps
            || clause.negation == Some(Negation::NotYet)
        {
            return None;
        }
        let NounPhrase::Nominal(nominal) = clause.object.as_mut()? else { return None };
        **nominal = self.with_relative(nominal)?;
        Some(clause)
    }

    /// The noun with a relative clause, of which it is the subject or the object.
    pub(super) fn with_relative(&mut self, nominal: &Nominal) -> Option<Nominal> {
        let relatable = matches!(
            nominal.determiner,
            Determiner::Definite
                | Determiner::Indefinite
                | Determiner::Demonstrative
                | Determiner::Many
                | Determiner::Numeral(_)
        );
        if !relatable || nominal.possessor.is_some() || nominal.noun.is("unique") {
            return None;
        }
        let mut nominal = nominal.clone();
        nominal.adjective = nominal.adjective.filter(|_| self.stream.chance(0.4));
        let gap = if nominal.noun.is("person") && self.chance(0.65) { Role::Subject } else { Role::Object };
        let verbs: Vec<&'static Verb> = self
            .lexicon
            .verbs
            .iter()
            .filter(|verb| match gap {
                Role::Subject => {
                    verb.subjects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun))
                        && matches!(
                            verb.frame,
                            Frame::Transitive | Frame::Intransitive | Frame::Location | Frame::Motion
                        )
                        && !verb.french.swaps
                        && !(verb.frame == Frame::Intransitive && verb.course == Course::Stative)
                }
                Role::Object => {
                    verb.objects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun))
                        && matches!(verb.frame, Frame::Transitive)
                        && (!verb.plural_object || nominal.plural)
                        && !verb.is_generic
                        && verb.french.marking != Marking::Bare
                }
            })
            .collect();
        let verb = self.pick(&verbs)?;
        let hole = NounPhrase::Gap(nominal.noun.referent(nominal.plural));
        let mut clause = match gap {
            Role::Subject => self.core(verb, Some(hole))?,
            Role::Object => {
                let subject = self.relative_subject(verb)?;
                let mut clause = bare(verb, subject);
                clause.object = Some(hole);
                clause
            }
        };
        if let Some(NounPhrase::Nominal(object)) = &clause.object
            && std::ptr::eq(object.noun, nominal.noun)
        {
            return None;
        }
        self.told(&mut clause);
        nominal.relative = Some(Relative { gap, clause: Box::new(clause) });
        Some(nominal)
    }

    /// Who acts in a relative clause: somebody who needs few words.
    pub(super) fn relative_subject(&mut self, verb: &'static Verb) -> Option<NounPhrase> {
        let subject = self.subject(verb)?;
        let heavy = subject.nominal().is_some_and(|nominal| nominal.possessor.is_some());
        if heavy || many(&subject) { None } else { Some(subject) }
    }

    /// A plain tense for a clause that only tells more of something.
    pub(super) fn told(&mut self, clause: &mut Clause) {
        clause.tense = match clause.verb.course {
            Course::Stative => Tense::Present,
            Course::Dynamic if self.chance(0.4) => Tense::Present,
            _ => Tense::Past,
        };
        if clause.tense == Tense::Past && clause.verb.course != Course::Stative && self.chance(0.25) {
            clause.time = self.time_of(When::Past);
        }
    }

    /// She knows that, he asks whether, I know where.
    pub(super) fn reported(&mut self) -> Option<Clause> {
        let verb = self.verb(&[Frame::That, Frame::Whether]);
        let mut clause = self.core(verb, None)?;
        let question = verb.frame == Frame::Whether;
        let speaks = matches!(clause.subject, NounPhrase::Quantifier(Quantifier::Nobody | Quantifier::Somebody));
        if speaks {
            return None;
        }
        clause.tense = match verb.course {
            Course::Punctual => Tense::Past,
            Course::Dynamic => Tense::Present,
            Course::Stative => Tense::Present,
        };
        let knows = verb.english.base == "know" || verb.english.base == "remember";
        if question && knows && self.chance(0.7) && !many(&clause.subject) {
            clause.negation = Some(Negation::Not);
        }
        let past = clause.tense == Tense::Past;
        let complement = if question && self.chance(0.6) {
            let (wh, inner) = self.asked()?;
            // "What is where" needs its subject after the verb in French.
            if wh == Wh::Subject && verb.english.base == "ask" && past {
                return None;
            }
            Complement::Question(Some(wh), Box::new(inner))
        } else {
            let mut inner = match self.weighted(&[6, 2, 1]) {
                0 => self.event(Load::Bare)?,
                1 => self.description()?,
                _ => self.weather(),
            };
            inner.opener = None;
            inner.time_first = false;
            if question && (inner.negation.is_some() || inner.subject.negates()) {
                return None;
            }
            if past {
                inner.tense = Tense::Past;
                inner.modal = None;
                inner.frequency = None;
                inner.time = None;
                inner.aspect = Aspect::Ongoing;
                inner.negation = inner.negation.filter(|negation| *negation == Negation::Not);
            }
            if question { Complement::Question(None, Box::new(inner)) } else { Complement::That(Box::new(inner)) }
        };
        clause.complement = Some(complement);
        Some(clause)
    }

    /// tries to, has forgotten to; and "in order to".
    pub(super) fn infinitive(&mut self) -> Option<Clause> {
        let purpose = self.chance(0.4);
        let (mut clause, verb) = if purpose {
            let verb = self.verb(&[Frame::Motion]);
            if !matches!(verb.english.base.as_str(), "go" | "come" | "run" | "return" | "travel") {
                return None;
            }
            let mut clause = self.core(verb, None)?;
            if matches!(clause.goal, Some(Place::Adverb(_))) && self.chance(0.5) {
                return None;
            }
            clause.tense = *self.stream.choose(&[Tense::Present, Tense::Past, Tense::Future]);
            if verb.english.base == "go" && verb.proper_goals && self.chance(0.3) {
                clause.means = self.noun_of("public");
            }
            (clause, self.verb(&[Frame::Transitive, Frame::Transitive, Frame::Ditransitive]))
        } else {
            let verb = self.verb(&[Frame::Infinitive]);
            let mut clause = self.core(verb, None)?;
            clause.tense = match verb.course {
                Course::Punctual => Tense::Past,
                _ => *self.stream.choose(&[Tense::Present, Tense::Past]),
            };
            if verb.course == Course::Stative {
                clause.tense = Tense::Present;
            }
            (clause, self.event_verb())
        };
        if !is_person(&clause.subject) || verb.course != Course::Dynamic || verb.french.swaps || purpose && !verb.is_aim
        {
            return None;
        }
        let who = clause.subject.referent();
        let acts = can_act(verb, &clause.subject);
        let third_unclear = !can_be_resumed(&clause.subject);
        if !acts || third_unclear || matches!(clause.subject, NounPhrase::Quantifier(_)) {
            return None;
        }
        let inner = Box::new(self.core(verb, Some(NounPhrase::Pronoun(who)))?);
        clause.complement = Some(if purpose { Complement::Purpose(inner) } else { Complement::Infinitive(inner) });
        Some(clause)
    }
}
