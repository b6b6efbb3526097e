//! Which device a run is on: a GPU through wgpu where there is one, else the CPU through burn's backend `flex`.

#[cfg(target_arch = "wasm32")]
mod browser;
mod faults;
#[cfg(target_arch = "wasm32")]
mod subgroups;

#[cfg(target_arch = "wasm32")]
pub use browser::{NoGpu, Offered, Probe, open, probe};
use faults::Faults;
#[cfg(target_arch = "wasm32")]
use subgroups::request_device;

use crate::kernels::{matmul::tiling::set_adapter, pack::set_largest_binding, self_test::first_wrong};
use burn::tensor::{
    Device,
    wgpu::{WgpuSetup, wgpu},
};
use serde::Serialize;
use std::{fmt, str::FromStr};

/// burn reads the adapter's features, not the device's, and then writes shaders that need them.
const USED_BY_BURN: wgpu::Features = wgpu::Features::SUBGROUP
    .union(wgpu::Features::TIMESTAMP_QUERY)
    .union(wgpu::Features::SHADER_F16)
    .union(wgpu::Features::SHADER_F64)
    .union(wgpu::Features::SHADER_INT64)
    .union(wgpu::Features::SHADER_FLOAT32_ATOMIC);

/// Dispatches that burn gathers in one submit: 64 took two thirds of the time of one by one.
const TASKS: usize = 64;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// A hardware adapter that computes what the CPU computes, else the CPU.
    #[default]
    Auto,
    /// Any adapter, a software one too.
    Wgpu,
    Cpu,
    /// The first adapter whose name holds this text.
    Named(String),
}

/// A device that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("no graphics adapter was found; `--device cpu` runs without one")]
    NoAdapter,
    #[error("no graphics adapter is called `{name}`; there are: {found}; `--device cpu` runs without one")]
    NoSuchAdapter { name: String, found: String },
    #[error("the adapter {name} gave no device: {reason}; `--device cpu` runs without one")]
    Refused { name: String, reason: String },
    #[error(
        "{name} gives wrong numbers in {operation}, so what it trains would be wrong; `--device cpu` runs without it, and `bench --self-test` tells all that is wrong"
    )]
    Wrong { name: String, operation: &'static str },
    #[error("the device reported: {0}; nothing computed since the last save counts")]
    Fault(String),
    #[error("the device ran out of memory: {0}; nothing computed since the last save counts")]
    OutOfMemory(String),
    #[error("the graphics device was lost: {0}; what was saved is as it was, and a new device goes on from there")]
    Lost(String),
}

/// A graphics adapter of this machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adapter {
    pub name: String,
    pub backend: String,
    /// A renderer on the CPU: slower than `flex`.
    pub software: bool,
    pub max_buffer_bytes: u64,
    pub max_binding_bytes: u64,
    /// Whether `auto` would take it, if it gives the right numbers.
    pub chosen: bool,
}

/// Whether an adapter has to show first that it computes what the CPU computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    Checked,
    /// It has shown it to this build before.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the page alone keeps it in mind"))]
    Known,
}

/// An open device, and what went wrong on it. Clones are the same device.
#[derive(Clone)]
pub struct Opened {
    pub device: Device,
    pub name: String,
    /// A renderer on the CPU that passes for a graphics adapter.
    pub software: bool,
    /// The operation in which an adapter gave other numbers than the CPU, if it did: this one's, or that of one which was
    /// therefore not taken.
    pub wrong: Option<&'static str>,
    /// The largest buffer that it can bind, in bytes; none on the CPU.
    pub largest_buffer: Option<u64>,
    /// None on the CPU.
    gpu: Option<wgpu::Device>,
    faults: Faults,
}

impl FromStr for Choice {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "auto" => Self::Auto,
            "wgpu" => Self::Wgpu,
            "cpu" => Self::Cpu,
            name => Self::Named(name.into()),
        })
    }
}

/// As it is asked for.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Wgpu => "wgpu",
            Self::Cpu => "cpu",
            Self::Named(name) => name,
        })
    }
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.software { "software" } else { "hardware" };
        let mib = |bytes: u64| bytes >> 20;
        let (buffer, binding) = (mib(self.max_buffer_bytes), mib(self.max_binding_bytes));
        write!(f, "{} ({}, {kind}; buffers of {buffer} MiB, bindings of {binding} MiB)", self.name, self.backend)
    }
}

/// Compute needs Vulkan, Metal, DirectX 12 or WebGPU; the same card behind OpenGL is no other card.
const BACKENDS: wgpu::Backends = wgpu::Backends::PRIMARY;

