//! A device and a run on it.

use super::values::{AnyRecipe, Thrown, entries, memory, to_js};
use crate::{
    bench::{Ceilings, measure_one},
    device::{self, Choice, Opened, Trust},
    kernels::self_test::verdicts,
    model::mix::Mix,
    plan,
    session::{Goal, Session, SessionError},
    store::Memory,
};
use js_sys::Array;
use serde::Serialize;
use std::time::Duration;
use wasm_bindgen::prelude::*;

/// The GPU or the CPU.
#[wasm_bindgen]
pub struct Device(pub(super) Opened);

#[derive(Serialize)]
struct Info<'a> {
    kind: &'static str,
    name: &'a str,
    software: bool,
    wrong: Option<&'static str>,
    largest_buffer_bytes: Option<u64>,
}

#[derive(Serialize)]
struct MemoryInUse {
    in_use: u64,
    reserved: u64,
}

impl Device {
    pub(super) fn opened(&self) -> &Opened {
        &self.0
    }
}

#[wasm_bindgen]
impl Device {
    /// `auto` takes a hardware GPU, else the CPU. A GPU has to compute first what the CPU computes, unless it is `known` to.
    pub async fn open(
        #[wasm_bindgen(unchecked_param_type = "DeviceChoice")] choice: String,
        known: Option<bool>,
    ) -> Result<Device, Thrown> {
        let trust = if known == Some(true) { Trust::Known } else { Trust::Checked };
        let choice = match choice.as_str() {
            "auto" => Choice::Auto,
            "wgpu" => Choice::Wgpu,
            "cpu" => Choice::Cpu,
            other => return Err(Thrown::new("usage", &format!("`{other}` is no device: expected auto, wgpu or cpu"))),
        };
        Ok(Self(device::open(&choice, trust).await?))
    }

    #[wasm_bindgen(unchecked_return_type = "DeviceInfo")]
    pub fn info(&self) -> Result<JsValue, Thrown> {
        let Opened { name, software, wrong, largest_buffer, .. } = &self.0;
        let kind = if self.0.is_gpu() { "wgpu" } else { "cpu" };
        to_js(&Info { kind, name, software: *software, wrong: *wrong, largest_buffer_bytes: *largest_buffer })
    }

    /// Bytes of the GPU's pools; null on the CPU.
    #[wasm_bindgen(unchecked_return_type = "DeviceMemory | null")]
    pub fn memory(&self) -> Result<JsValue, Thrown> {
        to_js(&self.0.memory().map(|[in_use, reserved]| MemoryInUse { in_use, reserved }))
    }

    /// Bytes of the engine's own memory, which only grows.
    #[wasm_bindgen(js_name = wasmBytes)]
    pub fn wasm_bytes(&self) -> f64 {
        core::arch::wasm32::memory_size(0) as f64 * 65536.0
    }

    /// Its speed at products of matrices in GFLOP/s, found in about 300 ms.
    pub async fn speed(&self) -> Result<f64, Thrown> {
        Ok(plan::speed(&self.0.device).await.map_err(SessionError::from)?)
    }

    /// Whether it gives the same numbers as the CPU, operation by operation.
    #[wasm_bindgen(js_name = selfTest, unchecked_return_type = "CheckedOperation[]")]
    pub async fn self_test(&self) -> Result<JsValue, Thrown> {
        to_js(&verdicts(&self.0.device).await)
    }

    /// What it can do at most.
    #[wasm_bindgen(unchecked_return_type = "Ceilings")]
    pub async fn ceilings(&self) -> Result<JsValue, Thrown> {
        to_js(&Ceilings::measure(&self.0.device).await?)
    }

    /// Measures one of the pieces of work against the ceilings.
    #[wasm_bindgen(unchecked_return_type = "BenchRow")]
    pub async fn measure(
        &self,
        work: String,
        #[wasm_bindgen(unchecked_param_type = "Ceilings")] ceilings: JsValue,
    ) -> Result<JsValue, Thrown> {
        let ceilings = serde_wasm_bindgen::from_value(ceilings)?;
        to_js(&measure_one(&self.0, &work, ceilings).await?)
    }

    /// Loses the GPU as a driver's reset would; for tests.
    pub fn lose(&self) {
        self.0.lose();
    }
}

/// A run in memory.
#[wasm_bindgen]
pub struct Run {
    session: Session,
    store: Memory,
}

#[wasm_bindgen]
impl Run {
    /// A run, new or begun, up to a goal.
    pub fn open(
        device: &Device,
        #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: AnyRecipe,
        #[wasm_bindgen(unchecked_param_type = "FileEntry[]")] files: Array,
        #[wasm_bindgen(unchecked_param_type = "Goal")] goal: String,
    ) -> Result<Run, Thrown> {
        let goal = match goal.as_str() {
            "text" => Goal::Text,
            "teacher" => Goal::Teacher,
            "nets" => Goal::Nets,
            "scores" => Goal::Scores,
            other => {
                let message = format!("`{other}` is no goal: expected text, teacher, nets or scores");
                return Err(Thrown::new("usage", &message));
            }
        };
        let store = memory(&files)?;
        let session = Session::open(recipe.parse()?, Box::new(store.clone()), device.0.clone(), goal)?;
        Ok(Self { session, store })
    }

    /// A trained run that scores these mixes and trains nothing.
    pub fn scoring(
        device: &Device,
        #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: AnyRecipe,
        #[wasm_bindgen(unchecked_param_type = "FileEntry[]")] files: Array,
        mixes: Vec<String>,
    ) -> Result<Run, Thrown> {
        let Self { session, store } = Self::open(device, recipe, files, "scores".into())?;
        let layers = session.recipe().model.layers;
        let mixes = mixes.iter().map(|mix| mix.parse::<Mix>().and_then(|mix| mix.check(layers).map(|()| mix)));
        let session = session.only_scoring(mixes.collect::<Result<_, _>>()?);
        Ok(Self { session, store })
    }

    /// Works for about so many milliseconds and tells what came of it; the last event of all is `done`. After an error the
    /// run is of no more use, and another one goes on from the files that were taken.
    #[wasm_bindgen(unchecked_return_type = "RunEvent[]")]
    pub async fn step(&mut self, #[wasm_bindgen(js_name = budgetMs)] budget_ms: f64) -> Result<JsValue, Thrown> {
        // A cast holds at the limits, and makes 0 of what is no number.
        let budget = Duration::from_millis(budget_ms as u64);
        to_js(&self.session.step(budget).await?)
    }

    /// Writes what another run needs to go on from here, for `takeChanges` to give.
    pub async fn save(&mut self) -> Result<(), Thrown> {
        Ok(self.session.save().await?)
    }

    /// The files that changed since the last call.
    #[wasm_bindgen(js_name = takeChanges, unchecked_return_type = "Change[]")]
    pub fn take_changes(&self) -> Result<Array, Thrown> {
        let changes = self.store.take_changes();
        entries(changes.iter().map(|change| (change.name.as_str(), change.bytes.as_deref())))
    }

    /// The rows that are scored.
    #[wasm_bindgen(unchecked_return_type = "Report")]
    pub fn report(&self) -> Result<JsValue, Thrown> {
        to_js(&self.session.report()?)
    }

    /// What the model makes of a sentence as it is now; nothing before there is a model.
    pub async fn sample(&self, text: String) -> Result<String, Thrown> {
        Ok(self.session.sample(&text).await?)
    }
}
