//! What a sentence means, before any language: the abstract syntax that the three grammars realise.

use super::lexicon::{Adjective, Adverb, Name, Noun, Site, TimeExpression, Verb};

/// Grammatical gender; English has none, French no neuter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    Masculine,
    Feminine,
    Neuter,
}

/// What English looks at when it chooses between he, she and it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
    /// Things and animals.
    Neither,
}

/// What agreement and pronouns need to know of the one spoken of, in all three languages at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Referent {
    pub person: u8,
    pub plural: bool,
    pub sex: Sex,
    pub french: Gender,
    pub german: Gender,
}

impl Referent {
    /// Speaker, hearer or their groups; masculine by convention where a language shows gender.
    pub const fn speech(person: u8, plural: bool) -> Self {
        Self { person, plural, sex: Sex::Male, french: Gender::Masculine, german: Gender::Masculine }
    }

    /// Someone known only by sex.
    pub const fn someone(sex: Sex, plural: bool) -> Self {
        let gender = match sex {
            Sex::Female => Gender::Feminine,
            Sex::Male | Sex::Neither => Gender::Masculine,
        };
        Self { person: 3, plural, sex, french: gender, german: gender }
    }
}

#[derive(Clone, Debug)]
pub enum NounPhrase {
    Pronoun(Referent),
    Nominal(Box<Nominal>),
    Name(&'static Name),
    /// Two joined by "and".
    Pair(Box<NounPhrase>, Box<NounPhrase>),
    Quantifier(Quantifier),
    Interrogative(Interrogative),
    /// The place in a relative clause or a question that its opening word stands for.
    Gap(Referent),
    /// The "it" of the weather.
    Impersonal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    Everybody,
    Somebody,
    Nobody,
    Something,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrogative {
    Who,
    What,
}

/// A noun with what stands around it.
#[derive(Clone, Debug)]
pub struct Nominal {
    pub noun: &'static Noun,
    pub determiner: Determiner,
    pub plural: bool,
    pub adjective: Option<&'static Adjective>,
    pub possessor: Option<NounPhrase>,
    pub relative: Option<Relative>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Determiner {
    Definite,
    /// a, some.
    Indefinite,
    /// An indefinite in the scope of a negation: not a, not any.
    Any,
    Demonstrative,
    Possessive(Referent),
    Numeral(u8),
    Many,
    Few,
    Every,
    All,
    /// "no" before a subject.
    No,
    Which,
    /// A game, an instrument or a language as such.
    Generic,
}

/// A clause with a gap, said of a noun.
#[derive(Clone, Debug)]
pub struct Relative {
    pub gap: Role,
    pub clause: Box<Clause>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Subject,
    Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    Present,
    Past,
    Future,
    /// With already, or not yet.
    Perfect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modal {
    Can,
    Must,
    Want,
    Should,
    WouldLike,
    /// likes to, aime, gern
    Like,
    /// prefers to, préfère, lieber
    Prefer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negation {
    Not,
    Never,
    NoLonger,
    NotYet,
}

#[derive(Clone, Debug)]
pub enum Place {
    /// Inside, at or on a place, with the preposition that the place takes.
    Site(NounPhrase),
    /// A city or a country.
    Proper(&'static Site),
    /// On, under, behind something.
    Relation(Relation, NounPhrase),
    /// A person's place.
    With(NounPhrase),
    Adverb(&'static Adverb),
    /// A place named before.
    There,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    On,
    Under,
    Behind,
    Inside,
    Beside,
    InFrontOf,
}

#[derive(Clone, Debug)]
pub enum Attribute {
    Plain(&'static Adjective),
    Degree(&'static Adverb, &'static Adjective),
    More(&'static Adjective, NounPhrase),
    Equal(&'static Adjective, NounPhrase),
    Identity(NounPhrase),
}

#[derive(Clone, Debug)]
pub enum Complement {
    That(Box<Clause>),
    Question(Option<Wh>, Box<Clause>),
    Infinitive(Box<Clause>),
    /// in order to
    Purpose(Box<Clause>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wh {
    Subject,
    Object,
    Where,
    When,
    Why,
}

/// How the present is seen, and in which past a story is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    Ongoing,
    Habitual,
    Narrative,
}

#[derive(Clone, Debug)]
pub struct Clause {
    pub subject: NounPhrase,
    pub verb: &'static Verb,
    pub object: Option<NounPhrase>,
    pub recipient: Option<NounPhrase>,
    pub attribute: Option<Attribute>,
    /// Where a motion ends, or where somebody lives: a place that the verb asks for.
    pub goal: Option<Place>,
    pub means: Option<&'static Noun>,
    pub manner: Option<&'static Adverb>,
    /// Where it happens: an adjunct.
    pub place: Option<Place>,
    pub time: Option<&'static TimeExpression>,
    /// Whether the time opens the clause.
    pub time_first: bool,
    /// unfortunately, perhaps
    pub opener: Option<&'static Adverb>,
    pub frequency: Option<&'static Adverb>,
    pub complement: Option<Complement>,
    pub tense: Tense,
    pub modal: Option<Modal>,
    pub negation: Option<Negation>,
    pub aspect: Aspect,
    /// there is
    pub existential: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinator {
    And,
    But,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subordinator {
    Because,
    If,
    /// Once, in the past.
    When,
    While,
}

#[derive(Clone, Debug)]
#[cfg_attr(target_pointer_width = "64", expect(clippy::large_enum_variant, reason = "there is one at a time"))]
pub enum Utterance {
    Statement(Clause),
    /// Answered with yes or no.
    Polar(Clause),
    Content(Wh, Clause),
    Coordination(Box<Utterance>, Coordinator, Box<Utterance>),
    Subordination {
        main: Clause,
        subordinator: Subordinator,
        subordinate: Clause,
        subordinate_first: bool,
    },
}

impl NounPhrase {
    pub fn referent(&self) -> Referent {
        match self {
            Self::Pronoun(referent) | Self::Gap(referent) => *referent,
            Self::Nominal(nominal) => nominal.noun.referent(nominal.plural),
            Self::Name(name) => Referent::someone(name.sex, false),
            Self::Pair(first, second) => {
                let (first, second) = (first.referent(), second.referent());
                let both = |gender: fn(&Referent) -> Gender| match (gender(&first), gender(&second)) {
                    (Gender::Feminine, Gender::Feminine) => Gender::Feminine,
                    _ => Gender::Masculine,
                };
                let person = first.person.min(second.person);
                Referent {
                    person,
                    plural: true,
                    sex: first.sex,
                    french: both(|r| r.french),
                    german: both(|r| r.german),
                }
            }
            Self::Quantifier(Quantifier::Something | Quantifier::Nothing)
            | Self::Interrogative(Interrogative::What)
            | Self::Impersonal => Referent { german: Gender::Neuter, ..Referent::someone(Sex::Neither, false) },
            Self::Quantifier(_) | Self::Interrogative(Interrogative::Who) => Referent::someone(Sex::Male, false),
        }
    }

    pub fn is_pronoun(&self) -> bool {
        matches!(self, Self::Pronoun(_))
    }

    /// Nobody, nothing, no child: it negates its clause by itself.
    pub fn negates(&self) -> bool {
        match self {
            Self::Quantifier(quantifier) => matches!(quantifier, Quantifier::Nobody | Quantifier::Nothing),
            Self::Nominal(nominal) => nominal.determiner == Determiner::No,
            _ => false,
        }
    }

    pub fn nominal(&self) -> Option<&Nominal> {
        match self {
            Self::Nominal(nominal) => Some(nominal),
            _ => None,
        }
    }
}
