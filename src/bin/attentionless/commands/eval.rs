//! `eval`: rows of scores, on the run's test split or on other sentences.

use super::{hub, need_run, open, print_json, work::pursue};
use crate::{args::HowArgs, output::print, table};
use attentionless::{
    corpus::{Source, Spec},
    model::mix::Mix,
    session::{Goal, eval_on, recipe_of},
    store::Directory,
};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

pub fn eval(run: &Path, mixes: &[Mix], on: &[PathBuf], how: &HowArgs) -> Result<ExitCode, Box<dyn Error>> {
    need_run(run)?;
    let recipe = recipe_of(Box::new(Directory::new(run)))?;
    let mixes = if mixes.is_empty() { recipe.mixes() } else { mixes.to_vec() };
    mixes.iter().try_for_each(|mix| mix.check(recipe.model.layers))?;
    let Some(source) = source(on) else {
        return pursue(recipe, Some(mixes), run, how, Goal::Scores);
    };
    hub::bring([&source])?;
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
    let store = Box::new(Directory::new(run));
    let report = pollster::block_on(eval_on(&recipe, &mixes, store, &opened, &spec))?;
    if how.json {
        return print_json(&report);
    }
    print(&table::rows(&report))?;
    Ok(ExitCode::SUCCESS)
}

fn source(on: &[PathBuf]) -> Option<Source> {
    match on {
        [] => None,
        [one] => Some(source_of(one)),
        [source, target, ..] => Some(Source::Aligned(source.clone(), target.clone())),
    }
}

/// A file by the end of its name, or a source as it is written elsewhere.
fn source_of(one: &Path) -> Source {
    let named = one.to_str().filter(|_| !one.exists()).and_then(|name| name.parse().ok());
    let ends = |end: &str| one.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(end));
    match named {
        Some(source) => source,
        None if ends("tmx") => Source::Tmx(one.into()),
        None if ends("zip") || one.is_dir() => Source::Iwslt(one.into()),
        None => Source::Tsv(one.into()),
    }
}
