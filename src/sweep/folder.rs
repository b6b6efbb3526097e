//! A sweep's folder: the run of each cell, and its file when it is done.

use super::{Cell, SweepError};
use crate::{
    distil::Fit,
    model::sites::NetId,
    recipe::Recipe,
    score::{Row, Seconds},
    session::{Session, SessionError, begin_from, files},
    store::{Directory, Store, write_whole},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

/// The recipe that all cells share, in the folder.
const SHARED: &str = "sweep.json";
/// The folder of what is done, a file a cell.
pub const CELLS: &str = "cells";
const RUNS: &str = "runs";
const LOCKS: &str = "locks";

/// A sweep in a folder.
#[derive(Clone, Debug)]
pub struct Sweep {
    path: PathBuf,
    recipe: Recipe,
}

/// What a finished cell says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    pub seed: u64,
    pub mix: String,
    /// The hash of the recipe.
    pub hash: String,
    pub row: Row,
    /// How well each net fits, by `site.layer` with layers from 1.
    pub fit: BTreeMap<String, Fit>,
    /// Of this cell alone: the teacher's seconds are in the teacher's cell.
    pub seconds: Seconds,
    pub device: String,
    /// The version that worked at it.
    pub program: String,
    /// Of the cell's run.
    pub recipe: Recipe,
}

/// Work at a cell by this process alone; it ends with the value or the process.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held open for its lock")] Option<fs::File>);

impl Sweep {
    /// A sweep in this folder. Nothing is read or written yet.
    pub fn new(path: &Path, recipe: &Recipe) -> Self {
        Self { path: path.into(), recipe: shared(recipe) }
    }

    /// Notes what all cells share, or refuses a folder that was begun with something else.
    pub fn begin(&self) -> Result<(), SweepError> {
        let file = self.path.join(SHARED);
        let Some(bytes) = Directory::new(&self.path).read(SHARED)? else {
            return Ok(write_whole(&file, &files::pretty(SHARED, &self.recipe)?)?);
        };
        let begun = Recipe::parse(&String::from_utf8_lossy(&bytes))
            .map_err(|error| SweepError::Unusable { file, reason: error.to_string() })?;
        match differing(&begun, &self.recipe) {
            Some((part, [begun, wanted])) => {
                Err(SweepError::OtherRecipe { folder: self.path.clone(), part, begun, wanted })
            }
            None => Ok(()),
        }
    }

    /// The recipe of a cell's run.
    pub fn recipe(&self, cell: &Cell) -> Recipe {
        cell.recipe(&self.recipe)
    }

    /// The run of a cell.
    pub fn run(&self, cell: &Cell) -> Directory {
        Directory::new(&self.folder(cell))
    }

    /// The folder of a cell's run.
    pub fn folder(&self, cell: &Cell) -> PathBuf {
        self.path.join(RUNS).join(cell.to_string())
    }

    /// Where what a cell's process says is kept, or another's of this name.
    pub fn log(&self, name: &impl Display) -> PathBuf {
        self.path.join("logs").join(format!("{name}.txt"))
    }

    /// The nets of a cell that the run of its teacher does not have.
    pub fn missing_nets(&self, cell: &Cell) -> Result<Vec<NetId>, SweepError> {
        let (run, mut missing) = (self.run(&cell.teacher()), Vec::new());
        for id in self.recipe(cell).net_ids() {
            if !run.has(&files::net(id))? {
                missing.push(id);
            }
        }
        Ok(missing)
    }

    /// What the cell said, if it is done.
    pub fn done(&self, cell: &Cell) -> Result<Option<Done>, SweepError> {
        let name = name(cell);
        let Some(bytes) = Directory::new(&self.path).read(&name)? else { return Ok(None) };
        let file = self.path.join(name);
        let done = Done::parse(&file, &bytes)?;
        match differing(&done.recipe, &self.recipe(cell)) {
            Some((part, [begun, wanted])) => Err(SweepError::OtherRecipe { folder: file, part, begun, wanted }),
            None => Ok(Some(done)),
        }
    }