fn instance() -> wgpu::Instance {
    let without_display = wgpu::InstanceDescriptor::new_without_display_handle();
    wgpu::Instance::new(wgpu::InstanceDescriptor { backends: BACKENDS, ..without_display })
}

fn is_software(adapter: &wgpu::Adapter) -> bool {
    adapter.get_info().device_type == wgpu::DeviceType::Cpu
}

async fn adapters_of(instance: &wgpu::Instance) -> Vec<wgpu::Adapter> {
    instance.enumerate_adapters(BACKENDS).await
}

/// The adapters of this machine.
pub async fn adapters() -> Vec<Adapter> {
    let found = adapters_of(&instance()).await;
    let chosen = found.iter().position(|adapter| !is_software(adapter));
    let described = found.iter().enumerate().map(|(index, adapter)| {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        Adapter {
            name: info.name,
            backend: info.backend.to_string(),
            software: is_software(adapter),
            max_buffer_bytes: limits.max_buffer_size,
            max_binding_bytes: limits.max_storage_buffer_binding_size,
            chosen: chosen == Some(index),
        }
    });
    described.collect()
}

/// Opens what was asked for.
#[cfg(not(target_arch = "wasm32"))]
pub async fn open(choice: &Choice) -> Result<Opened, DeviceError> {
    if *choice == Choice::Cpu {
        return Ok(cpu());
    }
    let instance = instance();
    let found = adapters_of(&instance).await;
    let names = found.iter().map(|adapter| adapter.get_info().name).collect::<Vec<_>>().join(", ");
    let adapter = match choice {
        Choice::Auto | Choice::Cpu => found.into_iter().find(|adapter| !is_software(adapter)),
        Choice::Wgpu => {
            let (software, hardware): (Vec<_>, Vec<_>) = found.into_iter().partition(is_software);
            Some(hardware.into_iter().chain(software).next().ok_or(DeviceError::NoAdapter)?)
        }
        Choice::Named(name) => {
            let named = |adapter: &wgpu::Adapter| adapter.get_info().name.to_lowercase().contains(&name.to_lowercase());
            let missing = || DeviceError::NoSuchAdapter {
                name: name.clone(),
                found: if names.is_empty() { "none".into() } else { names },
            };
            Some(found.into_iter().find(named).ok_or_else(missing)?)
        }
    };
    match adapter {
        Some(adapter) => {
            let (info, software) = (adapter.get_info(), is_software(&adapter));
            let name = format!("{} ({})", info.name, info.backend);
            let opened = on_adapter(instance, adapter, name, software, Trust::Checked).await?;
            Ok(if *choice == Choice::Auto { opened.unless_wrong() } else { opened })
        }
        None => Ok(cpu()),
    }
}

/// The CPU, through burn's backend `flex`.
pub fn cpu() -> Opened {
    let (device, name) = (Device::flex(), "CPU (flex)".into());
    Opened { device, name, software: false, wrong: None, largest_buffer: None, gpu: None, faults: Faults::default() }
}

