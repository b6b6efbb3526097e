//! The engine as JavaScript sees it, inside a worker: thin, and the only place that knows of `wasm-bindgen`. The types of
//! all that crosses stand in `web/types.d.ts`.
//!
//! Nothing here waits for the GPU but what gives a promise. Calls on one object go one after the other.

mod run;
#[cfg(target_feature = "atomics")]
mod threads;
mod translator;
mod values;

use crate::{
    bench::{listed, measure},
    bundle,
    checkpoint::Precision,
    corpus::hub,
    device,
    metrics::{self, Bleu, Chrf, Interval, Statistic, statistics},
    plan,
    recipe::{PRESETS, Recipe},
};
use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use values::{AnyRecipe, Thrown, entries, memory, recipe_to_js, to_js};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("web/types.d.ts");

unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Runs the static constructors that burn's shader compiler registers its types by. Because they are called here, the
/// linker does not wrap every export in a call of them, which would cost milliseconds for each dispatch.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
    // SAFETY: called once, before anything else.
    unsafe { __wasm_call_ctors() };
}

/// What adapter the browser offers, and why it cannot be used.
#[wasm_bindgen(unchecked_return_type = "Probe")]
pub async fn probe() -> Result<JsValue, Thrown> {
    to_js(&device::probe().await)
}

/// The corpora that the page may load for `hub:`, each as the file `NAME.zip` among the uploads.
#[wasm_bindgen(unchecked_return_type = "CatalogueEntry[]")]
pub fn catalogue() -> Result<JsValue, Thrown> {
    #[derive(Serialize)]
    struct Entry {
        name: &'static str,
        pair: String,
        url: String,
        about: &'static str,
        licence: &'static str,
        bytes: u64,
    }
    let entry = |entry: &hub::Entry| {
        let &hub::Entry { name, direction, path, about, licence, bytes } = entry;
        Entry { name, pair: direction.to_string(), url: format!("{}{path}", hub::HOME), about, licence, bytes }
    };
    to_js(&hub::CATALOGUE.iter().map(entry).collect::<Vec<_>>())
}

/// An error unless these bytes, which came from the entry's `url`, are that corpus.
#[wasm_bindgen(js_name = checkHub)]
pub fn check_hub(name: String, bytes: Uint8Array) -> Result<(), Thrown> {
    let missing = || Thrown::new("usage", &format!("`{name}` is not in the catalogue"));
    let entry = hub::Entry::of(&name).ok_or_else(missing)?;
    Ok(hub::check(entry, &format!("{}{}", hub::HOME, entry.path), &bytes.to_vec())?)
}

/// The presets by name.
#[wasm_bindgen(unchecked_return_type = "Record<\"micro\" | \"tiny\" | \"small\" | \"paper\", Recipe>")]
pub fn presets() -> Result<Object, Thrown> {
    let presets = Object::new();
    for (name, _) in PRESETS {
        Reflect::set(&presets, &name.into(), &recipe_to_js(&Recipe::preset(name)?)?)?;
    }
    Ok(presets)
}

/// Reads a recipe that came from anywhere; its missing fields get their defaults.
#[wasm_bindgen(js_name = checkRecipe, unchecked_return_type = "CheckedRecipe")]
pub fn check_recipe(#[wasm_bindgen(unchecked_param_type = "unknown")] recipe: AnyRecipe) -> Result<Object, Thrown> {
    let recipe = recipe.parse()?;
    let checked = Object::new();
    Reflect::set(&checked, &"recipe".into(), &recipe_to_js(&recipe)?)?;
    Reflect::set(&checked, &"canonical".into(), &recipe.canonical().into())?;
    Reflect::set(&checked, &"hash".into(), &recipe.hash().into())?;
    Ok(checked)
}

/// The recipe with assignments such as `model.layers=2`.
#[wasm_bindgen(js_name = withAssignments, unchecked_return_type = "Recipe")]
pub fn with_assignments(
    #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: AnyRecipe,
    assignments: Vec<String>,
) -> Result<JsValue, Thrown> {
    recipe_to_js(&recipe.parse()?.with(&assignments)?)
}

