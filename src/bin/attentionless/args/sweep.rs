//! The words of `sweep`.

use super::{NetArg, RecipeArgs};
use attentionless::{
    device::Choice,
    model::sites::{NetId, Site, Size},
    recipe::{Recipe, RecipeError},
    sweep::{Cell, Family, Grid, Plan},
};
use clap::Args;
use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    str::FromStr,
};

#[derive(Args)]
pub struct SweepArgs {
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// Methods, with commas: alr, alrr, aslr, elr, awr; without it, the mixes of the recipe are swept over the seeds
    #[arg(long, value_delimiter = ',')]
    pub methods: Vec<Family>,
    /// Sizes: xs, s, m, l, xl
    #[arg(long, value_delimiter = ',', default_value = "xs,s,m", requires = "methods")]
    pub sizes: Vec<Size>,
    /// Sites: enc, self, cross; each with its controls none, uniform and mean
    #[arg(long, value_delimiter = ',', default_value = "enc", requires = "methods")]
    pub sites: Vec<Site>,
    /// Seeds, such as 1,2,7-9; without it, the recipe's
    #[arg(long, value_delimiter = ',')]
    pub seeds: Vec<Seeds>,
    /// Cells at a time, each in a process of its own
    #[arg(long, default_value = "1")]
    pub jobs: NonZeroUsize,
    /// Fit all nets of a seed in one process, before its other cells: the teacher runs once for all of them
    #[arg(long, conflicts_with_all = ["list", "cell", "collect"])]
    pub together: bool,
    /// The sweep's directory; with --collect, where its files go
    #[arg(long, required_unless_present = "collect")]
    pub out: Option<PathBuf>,
    /// Print the command of each cell, a line each, and do nothing
    #[arg(long, conflicts_with_all = ["cell", "collect"])]
    pub list: bool,
    /// Work at this cell alone: SEED.MIX, such as 1.enc=alr-m
    #[arg(long, conflicts_with_all = ["collect", "methods", "seeds", "nets", "mixes"])]
    pub cell: Option<Cell>,
    /// Make cells.csv, cells.json, cells.md and figure.svg of the finished cells of a sweep
    #[arg(long, value_name = "DIR", conflicts_with_all = ["recipe", "preset", "methods", "seeds"])]
    pub collect: Option<PathBuf>,
    /// auto, wgpu (software adapters too), cpu, or part of an adapter's name
    #[arg(long, default_value = "auto")]
    pub device: Choice,
    /// Print what was collected as one JSON document
    #[arg(long, conflicts_with_all = ["list", "cell"])]
    pub json: bool,
}

/// One seed, or all from one to another.
#[derive(Clone, Copy, Debug)]
pub struct Seeds(u64, u64);

/// More are a slip of the keyboard.
const MOST: u64 = 10_000;

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let number = |word: &str| word.trim().parse::<u64>().ok();
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last && last - first < MOST => Ok(Self(first, last)),
            _ => Err(format!("`{text}` is not a seed or a range of at most {MOST}, such as 7 or 1-5")),
        }
    }
}

impl SweepArgs {
    /// The cells that are asked for, and what is left out of them because it is not built.
    pub fn plan(&self, recipe: &Recipe) -> Result<(Plan, Vec<String>), RecipeError> {
        let mut mixes = recipe.score.mixes.clone();
        let mut skipped = Vec::new();
        if !self.methods.is_empty() {
            let (families, sizes, sites) = (self.methods.clone(), self.sizes.clone(), self.sites.clone());
            let grid = Grid { families, sizes, sites }.mixes()?;
            mixes = grid.0;
            skipped = grid.1.iter().map(ToString::to_string).collect();
            let own = self.recipe.nets.iter().map(NetArg::mix).collect::<Result<Vec<_>, _>>()?;
            mixes.extend(own.into_iter().chain(self.recipe.mixes.iter().cloned()));
        }
        let mut seeds = self.seeds.iter().flat_map(|&Seeds(first, last)| first..=last).collect::<Vec<_>>();
        if seeds.is_empty() {
            seeds.push(recipe.seed);
        }
        Ok((Plan::new(&seeds, &mixes, recipe.model.layers)?, skipped))
    }

    /// The words of the command that fits nets in the run of their teacher, without the program.
    pub fn fitting(&self, run: &Path, nets: &BTreeSet<NetId>) -> Vec<String> {
        let mut words = vec!["distil".to_string(), run.display().to_string()];
        for NetId { site, layer, kind } in nets {
            words.extend(["--net".into(), format!("{}.{}={kind}", site.code(), layer + 1)]);
        }
        words.extend(["--device".into(), self.device.to_string()]);
        words
    }

    /// The words of the command that works at one cell alone, without the program.
    pub fn command(&self, cell: &Cell) -> Vec<String> {
        let Self { recipe: RecipeArgs { recipe, preset, pair, valid, test, assignments, .. }, out, device, .. } = self;
        let path = |path: &PathBuf| path.display().to_string();
        let mut words = vec!["sweep".to_string()];
        words.extend(recipe.as_ref().map(path));
        let (out, device, cell) = (out.as_ref().map(path), Some(device.to_string()), Some(cell.to_string()));
        for (name, value) in [("--preset", preset), ("--pair", pair), ("--valid", valid), ("--test", test)] {
            words.extend(value.iter().flat_map(|value| [name.to_string(), value.clone()]));
        }
        words.extend(assignments.iter().flat_map(|value| ["--set".to_string(), value.clone()]));
        for (name, value) in [("--out", &out), ("--device", &device), ("--cell", &cell)] {
            words.extend(value.iter().flat_map(|value| [name.to_string(), value.clone()]));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_numbers_and_ranges() {
        let seeds = |text: &str| text.parse::<Seeds>().map(|Seeds(first, last)| (first, last));
        assert_eq!((seeds("7"), seeds("2-5")), (Ok((7, 7)), Ok((2, 5))));
        assert!(["", "x", "5-2", "-1", "1-", "0-99999999"].iter().all(|text| seeds(text).is_err()));
    }
}
