//! The files of a run, by name, and how they are read and written.

use super::{SessionError, teacher::FINISHED};
use crate::{
    capture::Means,
    checkpoint::{Checkpoint, HostTensor},
    corpus::{self, Language, Pair, Report, words::Words},
    model::{
        mix::Mix,
        sites::{NetId, Site},
    },
    recipe::Recipe,
    score::{Row, Seconds},
    store::Store,
    tokenizer::Tokenizer,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

pub const RECIPE: &str = "recipe.json";
pub const TOKENIZER: &str = "tokenizer.json";
pub const CORPUS: &str = "corpus/report.json";
pub const WORDS: &str = "words.txt";
pub const TEACHER: &str = "teacher.safetensors";
pub const TEACHER_STATE: &str = "state/teacher.safetensors";
pub const TEST: &str = "corpus/test.tsv";
pub const SPLITS: [&str; 3] = ["corpus/train.tsv", "corpus/valid.tsv", TEST];
pub const NETS: &str = "nets";
pub const TUNED: &str = "tuned";
pub const OUTPUTS: &str = "outputs";
pub const MEANS: &str = "means.safetensors";
pub const ROWS: &str = "rows.json";
pub const SECONDS: &str = "seconds.json";
pub const CURVE: &str = "curve.tsv";

/// What was read and kept, and the hash of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorpusFile {
    pub hash: String,
    pub report: Report,
}

/// A run's files in a store.
pub struct Files(pub Box<dyn Store>);