/// What a recipe will cost; in seconds too, on a device of this speed.
#[wasm_bindgen(js_name = plan, unchecked_return_type = "Plan")]
pub fn planned(
    #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: AnyRecipe,
    gflops: Option<f64>,
) -> Result<JsValue, Thrown> {
    to_js(&plan::plan(&recipe.parse()?, gflops))
}

/// Measures a device: all work whose name contains one of these texts, or all there is.
#[wasm_bindgen(unchecked_return_type = "BenchReport")]
pub async fn bench(
    #[wasm_bindgen(unchecked_param_type = "DeviceChoice")] device: String,
    works: Vec<String>,
) -> Result<JsValue, Thrown> {
    let opened = run::Device::open(device, None).await?;
    to_js(&measure(opened.opened(), &works, |_| ()).await?)
}

/// The pieces of work that can be measured.
#[wasm_bindgen(js_name = benchWorks, unchecked_return_type = "BenchWork[]")]
pub fn bench_works() -> Result<JsValue, Thrown> {
    to_js(&listed())
}

/// BLEU and chrF of each sentence by itself, from 0 to 100.
#[wasm_bindgen(js_name = sentenceScores, unchecked_return_type = "SentenceScore[]")]
pub fn sentence_scores(hypotheses: Vec<String>, references: Vec<String>) -> Result<JsValue, Thrown> {
    #[derive(Serialize)]
    struct SentenceScore {
        bleu: f64,
        chrf: f64,
    }
    let bleu = statistics::<Bleu>(&hypotheses, &references)?;
    let chrf = statistics::<Chrf>(&hypotheses, &references)?;
    let score = |(bleu, chrf): (&Bleu, &Chrf)| SentenceScore { bleu: bleu.sentence_score(), chrf: chrf.score() };
    to_js(&bleu.iter().zip(&chrf).map(score).collect::<Vec<_>>())
}

/// BLEU and chrF of all sentences together, and BLEU's interval over so many resamples, drawn by the seed.
#[wasm_bindgen(js_name = corpusScore, unchecked_return_type = "CorpusScore")]
pub fn corpus_score(
    hypotheses: Vec<String>,
    references: Vec<String>,
    resamples: usize,
    seed: u64,
) -> Result<JsValue, Thrown> {
    #[derive(Serialize)]
    struct CorpusScore {
        bleu: f64,
        bleu_low: f64,
        bleu_high: f64,
        chrf: f64,
        signature: String,
    }
    let bleu = statistics::<Bleu>(&hypotheses, &references)?;
    let chrf = statistics::<Chrf>(&hypotheses, &references)?;
    let Interval { low, high } = metrics::interval(&bleu, resamples, seed);
    to_js(&CorpusScore {
        bleu: Bleu::sum(&bleu).score(),
        bleu_low: low,
        bleu_high: high,
        chrf: Chrf::sum(&chrf).score(),
        signature: Bleu::signature(),
    })
}

/// The files of a run that came as one.
#[wasm_bindgen(unchecked_return_type = "FileEntry[]")]
pub fn unpack(#[wasm_bindgen(js_name = bundle)] bytes: Uint8Array) -> Result<Array, Thrown> {
    // Whatever is wrong is wrong with what was given.
    let files = bundle::unpack(&bytes.to_vec()).map_err(|error| Thrown::new("not-imported", &error.to_string()))?;
    entries(files.iter().map(|(name, bytes)| (name.as_str(), Some(bytes.as_slice()))))
}

/// A trained run as one file, with 32 bits a weight.
#[wasm_bindgen]
pub fn pack(#[wasm_bindgen(unchecked_param_type = "FileEntry[]")] files: Array) -> Result<Uint8Array, Thrown> {
    let packed = bundle::pack(Box::new(memory(&files)?), Precision::Full);
    let bytes = packed.map_err(|error| Thrown::new("failed", &error.to_string()))?;
    Ok(Uint8Array::from(bytes.as_slice()))
}
