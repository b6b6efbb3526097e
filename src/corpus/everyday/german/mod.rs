//! German: words first, then noun phrases, then clauses.

mod clause;
mod conjugation;
mod middle;
mod morphology;
mod noun_phrase;

pub use clause::utterance;
pub use conjugation::Verb;
pub use morphology::{Adjective, Case, Noun};
