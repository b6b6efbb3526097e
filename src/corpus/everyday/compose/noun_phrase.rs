//! Noun phrases: who acts, what is acted on, where.

use super::{Composer, can_be_resumed};
use crate::corpus::everyday::french::Marking;
use crate::corpus::everyday::lexicon::{AdverbKind, Frame, Noun, Verb};
use crate::corpus::everyday::meaning::{Determiner, Nominal, NounPhrase, Place, Quantifier, Referent, Relation, Sex};

/// Determiners, each with a weight, that a phrase may take.
type Choice = &'static [(Determiner, usize)];

const SUBJECTS: Choice = &[
    (Determiner::Definite, 60),
    (Determiner::Demonstrative, 8),
    (Determiner::Indefinite, 4),
    (Determiner::Numeral(2), 4),
    (Determiner::Many, 2),
    (Determiner::Few, 2),
    (Determiner::Every, 2),
    (Determiner::All, 3),
    (Determiner::No, 1),
];

const OBJECTS: Choice = &[
    (Determiner::Definite, 40),
    (Determiner::Indefinite, 24),
    (Determiner::Demonstrative, 8),
    (Determiner::Numeral(2), 5),
    (Determiner::Many, 3),
    (Determiner::Few, 3),
    (Determiner::All, 2),
];

impl Composer {
    /// Somebody or something that may be the subject of the verb.
    pub(super) fn subject(&mut self, verb: &'static Verb) -> Option<NounPhrase> {
        let adults =
            verb.subjects.iter().any(|noun| noun.is("man")) && verb.subjects.iter().any(|noun| noun.is("woman"));
        if !adults {
            let noun = self.pick(&verb.subjects)?;
            return Some(self.nominal(noun, SUBJECTS, None));
        }
        Some(match self.weighted(&[30, 18, 6, 3, 43]) {
            0 => NounPhrase::Pronoun(self.pronoun(verb.french.swaps)),
            1 => self.name(),
            2 => self.pair(),
            3 => NounPhrase::Quantifier(*self.stream.choose(&[
                Quantifier::Everybody,
                Quantifier::Somebody,
                Quantifier::Nobody,
            ])),
            _ => {
                let noun = self.pick(&verb.subjects)?;
                self.nominal(noun, SUBJECTS, None)
            }
        })
    }

    /// A person of the conversation, or of an untold story. Where the pronoun will be a French dative, which hides its
    /// gender, only the conversation will do.
    fn pronoun(&mut self, dative: bool) -> Referent {
        let third = [Sex::Male, Sex::Female].map(|sex| Referent::someone(sex, false));
        let speech = [Referent::speech(1, false), Referent::speech(2, false), Referent::speech(1, true)];
        match self.weighted(&[4, 3, 3, if dative { 0 } else { 7 }, if dative { 0 } else { 2 }]) {
            3 => *self.stream.choose(&third),
            4 => Referent::someone(Sex::Male, true),
            index => speech[index],
        }
    }

    pub(super) fn name(&mut self) -> NounPhrase {
        NounPhrase::Name(self.stream.choose(&self.lexicon.names))
    }

    /// Paul and his sister; the baker and the cook.
    fn pair(&mut self) -> NounPhrase {
        let first = self.name();
        let second = match (self.chance(0.5), self.noun_of("kin")) {
            (true, Some(noun)) if suits(noun, first.referent()) => {
                let owner = Determiner::Possessive(first.referent());
                NounPhrase::Nominal(Box::new(plain(noun, owner)))
            }
            _ => loop {
                let second = self.name();
                if let (NounPhrase::Name(a), NounPhrase::Name(b)) = (&first, &second)
                    && a.name != b.name
                {
                    break second;
                }
            },
        };
        NounPhrase::Pair(Box::new(first), Box::new(second))
    }

    /// A noun with a determiner of the list, sometimes an adjective; `owner` is whom "his" and "her" may mean.
    fn nominal(&mut self, noun: &'static Noun, choice: Choice, owner: Option<Referent>) -> NounPhrase {
        let mut nominal = plain(noun, Determiner::Definite);
        if noun.is("language") || noun.is("game") {
            nominal.determiner = Determiner::Generic;
            return NounPhrase::Nominal(Box::new(nominal));
        }
        let weights: Vec<usize> = choice.iter().map(|(_, weight)| *weight).collect();
        let (determiner, _) = choice[self.weighted(&weights)];
        let own = match (noun.is("family"), noun.is("kin"), noun.can_be_owned()) {
            (true, ..) => 1.0,
            (_, true, _) => 0.6,
            (_, _, true) => 0.22,
            _ => 0.0,
        };
        nominal.determiner = if noun.is("unique") {
            Determiner::Definite
        } else if self.chance(own) {
            Determiner::Possessive(self.owner(noun, owner))
        } else {
            self.determiner_for(noun, determiner)
        };
        nominal.plural = self.number(noun, nominal.determiner);
        let owned = match nominal.determiner {
            Determiner::Definite => noun.can_be_owned() && !noun.is("mass"),
            Determiner::Possessive(_) => noun.is("family"),
            _ => false,
        };
        if owned && self.chance(0.15) {
            nominal.determiner = Determiner::Definite;
            nominal.possessor = Some(self.possessor(noun));
        }
        if nominal.possessor.is_none() && self.chance(0.27) {
            nominal.adjective = self.adjective_for(noun);
        }
        NounPhrase::Nominal(Box::new(nominal))
    }

