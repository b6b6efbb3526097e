//! `manifest.json`: what the pack is, and what its weights give.

use serde_json::{Value, json};

use crate::report::Error;

/// Another machine's exponentials may turn a word of many: a figure may then differ by this much, on a scale of 100. The
/// few examples have to be equal, since the page shows them for what the weights say.
const TOLERANCE: f64 = 0.05;
const FIGURES: [&str; 5] = ["bleu", "bleu_low", "bleu_high", "bleu_authors", "chrf"];

pub struct Manifest {
    pub bundle: Bundle,
    /// The recipe's hash: the run's name.
    pub recipe: String,
    pub command: String,
    pub rows: Vec<Value>,
    pub examples: Vec<Example>,
}

pub struct Bundle {
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
}

pub struct Example {
    source: String,
    reference: String,
    /// Mix and text.
    pub translations: Vec<(String, String)>,
}

impl Example {
    pub fn new(source: &str, reference: &str) -> Self {
        Self { source: source.into(), reference: reference.into(), translations: Vec::new() }
    }

    fn to_json(&self) -> Value {
        let translations = self.translations.iter().map(|(mix, text)| json!({ "mix": mix, "text": text }));
        json!({ "source": self.source, "reference": self.reference, "translations": translations.collect::<Vec<_>>() })
    }
}

impl Bundle {
    fn to_json(&self) -> Value {
        json!({ "file": self.file, "bytes": self.bytes, "sha256": self.sha256 })
    }
}

impl Manifest {
    pub fn to_json(&self) -> Value {
        json!({
            "bundle": self.bundle.to_json(),
            "recipe_hash": self.recipe,
            "command": self.command,
            "rows": self.rows,
            "examples": self.examples.iter().map(Example::to_json).collect::<Vec<_>>(),
        })
    }
}

/// Whether the manifest tells of these weights.
pub fn same_bundle(committed: &Value, bundle: &Bundle) -> Result<(), Error> {
    equal("bundle", &committed["bundle"], &bundle.to_json())
}

/// The first difference between what is committed and what the weights give; times are no part of it.
pub fn compare(committed: &Value, made: &Value) -> Result<(), Error> {
    for name in ["bundle", "recipe_hash", "command"] {
        equal(name, &committed[name], &made[name])?;
    }
    each(committed, made, "examples", equal)?;
    each(committed, made, "rows", compare_rows)
}

fn compare_rows(place: &str, committed: &Value, made: &Value) -> Result<(), Error> {
    for name in ["mix", "parameters", "sentences", "beam"] {
        equal(&format!("{place}.{name}"), &committed[name], &made[name])?;
    }
    near(place, committed, made, &FIGURES)?;
    let (before, after) = (&committed["difference"], &made["difference"]);
    if !after.is_null() {
        equal(&format!("{place}.difference.verdict"), &before["verdict"], &after["verdict"])?;
        near(&format!("{place}.difference"), before, after, &["bleu", "low", "high"])?;
    }
    let places: Vec<_> = made["r2"].as_object().into_iter().flat_map(|r2| r2.keys()).map(String::as_str).collect();
    near(&format!("{place}.r2"), &committed["r2"], &made["r2"], &places)
}

/// Figures that are the same but for the tolerance.
fn near(place: &str, committed: &Value, made: &Value, names: &[&str]) -> Result<(), Error> {
    for name in names {
        let both = committed[name].as_f64().zip(made[name].as_f64());
        if !both.is_some_and(|(committed, made)| (committed - made).abs() <= TOLERANCE) {
            return Err(differs(&format!("{place}.{name}"), &committed[name], &made[name]));
        }
    }
    Ok(())
}

fn each(
    committed: &Value,
    made: &Value,
    name: &str,
    compare: impl Fn(&str, &Value, &Value) -> Result<(), Error>,
) -> Result<(), Error> {
    let list = |value: &Value| value[name].as_array().cloned().unwrap_or_default();
    let (committed, made) = (list(committed), list(made));
    equal(&format!("the number of {name}"), &committed.len().into(), &made.len().into())?;
    let mut pairs = committed.iter().zip(&made).enumerate();
    pairs.try_for_each(|(index, (committed, made))| compare(&format!("{name}[{index}]"), committed, made))
}

/// Descends to the place that differs: a whole example says little.
fn equal(place: &str, committed: &Value, made: &Value) -> Result<(), Error> {
    match (committed, made) {
        _ if committed == made => Ok(()),
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
            one.iter().try_for_each(|(name, value)| equal(&format!("{place}.{name}"), value, &made[name.as_str()]))
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs.try_for_each(|(index, (one, other))| equal(&format!("{place}[{index}]"), one, other))
        }
        _ => Err(differs(place, committed, made)),
    }
}

fn differs(place: &str, committed: &Value, made: &Value) -> Error {
    Error::failed(format!(
        "the pack's {place} is {committed}, its weights give {made}; cargo xtask demo-pack makes it anew"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Value {
        let mut example = Example::new("The dog sleeps.", "Le chien dort.");
        example.translations.push(("teacher".into(), "Le chien dort.".into()));
        let row = json!({ "mix": "teacher", "bleu": 83.75, "bleu_low": 81.7, "bleu_high": 85.7, "bleu_authors": 85.5,
            "chrf": 92.3, "parameters": 619_728, "sentences": 500, "beam": 1, "ms_per_sentence": 3.0, "r2": { "enc.1": 0.6 },
            "difference": { "bleu": -2.5, "low": -3.0, "high": -2.0, "verdict": "lower" } });
        let bundle = Bundle { file: "tiny.safetensors".into(), bytes: 3, sha256: "abc".into() };
        let (recipe, command) = ("hash".into(), "command".into());
        Manifest { bundle, recipe, command, rows: vec![row], examples: vec![example] }.to_json()
    }

    fn difference(change: impl Fn(&mut Value)) -> String {
        let mut changed = manifest();
        change(&mut changed);
        compare(&manifest(), &changed).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn times_and_small_differences_of_figures_do_not_matter() {
        assert_eq!(difference(|_| {}), "");
        assert_eq!(difference(|made| made["rows"][0]["bleu"] = json!(83.79)), "");
        assert_eq!(difference(|made| made["rows"][0]["ms_per_sentence"] = json!(9.0)), "");
    }

    #[test]
    fn the_first_difference_is_named_by_its_place() {
        let said = difference(|made| made["examples"][0]["translations"][0]["text"] = json!("Le chat dort."));
        assert!(said.contains("examples[0].translations[0].text") && said.contains("Le chat dort."), "{said}");
        let said = difference(|made| made["rows"][0]["bleu"] = json!(83.81));
        assert!(said.contains("rows[0].bleu is 83.75"), "{said}");
        let said = difference(|made| made["rows"][0]["chrf"] = Value::Null);
        assert!(said.contains("rows[0].chrf"), "{said}");
        let said = difference(|made| made["rows"][0]["difference"]["verdict"] = json!("not-distinguishable"));
        assert!(said.contains("rows[0].difference.verdict"), "{said}");
        assert!(difference(|made| made["rows"][0]["difference"]["low"] = json!(-3.1)).contains("difference.low"));
        assert!(difference(|made| made["rows"][0]["r2"]["enc.1"] = json!(0.7)).contains("rows[0].r2.enc.1"));
        assert!(difference(|made| made["rows"] = json!([])).contains("the number of rows is 1"));
        assert!(difference(|made| made["rows"][0]["parameters"] = json!(1)).contains("rows[0].parameters"));
        assert!(difference(|made| made["bundle"]["sha256"] = json!("x")).contains("bundle.sha256"));
    }
}