impl Files {
    /// A JSON file, or none where there is no such file.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, SessionError> {
        let damaged = |source| SessionError::Json { name: name.into(), source };
        self.0.read(name)?.map(|bytes| serde_json::from_slice(&bytes).map_err(damaged)).transpose()
    }

    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), SessionError> {
        Ok(self.0.write(name, &pretty(name, value)?)?)
    }

    /// Writes unless the file holds just this.
    pub fn write_new(&self, name: &str, bytes: &[u8]) -> Result<(), SessionError> {
        match self.0.read(name)?.is_some_and(|old| old == bytes) {
            true => Ok(()),
            false => Ok(self.0.write(name, bytes)?),
        }
    }

    /// A file of weights, or none where there is no such file.
    pub fn checkpoint(&self, name: &str) -> Result<Option<Checkpoint>, SessionError> {
        let damaged = |source| SessionError::Weights { name: name.into(), source };
        self.0.read(name)?.map(|bytes| Checkpoint::from_bytes(&bytes).map_err(damaged)).transpose()
    }

    pub fn write_checkpoint(&self, name: &str, checkpoint: &Checkpoint) -> Result<(), SessionError> {
        let bytes = checkpoint.to_bytes().map_err(|source| SessionError::Weights { name: name.into(), source })?;
        Ok(self.0.write(name, &bytes)?)
    }

    /// Weights that belong to this recipe, or none where there is no such file.
    pub fn weights(&self, name: &str, recipe: &Recipe) -> Result<Option<Checkpoint>, SessionError> {
        let Some(checkpoint) = self.checkpoint(name)? else { return Ok(None) };
        match checkpoint.begun_by(name, recipe).and_then(|begun| differing(&begun, recipe)) {
            Some((part, [begun, wanted])) => Err(SessionError::OtherWeights { name: name.into(), part, begun, wanted }),
            None => Ok(Some(checkpoint)),
        }
    }

    /// The same, with this tokenizer: other ids for the same words would make nonsense of the weights.
    pub fn weights_of(
        &self,
        name: &str,
        recipe: &Recipe,
        tokenizer: &Tokenizer,
    ) -> Result<Option<Checkpoint>, SessionError> {
        let Some(checkpoint) = self.weights(name, recipe)? else { return Ok(None) };
        match checkpoint.metadata.get("tokenizer").is_some_and(|json| *json != tokenizer.to_json()) {
            true => Err(SessionError::Damaged(TOKENIZER.into())),
            false => Ok(Some(checkpoint)),
        }
    }

    /// The three splits as they were cleaned, or none where the corpus is not built yet.
    pub fn splits(&self) -> Result<Option<[Vec<Pair>; 3]>, SessionError> {
        let Some(CorpusFile { hash, .. }) = self.json(CORPUS)? else { return Ok(None) };
        let mut splits = [const { Vec::new() }; 3];
        for (split, name) in splits.iter_mut().zip(SPLITS) {
            let Some(pairs) = self.split(name)? else { return Ok(None) };
            *split = pairs;
        }
        match corpus::hash(splits.each_ref().map(Vec::as_slice)) == hash {
            true => Ok(Some(splits)),
            false => Err(SessionError::Damaged("corpus/".into())),
        }
    }

    fn split(&self, name: &str) -> Result<Option<Vec<Pair>>, SessionError> {
        let Some(bytes) = self.0.read(name)? else { return Ok(None) };
        let pairs = String::from_utf8(bytes).ok().and_then(|text| pairs(&text));
        pairs.map(Some).ok_or(SessionError::Damaged(name.into()))
    }

    /// The test split alone.
    pub fn test(&self) -> Result<Option<Vec<Pair>>, SessionError> {
        self.split(TEST)
    }

    /// The words of the training split; none where the run has no list of them.
    pub fn words(&self, language: Language) -> Result<Option<Words>, SessionError> {
        let Some(bytes) = self.0.read(WORDS)? else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|_| SessionError::Damaged(WORDS.into()))?;
        Ok(Some(Words::parse(language, &text)))
    }

    pub fn write_splits(&self, splits: [&[Pair]; 3]) -> Result<(), SessionError> {
        for (split, name) in splits.into_iter().zip(SPLITS) {
            let lines = split.iter().map(|pair| format!("{}\t{}\n", pair.source, pair.target));
            self.0.write(name, lines.collect::<String>().as_bytes())?;
        }
        Ok(())
    }

    /// The rows scored so far.
    pub fn rows(&self) -> Result<Vec<Row>, SessionError> {
        Ok(self.json(ROWS)?.unwrap_or_default())
    }

    pub fn write_rows(&self, rows: &[Row]) -> Result<(), SessionError> {
        self.write_json(ROWS, &rows)
    }

    pub fn seconds(&self) -> Result<Seconds, SessionError> {
        Ok(self.json(SECONDS)?.unwrap_or_default())
    }

    pub fn write_seconds(&self, seconds: &Seconds) -> Result<(), SessionError> {
        self.write_json(SECONDS, seconds)
    }

    /// The mean outputs of the teacher's attention, where they were taken.
    pub fn means(&self) -> Result<Option<Means>, SessionError> {
        let Some(checkpoint) = self.checkpoint(MEANS)? else { return Ok(None) };
        let place = |name: &str| {
            let (site, layer) = name.split_once('.')?;
            Some((site.parse::<Site>().ok()?, layer.parse::<usize>().ok()?))
        };
        let mean = |(name, tensor): (String, HostTensor)| Some((place(&name)?, tensor.values));
        let means = checkpoint.tensors.into_iter().map(mean).collect::<Option<_>>();
        means.ok_or(SessionError::Damaged(MEANS.into())).map(Some)
    }

    pub fn write_means(&self, means: &Means) -> Result<(), SessionError> {
        let tensor = |values: &Vec<f32>| HostTensor { shape: vec![values.len()], values: values.clone() };
        let name = |(site, layer): &(Site, usize)| format!("{}.{layer}", site.code());
        let tensors = means.iter().map(|(place, values)| (name(place), tensor(values))).collect();
        self.write_checkpoint(MEANS, &Checkpoint { tensors, ..Checkpoint::default() })
    }

    /// The loss curve: a line a step, `stage <tab> step <tab> loss`.
    pub fn curve(&self) -> Result<Vec<String>, SessionError> {
        let bytes = self.0.read(CURVE)?.unwrap_or_default();
        let text = String::from_utf8(bytes).map_err(|_| SessionError::Damaged(CURVE.into()))?;
        Ok(text.lines().map(str::to_string).collect())
    }

    pub fn write_curve(&self, lines: &[String]) -> Result<(), SessionError> {
        Ok(self.0.write(CURVE, (lines.join("\n") + "\n").as_bytes())?)
    }

    /// The nets that there are.
    pub fn nets(&self) -> Result<Vec<NetId>, SessionError> {
        let id = |file: &String| {
            let name = file.strip_prefix(NETS)?.strip_prefix('/')?.strip_suffix(".safetensors")?;
            name.parse().ok()
        };
        Ok(self.0.list(NETS)?.iter().filter_map(id).collect())
    }

    /// The mixes that were trained as a whole.
    pub fn tuned(&self) -> Result<Vec<Mix>, SessionError> {
        let mix = |file: &String| {
            let name = file.strip_prefix(TUNED)?.strip_prefix('/')?.strip_suffix(".safetensors")?;
            name.parse().ok()
        };
        Ok(self.0.list(TUNED)?.iter().filter_map(mix).collect())
    }

    /// The recipe that the run was begun with; where its file is gone, the one that the teacher carries.
    pub fn recipe(&self) -> Result<Option<Recipe>, SessionError> {
        let Some(bytes) = self.0.read(RECIPE)? else {
            return Ok(self.checkpoint(TEACHER)?.and_then(|teacher| teacher.recipe()));
        };
        let unusable = |source| SessionError::BegunWith { name: RECIPE.into(), source };
        Recipe::parse(&String::from_utf8_lossy(&bytes)).map(Some).map_err(unusable)
    }

    pub fn tokenizer(&self) -> Result<Option<Tokenizer>, SessionError> {
        let Some(bytes) = self.0.read(TOKENIZER)? else { return Ok(None) };
        let unusable = |source| SessionError::Tokenizer { name: TOKENIZER.into(), source };
        Tokenizer::from_json(&String::from_utf8_lossy(&bytes)).map(Some).map_err(unusable)
    }
}

