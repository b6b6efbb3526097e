//! Because, if, when, while.

use super::clause::{Load, bare, many};
use super::{Composer, can_act, can_be_resumed, is_person, negate_object};
use crate::corpus::everyday::lexicon::{Course, Frame, Verb};
use crate::corpus::everyday::meaning::{
    Aspect, Attribute, Clause, Modal, Negation, NounPhrase, Sex, Subordinator, Tense, Utterance,
};

impl Composer {
    /// A main clause and one that depends on it.
    pub(super) fn subordination(&mut self) -> Option<Utterance> {
        let subordinator = [Subordinator::Because, Subordinator::If, Subordinator::When, Subordinator::While]
            [self.weighted(&[4, 3, 3, 2])];
        let (main, subordinate) = match subordinator {
            Subordinator::Because => {
                let mut main = self.event(Load::Bare)?;
                if main.verb.course != Course::Dynamic || main.negation.is_some() {
                    return None;
                }
                main.time = None;
                if main.frequency.is_none() {
                    main.aspect = Aspect::Ongoing;
                }
                let reason = self.reason(&main)?;
                (main, reason)
            }
            Subordinator::If => self.condition()?,
            Subordinator::When => self.story()?,
            Subordinator::While => {
                let mut pair = [self.under_way()?, self.under_way()?];
                if self.chance(0.4) {
                    for clause in &mut pair {
                        clause.tense = Tense::Present;
                    }
                }
                let [main, subordinate] = pair;
                (main, subordinate)
            }
        };
        let first = match subordinator {
            Subordinator::Because => self.chance(0.12),
            Subordinator::If | Subordinator::When => self.chance(0.7),
            Subordinator::While => self.chance(0.5),
        };
        Some(Utterance::Subordination { main, subordinator, subordinate, subordinate_first: first })
    }

    /// What may well be why somebody does something.
    pub(super) fn reason(&mut self, main: &Clause) -> Option<Clause> {
        let subject = &main.subject;
        // What the weather makes people and animals do.
        let sheltering = ["close", "wear", "hurry", "put_on", "be_cold", "dance", "sing", "cry", "laugh", "photograph"];
        let moved = matches!(main.verb.frame, Frame::Motion | Frame::Location)
            || sheltering.contains(&main.verb.label.as_str());
        if moved && self.chance(0.4) {
            let mut weather = self.weather();
            if main.tense == Tense::Past {
                weather.tense = Tense::Past;
            }
            return Some(weather);
        }
        if !is_person(subject) || !can_be_resumed(subject) || many(subject) {
            return None;
        }
        let pronoun = NounPhrase::Pronoun(subject.referent());
        match self.weighted(&[4, 4, 2]) {
            0 => {
                let states = [
                    "tired",
                    "happy",
                    "sad",
                    "sick",
                    "angry",
                    "worried",
                    "nervous",
                    "curious",
                    "disappointed",
                    "proud",
                ];
                let state = *self.stream.choose(&states);
                let adjective = self.lexicon.adjectives.iter().find(|adjective| adjective.english.positive == state)?;
                let mut clause = bare(self.lexicon.verb_of(Frame::Copula), pronoun);
                clause.attribute = Some(Attribute::Plain(adjective));
                clause.tense = if main.tense == Tense::Past { Tense::Past } else { Tense::Present };
                Some(clause)
            }
            1 => {
                let verb = self.event_verb();
                if verb.course != Course::Dynamic || verb.french.swaps || !can_act(verb, subject) {
                    return None;
                }
                let mut clause = self.core(verb, Some(pronoun))?;
                clause.modal = Some(*self.stream.choose(&[Modal::Want, Modal::Must]));
                if main.tense == Tense::Past {
                    clause.tense = Tense::Past;
                }
                Some(clause)
            }
            _ => {
                let states = ["be hungry", "be thirsty", "be cold", "be bored"];
                let state = *self.stream.choose(&states);
                let verb =
                    self.lexicon.verbs.iter().find(|verb| {
                        verb.english.is_be() && verb.english.fixed.as_deref() == state.strip_prefix("be ")
                    })?;
                let mut clause = bare(verb, pronoun);
                clause.tense = if main.tense == Tense::Past { Tense::Past } else { Tense::Present };
                Some(clause)
            }
        }
    }

    /// If it rains, we will stay at home.
    pub(super) fn condition(&mut self) -> Option<(Clause, Clause)> {
        let mut condition = if self.chance(0.3) {
            self.weather()
        } else {
            let verb = self.event_verb();
            if verb.course == Course::Stative {
                return None;
            }
            self.core(verb, None)?
        };
        condition.aspect = Aspect::Habitual;
        if condition.subject.negates() || many(&condition.subject) {
            return None;
        }
        if self.chance(0.2) {
            self.negate_plainly(&mut condition)?;
        }
        let verb = self.event_verb();
        if verb.course == Course::Stative {
            return None;
        }
        let again = self.resumed(&condition.subject, verb);
        let mut consequence = self.core(verb, again)?;
        consequence.tense = Tense::Future;
        Some((consequence, condition))
    }

    /// With "not", and what that does to an indefinite object.
    pub(super) fn negate_plainly(&mut self, clause: &mut Clause) -> Option<()> {
        if clause.object.as_ref().is_some_and(many) {
            return None;
        }
        clause.negation = Some(Negation::Not);
        negate_object(clause);
        Some(())
    }

    /// When somebody came, something happened.
    pub(super) fn story(&mut self) -> Option<(Clause, Clause)> {
        let subordinate = self.happening(None)?;
        let main = self.happening(Some(&subordinate.subject))?;
        if main.verb.frame == Frame::Motion && subordinate.verb.frame == Frame::Motion {
            return None;
        }
        let mut clauses = [main, subordinate];
        for clause in &mut clauses {
            clause.tense = Tense::Past;
            clause.aspect = Aspect::Narrative;
        }
        let [main, subordinate] = clauses;
        Some((main, subordinate))
    }

    /// The subject again as a pronoun, more often than not, if it can do what the verb says.
    pub(super) fn resumed(&mut self, subject: &NounPhrase, verb: &'static Verb) -> Option<NounPhrase> {
        let acts = can_act(verb, subject);
        let again = acts && can_be_resumed(subject) && self.chance(0.7);
        again.then(|| NounPhrase::Pronoun(subject.referent()))
    }

    /// Something that happens at a point of time.
    pub(super) fn happening(&mut self, after: Option<&NounPhrase>) -> Option<Clause> {
        let verb = self.event_verb();
        let fits = verb.course != Course::Stative
            && verb.frame != Frame::Location
            && verb.label != "sleep"
            && !verb.french.swaps;
        let again = after.and_then(|subject| self.resumed(subject, verb));
        let clause = self.core(verb, again).filter(|_| fits)?;
        // "Als du wuschst" is nothing that anybody says.
        let you = matches!(&clause.subject, NounPhrase::Pronoun(referent) if referent.person == 2);
        if you || clause.subject.negates() || many(&clause.subject) { None } else { Some(clause) }
    }

    /// Something that goes on while something else does.
    pub(super) fn under_way(&mut self) -> Option<Clause> {
        let verb = self.event_verb();
        if verb.course != Course::Dynamic {
            return None;
        }
        let clause = self.core(verb, None)?;
        let thing = clause.subject.referent().sex == Sex::Neither && !is_person(&clause.subject);
        if thing || many(&clause.subject) { None } else { Some(clause) }
    }
}
