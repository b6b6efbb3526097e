//! Sentences through a trained run.

use super::{
    run::Device,
    values::{Thrown, files, recipe_to_js, to_js},
};
use crate::{
    corpus::{Pair, words::Words},
    model::{mix::Mix, sites::Site},
    score::MixSize,
    session,
    store::Memory,
};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_time::Instant;

/// A trained run's model.
#[wasm_bindgen]
pub struct Translator {
    inner: session::Translator,
    held_out: Vec<Pair>,
    /// None where the run has no list of them.
    words: Option<Words>,
}

#[derive(Serialize)]
struct Translated {
    text: String,
    tokens: usize,
    unread: usize,
    max_len: usize,
    ms: f64,
}

#[derive(Serialize)]
struct Lens {
    outputs: Vec<String>,
    inputs: Vec<String>,
    heads: Vec<Vec<f32>>,
    teacher: Vec<f32>,
    mix: Option<Vec<f32>>,
}

#[derive(Serialize)]
struct HeldOut<'a> {
    source: &'a str,
    reference: &'a str,
}

/// What a translator reads of a run; the rest would only take memory.
fn is_needed(name: &str) -> bool {
    let state = ["state/", "uploads/", "outputs/", "corpus/train", "corpus/valid", "curve"];
    !state.iter().any(|start| name.starts_with(start))
}

#[wasm_bindgen]
impl Translator {
    /// With the files of a run whose teacher is trained.
    pub fn open(
        device: &Device,
        #[wasm_bindgen(unchecked_param_type = "FileEntry[]", js_name = files)] entries: Array,
    ) -> Result<Translator, Thrown> {
        let store = Memory::new(files(&entries)?.into_iter().filter(|(name, _)| is_needed(name)));
        let inner = session::Translator::open(Box::new(store), &device.0)?;
        let (held_out, words) = (inner.held_out()?, inner.words()?);
        Ok(Self { inner, held_out, words })
    }

    #[wasm_bindgen(unchecked_return_type = "Recipe")]
    pub fn recipe(&self) -> Result<JsValue, Thrown> {
        recipe_to_js(self.inner.recipe())
    }

    /// Layers of the encoder, and of the decoder.
    pub fn layers(&self) -> usize {
        self.inner.recipe().model.layers
    }

    /// The nets that there are, such as `enc.1.alr-m`.
    pub fn nets(&self) -> Result<Vec<String>, Thrown> {
        Ok(self.inner.nets()?)
    }

    /// The mixes that were trained as a whole, such as `enc=alr-m,trained=nets`.
    pub fn tuned(&self) -> Result<Vec<String>, Thrown> {
        Ok(self.inner.tuned()?)
    }

    /// Translates a sentence with a mix.
    #[wasm_bindgen(unchecked_return_type = "Translation")]
    pub async fn translate(&self, mix: String, text: String) -> Result<JsValue, Thrown> {
        let begun = Instant::now();
        let session::Translation { text, tokens, unread } = self.inner.translate(&mix.parse::<Mix>()?, &text).await?;
        let (max_len, ms) = (self.inner.max_len(), begun.elapsed().as_secs_f64() * 1e3);
        to_js(&Translated { text, tokens, unread, max_len, ms })
    }

    /// What each output of an attention hangs on, layers from 1, in the teacher and in a mix; null of an empty sentence.
    #[wasm_bindgen(unchecked_return_type = "Lens | null")]
    pub async fn lens(
        &self,
        mix: String,
        #[wasm_bindgen(unchecked_param_type = "Site")] site: String,
        layer: usize,
        text: String,
    ) -> Result<JsValue, Thrown> {
        let site = site.parse::<Site>().map_err(|error| Thrown::new("usage", &error.to_string()))?;
        let looked = self.inner.lens(&mix.parse::<Mix>()?, site, layer, &text).await?;
        let lens = looked.map(|session::Looked { outputs, inputs, heads, teacher, mix }| Lens {
            outputs,
            inputs,
            heads,
            teacher,
            mix,
        });
        to_js(&lens)
    }

    /// The words of a text that the model never saw, each once; none where the run has no list of what it saw.
    #[wasm_bindgen(js_name = unknownWords)]
    pub fn unknown_words(&self, text: String) -> Vec<String> {
        self.words.as_ref().map(|words| words.unknown(&text)).unwrap_or_default()
    }

    /// Tokens of a text.
    pub fn tokens(&self, text: String) -> usize {
        self.inner.tokens(&text)
    }

    /// They themselves, with `▁` for a space before them.
    pub fn pieces(&self, text: String) -> Vec<String> {
        self.inner.pieces(&text)
    }

    /// What a mix takes away and adds.
    #[wasm_bindgen(unchecked_return_type = "MixSize")]
    pub fn mix(&self, mix: String) -> Result<JsValue, Thrown> {
        let mix = mix.parse::<Mix>()?;
        mix.check(self.layers())?;
        to_js(&MixSize::of(&mix, &self.inner.sizes()))
    }

    /// Sentences of the test split.
    #[wasm_bindgen(js_name = heldOut)]
    pub fn held_out(&self) -> usize {
        self.held_out.len()
    }

    /// One of them, counted from 0.
    #[wasm_bindgen(unchecked_return_type = "HeldOut")]
    pub fn sentence(&self, index: usize) -> Result<JsValue, Thrown> {
        let count = self.held_out.len();
        let none = || Thrown::new("usage", &format!("there is no sentence {index}; there are {count}, from 0"));
        let Pair { source, target } = self.held_out.get(index).ok_or_else(none)?;
        to_js(&HeldOut { source, reference: target })
    }
}
