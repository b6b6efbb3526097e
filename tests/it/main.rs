//! What crosses modules: golden values from PyTorch, the kernels on a software adapter, runs from end to end, and what the
//! command line says to bad input.

mod cli;
mod golden;
mod golden_forms;
mod golden_net;
mod golden_teacher;
mod resume;
mod training;
#[path = "../../src/corpus/zip/testing.rs"]
mod zip_writer;