    /// What the noun allows of a drawn determiner.
    fn determiner_for(&mut self, noun: &Noun, drawn: Determiner) -> Determiner {
        match drawn {
            Determiner::Numeral(_) | Determiner::Few | Determiner::Every | Determiner::All | Determiner::No
                if noun.is("mass") =>
            {
                Determiner::Definite
            }
            Determiner::Numeral(_) => Determiner::Numeral(2 + self.weighted(&[8, 5, 3, 2, 1, 1, 1, 1, 1]) as u8),
            drawn => drawn,
        }
    }

    pub(super) fn number(&mut self, noun: &Noun, determiner: Determiner) -> bool {
        if noun.is("mass") || noun.is("unique") {
            return false;
        }
        match determiner {
            Determiner::Numeral(_) | Determiner::Many | Determiner::Few | Determiner::All => true,
            Determiner::Every | Determiner::No | Determiner::Generic => false,
            Determiner::Possessive(_)
                if noun.is("father") || noun.is("mother") || noun.is("husband") || noun.is("wife") =>
            {
                false
            }
            _ => self.chance(0.25),
        }
    }

    fn owner(&mut self, noun: &Noun, owner: Option<Referent>) -> Referent {
        match owner {
            Some(owner) if suits(noun, owner) && self.chance(0.7) => owner,
            _ => self.speaker(noun),
        }
    }

    /// I, you or we.
    pub(super) fn speaker(&mut self, noun: &Noun) -> Referent {
        let speech = [Referent::speech(1, false), Referent::speech(2, false), Referent::speech(1, true)];
        speech[self.stream.below(if suits(noun, speech[2]) { 3 } else { 2 })]
    }

    /// Paul's, the neighbor's.
    pub(super) fn possessor(&mut self, noun: &Noun) -> NounPhrase {
        let owner = match self.weighted(&[4, 3, 3]) {
            0 => None,
            1 if noun.is("family") => None,
            1 => self.noun_of("family"),
            _ => self.noun_of("job"),
        };
        let phrase = match owner {
            Some(owner) if owner.is("family") => plain(owner, Determiner::Possessive(self.speaker(owner))),
            Some(owner) if !std::ptr::eq(owner, noun) => plain(owner, Determiner::Definite),
            _ => return self.suiting_name(noun),
        };
        let phrase = NounPhrase::Nominal(Box::new(phrase));
        if suits(noun, phrase.referent()) { phrase } else { self.suiting_name(noun) }
    }

    fn suiting_name(&mut self, noun: &Noun) -> NounPhrase {
        loop {
            let name = self.name();
            if suits(noun, name.referent()) {
                return name;
            }
        }
    }

    /// What the verb does it to.
    pub(super) fn object(&mut self, verb: &'static Verb, subject: &NounPhrase) -> Option<NounPhrase> {
        let person = verb.objects.iter().any(|noun| noun.is("man"));
        if person && self.chance(0.2) {
            return Some(self.person_object(subject));
        }
        let noun = self.pick(&verb.objects)?;
        if subject.nominal().is_some_and(|nominal| std::ptr::eq(nominal.noun, noun)) {
            return None;
        }
        if verb.is_generic {
            return Some(NounPhrase::Nominal(Box::new(plain(noun, Determiner::Generic))));
        }
        let person = subject.nominal().is_none_or(|nominal| nominal.noun.is("person"));
        let owner = Some(subject.referent())
            .filter(|_| person && can_be_resumed(subject) && !verb.french.swaps && !verb.german.swaps);
        let NounPhrase::Nominal(mut nominal) = self.nominal(noun, OBJECTS, owner) else { return None };
        if verb.plural_object && !nominal.noun.is("mass") && !nominal.plural {
            nominal.plural = true;
            nominal.possessor = None;
        }
        // "de" swallows the French indefinite article, and a verb of feeling or belonging wants a known object.
        let known = verb.english.preposition.is_some() || verb.frame == Frame::Posture;
        if known && matches!(nominal.determiner, Determiner::Indefinite | Determiner::Many) {
            nominal.determiner = Determiner::Definite;
        }
        if verb.german.preposition.is_none()
            && verb.french.marking != Marking::Direct
            && matches!(nominal.determiner, Determiner::Indefinite | Determiner::Many | Determiner::All)
        {
            nominal.determiner = Determiner::Definite;
        }
        Some(NounPhrase::Nominal(nominal))
    }

