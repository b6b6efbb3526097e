//! Subgroups in a browser. wgpu 30 has no name for them there and so asks for none: they are put on the list of what it asks a software
//! adapter for.

use super::browser::{describe, get};
use burn::tensor::wgpu::wgpu;
use js_sys::{Array, Function, Object, Promise, Proxy, Reflect};
use std::cell::{Cell, OnceCell};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};

/// As WebGPU calls them.
const FEATURE: &str = "subgroups";

/// A call of the browser's function: the function, what it is called on, and its arguments.
type Call = Closure<dyn Fn(Function, JsValue, Array) -> JsValue>;

thread_local! {
    /// What stands in the place of the browser's function, once, and as long as the engine: calls of it may overlap.
    static STANDS_IN: OnceCell<Option<Call>> = const { OnceCell::new() };
    /// Whether the last call asked for subgroups. There is one software adapter, so all that do are the same.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// A device, and whether shaders may use subgroups on it.
pub(super) async fn request_device(
    adapter: &wgpu::Adapter,
    descriptor: &wgpu::DeviceDescriptor<'_>,
) -> Result<(wgpu::Device, wgpu::Queue, bool), wgpu::RequestDeviceError> {
    STANDS_IN.with(|call| {
        call.get_or_init(stand_in);
    });
    let (device, queue) = adapter.request_device(descriptor).await?;
    Ok((device, queue, ASKED.get()))
}

fn stand_in() -> Option<Call> {
    let prototype = get(&get(&js_sys::global(), "GPUAdapter"), "prototype");
    let original = get(&prototype, "requestDevice").dyn_into::<Function>().ok()?;
    let call = Call::new(|original: Function, adapter: JsValue, arguments: Array| {
        ASKED.set(describe(&adapter).software && add(&adapter, &arguments));
        original.apply(&adapter, &arguments).unwrap_or_else(|error| Promise::reject(&error).into())
    });
    let handler = Object::new();
    Reflect::set(&handler, &"apply".into(), call.as_ref()).ok()?;
    Reflect::set(&prototype, &"requestDevice".into(), &Proxy::new(&original, &handler)).ok()?;
    Some(call)
}

/// Puts subgroups on the list of a descriptor where the adapter has them.
fn add(adapter: &JsValue, arguments: &Array) -> bool {
    let offered = get(adapter, "features");
    let has = get(&offered, "has").dyn_into::<Function>().and_then(|has| has.call1(&offered, &FEATURE.into()));
    let descriptor = arguments.get(0);
    if !has.is_ok_and(|has| has.is_truthy()) || !descriptor.is_object() {
        return false;
    }
    let features = get(&descriptor, "requiredFeatures").dyn_into::<Array>().unwrap_or_default();
    features.push(&FEATURE.into());
    Reflect::set(&descriptor, &"requiredFeatures".into(), &features).is_ok()
}
