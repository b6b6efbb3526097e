//! What a browser offers, asked of JavaScript: wgpu cannot tell why there is no adapter.

use super::{Choice, DeviceError, Opened, Trust, cpu, instance, on_adapter};
use burn::tensor::wgpu::wgpu;
use js_sys::{Function, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Why the page runs on the CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoGpu {
    /// The page is not on https or localhost, without which a browser gives no WebGPU.
    Insecure,
    NoWebgpu,
    NoAdapter,
    /// There is an adapter, but the CPU does its work.
    Software,
}

/// The adapter that a browser gives to pages.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Offered {
    pub name: String,
    pub software: bool,
    pub max_buffer_bytes: f64,
    pub max_binding_bytes: f64,
}

/// What [`probe`] found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Probe {
    /// Why `auto` does not even try an adapter, if it does not.
    pub reason: Option<NoGpu>,
    pub adapter: Option<Offered>,
}

/// Milliseconds until a browser that gave no adapter is asked again: Firefox refuses the first time.
const RETRY: i32 = 150;

/// Asks the browser for an adapter, and what it is.
pub async fn probe() -> Probe {
    let global = js_sys::global();
    let gpu = get(&get(&global, "navigator"), "gpu");
    if !gpu.is_object() {
        let secure = get(&global, "isSecureContext").as_bool().unwrap_or(true);
        return Probe { reason: Some(if secure { NoGpu::NoWebgpu } else { NoGpu::Insecure }), adapter: None };
    }
    let mut adapter = request(&gpu).await;
    if adapter.is_none() {
        wait(RETRY).await;
        adapter = request(&gpu).await;
    }
    let adapter = adapter.map(|adapter| describe(&adapter));
    let reason = match &adapter {
        None => Some(NoGpu::NoAdapter),
        Some(adapter) => adapter.software.then_some(NoGpu::Software),
    };
    Probe { reason, adapter }
}

/// The adapter that [`open`] would get, or none where the browser refuses.
async fn request(gpu: &JsValue) -> Option<JsValue> {
    let function = get(gpu, "requestAdapter").dyn_into::<Function>().ok()?;
    let options = js_sys::Object::new();
    Reflect::set(&options, &"powerPreference".into(), &"high-performance".into()).ok()?;
    let promise = function.call1(gpu, &options).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise).await.ok().filter(JsValue::is_object)
}

pub(super) fn describe(adapter: &JsValue) -> Offered {
    let (info, limits) = (get(adapter, "info"), get(adapter, "limits"));
    let text = |key: &str| get(&info, key).as_string().unwrap_or_default();
    // Most browsers keep the description to themselves.
    let words = match text("description") {
        description if description.is_empty() => format!("{} {}", text("vendor"), text("architecture")),
        description => description,
    };
    let name = if words.trim().is_empty() { "graphics adapter".into() } else { words.trim().to_string() };
    // Older browsers have the flag at the adapter.
    let flag = |holder: &JsValue| get(holder, "isFallbackAdapter").as_bool().unwrap_or(false);
    let limit = |key: &str| get(&limits, key).as_f64().unwrap_or(0.0);
    Offered {
        name,
        software: flag(&info) || flag(adapter),
        max_buffer_bytes: limit("maxBufferSize"),
        max_binding_bytes: limit("maxStorageBufferBindingSize"),
    }
}

/// A property, or `undefined`.
pub(super) fn get(holder: &JsValue, key: &str) -> JsValue {
    Reflect::get(holder, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Lets the browser work for so many milliseconds.
pub(super) async fn wait(milliseconds: i32) {
    let wait = Promise::new(&mut |resolve, _| {
        if let Ok(later) = get(&js_sys::global(), "setTimeout").dyn_into::<Function>() {
            // Without a timer the promise never comes, which no browser is without.
            let _ = later.call2(&JsValue::UNDEFINED, &resolve, &milliseconds.into());
        }
    });
    let _ = JsFuture::from(wait).await;
}

/// Opens what was asked for; a browser has one adapter, whatever it is called.
pub async fn open(choice: &Choice, trust: Trust) -> Result<Opened, DeviceError> {
    if *choice == Choice::Cpu {
        return Ok(cpu());
    }
    let Probe { reason, adapter } = probe().await;
    let offered = match (adapter, choice) {
        (Some(offered), _) if reason.is_none() || *choice != Choice::Auto => offered,
        (_, Choice::Auto) => return Ok(cpu()),
        _ => return Err(DeviceError::NoAdapter),
    };
    let instance = instance();
    let options =
        wgpu::RequestAdapterOptions { power_preference: wgpu::PowerPreference::HighPerformance, ..Default::default() };
    let opened = match instance.request_adapter(&options).await {
        Ok(adapter) => on_adapter(instance, adapter, offered.name, offered.software, trust).await,
        Err(error) => Err(DeviceError::Refused { name: offered.name, reason: error.to_string() }),
    };
    match opened {
        // An adapter that gives no device is none to who did not ask for it.
        Err(_) if *choice == Choice::Auto => Ok(cpu()),
        Ok(opened) if *choice == Choice::Auto => Ok(opened.unless_wrong()),
        opened => opened,
    }
}
