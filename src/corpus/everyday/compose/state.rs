//! States: what somebody or something is, and what there is.

use super::Composer;
use super::clause::{bare, many};
use super::noun_phrase::plain;
use crate::corpus::everyday::lexicon::{Adjective, AdverbKind, Frame, Noun};
use crate::corpus::everyday::meaning::{Attribute, Clause, Determiner, Negation, NounPhrase, Tense};

impl Composer {
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
        let degrees: Vec<_> = self
            .lexicon
            .adverbs
            .iter()
            .filter(|adverb| adverb.kind == AdverbKind::Degree && (adverb.english != "too" || adjective.can_be_too()))
            .collect();
        Some(Attribute::Degree(self.pick(&degrees)?, adjective))
    }

    /// An adjective with a degree that can be a reason: not "too".
    pub(super) fn praised(&mut self, adjective: &'static Adjective) -> Option<Attribute> {
        match self.graded(adjective, false)? {
            Attribute::Degree(degree, _) if degree.english == "too" => Some(Attribute::Plain(adjective)),
            other => Some(other),
        }
    }

    /// Somebody is somebody's neighbor.
    pub(super) fn identity(&mut self) -> Option<Clause> {
        let noun = self.noun_of("kin")?;
        let sex = noun.referent(false).sex;
        let subject = if self.chance(0.7) {
            self.name()
        } else {
            let person = self.noun_of("job")?;
            NounPhrase::Nominal(Box::new(plain(
                person,
                if self.chance(0.5) { Determiner::Definite } else { Determiner::Demonstrative },
            )))
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
    fn described(&mut self, noun: &'static Noun) -> NounPhrase {
        let mut nominal = plain(noun, Determiner::Definite);
        if !noun.is("unique") {
            match self.weighted(&[60, 15, 25]) {
                1 => nominal.determiner = Determiner::Demonstrative,
                2 if noun.can_be_owned() || noun.is("kin") => {
                    nominal.determiner = Determiner::Possessive(self.speaker(noun))
                }
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
            nominal.adjective = self.adjective_for(noun);
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
