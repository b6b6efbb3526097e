//! Clauses: a verb with what its frame asks for, a tense, and adjuncts that agree with it.

use super::{Composer, negate_object};
use crate::corpus::everyday::lexicon::{AdverbKind, Course, Frame, Verb, When};
use crate::corpus::everyday::meaning::{
    Aspect, Clause, Determiner, Modal, Negation, NounPhrase, Place, Quantifier, Sex, Tense,
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
        self.stream.choose::<&'static Verb>(&verbs)
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
            let openers = self.adverbs_of(AdverbKind::Opener);
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
            // With a vehicle one goes to near places too, and German no longer says "gehen".
            let near = self.lexicon.verbs.iter().find(|near| near.label == "go" && !near.proper_goals);
            if let Some(near) = near.filter(|_| self.stream.chance(0.5))
                && let Some(noun) = self.pick(&near.objects).filter(|noun| noun.is("building"))
            {
                clause.goal = Some(Place::Site(self.site(noun)));
            }
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
            let adverbs = self.adverbs_of(AdverbKind::Frequency);
            clause.frequency = self.pick(&adverbs);
        }
    }

    fn modal(&mut self, clause: &mut Clause, load: Load) {
        let person = clause.subject.referent().sex != Sex::Neither
            || clause.subject.nominal().is_some_and(|n| n.noun.is("person"));
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
        if !liking && modal != Modal::Want && load == Load::Full && clause.tense == Tense::Present && self.chance(0.35)
        {
            self.time(clause, &[When::Future, When::Any], true);
        }
    }

    fn time(&mut self, clause: &mut Clause, whens: &[When], wanted: bool) {
        if !wanted || clause.time.is_some() {
            return;
        }
        let when = *self.stream.choose(whens);
        clause.time = self.time_of(when);
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
            (true, _) => *self.stream.choose(&[Negation::Not, Negation::Not, Negation::Never, Negation::NoLonger]),
            _ => Negation::Not,
        };
        if habitual {
            return;
        }
        clause.negation = Some(negation);
    }

    /// An indefinite object in a negated clause is "no" object; now and then the object is nobody or nothing.
    fn quantify_object(&mut self, clause: &mut Clause) {
        let direct = clause.verb.is_direct();
        if clause.negation.is_some() {
            negate_object(clause);
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
}

/// A phrase whose scope under a negation would be unclear.
pub(super) fn many(phrase: &NounPhrase) -> bool {
    match phrase {
        NounPhrase::Nominal(nominal) => matches!(
            nominal.determiner,
            Determiner::Many
                | Determiner::Few
                | Determiner::Every
                | Determiner::All
                | Determiner::No
                | Determiner::Numeral(_)
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
