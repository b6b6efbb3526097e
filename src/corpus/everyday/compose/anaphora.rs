//! Two clauses of which the second takes up by pronouns what the first has named.

use super::clause::{bare, many};
use super::{Composer, can_act, can_be_resumed, is_person};
use crate::corpus::everyday::french::Marking;
use crate::corpus::everyday::lexicon::{Course, Frame, Verb, When};
use crate::corpus::everyday::meaning::{
    Attribute, Clause, Coordinator, Determiner, Modal, Negation, Nominal, NounPhrase, Place, Subordinator, Tense,
    Utterance,
};

impl Composer {
    /// A clause, and a second one that takes up its subject and its object by pronouns.
    pub(super) fn resumption(&mut self) -> Option<Utterance> {
        let verb = self.verb(&[Frame::Transitive]);
        if verb.french.swaps || verb.german.swaps {
            return None;
        }
        let mut first = self.core(verb, None)?;
        let object = first.object.clone()?;
        let nominal = object.nominal()?;
        let subject = &first.subject;
        let clear = can_be_resumed(subject) && is_person(subject) && !many(subject) && can_be_resumed(&object);
        let rival = nominal.noun.is("person") && object.referent().sex == subject.referent().sex;
        let vague = nominal.noun.is("mass") && nominal.determiner == Determiner::Indefinite
            || matches!(nominal.determiner, Determiner::Many | Determiner::Few);
        if !clear || rival || vague {
            return None;
        }
        let second_verb = self.second_verb(subject, nominal, verb)?;
        let mut second = bare(second_verb, NounPhrase::Pronoun(subject.referent()));
        second.object = Some(NounPhrase::Pronoun(object.referent()));
        first.tense = match verb.course {
            Course::Stative => Tense::Present,
            Course::Punctual => Tense::Past,
            Course::Dynamic => *self.stream.choose(&[Tense::Present, Tense::Past, Tense::Past]),
        };
        if first.tense == Tense::Present {
            self.purpose(first, second)
        } else if self.chance(0.65) {
            self.omission(first, second)
        } else if second_verb.course == Course::Dynamic {
            second.tense = Tense::Future;
            second.time = self.time_of(When::Future);
            Some(self.joined(first, Coordinator::And, second))
        } else {
            None
        }
    }

    /// She bought it, but she did not wear it; she read it, but she does not understand it.
    fn omission(&mut self, first: Clause, mut second: Clause) -> Option<Utterance> {
        if second.verb.course == Course::Stative {
            let plausible = ["need", "understand", "like", "know"].contains(&second.verb.label.as_str());
            second.negation = Some(Negation::Not).filter(|_| plausible);
            second.negation?;
        } else if self.chance(0.7) {
            (second.tense, second.negation) = (Tense::Past, Some(Negation::Not));
        } else {
            (second.tense, second.negation) = (Tense::Perfect, Some(Negation::NotYet));
        }
        Some(self.joined(first, Coordinator::But, second))
    }

    /// She is washing it because she wants to wear it; she is looking for it, but she cannot find it.
    fn purpose(&mut self, first: Clause, mut second: Clause) -> Option<Utterance> {
        let hard = ["find", "see", "understand", "open", "repair", "catch", "lift", "save", "recognize"];
        if second.verb.course == Course::Stative {
            return None;
        }
        if hard.contains(&second.verb.label.as_str()) && self.chance(0.6) {
            (second.modal, second.negation) = (Some(Modal::Can), Some(Negation::Not));
            return Some(self.joined(first, Coordinator::But, second));
        }
        if second.verb.course == Course::Punctual {
            return None;
        }
        second.modal = Some(*self.stream.choose(&[Modal::Want, Modal::Want, Modal::Must]));
        Some(Utterance::Subordination {
            main: first,
            subordinator: Subordinator::Because,
            subordinate: second,
            subordinate_first: false,
        })
    }

    /// Two statements with a coordinator between them.
    pub(super) fn joined(&mut self, first: Clause, coordinator: Coordinator, second: Clause) -> Utterance {
        Utterance::Coordination(
            Box::new(Utterance::Statement(first)),
            coordinator,
            Box::new(Utterance::Statement(second)),
        )
    }

