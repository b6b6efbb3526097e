//! Trains a small translation Transformer and takes its attention away, layer by layer.
//!
//! The flow: [`corpus`] -> [`tokenizer`] and [`text`] -> [`teacher`] -> [`capture`] -> [`distil`] -> substitution
//! ([`model::fillings`]) -> [`decode`] -> [`metrics`] and [`score`]. A [`session::Session`] drives it, a
//! [`recipe::Recipe`] says what to do at each stage.
//!
//! ```
//! use attentionless::{device, recipe::Recipe, session::{Event, Goal, Session}, store::Memory};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let small = ["corpus.pairs=300", "model.max_len=32", "teacher.epochs=1", "score.sentences=10"];
//! let recipe = Recipe::preset("micro")?.with(&small.map(String::from))?;
//! let mut session = Session::open(recipe, Box::new(Memory::default()), device::cpu(), Goal::Scores)?;
//! loop {
//!     // In the browser this is awaited.
//!     let events = pollster::block_on(session.step(Duration::from_secs(1)))?;
//!     if let Some(Event::Done { .. }) = events.last() {
//!         break;
//!     }
//! }
//! let rows = session.report()?.rows;
//! assert_eq!(rows.iter().map(|row| row.mix.as_str()).collect::<Vec<_>>(), ["teacher", "enc=alr-m", "enc=none"]);
//! # Ok(())
//! # }
//! ```

pub mod batching;
pub mod bench;
pub mod bundle;
pub mod capture;
pub mod checkpoint;
pub mod corpus;
pub mod decode;
pub mod device;
mod digest;
pub mod distil;
pub mod finetune;
pub mod kernels;
pub mod lens;
pub mod metrics;
pub mod model;
pub mod optimizer;
pub mod parallel;
pub mod parameters;
pub mod plan;
pub mod random;
pub mod recipe;
pub mod score;
pub mod session;
pub mod store;
#[cfg(not(target_arch = "wasm32"))]
pub mod sweep;
pub mod teacher;
pub mod text;
pub mod tokenizer;
#[cfg(target_arch = "wasm32")]
mod web;
