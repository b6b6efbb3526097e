//! Values on their way to JavaScript and back, and what is thrown.

use crate::{
    bench::BenchError, corpus::CorpusError, device::DeviceError, metrics::MetricsError, model::mix::MixError,
    recipe::Recipe, recipe::RecipeError, session::SessionError, store::Memory,
};
use js_sys::{Array, Error, JSON, Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// An `AttentionlessError` of JavaScript: an `Error` with a `kind`.
pub struct Thrown(JsValue);

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

impl Thrown {
    pub fn new(kind: &str, message: &str) -> Self {
        let error = Error::new(message);
        error.set_name("AttentionlessError");
        match Reflect::set(&error, &"kind".into(), &kind.into()) {
            Ok(_) => Self(error.into()),
            Err(other) => Self(other),
        }
    }

    /// With another word of its own.
    fn with(self, name: &str, value: JsValue) -> Self {
        match Reflect::set(&self.0, &name.into(), &value) {
            Ok(_) => self,
            Err(other) => Self(other),
        }
    }
}

/// What JavaScript itself threw.
impl From<JsValue> for Thrown {
    fn from(error: JsValue) -> Self {
        let message = error.dyn_ref::<Error>().map(|error| String::from(error.message()));
        Self::new("failed", &message.unwrap_or_else(|| format!("{error:?}")))
    }
}

impl From<serde_wasm_bindgen::Error> for Thrown {
    fn from(error: serde_wasm_bindgen::Error) -> Self {
        Self::new("failed", &error.to_string())
    }
}

/// Errors of the engine are thrown with the sentence that the command line would print.
macro_rules! thrown {
    ($($error:ty: $kind:expr),* $(,)?) => {
        $(impl From<$error> for Thrown {
            fn from(error: $error) -> Self {
                let kind: fn(&$error) -> &'static str = $kind;
                Self::new(kind(&error), &error.to_string())
            }
        })*
    };
}

thrown! {
    RecipeError: |_| "usage",
    MixError: |_| "usage",
    BenchError: bench_kind,
    CorpusError: |_| "failed",
    MetricsError: |_| "failed",
    DeviceError: device_kind,
}

impl From<SessionError> for Thrown {
    fn from(error: SessionError) -> Self {
        let thrown = Self::new(session_kind(&error), &error.to_string());
        match error {
            SessionError::NotFinite { step, .. } => thrown.with("step", step.into()),
            _ => thrown,
        }
    }
}

fn session_kind(error: &SessionError) -> &'static str {
    match error {
        SessionError::Recipe(_) | SessionError::OtherRecipe { .. } => "usage",
        SessionError::NotFinite { .. } => "not-finite",
        SessionError::TooLarge { .. } => "too-large",
        SessionError::Device(error) => device_kind(error),
        _ => "failed",
    }
}

fn bench_kind(error: &BenchError) -> &'static str {
    match error {
        BenchError::NoWork(..) => "usage",
        BenchError::Device(error) => device_kind(error),
        BenchError::Read(_) => "failed",
    }
}

fn device_kind(error: &DeviceError) -> &'static str {
    match error {
        DeviceError::Lost(_) => "device-lost",
        DeviceError::OutOfMemory(_) => "out-of-memory",
        DeviceError::Fault(_) => "device-fault",
        _ => "failed",
    }
}

/// A value as a plain object, maps as objects and nothing as null.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Thrown> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

/// A recipe goes through its text, so that 0.1 stays 0.1 although it is a float of 32 bits here.
pub fn recipe_to_js(recipe: &Recipe) -> Result<JsValue, Thrown> {
    Ok(JSON::parse(&recipe.canonical())?)
}

#[wasm_bindgen]
extern "C" {
    /// A recipe that JavaScript gives, not yet looked at.
    pub type AnyRecipe;
}

impl AnyRecipe {
    /// Checked as one that was written by hand.
    pub fn parse(&self) -> Result<Recipe, Thrown> {
        // `undefined` has no text.
        let text = JSON::stringify(self.as_ref())?.as_string().unwrap_or_default();
        Ok(Recipe::parse(&text)?)
    }
}

/// Files from an array of `{ name, bytes }`.
pub fn files(entries: &Array) -> Result<Vec<(String, Vec<u8>)>, Thrown> {
    let file = |entry: JsValue| {
        let name = Reflect::get(&entry, &"name".into())?.as_string();
        let bytes = Reflect::get(&entry, &"bytes".into())?.dyn_into::<Uint8Array>();
        match (name, bytes) {
            (Some(name), Ok(bytes)) => Ok((name, bytes.to_vec())),
            _ => Err(Thrown::new("failed", "a file is { name: string, bytes: Uint8Array }")),
        }
    };
    entries.iter().map(file).collect()
}

/// An array of `{ name, bytes }`, with null for the bytes of a file that is gone.
pub fn entries<'a>(files: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>) -> Result<Array, Thrown> {
    let entries = Array::new();
    for (name, bytes) in files {
        let entry = Object::new();
        let bytes = bytes.map_or(JsValue::NULL, |bytes| Uint8Array::from(bytes).into());
        Reflect::set(&entry, &"name".into(), &name.into())?;
        Reflect::set(&entry, &"bytes".into(), &bytes)?;
        entries.push(&entry);
    }
    Ok(entries)
}

/// A store with the files that JavaScript gives.
pub fn memory(entries: &Array) -> Result<Memory, Thrown> {
    Ok(Memory::new(files(entries)?))
}
