//! The engine on several threads: workers that have its memory in common and take parts of the work on the CPU from rayon. Only in the
//! build with threads, which has shared memory; `pkg-threads/` starts the workers.
//!
//! A crate for this, wasm-bindgen-rayon, wants a bundler to find its script, and leaves out the thread that waits for the others.

use super::values::Thrown;
use js_sys::Array;
use rayon::{ThreadBuilder, ThreadPoolBuilder};
use std::sync::{Condvar, Mutex, MutexGuard};
use wasm_bindgen::prelude::*;

/// What each worker that is still without work will run.
static WAITING: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
static CAME: Condvar = Condvar::new();

fn waiting() -> MutexGuard<'static, Vec<ThreadBuilder>> {
    // Nothing in here can panic half-way.
    WAITING.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What a worker begins with to be a thread of this engine: the compiled module and its memory.
#[wasm_bindgen(js_name = sharedParts, unchecked_return_type = "[WebAssembly.Module, WebAssembly.Memory]")]
pub fn shared_parts() -> Array {
    Array::of2(&wasm_bindgen::module(), &wasm_bindgen::memory())
}

/// Works for the pool, and does not come back: for a worker that has nothing else to do.
#[wasm_bindgen(js_name = runThread)]
pub fn run_thread() {
    let mut waiting = waiting();
    let thread = loop {
        match waiting.pop() {
            Some(thread) => break thread,
            None => waiting = CAME.wait(waiting).unwrap_or_else(|poisoned| poisoned.into_inner()),
        }
    };
    drop(waiting);
    thread.run();
}

/// Makes this thread one of so many; the others call [`run_thread`], now or soon. Once, before the first work: from then on there is a
/// pool, of this thread alone where nobody made a larger one.
#[wasm_bindgen(js_name = startPool)]
pub fn start_pool(threads: usize) -> Result<(), Thrown> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).use_current_thread().spawn_handler(|thread| {
        waiting().push(thread);
        CAME.notify_one();
        Ok(())
    });
    pool.build_global().map_err(|error| Thrown::new("failed", &error.to_string()))
}
