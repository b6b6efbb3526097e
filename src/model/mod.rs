//! The Transformer, the nets that replace its attention, and which stands where.
//!
//! [`sites`] and [`mix`] are the words for it, [`fillings`] what they become while a model runs.

pub mod batch;
pub mod fillings;
pub mod incremental;
pub mod layers;
pub mod mix;
pub mod multihead;
pub mod nets;
pub mod sites;
pub mod transformer;
