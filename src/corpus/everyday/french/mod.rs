//! French: words first, then noun phrases, then clauses.

mod clause;
mod conjugation;
mod morphology;
mod noun_phrase;
mod spelling;
mod verb;

pub use clause::utterance;
pub use morphology::{Adjective, Marking, Noun, Verb};
