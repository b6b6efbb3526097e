//! A whole run in one `.safetensors` file: weights under PyTorch's names, everything else as text in the metadata.
//!
//! The teacher's tensors have their own names, those of a net `nets/enc.1.alr-m/` before them, those of a mix that was trained as
//! a whole `tuned/MIX/`, the means `means/`. What a
//! run was trained on is not in it, but for the test split: [`unpack`] gives a run that translates and scores. Nothing of
//! a file from elsewhere is believed: names, shapes and sizes follow from its recipe, and are checked before memory is
//! taken for them.

mod expected;
mod text;

use crate::{
    checkpoint::{Checkpoint, CheckpointError, Precision, words},
    digest::hex,
    model::{mix::Mix, sites::NetId},
    recipe::{Recipe, RecipeError},
    session::{
        SessionError,
        files::{self, Files},
        nets::{FIT, fit_of},
        teacher::FINISHED,
    },
    store::{Store, StoreError},
    tokenizer::{Tokenizer, TokenizerError},
};
use safetensors::{Dtype, SafeTensors};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// The version of this form that is written, and the only one that is read.
const VERSION: &str = "1";

/// Keys of the metadata. `recipe` and `tokenizer` are what other files of weights have too.
mod key {
    pub const VERSION: &str = "run";
    pub const RECIPE: &str = "recipe";
    pub const TOKENIZER: &str = "tokenizer";
    /// The other files of the run by name, as JSON.
    pub const FILES: &str = "files";
    /// The words of each file of weights by what it is of, as JSON.
    pub const WEIGHTS: &str = "weights";
    /// SHA-256 of all the rest.
    pub const HASH: &str = "sha256";
}

const TEACHER: &str = "teacher";
const MEANS: &str = "means";
/// Before a mix that was trained as a whole.
const TUNED: &str = "tuned/";

/// The words of one file of weights, without the tokenizer, which they share.
type Words = BTreeMap<String, String>;

