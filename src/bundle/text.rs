//! The files of a run that a bundle carries as they are.

use super::{BundleError, part};
use crate::{
    model::mix::Mix,
    recipe::Recipe,
    score::{Row, Seconds},
    session::{
        CorpusFile, SessionError,
        files::{self, Files},
    },
};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Texts by name.
pub type Texts = BTreeMap<String, String>;

/// What is there of the files that go into a bundle; with `exact`, of those that hold for just these weights, too.
pub fn collect(files: &Files, exact: bool) -> Result<Texts, BundleError> {
    let always = [files::RECIPE, files::CORPUS, files::TEST, files::WORDS, files::SECONDS].map(String::from);
    let mut names = always.to_vec();
    if exact {
        names.extend([files::ROWS, files::CURVE].map(String::from));
        names.extend(files.0.list(files::OUTPUTS)?.into_iter().filter(|name| mix_of(name).is_some()));
    }
    let mut texts = Texts::new();
    for name in names {
        if let Some(bytes) = files.0.read(&name)? {
            let text = String::from_utf8(bytes).map_err(|_| SessionError::Damaged(name.clone()))?;
            texts.insert(name, text);
        }
    }
    // A run is known by this file; without it the teacher's recipe counts.
    if !texts.contains_key(files::RECIPE) {
        let recipe = files.recipe()?.ok_or(SessionError::NoTeacher)?;
        let text = files::pretty(files::RECIPE, &recipe)?;
        texts.insert(files::RECIPE.into(), String::from_utf8_lossy(&text).into_owned());
    }
    Ok(texts)
}

/// The mix whose translations a file holds, if that is what it is called for.
fn mix_of(name: &str) -> Option<Mix> {
    let mix = name.strip_prefix(files::OUTPUTS)?.strip_prefix('/')?.strip_suffix(".txt")?.parse().ok()?;
    (files::output(&mix) == name).then_some(mix)
}

/// Refuses names that a run does not have, of which some would lie outside its directory, and texts that it could not
/// read.
pub fn check(texts: &Texts, recipe: &Recipe) -> Result<(), BundleError> {
    for (name, text) in texts {
        match name.as_str() {
            files::RECIPE if Recipe::parse(text)? != *recipe => return Err(part(name, "it is of another run")),
            files::RECIPE | files::WORDS | files::CURVE => {}
            files::CORPUS => readable::<CorpusFile>(name, text)?,
            files::ROWS => readable::<Vec<Row>>(name, text)?,
            files::SECONDS => readable::<Seconds>(name, text)?,
            files::TEST => drop(files::pairs(text).ok_or_else(|| part(name, "a line of it is not two columns"))?),
            other if mix_of(other).is_some() => {}
            _ => return Err(part(name, "no file of a run is called that")),
        }
    }
    match texts.contains_key(files::RECIPE) {
        true => Ok(()),
        false => Err(part(files::RECIPE, "it is missing")),
    }
}

fn readable<T: DeserializeOwned>(name: &str, text: &str) -> Result<(), BundleError> {
    serde_json::from_str::<T>(text).map(drop).map_err(|error| part(name, error))
}