    /// Whether cells of its seed can begin from this teacher: its own file may be there, and its run gone, or again in the making. What it
    /// translated comes last of all, and they are compared with it.
    pub fn can_teach(&self, teacher: &Cell) -> Result<bool, SweepError> {
        Ok(self.done(teacher)?.is_some() && self.run(teacher).has(&files::output(&teacher.mix))?)
    }

    /// Takes the cell for this process; none while another has it. Where the system locks no files, it is as if nobody had.
    pub fn lock(&self, cell: &Cell) -> Result<Option<Lock>, SweepError> {
        let file = self.path.join(LOCKS).join(cell.to_string());
        let failed = |source| SweepError::Lock { file: file.clone(), source };
        fs::create_dir_all(self.path.join(LOCKS)).map_err(failed)?;
        // A file and not the run's directory, as network drives lock the one and not the other.
        let held = fs::File::options().create(true).append(true).open(&file).map_err(failed)?;
        match held.try_lock() {
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(_)) => Ok(Some(Lock(None))),
            Ok(()) => Ok(Some(Lock(Some(held)))),
        }
    }

    /// A store for the cell's run, with its teacher in it where it has one to begin from.
    pub fn open(&self, cell: &Cell) -> Result<Directory, SweepError> {
        let own = self.run(cell);
        own.claim()?;
        if !cell.is_teacher() {
            let teacher = Box::new(self.run(&cell.teacher()));
            begin_from(teacher, Box::new(own.clone()), &self.recipe(cell))?;
        }
        Ok(own)
    }

    /// Writes the file of a cell whose session has reached its end.
    pub fn finish(&self, cell: &Cell, session: &Session, device: &str) -> Result<Done, SweepError> {
        let report = session.report()?;
        let row = report.rows.into_iter().find(|row| row.mix == cell.mix.to_string());
        let done = Done {
            seed: cell.seed,
            mix: cell.mix.to_string(),
            hash: report.recipe,
            row: row.ok_or(SessionError::NotReady("the row"))?,
            fit: session.fits()?,
            seconds: report.seconds,
            device: device.into(),
            program: env!("CARGO_PKG_VERSION").into(),
            recipe: session.recipe().clone(),
        };
        let name = name(cell);
        write_whole(&self.path.join(&name), &files::pretty(&name, &done)?)?;
        Ok(done)
    }
}

impl Done {
    /// Reads the file of a cell, and checks that it is the one that its name says.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Self, SweepError> {
        let unusable = |reason: String| SweepError::Unusable { file: file.into(), reason };
        let done: Self = serde_json::from_slice(bytes).map_err(|error| unusable(error.to_string()))?;
        let (own, named) = (done.cell().map_err(unusable)?, file.file_stem().unwrap_or_default().to_string_lossy());
        match own.to_string() == named && done.row.mix == done.mix && done.recipe.seed == done.seed {
            true => Ok(done),
            false => Err(unusable(format!("it is of the cell {own}, with a row of {}", done.row.mix))),
        }
    }

    pub fn cell(&self) -> Result<Cell, String> {
        format!("{}.{}", self.seed, self.mix).parse()
    }
}

/// The file of a cell.
fn name(cell: &Cell) -> String {
    format!("{CELLS}/{cell}.json")
}

/// A recipe without what its cells differ in.
pub fn shared(recipe: &Recipe) -> Recipe {
    let Recipe { seed, nets, score, .. } = Recipe::default();
    let mut shared = Recipe { seed, nets, ..recipe.clone() };
    shared.score.mixes = score.mixes;
    shared
}

/// The first part in which two recipes differ, and what it is in each.
pub fn differing(begun: &Recipe, wanted: &Recipe) -> Option<(String, [String; 2])> {
    let [begun, wanted] = [begun, wanted].map(|recipe| serde_json::to_value(recipe).unwrap_or_default());
    let parts = begun.as_object()?.iter();
    let (part, begun) = parts.into_iter().find(|(part, begun)| wanted.get(part) != Some(begun))?;
    Some((part.clone(), [begun.to_string(), wanted[part].to_string()]))
}
