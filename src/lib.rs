//! Trains a small translation Transformer and takes its attention away, layer by layer.
//!
//! The flow: [`corpus`] -> [`tokenizer`] and [`text`] -> [`teacher`] -> [`capture`] -> [`distil`] -> substitution
//! ([`model::fillings`]) -> [`decode`] -> [`metrics`] and [`score`]. A [`session::Session`] drives it, a
//! [`recipe::Recipe`] says what to do at each stage.

pub mod batching;
pub mod capture;
pub mod checkpoint;
pub mod corpus;
pub mod decode;
pub mod device;
pub mod distil;
pub mod kernels;
pub mod metrics;
pub mod model;
pub mod optimizer;
pub mod plan;
pub mod random;
pub mod recipe;
pub mod score;
pub mod session;
pub mod store;
pub mod teacher;
pub mod text;
pub mod tokenizer;