/// Why a run could not be packed, or a file holds none.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error(transparent)]
    Run(#[from] SessionError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Weights(#[from] CheckpointError),
    #[error("it holds weights, but no run; `attentionless export` writes a whole run")]
    NoRun,
    #[error("it is a run of form {0}; this program knows {VERSION}")]
    Version(String),
    #[error("its recipe cannot be used: {0}")]
    Recipe(#[from] RecipeError),
    #[error("its tokenizer cannot be used: {0}")]
    Tokenizer(#[from] TokenizerError),
    #[error("its {name} cannot be used: {reason}")]
    Part { name: String, reason: String },
    #[error("it is damaged: its SHA-256 is {found}, expected {expected}")]
    Hash { expected: String, found: String },
}

fn part(name: impl Into<String>, reason: impl ToString) -> BundleError {
    BundleError::Part { name: name.into(), reason: reason.to_string() }
}

/// A trained run as the bytes of one file. With [`Precision::Half`] its scores and its curve stay out, unless no weight
/// lost a digit: they would be those of other weights.
pub fn pack(store: Box<dyn Store>, precision: Precision) -> Result<Vec<u8>, BundleError> {
    let files = Files(store);
    let recipe = files.recipe()?.ok_or(SessionError::NoTeacher)?;
    let tokenizer = files.tokenizer()?.ok_or(SessionError::NoTeacher)?;
    let (mut whole, mut weights) = (Checkpoint::default(), BTreeMap::new());
    for (name, checkpoint) in weights_of(&files, &recipe)? {
        let Checkpoint { tensors, metadata } = checkpoint.prefixed(&prefix(&name));
        whole.tensors.extend(tensors);
        let own = metadata.into_iter().filter(|(key, _)| key != key::TOKENIZER);
        weights.insert(name, own.collect::<Words>());
    }
    let exact = precision == Precision::Full || whole.is_half();
    let texts = text::collect(&files, exact)?;
    let entries = [
        (key::VERSION, VERSION.to_string()),
        (key::RECIPE, recipe.canonical()),
        (key::TOKENIZER, tokenizer.to_json()),
        (key::FILES, json(key::FILES, &texts)?),
        (key::WEIGHTS, json(key::WEIGHTS, &weights)?),
    ];
    whole.metadata.extend(entries.map(|(key, word)| (key.to_string(), word)));
    let bytes = whole.to_bytes_as(precision)?;
    let hash = hash(&SafeTensors::deserialize(&bytes).map_err(CheckpointError::from)?, &whole.metadata);
    drop(bytes);
    whole.metadata.insert(key::HASH.into(), hash);
    Ok(whole.to_bytes_as(precision)?)
}

/// The teacher, the nets and the means of a run, by what they are called in a bundle.
fn weights_of(files: &Files, recipe: &Recipe) -> Result<Vec<(String, Checkpoint)>, BundleError> {
    let teacher = files.weights(files::TEACHER, recipe)?.filter(|teacher| teacher.metadata.contains_key(FINISHED));
    let mut found = vec![(TEACHER.to_string(), teacher.ok_or(SessionError::NoTeacher)?)];
    for id in files.nets()? {
        let net = files.weights(&files::net(id), recipe)?;
        found.extend(net.map(|net| (id.to_string(), net)));
    }
    for mix in files.tuned()? {
        let whole = files.weights(&files::tuned(&mix), recipe)?;
        found.extend(whole.map(|whole| (format!("{TUNED}{mix}"), whole)));
    }
    let means = files.checkpoint(files::MEANS)?;
    found.extend(means.map(|means| (MEANS.to_string(), means)));
    Ok(found)
}

/// What stands before the names of the tensors of one part.
fn prefix(name: &str) -> String {
    match name {
        TEACHER => String::new(),
        MEANS => format!("{MEANS}/"),
        tuned if tuned.starts_with(TUNED) => format!("{tuned}/"),
        net => format!("{}/{net}/", files::NETS),
    }
}

fn json<T: Serialize>(name: &str, value: &T) -> Result<String, BundleError> {
    serde_json::to_string(value).map_err(|error| part(name, error))
}

/// The files of the run that [`pack`] made these bytes of, by name.
pub fn unpack(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, BundleError> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(CheckpointError::from)?;
    let metadata = words(&header);
    let word = |key: &str| metadata.get(key).map(String::as_str).ok_or(BundleError::NoRun);
    match word(key::VERSION)? {
        VERSION => {}
        other => return Err(BundleError::Version(other.into())),
    }
    let recipe = Recipe::parse(word(key::RECIPE)?)?;
    let tokenizer = Tokenizer::from_json(word(key::TOKENIZER)?)?;
    let weights: BTreeMap<String, Words> =
        serde_json::from_str(word(key::WEIGHTS)?).map_err(|error| part(key::WEIGHTS, error))?;
    let texts: BTreeMap<String, String> =
        serde_json::from_str(word(key::FILES)?).map_err(|error| part(key::FILES, error))?;
    check_weights(&weights, &recipe)?;
    text::check(&texts, &recipe)?;
    expected::check(&header, &recipe.sizes(tokenizer.vocab_size()), weights.keys())?;
    let tensors = SafeTensors::deserialize(bytes).map_err(CheckpointError::from)?;
    let (expected, found) = (word(key::HASH)?, hash(&tensors, &metadata));
    if expected != found {
        return Err(BundleError::Hash { expected: expected.into(), found });
    }
    let mut whole = Checkpoint::from_bytes(bytes)?;
    let mut files = texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect::<Vec<_>>();
    files.push((files::TOKENIZER.into(), tokenizer.to_json().into_bytes()));
    // The teacher last: it has what no prefix takes out.
    for (name, words) in weights.iter().filter(|(name, _)| *name != TEACHER) {
        let own = whole.split_off(&prefix(name));
        files.push(file(name, own, words, &tokenizer)?);
    }
    files.push(file(TEACHER, whole, &weights[TEACHER], &tokenizer)?);
    files.sort();
    Ok(files)
}

/// A file of weights as the run had it.
fn file(
    name: &str,
    checkpoint: Checkpoint,
    words: &Words,
    tokenizer: &Tokenizer,
) -> Result<(String, Vec<u8>), BundleError> {
    let mut metadata = words.iter().map(|(key, word)| (key.clone(), word.clone())).collect::<HashMap<_, _>>();
    if name != MEANS {
        metadata.insert(key::TOKENIZER.into(), tokenizer.to_json());
    }
    let file = match name {
        TEACHER => files::TEACHER.to_string(),
        MEANS => files::MEANS.to_string(),
        tuned if tuned.starts_with(TUNED) => format!("{tuned}.safetensors"),
        net => format!("{}/{net}.safetensors", files::NETS),
    };
    Ok((file, Checkpoint { metadata, ..checkpoint }.to_bytes()?))
}

/// Refuses weights that the run could not use later: each has its words, and belongs to this recipe.
fn check_weights(weights: &BTreeMap<String, Words>, recipe: &Recipe) -> Result<(), BundleError> {
    let teacher = weights.get(TEACHER).ok_or(BundleError::NoRun)?;
    if !teacher.contains_key(FINISHED) {
        return Err(SessionError::NoTeacher.into());
    }
    for (name, words) in weights.iter().filter(|(name, _)| *name != MEANS) {
        let own = words.get(key::RECIPE).ok_or_else(|| part(name, "it has no recipe"))?;
        if let Some((field, [begun, wanted])) = files::differing(&Recipe::parse(own)?, recipe) {
            return Err(part(name, format!("its `{field}` is {begun}, the run's is {wanted}")));
        }
        if let Some(mix) = name.strip_prefix(TUNED) {
            let found = mix.parse::<Mix>().map_err(|error| part(name, error))?;
            found.check(recipe.model.layers).map_err(|error| part(name, error))?;
            if found.how_trained().is_none() || found.to_string() != mix {
                return Err(part(name, "it is no mix that was trained as a whole"));
            }
        } else if name != TEACHER {
            let id = name.parse::<NetId>().map_err(|error| part(name, error))?;
            if id.to_string() != *name || id.layer >= recipe.model.layers || !id.kind.stands_at(id.site) {
                return Err(part(name, "the model has no such place"));
            }
            fit_of(words.get(FIT)).ok_or_else(|| part(name, "it does not say how well it fits"))?;
        }
    }
    Ok(())
}

/// SHA-256, in hexadecimal, of all tensors by name and all words by key, but for the hash itself.
fn hash(tensors: &SafeTensors, metadata: &HashMap<String, String>) -> String {
    let mut hasher = Sha256::new();
    for (name, view) in tensors.tensors().into_iter().collect::<BTreeMap<_, _>>() {
        hasher.update(format!("{name} {:?} {:?} {}\n", view.dtype(), view.shape(), view.data().len()));
        hasher.update(view.data());
    }
    for (key, word) in metadata.iter().collect::<BTreeMap<_, _>>() {
        if key != key::HASH {
            hasher.update(format!("{key} {}\n{word}", word.len()));
        }
    }
    hex(hasher)
}

/// Whether a type is one of weights.
fn is_float(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::F32 | Dtype::F16)
}

#[cfg(test)]
mod tests;