/// A device with the adapter's real limits, handed to burn.
async fn on_adapter(
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    name: String,
    software: bool,
    trust: Trust,
) -> Result<Opened, DeviceError> {
    let (backend, limits) = (adapter.get_info().backend, adapter.limits());
    let refused = |reason: String| DeviceError::Refused { name: name.clone(), reason };
    let descriptor = wgpu::DeviceDescriptor {
        required_features: adapter.features() & USED_BY_BURN,
        required_limits: limits.clone(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    };
    let given = request_device(&adapter, &descriptor).await;
    let (gpu, queue, subgroups) = given.map_err(|error| refused(error.to_string()))?;
    let setup = WgpuSetup { instance, adapter, device: gpu.clone(), queue, backend };
    let opened = Device::wgpu_options().tasks_max(TASKS).setup(setup).init();
    let device = opened.map_err(|error| refused(format!("{error:?}")))?;
    let faults = Faults::default();
    // In the place of burn's handler, which panics; so after burn's registration.
    faults.watch(&gpu);
    let largest_buffer = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
    set_adapter(software, subgroups);
    set_largest_binding(largest_buffer);
    let wrong = if trust == Trust::Known { None } else { first_wrong(&device).await };
    // Complaints explain what else is wrong.
    faults.check().map_err(|error| refused(error.to_string()))?;
    Ok(Opened { device, name, software, wrong, largest_buffer: Some(largest_buffer), gpu: Some(gpu), faults })
}

/// A device, and whether shaders may use subgroups on it.
#[cfg(not(target_arch = "wasm32"))]
async fn request_device(
    adapter: &wgpu::Adapter,
    descriptor: &wgpu::DeviceDescriptor<'_>,
) -> Result<(wgpu::Device, wgpu::Queue, bool), wgpu::RequestDeviceError> {
    let (device, queue) = adapter.request_device(descriptor).await?;
    let subgroups = device.features().contains(wgpu::Features::SUBGROUP);
    Ok((device, queue, subgroups))
}

impl Opened {
    /// The CPU in the place of an adapter that gave wrong numbers: it is taken only by who asks for it.
    fn unless_wrong(self) -> Self {
        match self.wrong {
            None => self,
            Some(operation) => {
                let cpu = cpu();
                let name = format!("{}, as {} gave wrong numbers in a check of {operation}", cpu.name, self.name);
                Self { name, wrong: self.wrong, ..cpu }
            }
        }
    }

    /// An error where the adapter gave wrong numbers: by its name or by `wgpu` it is opened all the same.
    pub fn trusted(self) -> Result<Self, DeviceError> {
        match self.wrong {
            Some(operation) if self.is_gpu() => Err(DeviceError::Wrong { name: self.name, operation }),
            _ => Ok(self),
        }
    }

    /// Errors from the first complaint of the device on. A submit it refused writes nothing and burn does not know, so
    /// results count only after this, and after a complaint nothing on this device counts any more: whoever uses it has to
    /// know, so it is not said once only.
    pub fn check(&self) -> Result<(), DeviceError> {
        self.faults.check()
    }

    /// The same when something went wrong: in a browser the news of a lost device can come after the errors it causes.
    pub async fn cause(&self) -> Result<(), DeviceError> {
        #[cfg(target_arch = "wasm32")]
        if self.gpu.is_some() {
            browser::wait(50).await;
        }
        self.check()
    }

    /// Whether it is a graphics adapter.
    pub fn is_gpu(&self) -> bool {
        self.gpu.is_some()
    }

    /// Bytes in use on the device and bytes held for use, both of burn's pools; none on the CPU.
    pub fn memory(&self) -> Option<[u64; 2]> {
        let usage = self.gpu.as_ref().and_then(|_| self.device.memory_pool_usage())?;
        Some([usage.bytes_in_use, usage.bytes_reserved])
    }

    /// Loses the device as a driver's reset would; for tests of what happens then.
    pub fn lose(&self) {
        if let Some(gpu) = &self.gpu {
            gpu.destroy();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pollster::block_on;
    use std::{fs, path::Path, process::Command};

    const BROKEN: [&str; 2] = ["* gamma[i] + beta[i]", "* gamma[i] - beta[i]"];

    /// With the folders in it.
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            match entry.path().is_dir() {
                true => copy(&entry.path(), &to.join(entry.file_name())),
                false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
            }
        }
    }

    /// Says to the test below that it is the process with broken shaders.
    const BROKEN_HERE: &str = "ATTENTIONLESS_BROKEN_HERE";

    /// Broken shaders would break the tests beside this one: another process has them, which runs this test alone.
    #[test]
    fn an_adapter_with_a_broken_kernel_is_not_taken() {
        if std::env::var_os(BROKEN_HERE).is_some() {
            return assert_not_taken();
        }
        let folder = std::env::temp_dir().join(format!("attentionless-broken-{}", std::process::id()));
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders"), &folder);
        let file = folder.join("layer_norm.wgsl");
        let text = fs::read_to_string(&file).unwrap();
        let broken = text.replace(BROKEN[0], BROKEN[1]);
        assert_ne!(text, broken);
        fs::write(&file, broken).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "device::tests::an_adapter_with_a_broken_kernel_is_not_taken", "--nocapture"])
            .envs([("ATTENTIONLESS_SHADERS", folder.as_os_str()), (BROKEN_HERE, "1".as_ref())])
            .output()
            .unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(
            child.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&child.stderr)
        );
    }

    fn assert_not_taken() {
        let opened = block_on(open(&Choice::Wgpu)).unwrap();
        assert_eq!(opened.wrong, Some("layer_norm"));
        let name = opened.name.clone();
        // As `auto` takes a hardware adapter.
        let instead = opened.clone().unless_wrong();
        assert!(!instead.is_gpu() && instead.trusted().is_ok());
        let said = opened.clone().unless_wrong().name;
        assert_eq!(said, format!("CPU (flex), as {name} gave wrong numbers in a check of layer_norm"));
        let refused = opened.trusted().err().unwrap().to_string();
        assert!(
            refused.starts_with(&format!("{name} gives wrong numbers in layer_norm, so what it trains")),
            "{refused}"
        );
    }
}
