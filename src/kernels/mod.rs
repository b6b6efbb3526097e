//! The hot operations. Each has its meaning written in burn's operations (the oracle), a CPU twin on plain slices, WGSL
//! in `shaders/` where it is worth it, and a hand-written gradient registered with burn's autodiff.
//!
//! One file an operation; [`cpu`] and [`gpu`] say how the twins reach burn's tensors. Nothing here knows of translation.

pub mod adam;
pub mod asked;
pub mod attention;
pub mod ceiling;
pub mod clip;
mod comments;
mod cpu;
pub mod cross_entropy;
pub mod dropout;
pub mod embedding;
mod gpu;
pub mod largest;
pub mod layer_norm;
pub mod linear;
pub mod matmul;
pub mod pack;
#[cfg(test)]
mod parity;
pub mod self_test;
pub mod shallow;
