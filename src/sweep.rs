//! A sweep: many small runs, each independent of the others, and what they say together.
//!
//! A [`Cell`] is one seed and one mix. It is a run of its own, `runs/SEED.MIX/`, begun from the teacher of its seed; when it
//! is done, it is one file, `cells/SEED.MIX.json`. So cells may be worked at in any order, by several processes or machines
//! that share the folder, and again after an interruption: what is done is not done twice. [`collect`] reads the files,
//! [`figure`] draws them.

mod cells;
mod collect;
pub mod figure;
mod folder;
mod table;

pub use cells::{Cell, Family, Grid, Plan};
pub use collect::{Collected, Point, collect};
pub use folder::{Done, Lock, Sweep};

use crate::{model::mix::MixError, session::SessionError, store::StoreError};
use std::{io, path::PathBuf};

/// Why a sweep cannot begin, go on or be collected.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error(transparent)]
    Mix(#[from] MixError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("could not lock {}: {source}; choose a place where files can be written", .file.display())]
    Lock { file: PathBuf, source: io::Error },
    #[error(
        "{} is a sweep of another recipe: its `{part}` is {begun}, asked for is {wanted}; nothing was changed. Choose another \
         directory, or the recipe it was begun with",
        .folder.display()
    )]
    OtherRecipe { folder: PathBuf, part: String, begun: String, wanted: String },
    #[error("{} cannot be used: {reason}; delete it and the sweep makes it again", .file.display())]
    Unusable { file: PathBuf, reason: String },
    #[error("{} holds no finished cells: `attentionless sweep --out {}` makes them", .0.display(), .0.display())]
    NoCells(PathBuf),
}
