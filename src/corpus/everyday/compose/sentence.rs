//! Whole sentences: one clause, or clauses that belong together and point at each other.

use super::clause::{Load, bare, many};
use super::{Composer, can_be_resumed};
use crate::corpus::everyday::lexicon::{Course, Frame, Verb, When};
use crate::corpus::everyday::meaning::{
    Aspect, Clause, Complement, Coordinator, Determiner, Interrogative, Modal, Negation, Nominal, NounPhrase, Place,
    Quantifier, Referent, Relative, Role, Sex, Subordinator, Tense, Utterance, Wh,
};

impl Composer {
    /// One candidate; none where the draws did not fit together.
    pub(super) fn sentence(&mut self) -> Option<Utterance> {
        if self.chance(0.08) {
            return self.long();
        }
        self.short()
    }

    fn short(&mut self) -> Option<Utterance> {
        match self.weighted(&[16, 4, 3, 5, 7, 14, 11, 12, 11, 8, 2, 1, 3, 5]) {
            0 => self.event(Load::Full).map(Utterance::Statement),
            1 => self.description().map(Utterance::Statement),
            2 => self.existence().map(Utterance::Statement),
            3 => self.polar(),
            4 => self.content_question(),
            5 => self.relative_sentence().map(Utterance::Statement),
            6 => self.reported().map(Utterance::Statement),
            7 => self.resumption(),
            8 => self.subordination(),
            9 => self.infinitive().map(Utterance::Statement),
            10 => self.posture().map(Utterance::Statement),
            11 => self.identity().map(Utterance::Statement),
            12 => self.there(),
            _ => self.judgement(),
        }
    }

