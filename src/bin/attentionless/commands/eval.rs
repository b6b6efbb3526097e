//! `eval`: rows of scores, on the run's test split or on other sentences.

use super::{need_run, open, print_json, work::pursue};
use crate::{args::HowArgs, table};
use attentionless::{
    corpus::{Source, Spec},
    model::mix::Mix,
    recipe::Recipe,
    session::{Goal, eval_on},
    store::Directory,
};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

pub fn eval(run: &Path, mixes: &[Mix], on: &[PathBuf], how: &HowArgs) -> Result<ExitCode, Box<dyn Error>> {
    need_run(run)?;
    let mut recipe = Recipe::parse(&std::fs::read_to_string(run.join("recipe.json"))?)?;
    let begun_with = recipe.score.mixes.clone();
    if !mixes.is_empty() {
        recipe.score.mixes = mixes.to_vec();
    }
    let recipe = recipe.with(&[])?;
    let Some(source) = source(on) else {
        return pursue_rows(recipe, begun_with, run, how);
    };
    let spec = Spec {
        direction: recipe.pair,
        pairs: usize::MAX,
        valid: None,
        test: None,
        max_chars: recipe.corpus.max_chars,
        seed: recipe.seed,
        source,
    };
    let opened = open(&how.device)?;
    let store = Box::new(Directory(run.into()));
    let report = pollster::block_on(eval_on(&recipe, store, &opened, &spec))?;
    if how.json {
        return print_json(&report);
    }
    print!("{}", table::rows(&report));
    Ok(ExitCode::SUCCESS)
}

/// On the test split. The mixes that the run was begun with stay its own.
fn pursue_rows(recipe: Recipe, begun_with: Vec<Mix>, run: &Path, how: &HowArgs) -> Result<ExitCode, Box<dyn Error>> {
    let code = pursue(recipe.clone(), run, how, Goal::Scores)?;
    let mut kept = recipe;
    kept.score.mixes = begun_with;
    attentionless::session::keep_recipe(&Directory(run.into()), &kept)?;
    Ok(code)
}

fn source(on: &[PathBuf]) -> Option<Source> {
    match on {
        [] => None,
        [table] => Some(Source::Tsv(table.clone())),
        [source, target, ..] => Some(Source::Aligned(source.clone(), target.clone())),
    }
}
