//! English: words first, then noun phrases, then clauses.

mod clause;
mod morphology;
mod noun_phrase;

pub use clause::utterance;
pub use morphology::{Adjective, Noun, Verb};