    /// Somebody goes somewhere because somebody else works there.
    fn there(&mut self) -> Option<Utterance> {
        let stays: Vec<&'static Verb> = self
            .lexicon
            .verbs
            .iter()
            .filter(|verb| verb.frame == Frame::Location && matches!(verb.english.base.as_str(), "live" | "work" | "wait"))
            .collect();
        let verb = self.verb(&[Frame::Motion]);
        let mut main = self.core(verb, None)?;
        main.tense = *self.stream.choose(&[Tense::Present, Tense::Past, Tense::Future]);
        let second_verb = self.pick(&stays)?;
        let fits = match main.goal.as_ref()? {
            Place::Site(phrase) => phrase.nominal().is_some_and(|nominal| {
                second_verb.objects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun))
            }),
            Place::Proper(_) => second_verb.proper_goals,
            _ => false,
        };
        if !fits || many(&main.subject) || !self.is_person(&main.subject) {
            return None;
        }
        let subject = self.subject(second_verb)?;
        if many(&subject) || !self.is_person(&subject) || subject.referent() == main.subject.referent() {
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

    /// She is buying the lamp because it is beautiful; he likes it, but it is too expensive.
    fn judgement(&mut self) -> Option<Utterance> {
        // What one does to a thing for what it is like.
        let chosen = [
            "buy", "sell", "choose", "rent", "like", "love", "hate", "wear", "need", "use", "order", "eat", "drink", "taste",
            "paint", "draw", "photograph", "admire", "read", "watch", "listen_to", "clean", "wash", "visit", "open", "cook",
            "learn", "finish", "find", "steal", "be_interested_in", "be_afraid_of", "complain_about", "repeat", "translate",
        ];
        let verbs: Vec<&'static Verb> = self
            .lexicon
            .verbs
            .iter()
            .filter(|verb| verb.frame == Frame::Transitive && chosen.contains(&verb.label.as_str()))
            .collect();
        let verb = self.pick(&verbs)?;
        let mut main = self.core(verb, None)?;
        if !self.is_person(&main.subject) || many(&main.subject) {
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
        let adjectives: Vec<_> =
            self.lexicon.adjectives.iter().filter(|a| a.nouns.iter().any(|noun| std::ptr::eq(*noun, nominal.noun))).collect();
        let adjective = self.pick(&adjectives)?;
        let mut judgement = bare(self.lexicon.verb_of(Frame::Copula), NounPhrase::Pronoun(object.referent()));
        judgement.tense = if main.tense == Tense::Past { Tense::Past } else { Tense::Present };
        judgement.attribute = Some(self.graded(adjective, false)?);
        if self.chance(0.4) {
            let too = matches!(&judgement.attribute, Some(crate::corpus::everyday::meaning::Attribute::Degree(degree, _)) if degree.english == "too");
            if !too {
                judgement.attribute = Some(crate::corpus::everyday::meaning::Attribute::Plain(adjective));
                judgement.negation = Some(Negation::Not);
            }
            return Some(self.joined(main, Coordinator::But, judgement));
        }
        Some(Utterance::Subordination {
            main,
            subordinator: Subordinator::Because,
            subordinate: judgement,
            subordinate_first: false,
        })
    }

    /// Two sentences joined, each with clauses of its own.
    fn long(&mut self) -> Option<Utterance> {
        let draw = |composer: &mut Self| match composer.weighted(&[3, 3, 4, 4, 2]) {
            0 => composer.relative_sentence().map(Utterance::Statement),
            1 => composer.reported().map(Utterance::Statement),
            2 => composer.subordination(),
            3 => composer.resumption(),
            _ => composer.infinitive().map(Utterance::Statement),
        };
        let (first, second) = (draw(self)?, draw(self)?);
        let coordinator = if self.chance(0.6) { Coordinator::And } else { Coordinator::But };
        Some(Utterance::Coordination(Box::new(first), coordinator, Box::new(second)))
    }

    fn posture(&mut self) -> Option<Clause> {
        let verb = self.verb(&[Frame::Posture]);
        let mut clause = self.core(verb, None)?;
        if self.chance(0.3) {
            clause.tense = Tense::Past;
        }
        if !many(&clause.subject) && self.chance(0.25) {
            clause.negation = Some(if self.chance(0.6) { Negation::Not } else { Negation::NoLonger });
        }
        Some(clause)
    }

    /// Is, does, has it? Questions are asked about others, and about you.
    fn polar(&mut self) -> Option<Utterance> {
        let mut clause = if self.chance(0.2) { self.description()? } else { self.event(Load::Bare)? };
        if clause.negation.is_some() || clause.subject.negates() || clause.tense == Tense::Perfect && self.chance(0.5) {
            return None;
        }
        let own = matches!(&clause.subject, NounPhrase::Pronoun(referent) if referent.person == 1);
        if own && clause.attribute.is_some() {
            return None;
        }
        if (own || self.chance(0.4)) && self.is_person(&clause.subject) && clause.attribute.is_none() {
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

    fn is_person(&self, phrase: &NounPhrase) -> bool {
        match phrase {
            NounPhrase::Nominal(nominal) => nominal.noun.is("person"),
            NounPhrase::Impersonal | NounPhrase::Gap(_) => false,
            _ => true,
        }
    }

    /// After the subject has changed: nobody acts on himself by a plain pronoun, and "his" has lost its owner.
    fn reconcile(&mut self, clause: &mut Clause) -> Option<()> {
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

    fn content_question(&mut self) -> Option<Utterance> {
        let (wh, mut clause) = self.asked()?;
        known(&mut clause.subject);
        let own = matches!(&clause.subject, NounPhrase::Pronoun(referent) if referent.person == 1);
        if wh != Wh::Subject && (own || self.chance(0.4)) && self.is_person(&clause.subject) {
            clause.subject = NounPhrase::Pronoun(Referent::speech(2, false));
            self.reconcile(&mut clause)?;
        }
        Some(Utterance::Content(wh, clause))
    }

    /// A clause with what it asks for.
    fn asked(&mut self) -> Option<(Wh, Clause)> {
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
                if !self.is_person(&clause.subject) || verb.french.swaps {
                    return None;
                }
                clause.subject = NounPhrase::Interrogative(Interrogative::Who);
                self.reconcile(&mut clause)?;
                let his = |phrase: &Option<NounPhrase>| {
                    phrase.as_ref().and_then(|phrase| phrase.nominal()).is_some_and(|nominal| {
                        matches!(nominal.determiner, Determiner::Possessive(owner) if owner.person == 3)
                    })
                };
                if his(&clause.object) || his(&clause.recipient) {
                    return None;
                }
            }
            Wh::Object => clause.object = Some(self.asked_object(verb)?),
            Wh::Where if matches!(verb.english.base.as_str(), "come" | "return") => return None,
            Wh::Where => clause.goal = None,
            Wh::When | Wh::Why => {}
        }
        self.asked_tense(wh, &mut clause)?;
        Some((wh, clause))
    }

    fn asked_object(&mut self, verb: &'static Verb) -> Option<NounPhrase> {
        if verb.french.swaps || verb.german.swaps || verb.is_generic {
            return None;
        }
        let persons = verb.objects.iter().all(|noun| noun.is("person"));
        let things = verb.objects.iter().all(|noun| !noun.is("person") && !noun.is("animal"));
        Some(match (self.chance(0.5), persons, things) {
            (true, true, _) if verb.is_direct() => NounPhrase::Interrogative(Interrogative::Who),
            (true, _, true) if verb.is_direct() && !verb.plural_object => NounPhrase::Interrogative(Interrogative::What),
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

    fn asked_tense(&mut self, wh: Wh, clause: &mut Clause) -> Option<()> {
        let course = clause.verb.course;
        let punctual = course == Course::Punctual;
        clause.tense = match (wh, course) {
            (Wh::When, Course::Stative) => return None,
            (Wh::When, _) => *self.stream.choose(&[Tense::Past, Tense::Future]),
            (_, Course::Stative) => *self.stream.choose(&[Tense::Present, Tense::Present, Tense::Past]),
            _ if punctual => *self.stream.choose(&[Tense::Past, Tense::Future]),
            _ => *self.stream.choose(&[Tense::Present, Tense::Past, Tense::Future]),
        };
        if self.chance(0.15) && course != Course::Stative && !clause.verb.french.swaps && wh != Wh::When && self.is_person(&clause.subject) {
            clause.tense = Tense::Present;
            clause.modal = Some(*self.stream.choose(&[Modal::Can, Modal::Want, Modal::Should, Modal::WouldLike]));
        }
        if matches!(wh, Wh::Why) && self.chance(0.3) && clause.object.as_ref().is_none_or(|object| !many(object)) {
            clause.negation = Some(Negation::Not);
            if let Some(NounPhrase::Nominal(nominal)) = &mut clause.object
                && nominal.determiner == Determiner::Indefinite
            {
                nominal.determiner = if clause.verb.is_direct() { Determiner::Any } else { Determiner::Definite };
            }
        }
        Some(())
    }

    /// A clause whose subject or object is told about in a clause of its own.
    fn relative_sentence(&mut self) -> Option<Clause> {
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
        if clause.time.is_some() && !clause.time_first || clause.verb.french.swaps || clause.negation == Some(Negation::NotYet) {
            return None;
        }
        let NounPhrase::Nominal(nominal) = clause.object.as_mut()? else { return None };
        **nominal = self.with_relative(nominal)?;
        Some(clause)
    }

    fn with_relative(&mut self, nominal: &Nominal) -> Option<Nominal> {
        let relatable = matches!(
            nominal.determiner,
            Determiner::Definite | Determiner::Indefinite | Determiner::Demonstrative | Determiner::Many | Determiner::Numeral(_)
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
                        && matches!(verb.frame, Frame::Transitive | Frame::Intransitive | Frame::Location | Frame::Motion)
                        && !verb.french.swaps
                        && !(verb.frame == Frame::Intransitive && verb.course == Course::Stative)
                }
                Role::Object => {
                    verb.objects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun))
                        && matches!(verb.frame, Frame::Transitive)
                        && (!verb.plural_object || nominal.plural)
                        && !verb.is_generic
                        && verb.french.marking != crate::corpus::everyday::french::Marking::Bare
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

    fn relative_subject(&mut self, verb: &'static Verb) -> Option<NounPhrase> {
        let subject = self.subject(verb)?;
        let heavy = subject.nominal().is_some_and(|nominal| nominal.possessor.is_some());
        if heavy || many(&subject) { None } else { Some(subject) }
    }

    /// A plain tense for a clause that only tells more of something.
    fn told(&mut self, clause: &mut Clause) {
        clause.tense = match clause.verb.course {
            Course::Stative => Tense::Present,
            Course::Dynamic if self.chance(0.4) => Tense::Present,
            _ => Tense::Past,
        };
        if clause.tense == Tense::Past && clause.verb.course != Course::Stative && self.chance(0.25) {
            let times: Vec<_> = self.lexicon.times.iter().filter(|time| time.when == When::Past).collect();
            clause.time = self.pick(&times);
        }
    }

    /// She knows that, he asks whether, I know where.
    fn reported(&mut self) -> Option<Clause> {
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
    fn infinitive(&mut self) -> Option<Clause> {
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
        if !self.is_person(&clause.subject) || verb.course != Course::Dynamic || verb.french.swaps || purpose && !verb.is_aim {
            return None;
        }
        let who = clause.subject.referent();
        let acts = match &clause.subject {
            NounPhrase::Nominal(nominal) => verb.subjects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun)),
            _ => verb.subjects.iter().any(|noun| noun.is("man")),
        };
        let third_unclear = !can_be_resumed(&clause.subject);
        if !acts || third_unclear || matches!(clause.subject, NounPhrase::Quantifier(_)) {
            return None;
        }
        let inner = Box::new(self.core(verb, Some(NounPhrase::Pronoun(who)))?);
        clause.complement = Some(if purpose { Complement::Purpose(inner) } else { Complement::Infinitive(inner) });
        Some(clause)
    }

    /// A clause, and a second one that takes up its subject and its object by pronouns.
    fn resumption(&mut self) -> Option<Utterance> {
        let verb = self.verb(&[Frame::Transitive]);
        if verb.french.swaps || verb.german.swaps {
            return None;
        }
        let mut first = self.core(verb, None)?;
        if !can_be_resumed(&first.subject) || !self.is_person(&first.subject) || many(&first.subject) {
            return None;
        }
        let object = first.object.clone()?;
        let NounPhrase::Nominal(nominal) = &object else { return None };
        if !can_be_resumed(&object) || nominal.noun.is("person") && nominal.noun.referent(false).sex == first.subject.referent().sex {
            return None;
        }
        if nominal.noun.is("mass") && nominal.determiner == Determiner::Indefinite || matches!(nominal.determiner, Determiner::Many | Determiner::Few) {
            return None;
        }
        let second_verb = self.second_verb(&first.subject, nominal, verb)?;
        let mut second = bare(second_verb, NounPhrase::Pronoun(first.subject.referent()));
        second.object = Some(NounPhrase::Pronoun(object.referent()));
        first.tense = match verb.course {
            Course::Stative => Tense::Present,
            Course::Punctual => Tense::Past,
            Course::Dynamic => *self.stream.choose(&[Tense::Present, Tense::Past, Tense::Past]),
        };
        match (first.tense, second_verb.course, self.chance(0.65)) {
            (Tense::Past, course, true) => {
                if course == Course::Stative {
                    second.tense = Tense::Present;
                } else {
                    second.tense = Tense::Past;
                }
                second.negation = Some(if course == Course::Stative || self.chance(0.7) { Negation::Not } else { Negation::NotYet });
                if second.negation == Some(Negation::NotYet) {
                    second.tense = Tense::Perfect;
                }
                let plausible = ["need", "understand", "like", "know"].contains(&second_verb.label.as_str());
                if course == Course::Stative && !plausible {
                    return None;
                }
                Some(self.joined(first, Coordinator::But, second))
            }
            (Tense::Past, Course::Dynamic, false) => {
                second.tense = Tense::Future;
                let times: Vec<_> = self.lexicon.times.iter().filter(|time| time.when == When::Future).collect();
                second.time = self.pick(&times);
                Some(self.joined(first, Coordinator::And, second))
            }
            (Tense::Present, Course::Dynamic | Course::Punctual, _) => {
                // In vain: is looking for it, but cannot find it.
                let hard = ["find", "see", "understand", "open", "repair", "catch", "lift", "save", "recognize"];
                if hard.contains(&second_verb.label.as_str()) && self.chance(0.6) {
                    second.modal = Some(Modal::Can);
                    second.negation = Some(Negation::Not);
                    return Some(self.joined(first, Coordinator::But, second));
                }
                if second_verb.course == Course::Punctual || second_verb.label == "see" {
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
            _ => None,
        }
    }

    fn joined(&mut self, first: Clause, coordinator: Coordinator, second: Clause) -> Utterance {
        Utterance::Coordination(Box::new(Utterance::Statement(first)), coordinator, Box::new(Utterance::Statement(second)))
    }

    /// Another verb that the same subject can do to the same object.
    fn second_verb(&mut self, subject: &NounPhrase, object: &Nominal, first: &'static Verb) -> Option<&'static Verb> {
        let (_, next) = self.lexicon.chains.iter().find(|(label, _)| *label == first.label)?;
        let fits = |verb: &&'static Verb| {
            let acts = match subject {
                NounPhrase::Nominal(nominal) => verb.subjects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun)),
                _ => verb.subjects.iter().any(|noun| noun.is("man")),
            };
            verb.frame == Frame::Transitive
                && next.contains(&verb.label.as_str())
                && !verb.french.swaps
                && !verb.german.swaps
                && !verb.is_generic
                && verb.french.marking != crate::corpus::everyday::french::Marking::Bare
                && (!verb.plural_object || object.plural)
                && acts
                && verb.objects.iter().any(|noun| std::ptr::eq(*noun, object.noun))
        };
        let verbs: Vec<&'static Verb> = self.lexicon.verbs.iter().filter(fits).collect();
        self.pick(&verbs)
    }

    fn subordination(&mut self) -> Option<Utterance> {
        let subordinator = [Subordinator::Because, Subordinator::If, Subordinator::When, Subordinator::While]
            [self.weighted(&[4, 3, 3, 2])];
        let (main, subordinate) = match subordinator {
            Subordinator::Because => {
                let mut main = self.event(Load::Bare)?;
                if main.verb.course != Course::Dynamic {
                    return None;
                }
                main.time = None;
                let reason = self.reason(&main.subject)?;
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
    fn reason(&mut self, subject: &NounPhrase) -> Option<Clause> {
        if !self.is_person(subject) || !can_be_resumed(subject) || many(subject) {
            let mut weather = self.weather();
            weather.tense = *self.stream.choose(&[Tense::Present, Tense::Past]);
            return Some(weather);
        }
        let pronoun = NounPhrase::Pronoun(subject.referent());
        match self.weighted(&[2, 4, 4, 2]) {
            0 => Some(self.weather()),
            1 => {
                let states = ["tired", "happy", "sad", "sick", "angry", "worried", "nervous", "curious", "disappointed", "proud"];
                let state = *self.stream.choose(&states);
                let adjective = self.lexicon.adjectives.iter().find(|adjective| adjective.english.positive == state)?;
                let mut clause = bare(self.lexicon.verb_of(Frame::Copula), pronoun);
                clause.attribute = Some(crate::corpus::everyday::meaning::Attribute::Plain(adjective));
                Some(clause)
            }
            2 => {
                let verb = self.event_verb();
                if verb.course != Course::Dynamic || verb.french.swaps || !verb.subjects.iter().any(|noun| noun.is("man")) {
                    return None;
                }
                let mut clause = self.core(verb, Some(pronoun))?;
                clause.modal = Some(*self.stream.choose(&[Modal::Want, Modal::Must]));
                Some(clause)
            }
            _ => {
                let states = ["be hungry", "be thirsty", "be cold", "be bored"];
                let state = *self.stream.choose(&states);
                let verb = self.lexicon.verbs.iter().find(|verb| {
                    verb.english.is_be() && verb.english.fixed.as_deref() == state.strip_prefix("be ")
                })?;
                Some(bare(verb, pronoun))
            }
        }
    }

    /// If it rains, we will stay at home.
    fn condition(&mut self) -> Option<(Clause, Clause)> {
        let mut condition = if self.chance(0.3) { self.weather() } else {
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

    fn negate_plainly(&mut self, clause: &mut Clause) -> Option<()> {
        if clause.object.as_ref().is_some_and(many) {
            return None;
        }
        clause.negation = Some(Negation::Not);
        if let Some(NounPhrase::Nominal(nominal)) = &mut clause.object
            && nominal.determiner == Determiner::Indefinite
        {
            nominal.determiner = if clause.verb.is_direct() { Determiner::Any } else { Determiner::Definite };
        }
        Some(())
    }

    /// When somebody came, something happened.
    fn story(&mut self) -> Option<(Clause, Clause)> {
        let subordinate = self.happening(None)?;
        let main = self.happening(Some(&subordinate.subject))?;
        let mut clauses = [main, subordinate];
        for clause in &mut clauses {
            clause.tense = Tense::Past;
            clause.aspect = Aspect::Narrative;
        }
        let [main, subordinate] = clauses;
        Some((main, subordinate))
    }

    /// The subject again as a pronoun, more often than not, if it can do what the verb says.
    fn resumed(&mut self, subject: &NounPhrase, verb: &'static Verb) -> Option<NounPhrase> {
        let acts = match subject {
            NounPhrase::Nominal(nominal) => verb.subjects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun)),
            NounPhrase::Impersonal => false,
            _ => verb.subjects.iter().any(|noun| noun.is("man")),
        };
        let again = acts && can_be_resumed(subject) && self.chance(0.7);
        again.then(|| NounPhrase::Pronoun(subject.referent()))
    }

    fn happening(&mut self, after: Option<&NounPhrase>) -> Option<Clause> {
        let verb = self.event_verb();
        let fits = verb.course != Course::Stative && !verb.french.swaps;
        let again = after.and_then(|subject| self.resumed(subject, verb));
        let clause = self.core(verb, again).filter(|_| fits)?;
        // "Als du wuschst" is nothing that anybody says.
        let you = matches!(&clause.subject, NounPhrase::Pronoun(referent) if referent.person == 2);
        if you || clause.subject.negates() || many(&clause.subject) { None } else { Some(clause) }
    }

    fn under_way(&mut self) -> Option<Clause> {
        let verb = self.event_verb();
        if verb.course != Course::Dynamic {
            return None;
        }
        let clause = self.core(verb, None)?;
        let thing = clause.subject.referent().sex == Sex::Neither && !self.is_person(&clause.subject);
        if thing || many(&clause.subject) { None } else { Some(clause) }
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