    fn person_object(&mut self, subject: &NounPhrase) -> NounPhrase {
        let taken = match subject {
            NounPhrase::Pronoun(referent) => referent.person,
            _ => 3,
        };
        let speech = [Referent::speech(1, false), Referent::speech(2, false), Referent::speech(1, true)];
        let free: Vec<_> = speech.into_iter().filter(|referent| referent.person != taken).collect();
        match self.pick(&free) {
            Some(referent) if self.chance(0.6) => NounPhrase::Pronoun(referent),
            _ => loop {
                let name = self.name();
                let same = matches!((&name, subject), (NounPhrase::Name(a), NounPhrase::Name(b)) if a.name == b.name);
                if !same && !matches!(subject, NounPhrase::Pair(..)) {
                    break name;
                }
                if matches!(subject, NounPhrase::Pair(..)) {
                    break NounPhrase::Pronoun(Referent::speech(1, false));
                }
            },
        }
    }

    /// To whom something is given.
    pub(super) fn recipient(&mut self, subject: &NounPhrase) -> Option<NounPhrase> {
        if self.chance(0.3) {
            return Some(self.person_object(subject));
        }
        let close = self.chance(0.7);
        let noun = self.noun_of(if close { "kin" } else { "person" })?;
        if subject.nominal().is_some_and(|nominal| std::ptr::eq(nominal.noun, noun)) {
            return None;
        }
        let owner = Some(subject.referent()).filter(|_| can_be_resumed(subject));
        Some(self.nominal(noun, &[(Determiner::Definite, 8), (Determiner::Demonstrative, 1)], owner))
    }

    /// A place where something may happen.
    pub(super) fn scene(&mut self) -> Option<Place> {
        if self.chance(0.15) {
            let adverbs = self.adverbs_of(AdverbKind::Rest);
            return self.pick(&adverbs).map(Place::Adverb);
        }
        let noun = self.noun_of("place")?;
        Some(Place::Site(self.site(noun)))
    }

    pub(super) fn site(&mut self, noun: &'static Noun) -> NounPhrase {
        let mut nominal = plain(noun, Determiner::Definite);
        if noun.is("room") || noun.is("home") {
            if self.chance(0.25) {
                nominal.determiner = Determiner::Possessive(self.speaker(noun));
            }
        } else if self.chance(0.12) {
            nominal.adjective = self.adjective_for(noun);
        }
        NounPhrase::Nominal(Box::new(nominal))
    }

    /// Where a motion ends or somebody stays: what the verb's objects allow.
    pub(super) fn goal(&mut self, verb: &'static Verb) -> Option<Place> {
        if verb.proper_goals && (verb.objects.is_empty() || self.chance(0.35)) {
            return Some(Place::Proper(self.stream.choose(&self.lexicon.sites)));
        }
        // At the doctor's, to my sister's.
        let visits =
            verb.objects.iter().any(|noun| noun.is("bakery")) && !matches!(verb.english.base.as_str(), "work" | "run");
        if visits && self.chance(0.12) {
            let noun = self.noun_of("host")?;
            let determiner = if noun.is("family") || noun.is("friend") {
                Determiner::Possessive(self.speaker(noun))
            } else {
                Determiner::Definite
            };
            return Some(Place::With(NounPhrase::Nominal(Box::new(plain(noun, determiner)))));
        }
        let kind = if verb.frame == Frame::Motion { AdverbKind::Goal } else { AdverbKind::Rest };
        let home = verb.objects.iter().any(|noun| noun.is("office") || noun.is("home"));
        if home && self.chance(0.15) {
            let adverbs = self.adverbs_of(kind);
            return self.pick(&adverbs).map(Place::Adverb);
        }
        let noun = self.pick(&verb.objects)?;
        Some(Place::Site(self.site(noun)))
    }

    /// On, under or in a piece of furniture.
    pub(super) fn spot(&mut self, thing: &Noun) -> Option<Place> {
        let inside = self.chance(0.4) && thing.is("portable") && !thing.is("holder") && !thing.is("tool");
        let noun = self.noun_of(if inside { "holder" } else { "surface" })?;
        if std::ptr::eq(noun, thing) {
            return None;
        }
        let relations: &[Relation] = match (inside, thing.is("furniture")) {
            (true, _) => &[Relation::Inside],
            (false, true) => &[Relation::Beside, Relation::Behind, Relation::InFrontOf],
            (false, false) => {
                &[Relation::On, Relation::On, Relation::On, Relation::Under, Relation::Beside, Relation::Behind]
            }
        };
        let relation = *self.stream.choose(relations);
        let mut support = plain(noun, Determiner::Definite);
        if self.chance(0.15) {
            support.determiner = Determiner::Demonstrative;
        }
        Some(Place::Relation(relation, NounPhrase::Nominal(Box::new(support))))
    }
}

/// A man has a wife, a woman a husband.
fn suits(noun: &Noun, owner: Referent) -> bool {
    match (noun.is("husband"), noun.is("wife")) {
        (false, false) => true,
        (husband, _) => !owner.plural && (owner.person != 3 || (owner.sex == Sex::Female) == husband),
    }
}

/// A noun with its determiner and nothing else.
pub(super) fn plain(noun: &'static Noun, determiner: Determiner) -> Nominal {
    Nominal { noun, determiner, plural: false, adjective: None, possessor: None, relative: None }
}
