//! Clauses: a verb with what its frame asks for, a tense, and adjuncts that agree with it.

use super::Composer;
use super::noun_phrase::plain;
use crate::corpus::everyday::lexicon::{Adjective, AdverbKind, Course, Frame, TimeExpression, Verb, When};
use crate::corpus::everyday::meaning::{
    Aspect, Attribute, Clause, Determiner, Modal, Negation, NounPhrase, Place, Quantifier, Sex, Tense,
};

/// How much a clause may carry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    /// Adjuncts and times.
    Full,
    /// Only what the verb asks for.
    Bare,
}

impl Composer {
    pub(super) fn verb(&mut self, frames: &[Frame]) -> &'static Verb {
        let verbs: Vec<_> = self.lexicon.verbs.iter().filter(|verb| frames.contains(&verb.frame)).collect();
        *self.stream.choose::<&'static Verb>(&verbs)
    }

    /// A frame by how often it is wanted.
    pub(super) fn event_verb(&mut self) -> &'static Verb {
        let frame = match self.weighted(&[50, 14, 12, 6, 5, 13]) {
            0 => Frame::Transitive,
            1 => Frame::Ditransitive,
            2 => Frame::Motion,
            3 => Frame::Location,
            4 => Frame::Putting,
            _ => Frame::Intransitive,
        };
        self.verb(&[frame])
    }

    /// A verb with its subject and what its frame asks for, in the present.
    pub(super) fn core(&mut self, verb: &'static Verb, subject: Option<NounPhrase>) -> Option<Clause> {
        let subject = match subject {
            Some(subject) => subject,
            None => self.subject(verb)?,
        };
        let mut clause = bare(verb, subject);
        match verb.frame {
            Frame::Transitive => clause.object = Some(self.object(verb, &clause.subject)?),
            Frame::Ditransitive => {
                clause.object = Some(self.object(verb, &clause.subject)?);
                clause.recipient = Some(self.recipient(&clause.subject)?);
            }
            Frame::Motion | Frame::Location => clause.goal = Some(self.goal(verb)?),
            Frame::Putting => {
                let object = self.object(verb, &clause.subject)?;
                clause.goal = Some(self.spot(object.nominal()?.noun)?);
                clause.object = Some(object);
            }
            Frame::Posture => clause.goal = Some(self.spot(clause.subject.nominal()?.noun)?),
            _ => {}
        }
        Some(clause)
    }

    /// A clause about an event or a state, with a tense and adjuncts.
    pub(super) fn event(&mut self, load: Load) -> Option<Clause> {
        let verb = self.event_verb();
        let mut clause = self.core(verb, None)?;
        self.colour(&mut clause, load);
        Some(clause)
    }

    /// Tense, negation and adjuncts.
    pub(super) fn colour(&mut self, clause: &mut Clause, load: Load) {
        self.adjuncts(clause, load);
        if clause.modal.is_none() {
            self.tense(clause, load);
        }
        if !clause.subject.negates() && self.chance(0.2) {
            self.negate(clause);
        }
        if load == Load::Full && clause.time.is_none() && self.chance(0.04) {
            let openers: Vec<_> = self.lexicon.adverbs.iter().filter(|adverb| adverb.kind == AdverbKind::Opener).collect();
            let sudden = clause.tense == Tense::Past && clause.modal.is_none() && clause.negation.is_none();
            let sudden = sudden && clause.verb.course != Course::Stative;
            clause.opener = self.pick(&openers).filter(|opener| sudden || opener.english != "suddenly");
        }
        self.quantify_object(clause);
    }

    fn adjuncts(&mut self, clause: &mut Clause, load: Load) {
        let verb = clause.verb;
        if verb.frame == Frame::Motion && self.chance(0.35) && verb.english.base == "go" && verb.proper_goals {
            let public = self.chance(0.6);
            clause.means = self.noun_of(if public { "public" } else { "car" });
        }
        if verb.takes_manner && self.chance(0.22) {
            let plural = clause.subject.referent().plural;
            let manners: Vec<_> = self
                .lexicon
                .adverbs
                .iter()
                .filter(|adverb| adverb.kind == AdverbKind::Manner && (plural || adverb.english != "together"))
                .collect();
            clause.manner = self.pick(&manners);
        }
        let wants_place = if verb.frame == Frame::Intransitive { 0.5 } else { 0.25 };
        if verb.takes_place && load == Load::Full && self.chance(wants_place) {
            clause.place = self.scene();
        }
    }

    /// A tense that the verb can bear, and a time that fits it.
    fn tense(&mut self, clause: &mut Clause, load: Load) {
        let course = clause.verb.course;
        let stative = course == Course::Stative;
        // Present, habit, past, future, perfect, modal.
        let weights = match course {
            Course::Dynamic => [24, 16, 28, 14, 6, 18],
            Course::Stative => [55, 8, 25, 0, 0, 4],
            Course::Punctual => [0, 10, 46, 16, 14, 14],
        };
        match self.weighted(&weights) {
            0 => {
                let ongoing = load == Load::Full && !stative && self.chance(0.2);
                self.time(clause, &[When::Present], ongoing);
            }
            1 => self.habit(clause),
            2 => {
                clause.tense = Tense::Past;
                let dated = load == Load::Full && !stative && self.chance(0.5);
                self.time(clause, &[When::Past, When::Past, When::Any], dated);
            }
            3 => {
                clause.tense = Tense::Future;
                let dated = load == Load::Full && self.chance(0.6);
                self.time(clause, &[When::Future, When::Future, When::Any], dated);
            }
            4 if clause.manner.is_none() && !clause.subject.negates() => {
                clause.tense = Tense::Perfect;
                if !many(&clause.subject) && !clause.object.as_ref().is_some_and(many) && self.chance(0.4) {
                    clause.negation = Some(Negation::NotYet);
                }
            }
            4 => clause.tense = Tense::Past,
            _ => self.modal(clause, load),
        }
    }

    fn habit(&mut self, clause: &mut Clause) {
        clause.aspect = Aspect::Habitual;
        if clause.verb.course != Course::Stative && self.chance(0.55) {
            self.time(clause, &[When::Habit], true);
        } else {
            let adverbs: Vec<_> = self.lexicon.adverbs.iter().filter(|adverb| adverb.kind == AdverbKind::Frequency).collect();
            clause.frequency = self.pick(&adverbs);
        }
    }

    fn modal(&mut self, clause: &mut Clause, load: Load) {
        let person = clause.subject.referent().sex != Sex::Neither || clause.subject.nominal().is_some_and(|n| n.noun.is("person"));
        let modal = *self.stream.choose(&[
            Modal::Can,
            Modal::Must,
            Modal::Want,
            Modal::Should,
            Modal::WouldLike,
            Modal::Like,
            Modal::Prefer,
        ]);
        let liking = matches!(modal, Modal::Like | Modal::Prefer);
        let stative = clause.verb.course == Course::Stative;
        if !person || clause.verb.french.swaps || stative || liking && clause.verb.course == Course::Punctual {
            clause.tense = Tense::Past;
            return;
        }
        clause.modal = Some(modal);
        if matches!(modal, Modal::Can | Modal::Must | Modal::Want) && self.chance(0.3) {
            clause.tense = Tense::Past;
        }
        if !liking && modal != Modal::Want && load == Load::Full && clause.tense == Tense::Present && self.chance(0.35) {
            self.time(clause, &[When::Future, When::Any], true);
        }
    }

    fn time(&mut self, clause: &mut Clause, whens: &[When], wanted: bool) {
        if !wanted || clause.time.is_some() {
            return;
        }
        let when = *self.stream.choose(whens);
        let times: Vec<&'static TimeExpression> = self.lexicon.times.iter().filter(|time| time.when == when).collect();
        clause.time = self.pick(&times);
        clause.time_first = self.chance(0.4);
    }

    fn negate(&mut self, clause: &mut Clause) {
        let habitual = clause.aspect == Aspect::Habitual;
        if clause.negation.is_some()
            || clause.frequency.is_some()
            || clause.manner.is_some()
            || clause.tense == Tense::Perfect
            || matches!(clause.modal, Some(Modal::Must | Modal::Prefer | Modal::WouldLike))
            || clause.object.as_ref().is_some_and(many)
            || many(&clause.subject)
            || matches!(clause.subject, NounPhrase::Quantifier(_))
        {
            return;
        }
        let present = clause.tense == Tense::Present && clause.modal.is_none() && clause.time.is_none();
        let negation = match (present, clause.verb.course) {
            (true, Course::Punctual) => Negation::Never,
            (true, _) if !habitual => {
                *self.stream.choose(&[Negation::Not, Negation::Not, Negation::Never, Negation::NoLonger])
            }
            _ => Negation::Not,
        };
        if habitual && clause.time.is_none() {
            return;
        }
        clause.negation = Some(negation);
    }

    /// An indefinite object in a negated clause is "no" object; now and then the object is nobody or nothing.
    fn quantify_object(&mut self, clause: &mut Clause) {
        let direct = clause.verb.is_direct();
        if clause.negation.is_some() {
            if let Some(NounPhrase::Nominal(nominal)) = &mut clause.object
                && nominal.determiner == Determiner::Indefinite
            {
                nominal.determiner = if direct { Determiner::Any } else { Determiner::Definite };
            }
            return;
        }
        let plain_clause = clause.verb.frame == Frame::Transitive
            && direct
            && clause.manner.is_none()
            && clause.frequency.is_none()
            && clause.tense != Tense::Perfect
            && !clause.subject.negates();
        if plain_clause && self.chance(0.04) {
            let person = clause.verb.objects.iter().all(|noun| noun.is("person"));
            let thing = clause.verb.objects.iter().all(|noun| !noun.is("person"));
            let quantifiers: &[Quantifier] = match (person, thing) {
                (true, _) => &[Quantifier::Nobody, Quantifier::Somebody],
                (_, true) if !clause.verb.plural_object => &[Quantifier::Nothing, Quantifier::Something],
                _ => return,
            };
            clause.object = Some(NounPhrase::Quantifier(*self.stream.choose(quantifiers)));
        }
    }

    /// Somebody or something is tall, bigger than, my neighbor.
    pub(super) fn description(&mut self) -> Option<Clause> {
        let adjective = self.stream.choose(&self.lexicon.adjectives);
        let noun = self.pick(&adjective.nouns)?;
        let verb = self.lexicon.verb_of(Frame::Copula);
        let subject = if noun.is("person") && adjective.nouns.iter().any(|n| n.is("man")) && self.chance(0.4) {
            self.subject(verb)?
        } else {
            self.described(noun)
        };
        if matches!(subject, NounPhrase::Quantifier(_)) {
            return None;
        }
        let mut clause = bare(verb, subject);
        let than = self.pick(&adjective.nouns).filter(|than| !std::ptr::eq(*than, noun) && than.is_like(noun));
        clause.attribute = Some(match (self.weighted(&[7, 3]), than) {
            (0, Some(than)) if adjective.is_gradable() => {
                let than = self.described(than);
                if self.chance(0.7) { Attribute::More(adjective, than) } else { Attribute::Equal(adjective, than) }
            }
            _ => self.graded(adjective, true)?,
        });
        if self.chance(0.3) {
            clause.tense = Tense::Past;
        }
        if matches!(clause.attribute, Some(Attribute::Plain(_) | Attribute::Degree(..) | Attribute::Equal(..)))
            && !many(&clause.subject)
            && self.chance(0.2)
        {
            clause.negation = Some(if self.chance(0.75) { Negation::Not } else { Negation::NoLonger });
        }
        Some(clause)
    }

    /// An adjective with or without very, too, quite.
    pub(super) fn graded(&mut self, adjective: &'static Adjective, plainly: bool) -> Option<Attribute> {
        if !adjective.is_gradable() || plainly && self.chance(0.5) || self.chance(0.25) {
            return Some(Attribute::Plain(adjective));
        }
        let degrees: Vec<_> = self.lexicon.adverbs.iter().filter(|adverb| {
                adverb.kind == AdverbKind::Degree && (adverb.english != "too" || adjective.can_be_too())
            })
            .collect();
        Some(Attribute::Degree(self.pick(&degrees)?, adjective))
    }

    /// Somebody is somebody's neighbor.
    pub(super) fn identity(&mut self) -> Option<Clause> {
        let noun = self.noun_of("kin")?;
        let sex = noun.referent(false).sex;
        let subject = if self.chance(0.7) {
            self.name()
        } else {
            let person = self.noun_of("job")?;
            NounPhrase::Nominal(Box::new(plain(person, if self.chance(0.5) { Determiner::Definite } else { Determiner::Demonstrative })))
        };
        if subject.referent().sex != sex {
            return None;
        }
        let mut nominal = plain(noun, Determiner::Possessive(self.speaker(noun)));
        if self.chance(0.4) {
            nominal.determiner = Determiner::Definite;
            nominal.possessor = Some(self.possessor(noun));
            if let (Some(NounPhrase::Name(a)), NounPhrase::Name(b)) = (&nominal.possessor, &subject)
                && a.name == b.name
            {
                return None;
            }
        }
        let mut clause = bare(self.lexicon.verb_of(Frame::Copula), subject);
        clause.attribute = Some(Attribute::Identity(NounPhrase::Nominal(Box::new(nominal))));
        if self.chance(0.3) {
            clause.negation = Some(Negation::Not);
        }
        Some(clause)
    }

    /// A definite noun to be described or compared with.
    fn described(&mut self, noun: &'static crate::corpus::everyday::lexicon::Noun) -> NounPhrase {
        let mut nominal = plain(noun, Determiner::Definite);
        if !noun.is("unique") {
            match self.weighted(&[60, 15, 25]) {
                1 => nominal.determiner = Determiner::Demonstrative,
                2 if noun.can_be_owned() || noun.is("kin") => nominal.determiner = Determiner::Possessive(self.speaker(noun)),
                _ => {}
            }
            if noun.is("family") {
                nominal.determiner = Determiner::Possessive(self.speaker(noun));
            }
            nominal.plural = self.number(noun, nominal.determiner);
        }
        NounPhrase::Nominal(Box::new(nominal))
    }

    pub(super) fn weather(&mut self) -> Clause {
        bare(self.verb(&[Frame::Weather]), NounPhrase::Impersonal)
    }

    /// There is a book on the table.
    pub(super) fn existence(&mut self) -> Option<Clause> {
        let verb = self.verb(&[Frame::Posture]);
        let noun = self.pick(&verb.subjects)?;
        let mut nominal = plain(noun, Determiner::Indefinite);
        match self.weighted(&[55, 18, 10, 10, 7]) {
            0 => {}
            4 => nominal.determiner = Determiner::No,
            1 => nominal.determiner = Determiner::Numeral(2 + self.weighted(&[5, 4, 3, 2, 1]) as u8),
            2 => nominal.determiner = Determiner::Many,
            _ => nominal.determiner = Determiner::Few,
        }
        if noun.is("mass") {
            nominal.determiner = Determiner::Indefinite;
        }
        nominal.plural = !matches!(nominal.determiner, Determiner::Indefinite | Determiner::No);
        if self.chance(0.35) {
            let fitting: Vec<_> = self.lexicon.adjectives.iter().filter(|a| a.nouns.iter().any(|n| std::ptr::eq(*n, noun))).collect();
            nominal.adjective = self.pick(&fitting);
        }
        let mut clause = bare(verb, NounPhrase::Nominal(Box::new(nominal)));
        clause.goal = Some(self.spot(noun)?);
        clause.existential = true;
        if self.chance(0.3) {
            clause.tense = Tense::Past;
        }
        Some(clause)
    }
}

/// A phrase whose scope under a negation would be unclear.
pub(super) fn many(phrase: &NounPhrase) -> bool {
    match phrase {
        NounPhrase::Nominal(nominal) => matches!(
            nominal.determiner,
            Determiner::Many | Determiner::Few | Determiner::Every | Determiner::All | Determiner::No | Determiner::Numeral(_)
        ),
        NounPhrase::Quantifier(_) => true,
        _ => false,
    }
}

/// A verb and its subject in the present, and nothing else yet.
pub(super) fn bare(verb: &'static Verb, subject: NounPhrase) -> Clause {
    Clause {
        subject,
        verb,
        object: None,
        recipient: None,
        attribute: None,
        goal: None::<Place>,
        means: None,
        manner: None,
        place: None,
        time: None,
        time_first: false,
        opener: None,
        frequency: None,
        complement: None,
        tense: Tense::Present,
        modal: None,
        negation: None,
        aspect: Aspect::Ongoing,
        existential: false,
    }
}