    /// What the same subject may go on to do with the same object.
    pub(super) fn second_verb(
        &mut self,
        subject: &NounPhrase,
        object: &Nominal,
        first: &'static Verb,
    ) -> Option<&'static Verb> {
        let (_, next) = self.lexicon.chains.iter().find(|(label, _)| *label == first.label)?;
        let fits = |verb: &&'static Verb| {
            let acts = can_act(verb, subject);
            verb.frame == Frame::Transitive
                && next.contains(&verb.label.as_str())
                && !verb.french.swaps
                && !verb.german.swaps
                && !verb.is_generic
                && verb.french.marking != Marking::Bare
                && (!verb.plural_object || object.plural)
                && acts
                && verb.objects.iter().any(|noun| std::ptr::eq(*noun, object.noun))
        };
        let verbs: Vec<&'static Verb> = self.lexicon.verbs.iter().filter(fits).collect();
        self.pick(&verbs)
    }

    /// She is buying the lamp because it is beautiful; he likes it, but it is too expensive.
    pub(super) fn judgement(&mut self) -> Option<Utterance> {
        // What one does to a thing for what it is like.
        let chosen = [
            "buy",
            "sell",
            "choose",
            "rent",
            "like",
            "love",
            "hate",
            "wear",
            "need",
            "use",
            "order",
            "eat",
            "drink",
            "taste",
            "paint",
            "draw",
            "photograph",
            "admire",
            "read",
            "watch",
            "listen_to",
            "clean",
            "wash",
            "visit",
            "open",
            "cook",
            "learn",
            "finish",
            "find",
            "steal",
            "be_interested_in",
            "be_afraid_of",
            "complain_about",
            "repeat",
            "translate",
        ];
        let verbs: Vec<&'static Verb> = self
            .lexicon
            .verbs
            .iter()
            .filter(|verb| verb.frame == Frame::Transitive && chosen.contains(&verb.label.as_str()))
            .collect();
        let verb = self.pick(&verbs)?;
        let mut main = self.core(verb, None)?;
        if !is_person(&main.subject) || many(&main.subject) {
            return None;
        }
        let object = main.object.clone()?;
        let nominal = object.nominal()?;
        if nominal.noun.is("person") || !can_be_resumed(&object) || many(&object) || nominal.adjective.is_some() {
            return None;
        }
        main.tense = match verb.course {
            Course::Stative => Tense::Present,
            Course::Punctual => Tense::Past,
            Course::Dynamic => *self.stream.choose(&[Tense::Present, Tense::Past, Tense::Future]),
        };
        let adjective = self.adjective_for(nominal.noun)?;
        let unwelcome = [
            "bad",
            "boring",
            "terrible",
            "dirty",
            "broken",
            "difficult",
            "strange",
            "dangerous",
            "noisy",
            "cold",
            "hard",
            "expensive",
            "heavy",
            "wrong",
            "slow",
            "wet",
            "wild",
            "sick",
            "weak",
        ];
        // One likes what is good and complains about what is bad.
        let disliking = ["hate", "complain_about", "be_afraid_of", "clean", "wash", "sell"];
        let disliked = disliking.contains(&verb.label.as_str());
        if disliked != unwelcome.contains(&adjective.english.positive.as_str()) {
            return None;
        }
        let mut judgement = bare(self.lexicon.verb_of(Frame::Copula), NounPhrase::Pronoun(object.referent()));
        judgement.tense = if main.tense == Tense::Past { Tense::Past } else { Tense::Present };
        let welcome = [
            "good",
            "beautiful",
            "new",
            "fresh",
            "clean",
            "comfortable",
            "interesting",
            "delicious",
            "cheap",
            "useful",
            "practical",
            "easy",
            "modern",
            "ripe",
            "elegant",
        ];
        // Against it speaks that there is too much of something, or that something good is missing.
        let objection = if disliked {
            None
        } else if welcome.contains(&adjective.english.positive.as_str()) {
            judgement.negation = Some(Negation::Not);
            Some(Attribute::Plain(adjective))
        } else if adjective.can_be_too() {
            let too = self.lexicon.adverbs.iter().find(|adverb| adverb.english == "too")?;
            Some(Attribute::Degree(too, adjective))
        } else {
            None
        };
        if let Some(objection) = objection.filter(|_| self.stream.chance(0.5)) {
            judgement.attribute = Some(objection);
            return Some(self.joined(main, Coordinator::But, judgement));
        }
        judgement.negation = None;
        judgement.attribute = Some(self.praised(adjective)?);
        Some(Utterance::Subordination {
            main,
            subordinator: Subordinator::Because,
            subordinate: judgement,
            subordinate_first: false,
        })
    }

    /// Somebody goes somewhere because somebody else works there.
    pub(super) fn there(&mut self) -> Option<Utterance> {
        let stays: Vec<&'static Verb> = self
            .lexicon
            .verbs
            .iter()
            .filter(|verb| {
                verb.frame == Frame::Location && matches!(verb.english.base.as_str(), "live" | "work" | "wait")
            })
            .collect();
        let verb = self.verb(&[Frame::Motion]);
        let mut main = self.core(verb, None)?;
        main.tense = *self.stream.choose(&[Tense::Present, Tense::Past, Tense::Future]);
        let second_verb = self.pick(&stays)?;
        let fits = match main.goal.as_ref()? {
            Place::Site(phrase) => phrase
                .nominal()
                .is_some_and(|nominal| second_verb.objects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun))),
            Place::Proper(_) => second_verb.proper_goals,
            _ => false,
        };
        if !fits || many(&main.subject) || !is_person(&main.subject) {
            return None;
        }
        let subject = self.subject(second_verb)?;
        if many(&subject) || !is_person(&subject) || subject.referent() == main.subject.referent() {
            return None;
        }
        let mut reason = bare(second_verb, subject);
        reason.goal = Some(Place::There);
        if main.tense == Tense::Past && second_verb.course == Course::Dynamic && self.chance(0.3) {
            reason.tense = Tense::Past;
        }
        Some(Utterance::Subordination {
            main,
            subordinator: Subordinator::Because,
            subordinate: reason,
            subordinate_first: false,
        })
    }
}
