//! The numbers of the distillation step that every peer starts from: `benches/peers/` makes the same.

use crate::{
    kernels::shallow::{Layer, Moving, Sentences, Shallow},
    random::pcg,
};
use burn::tensor::{Device, Tensor, TensorData};

/// Tokens and features of the paper's sentences: `L · d_model` = 6400.
pub const LENGTH: usize = 50;
pub const FEATURES: usize = 128;
pub const WIDTH: usize = LENGTH * FEATURES;

/// What a value is for.
#[derive(Clone, Copy)]
enum Stream {
    Input = 1,
    Target,
    Weight1,
    Bias1,
    Weight2,
    Bias2,
}

/// The values of a stream, in `[-scale, scale)`.
fn values(stream: Stream, count: usize, scale: f32) -> Vec<f32> {
    let key = (stream as u32).wrapping_mul(0x9E37_79B9);
    let value = |i: usize| (f64::from(pcg(pcg(i as u32) ^ key)) / 4_294_967_296.0 * 2.0 - 1.0) as f32 * scale;
    (0..count).map(value).collect()
}

/// Sentences of 50, 40 and 30 tokens in turn.
pub fn tokens(batch: usize) -> Vec<i32> {
    (0..batch).map(|row| (LENGTH - 10 * (row % 3)) as i32).collect()
}

fn moving<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Moving<D> {
    let moments = Tensor::zeros([2 * values.len()], device);
    Moving { value: Tensor::from_data(TensorData::new(values, shape), device), moments }
}

/// The net with so many hidden features and outputs.
pub fn net(hidden: usize, outputs: usize, device: &Device) -> Shallow {
    let layer = |[inputs, outputs]: [usize; 2], [weight, bias]: [Stream; 2]| {
        let scale = (inputs as f32).sqrt().recip();
        Layer {
            gamma: moving(vec![1.0; inputs], [inputs], device),
            beta: moving(vec![0.0; inputs], [inputs], device),
            weight: moving(values(weight, inputs * outputs, scale), [inputs, outputs], device),
            bias: moving(values(bias, outputs, scale), [outputs], device),
        }
    };
    Shallow {
        first: layer([WIDTH, hidden], [Stream::Weight1, Stream::Bias1]),
        later: vec![layer([hidden, outputs], [Stream::Weight2, Stream::Bias2])],
    }
}

/// Input and target of a batch, with rubbish behind the sentences' ends: whoever reads it is wrong.
pub fn batch(batch: usize, device: &Device) -> [Sentences; 2] {
    [(Stream::Input, 1.0), (Stream::Target, 0.5)].map(|(stream, scale)| Sentences {
        values: Tensor::from_data(TensorData::new(values(stream, batch * WIDTH, scale), [batch, WIDTH]), device),
        lengths: Tensor::from_data(TensorData::new(tokens(batch), [batch]), device),
        features: FEATURES,
    })
}
