//! What a run is: a versioned, validated JSON document. It names the run (by the hash of its canonical form) and travels
//! in the metadata of every file the run writes.

mod check;
mod parts;
mod text;

pub use parts::{
    Convention, CorpusPart, Decay, DistilPart, FinetunePart, Inputs, Layers, ModelPart, NetPart, RateDrop, Schedule,
    ScorePart, TeacherPart, TokenizerKind, TokenizerPart,
};

use crate::{
    corpus::Direction,
    digest::hex,
    model::{
        mix::{Mix, MixError},
        sites::NetId,
        transformer::Sizes,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use text::as_text;

/// The version of the format that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The fields of `teacher` that a recipe has only where they are of use.
const UNWRITTEN: [&str; 2] = [CLIP, RATE_DROPS];
const CLIP: &str = "teacher.clip";
const RATE_DROPS: &str = "teacher.rate_drops";

/// The presets by name, each a complete recipe.
pub const PRESETS: [(&str, &str); 4] = [
    ("micro", include_str!("../../recipes/micro.json")),
    ("tiny", include_str!("../../recipes/tiny.json")),
    ("small", include_str!("../../recipes/small.json")),
    ("paper", include_str!("../../recipes/paper.json")),
];

/// A run from corpus to scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    pub version: u32,
    pub seed: u64,
    /// Source and target language.
    #[serde(with = "as_text")]
    pub pair: Direction,
    pub corpus: CorpusPart,
    pub tokenizer: TokenizerPart,
    pub model: ModelPart,
    pub teacher: TeacherPart,
    pub nets: Vec<NetPart>,
    pub distil: DistilPart,
    pub finetune: FinetunePart,
    pub score: ScorePart,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            version: VERSION,
            seed: 1,
            pair: "en-fr".parse().expect("a direction"),
            corpus: CorpusPart::default(),
            tokenizer: TokenizerPart::default(),
            model: ModelPart::default(),
            teacher: TeacherPart::default(),
            nets: Vec::new(),
            distil: DistilPart::default(),
            finetune: FinetunePart::default(),
            score: ScorePart::default(),
        }
    }
}

