//! Subgroups in a browser. wgpu 30 has no name for them there and so asks for none: while it asks for a device, they are put on its list.

use super::browser::get;
use burn::tensor::wgpu::wgpu;
use js_sys::{Array, Function, Object, Proxy, Reflect};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};

/// As WebGPU calls them.
const FEATURE: &str = "subgroups";

/// What stands in for the browser's function, and its call: the function, what it is called on, and its arguments.
type Call = Closure<dyn Fn(Function, JsValue, Array) -> JsValue>;

/// A device, and whether shaders may use subgroups on it.
pub(super) async fn request_device(
    adapter: &wgpu::Adapter,
    descriptor: &wgpu::DeviceDescriptor<'_>,
    wanted: bool,
) -> Result<(wgpu::Device, wgpu::Queue, bool), wgpu::RequestDeviceError> {
    let asking = wanted.then(Asking::begin).flatten();
    let (device, queue) = adapter.request_device(descriptor).await?;
    Ok((device, queue, asking.is_some_and(|asking| asking.asked.get())))
}

/// While it lives, who asks for a device asks for subgroups.
struct Asking {
    prototype: JsValue,
    original: Function,
    asked: Rc<Cell<bool>>,
    _call: Call,
}

impl Asking {
    fn begin() -> Option<Self> {
        let prototype = get(&get(&js_sys::global(), "GPUAdapter"), "prototype");
        let original = get(&prototype, "requestDevice").dyn_into::<Function>().ok()?;
        let asked = Rc::new(Cell::new(false));
        let seen = asked.clone();
        let call = Call::new(move |original: Function, adapter: JsValue, arguments: Array| {
            seen.set(add(&adapter, &arguments));
            original.apply(&adapter, &arguments).unwrap_or_else(|error| js_sys::Promise::reject(&error).into())
        });
        let handler = Object::new();
        Reflect::set(&handler, &"apply".into(), call.as_ref()).ok()?;
        Reflect::set(&prototype, &"requestDevice".into(), &Proxy::new(&original, &handler)).ok()?;
        Some(Self { prototype, original, asked, _call: call })
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        // It could be set, so it can be set again.
        let _ = Reflect::set(&self.prototype, &"requestDevice".into(), &self.original);
    }
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
