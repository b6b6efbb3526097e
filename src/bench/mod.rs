//! What a device does of what training needs, against what it can do at most.

mod numbers;
mod works;

use crate::{
    checkpoint::read,
    device::{DeviceError, Opened},
    kernels::ceiling::{CHAIN_OPERATIONS, chain, copy},
    parallel::{IS_THREADED, is_cpu},
};
use burn::tensor::{Device, ExecutionError, Tensor};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use web_time::Instant;
use works::Work;
pub use works::{examples, recipe};

/// A measurement of a device.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub adapter: String,
    pub ceilings: Ceilings,
    pub rows: Vec<Row>,
}

/// What the device can do at most, as measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ceilings {
    /// Products and sums in registers.
    pub gflops: f64,
    /// A copy, reads and writes together.
    pub gb_per_s: f64,
}

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub work: String,
    pub who: &'static str,
    /// The median of three series.
    pub ms: f64,
    pub gflops: f64,
    pub gb_per_s: f64,
    /// Of the roofline: the time that its operations or its bytes would take at the ceilings, whichever is longer.
    pub percent: f64,
    /// Of the fifth step's forward pass, where it is a step of training.
    pub loss: Option<f32>,
}

/// A piece of work that can be measured, with its floating-point operations and bytes, at least.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    pub work: String,
    pub operations: f64,
    pub bytes: f64,
}

/// A measurement that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("no work's name contains `{0}`; there are: {1}")]
    NoWork(String, String),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Read(#[from] ExecutionError),
}

/// All that can be measured.
pub fn listed() -> Vec<Listed> {
    works::all()
        .into_iter()
        .map(|Work { name, operations, bytes, .. }| Listed { work: name, operations, bytes })
        .collect()
}

/// Measures all work whose name contains one of these texts, or all there is; says each row as it comes.
pub async fn measure(opened: &Opened, texts: &[String], mut said: impl FnMut(&Row)) -> Result<Report, BenchError> {
    let works = works::all();
    let wanted = |work: &&Work| texts.is_empty() || texts.iter().any(|text| work.name.contains(text.as_str()));
    if let Some(text) = texts.iter().find(|text| !works.iter().any(|work| work.name.contains(text.as_str()))) {
        let names = works.iter().map(|work| work.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(BenchError::NoWork(text.clone(), names));
    }
    let ceilings = Ceilings::measure(&opened.device).await?;
    let mut rows = Vec::new();
    for work in works.iter().filter(wanted) {
        let row = row(work, opened, ceilings).await?;
        said(&row);
        rows.push(row);
    }
    Ok(Report { adapter: opened.name.clone(), ceilings, rows })
}

/// Measures the work of this name, for who does something else between one and the next.
pub async fn measure_one(opened: &Opened, name: &str, ceilings: Ceilings) -> Result<Row, BenchError> {
    let works = works::all();
    let missing =
        || BenchError::NoWork(name.into(), works.iter().map(|work| work.name.as_str()).collect::<Vec<_>>().join(", "));
    row(works.iter().find(|work| work.name == name).ok_or_else(missing)?, opened, ceilings).await
}

async fn row(work: &Work, opened: &Opened, ceilings: Ceilings) -> Result<Row, BenchError> {
    let (ms, loss) = time(work, &opened.device).await?;
    opened.check()?;
    let (gflops, gb_per_s) = (work.operations / ms / 1e6, work.bytes / ms / 1e6);
    let percent = 100.0 * (gflops / ceilings.gflops).max(gb_per_s / ceilings.gb_per_s);
    Ok(Row { work: work.name.clone(), who: who(&opened.device), ms, gflops, gb_per_s, percent, loss })
}

fn who(device: &Device) -> &'static str {
    match (is_cpu(device), cfg!(target_arch = "wasm32")) {
        (true, false) => "attentionless-native",
        (true, true) if IS_THREADED => "attentionless-threads-wasm",
        (true, true) => "attentionless-wasm",
        (false, false) => "attentionless-wgpu",
        (false, true) => "attentionless-webgpu",
    }
}

impl Ceilings {
    pub async fn measure(device: &Device) -> Result<Self, BenchError> {
        // Enough for every multiprocessor of a large card; a renderer on the CPU is kept busy by far less.
        let mut elements = 1 << 12;
        let (mut gflops, mut gb_per_s) = (0.0f64, 0.0f64);
        while elements <= 1 << 18 {
            let x = Tensor::ones([elements], device);
            let ms = median(|| chain(x.clone())).await?;
            gflops = gflops.max((elements * CHAIN_OPERATIONS) as f64 / ms / 1e6);
            if ms > 20.0 {
                break;
            }
            elements *= 8;
        }
        for values in [1 << 21, 1 << 23] {
            let x = Tensor::ones([values], device);
            let ms = median(|| copy(x.clone())).await?;
            gb_per_s = gb_per_s.max((8 * values) as f64 / ms / 1e6);
        }
        Ok(Self { gflops, gb_per_s })
    }
}

/// Milliseconds of a piece of work and, where it is a step of training, the loss of its fifth.
async fn time(work: &Work, device: &Device) -> Result<(f64, Option<f32>), BenchError> {
    let mut prepared = (work.prepare)(device);
    let mut loss = None;
    for step in 1..=5 {
        let value = read((prepared.run)()).await?;
        if step == 5 && prepared.has_loss {
            loss = value.first().copied();
        }
        if step == 1 && !prepared.has_loss {
            break;
        }
    }
    Ok((median(prepared.run).await?, loss))
}

/// The median of three series, in milliseconds a run. A series is so long that reading back its last result hardly counts.
async fn median(mut run: impl FnMut() -> Tensor<1>) -> Result<f64, BenchError> {
    const SERIES: Duration = Duration::from_millis(200);
    let mut times = Vec::new();
    let mut runs = 1;
    while times.len() < 3 {
        let begun = Instant::now();
        let mut last = None;
        for _ in 0..runs {
            last = Some(run());
        }
        if let Some(last) = last {
            read(last.narrow(0, 0, 1)).await?;
        }
        let took = begun.elapsed();
        if took < SERIES && runs < 1 << 12 {
            runs *= 2;
            continue;
        }
        times.push(took.as_secs_f64() * 1e3 / f64::from(runs));
        // One series of a very slow piece of work says enough.
        if took > 25 * SERIES {
            break;
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