/// What is wrong with a recipe.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    #[error("not a recipe: {}", in_words(.0))]
    Json(#[from] serde_json::Error),
    #[error("`{assignment}` cannot be set: {}", in_words(.source))]
    Assigned { assignment: String, source: serde_json::Error },
    #[error("`{part}` has to be written as {{\"name\": value, ...}}")]
    NoFields { part: &'static str },
    #[error("{file}: {source}")]
    In { file: String, source: Box<Self> },
    #[error("this recipe needs version {0}; this program knows up to {VERSION}")]
    Version(u64),
    #[error("there is no preset `{0}`; there are micro, tiny, small, paper")]
    Preset(String),
    #[error("`{0}` is not KEY=VALUE, such as model.layers=2")]
    Assignment(String),
    #[error("the recipe has no field `{0}`")]
    Field(String),
    #[error("`{field}` is {found}; {expected}")]
    Value { field: &'static str, found: String, expected: String },
    #[error(transparent)]
    Mix(#[from] MixError),
}

/// The library's message, without the names of Rust's types.
fn in_words(error: &serde_json::Error) -> String {
    let words = [
        ("expected usize", "expected a whole number from 0"),
        ("expected u64", "expected a whole number from 0"),
        ("expected u32", "expected a whole number from 0"),
        ("expected f64", "expected a number"),
        ("expected f32", "expected a number"),
    ];
    words.iter().fold(error.to_string(), |text, (types, plain)| text.replace(types, plain))
}

/// What has to hold before the fields are read: a version that is known, and parts that are made of fields. The library
/// takes a list for fields in their order.
fn check_form(value: &Value) -> Result<(), RecipeError> {
    if let Some(version) = value.get("version").and_then(Value::as_u64).filter(|&it| it > VERSION.into()) {
        return Err(RecipeError::Version(version));
    }
    let parts = ["corpus", "tokenizer", "model", "teacher", "distil", "finetune", "score"];
    let found = parts.into_iter().filter_map(|part| Some((part, value.get(part)?))).chain([("recipe", value)]);
    match found.into_iter().find(|(_, value)| !value.is_object()) {
        Some((part, _)) => Err(RecipeError::NoFields { part }),
        None => Ok(()),
    }
}

impl Recipe {
    /// One of [`PRESETS`].
    pub fn preset(name: &str) -> Result<Self, RecipeError> {
        let preset = PRESETS.iter().find(|preset| preset.0 == name);
        Self::parse(preset.ok_or_else(|| RecipeError::Preset(name.into()))?.1)
    }

    /// Reads and validates a recipe. Missing fields have their defaults, unknown ones are errors.
    pub fn parse(text: &str) -> Result<Self, RecipeError> {
        check_form(&serde_json::from_str(text)?)?;
        // From the text once more, so that an error tells line and column.
        serde_json::from_str::<Self>(text)?.checked()
    }

    /// The same recipe with `key=value` assignments, such as `model.layers=2` or `corpus=ding:FILE`.
    pub fn with(&self, assignments: &[String]) -> Result<Self, RecipeError> {
        let mut value = serde_json::to_value(self)?;
        for assignment in assignments {
            let (key, new) = assignment.split_once('=').ok_or_else(|| RecipeError::Assignment(assignment.clone()))?;
            let key = if key == "corpus" { "corpus.source" } else { key };
            if let (true, Some(Value::Object(teacher))) = (UNWRITTEN.contains(&key), value.get_mut("teacher")) {
                teacher.entry(key.trim_start_matches("teacher.")).or_insert(Value::Null);
            }
            let field = key.split('.').try_fold(&mut value, |value, name| value.get_mut(name));
            let field = field.ok_or_else(|| RecipeError::Field(key.into()))?;
            *field = serde_json::from_str(new).unwrap_or_else(|_| new.into());
            // At once, so that the error names this assignment; values that go together are checked when all are there.
            if let Err(source) = serde_json::from_value::<Self>(value.clone()) {
                return Err(RecipeError::Assigned { assignment: assignment.clone(), source });
            }
        }
        check_form(&value)?;
        serde_json::from_value::<Self>(value)?.checked()
    }

    fn checked(self) -> Result<Self, RecipeError> {
        self.check().map(|()| self)
    }

    /// The canonical form: every field, in the order of this file, without spaces.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).expect("a recipe is plain data")
    }

    /// SHA-256 of the canonical form in hexadecimal: the name of the run.
    pub fn hash(&self) -> String {
        hex(Sha256::new_with_prefix(self.canonical()))
    }

    /// The sizes of the teacher. The vocabulary can turn out smaller than asked for where the text is small.
    pub fn sizes(&self, vocab: usize) -> Sizes {
        let ModelPart { layers, d_model, heads, ff, max_len, .. } = self.model;
        Sizes { vocab, layers, d_model, heads, ff, max_len }
    }

    /// The width of a flattened sentence: `max_len · d_model`.
    pub fn width(&self) -> usize {
        self.model.max_len * self.model.d_model
    }

    /// What is scored: the mixes of `score`, and that of `finetune`.
    pub fn mixes(&self) -> Vec<Mix> {
        let tuned = self.finetune.mix.clone().map(|mix| mix.trained(self.finetune.what));
        let tuned = tuned.filter(|mix| !self.score.mixes.contains(mix));
        self.score.mixes.iter().cloned().chain(tuned).collect()
    }

    /// The nets to distil, each once, in order.
    pub fn net_ids(&self) -> Vec<NetId> {
        let mut ids = Vec::new();
        for net in &self.nets {
            let layers = match &net.layers {
                Layers::All => (0..self.model.layers).collect(),
                Layers::These(layers) => layers.iter().map(|layer| layer - 1).collect::<Vec<_>>(),
            };
            let kind = net.kind();
            ids.extend(layers.into_iter().map(|layer| NetId { site: net.site, layer, kind }));
        }
        ids.sort();
        ids.dedup();
        ids
    }
}
