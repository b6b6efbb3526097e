//! One distillation step in burn's own operations, modules, gradients and Adam, on the numbers of `benches/README.md`; prints
//! one JSON line. Of our library it takes only the device and the hash
//! that the numbers come from, so that both are on the same ones.
//!
//!     cargo bench --profile dev --bench burn_step -- HIDDEN BATCH cpu|wgpu

use attentionless::{
    device::{self, Choice},
    random::pcg,
};
use burn::{
    module::{Module, Param},
    nn::{LayerNorm, LayerNormConfig, LeakyRelu, LeakyReluConfig, Linear, LinearConfig},
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Device, Tensor, TensorData},
};
use serde_json::{Value, json};
use std::{env, error::Error, time::Instant};

const TOKEN: usize = 128;
const WIDTH: usize = 50 * TOKEN;
// As `measure.js` has them.
const WARM: usize = 2;
const AT_LOSS: usize = 5;
const TIMED: usize = 10;
const SECONDS: f64 = 10.0;
const SLOWEST: f64 = 60_000.0;

/// Divided in double precision and rounded once, as everywhere.
fn values(stream: u32, count: usize, divisor: f64) -> Vec<f32> {
    let key = stream.wrapping_mul(0x9E37_79B9);
    let value = |i| (f64::from(pcg(pcg(i) ^ key)) / 4_294_967_296.0 * 2.0 - 1.0) / divisor;
    (0..count as u32).map(|i| value(i) as f32).collect()
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[derive(Module, Debug)]
struct Net {
    first_norm: LayerNorm,
    first: Linear,
    activation: LeakyRelu,
    second_norm: LayerNorm,
    second: Linear,
}

impl Net {
    fn new(hidden: usize, device: &Device) -> Self {
        let norm = |width| LayerNormConfig::new(width).with_epsilon(1e-5).init(device);
        let linear = |streams: [u32; 2], [inputs, outputs]: [usize; 2]| {
            let divisor = (inputs as f64).sqrt();
            let drawn = |stream, count| values(stream, count, divisor);
            let (weight, bias) = (drawn(streams[0], inputs * outputs), drawn(streams[1], outputs));
            let mut linear = LinearConfig::new(inputs, outputs).init(device);
            linear.weight = Param::from_data(TensorData::new(weight, [inputs, outputs]), device);
            linear.bias = Some(Param::from_data(TensorData::new(bias, [outputs]), device));
            linear
        };
        Self {
            first_norm: norm(WIDTH),
            first: linear([3, 4], [WIDTH, hidden]),
            activation: LeakyReluConfig::new().with_negative_slope(0.01).init(),
            second_norm: norm(hidden),
            second: linear([5, 6], [hidden, WIDTH]),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let read = self.activation.forward(self.first.forward(self.first_norm.forward(x)));
        self.second.forward(self.second_norm.forward(read))
    }
}

struct Batch {
    x: Tensor<2>,
    target: Tensor<2>,
    mask: Tensor<2>,
    count: f64,
}

impl Batch {
    fn new(batch: usize, device: &Device) -> Self {
        let length = |b: usize| (50 - 10 * (b % 3)) * TOKEN;
        let mask: Vec<f32> =
            (0..batch * WIDTH).map(|i| if i % WIDTH < length(i / WIDTH) { 1.0 } else { 0.0 }).collect();
        let x = values(1, batch * WIDTH, 1.0).into_iter().zip(&mask).map(|(x, mask)| x * mask).collect();
        let shaped = |values| tensor(values, [batch, WIDTH], device);
        Self {
            x: shaped(x),
            target: shaped(values(2, batch * WIDTH, 2.0)),
            mask: shaped(mask),
            count: (0..batch).map(length).sum::<usize>() as f64,
        }
    }
}

struct Training {
    net: Net,
    adam: ModuleOptimizer,
    batch: Batch,
    device: Device,
}

impl Training {
    fn step(&mut self) -> Result<f64, Box<dyn Error>> {
        let Batch { x, target, mask, count } = &self.batch;
        let error = (self.net.forward(x.clone()) - target.clone()).square() * mask.clone();
        let loss = error.sum().div_scalar(*count);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.net);
        self.net = self.adam.step(1e-3, self.net.clone(), gradients);
        // The loss can be read before the new weights are there.
        self.device.sync().map_err(|error| format!("{error:?}"))?;
        let read = loss.into_data().try_to_vec::<f32>().map_err(|error| format!("{error:?}"))?;
        Ok(f64::from(read[0]))
    }
}

fn measure(mut step: impl FnMut() -> Result<f64, Box<dyn Error>>) -> Result<Value, Box<dyn Error>> {
    let (mut times, mut losses) = (Vec::new(), Vec::new());
    while losses.len() < AT_LOSS || (times.len() < TIMED && times.iter().sum::<f64>() < SECONDS * 1000.0) {
        let start = Instant::now();
        losses.push(step()?);
        let took = start.elapsed().as_secs_f64() * 1000.0;
        if losses.len() > WARM {
            times.push(took);
        }
        if losses.len() > 1 && took > SLOWEST {
            return Ok(json!({"slow": took}));
        }
    }
    times.sort_by(f64::total_cmp);
    let ms = times[times.len() / 2];
    Ok(json!({"ms": ms, "first_loss": losses[0], "loss": losses[AT_LOSS - 1], "steps": times.len()}))
}

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds a word of its own.
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let [hidden, batch, choice] = &words[..] else {
        return Err("usage: burn_step HIDDEN BATCH cpu|wgpu".into());
    };
    let choice: Choice = choice.parse()?;
    let opened = pollster::block_on(device::open(&choice))?;
    let device = opened.device.clone().autodiff();
    let adam = AdamConfig::new().with_beta_1(0.9).with_beta_2(0.98).with_epsilon(1e-9).init();
    let net = Net::new(hidden.parse()?, &device);
    let batch = Batch::new(batch.parse()?, &opened.device.clone().autodiff());
    let mut training = Training { net, adam, batch, device };
    let mut row = measure(|| {
        let loss = training.step()?;
        opened.check()?;
        Ok(loss)
    })?;
    row["adapter"] = opened.name.as_str().into();
    row["threads"] = env::var("RAYON_NUM_THREADS").ok().and_then(|count| count.parse::<u32>().ok()).into();
    println!("{row}");
    Ok(())
}
