//! What a graphics device complained of.

use super::DeviceError;
use burn::tensor::wgpu::wgpu;
use std::sync::{Arc, Mutex, MutexGuard};

/// The first complaint of each kind; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Found>>);

#[derive(Debug, Default)]
struct Found {
    lost: Option<String>,
    memory: Option<String>,
    other: Option<String>,
}

impl Faults {
    /// Records what this device reports, in the place of whoever listened before.
    pub fn watch(&self, gpu: &wgpu::Device) {
        let faults = self.clone();
        gpu.on_uncaptured_error(Arc::new(move |error: wgpu::Error| faults.record(&error)));
        // In a browser this listens beside burn's own listener; natively it would replace it, and burn notices a lost
        // device by that alone.
        if cfg!(target_arch = "wasm32") {
            let faults = self.clone();
            gpu.set_device_lost_callback(move |reason, text| {
                faults.found().lost.get_or_insert(format!("{reason:?} {text}").trim().into());
            });
        }
    }

    fn record(&self, error: &wgpu::Error) {
        let mut found = self.found();
        let kind = match error {
            wgpu::Error::OutOfMemory { .. } => &mut found.memory,
            _ => &mut found.other,
        };
        kind.get_or_insert(error.to_string());
    }

    /// The loss before all else: a lost device refuses buffers too, and is not short of memory.
    pub fn check(&self) -> Result<(), DeviceError> {
        let found = self.found();
        match (&found.lost, &found.memory, &found.other) {
            (Some(reason), _, _) => Err(DeviceError::Lost(reason.clone())),
            (None, Some(reason), _) => Err(DeviceError::OutOfMemory(reason.clone())),
            (None, None, Some(reason)) => Err(DeviceError::Fault(reason.clone())),
            (None, None, None) => Ok(()),
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        // Nothing in here can panic half-way.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_explains_what_came_with_it() {
        let faults = Faults::default();
        faults.check().unwrap();
        let source = || Box::<dyn std::error::Error + Send + Sync>::from("no room");
        faults.record(&wgpu::Error::Validation { source: source(), description: "bad".into() });
        assert!(matches!(faults.check(), Err(DeviceError::Fault(_))));
        faults.record(&wgpu::Error::OutOfMemory { source: source() });
        assert!(matches!(faults.check(), Err(DeviceError::OutOfMemory(_))));
        faults.found().lost = Some("Unknown reset".into());
        assert!(matches!(faults.check(), Err(DeviceError::Lost(_))));
        // And it stays so.
        assert!(matches!(faults.clone().check(), Err(DeviceError::Lost(_))));
    }
}