/// The pairs of a split's file, or none where a line is not two columns.
pub fn pairs(text: &str) -> Option<Vec<Pair>> {
    let pair = |line: &str| line.split_once('\t').map(|(source, target)| Pair::new(source, target));
    text.lines().map(pair).collect()
}

/// The first part in which the teacher, or the way of distilling, of two recipes differs, and what it is in each.
pub fn differing(begun: &Recipe, wanted: &Recipe) -> Option<(&'static str, [String; 2])> {
    let parts = |recipe: &Recipe| {
        let value = serde_json::to_value(recipe).unwrap_or_default();
        ["seed", "pair", "corpus", "tokenizer", "model", "teacher", "distil"].map(|part| (part, value[part].clone()))
    };
    let (begun, wanted) = parts(begun).into_iter().zip(parts(wanted)).find(|(begun, wanted)| begun != wanted)?;
    Some((begun.0, [begun.1.to_string(), wanted.1.to_string()]))
}

/// A value as a JSON file holds it.
pub fn pretty<T: Serialize>(name: &str, value: &T) -> Result<Vec<u8>, SessionError> {
    serde_json::to_vec_pretty(value).map_err(|source| SessionError::Json { name: name.into(), source })
}

/// The file of a net.
pub fn net(id: NetId) -> String {
    format!("{NETS}/{id}.safetensors")
}

/// The file of a mix that was trained as a whole.
pub fn tuned(mix: &Mix) -> String {
    format!("{TUNED}/{mix}.safetensors")
}

/// The file of a mix's translations.
pub fn output(mix: &Mix) -> String {
    format!("{OUTPUTS}/{mix}.txt")
}

impl Checkpoint {
    /// The recipe of the run that wrote these weights.
    pub(crate) fn recipe(&self) -> Option<Recipe> {
        self.metadata.get("recipe").and_then(|text| Recipe::parse(text).ok())
    }

    /// The same; of a teacher in training as it goes on by this recipe, where that has no other past.
    fn begun_by(&self, name: &str, wanted: &Recipe) -> Option<Recipe> {
        let mut begun = self.recipe()?;
        let trains = name == TEACHER_STATE || name == TEACHER && !self.metadata.contains_key(FINISHED);
        if trains && begun.teacher.goes_on_as(&wanted.teacher, self.steps()) {
            begun.teacher = wanted.teacher.clone();
        }
        Some(begun)
    }

    /// Steps that were taken, of weights in training.
    pub(crate) fn steps(&self) -> u32 {
        self.metadata.get("steps").and_then(|word| word.parse().ok()).unwrap_or(0)
    }
}

/// Words that every file of weights carries.
pub fn words(recipe: &Recipe, tokenizer: &str) -> BTreeMap<String, String> {
    let words = [("recipe", recipe.canonical()), ("tokenizer", tokenizer.to_string())];
    words.into_iter().map(|(key, word)| (key.to_string(), word)).collect()
}
