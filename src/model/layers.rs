//! The parts that the Transformer and the nets are made of. Field names are PyTorch's, so that a parameter's path is its
//! name in `torch.nn.Transformer`; matrices lie transposed to PyTorch's, `[inputs, outputs]`.

use crate::{
    kernels::{
        embedding::{Lookup, embedding},
        layer_norm::layer_norm,
        linear::{IDENTITY, linear},
    },
    random::{Purpose, Stream},
};
use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor, TensorData},
};
use std::sync::Arc;

/// Draws initial parameters; each tensor has a stream of its own.
pub struct Init<'a> {
    seed: u64,
    stream: u64,
    device: &'a Device,
}

impl<'a> Init<'a> {
    /// `first` is the number of the first stream, so that two models of one seed can differ.
    pub fn new(seed: u64, first: u64, device: &'a Device) -> Self {
        Self { seed, stream: first, device }
    }

    /// Uniform in `[-bound, bound)`.
    pub fn uniform<const D: usize>(&mut self, shape: [usize; D], bound: f64) -> Param<Tensor<D>> {
        let mut stream = Stream::new(self.seed, Purpose::Init, self.stream);
        self.stream += 1;
        let count = shape.iter().product();
        let values = (0..count).map(|_| (2.0 * stream.unit() - 1.0) * bound as f32).collect::<Vec<_>>();
        self.values(values, shape)
    }

    /// Xavier-uniform (Glorot and Bengio 2010): bound `sqrt(6 / (inputs + outputs))`.
    pub fn xavier(&mut self, shape: [usize; 2], [inputs, outputs]: [usize; 2]) -> Param<Tensor<2>> {
        self.uniform(shape, (6.0 / (inputs + outputs) as f64).sqrt())
    }

    /// One value everywhere.
    pub fn constant(&self, count: usize, value: f32) -> Param<Tensor<1>> {
        self.values(vec![value; count], [count])
    }

    fn values<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Param<Tensor<D>> {
        Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), self.device))
    }
}

/// `x · weight + bias`
#[derive(Module, Debug)]
pub struct Linear {
    /// `[inputs, outputs]`
    pub weight: Param<Tensor<2>>,
    pub bias: Param<Tensor<1>>,
}

impl Linear {
    /// As the Transformer's are: Xavier-uniform weights, PyTorch's default bias.
    pub fn xavier(inputs: usize, outputs: usize, init: &mut Init) -> Self {
        let weight = init.xavier([inputs, outputs], [inputs, outputs]);
        Self { weight, bias: init.uniform([outputs], (inputs as f64).sqrt().recip()) }
    }

    /// As PyTorch's default, and so the nets: both uniform within `1 / sqrt(inputs)`.
    pub fn pytorch(inputs: usize, outputs: usize, init: &mut Init) -> Self {
        let bound = (inputs as f64).sqrt().recip();
        Self { weight: init.uniform([inputs, outputs], bound), bias: init.uniform([outputs], bound) }
    }

    /// One value in all weights and another in all biases.
    pub fn constant(inputs: usize, outputs: usize, [weight, bias]: [f32; 2], init: &Init) -> Self {
        let weights = init.values(vec![weight; inputs * outputs], [inputs, outputs]);
        Self { weight: weights, bias: init.constant(outputs, bias) }
    }

    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.activated(x, IDENTITY)
    }

    /// With a leaky ReLU of this slope behind it.
    pub fn activated(&self, x: Tensor<2>, slope: f32) -> Tensor<2> {
        linear(x, self.weight.val(), self.bias.val(), slope)
    }
}

/// Normalises rows, then scales and shifts them.
#[derive(Module, Debug)]
pub struct LayerNorm {
    pub weight: Param<Tensor<1>>,
    pub bias: Param<Tensor<1>>,
}

impl LayerNorm {
    pub fn new(width: usize, init: &Init) -> Self {
        Self { weight: init.constant(width, 1.0), bias: init.constant(width, 0.0) }
    }

    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        layer_norm(x, self.weight.val(), self.bias.val())
    }
}

/// A table of vectors.
#[derive(Module, Debug)]
pub struct Embedding {
    /// `[V, d_model]`
    pub weight: Param<Tensor<2>>,
}

impl Embedding {
    pub fn new(vocab: usize, width: usize, init: &mut Init) -> Self {
        Self { weight: init.xavier([vocab, width], [width, vocab]) }
    }

    /// The rows of these ids times `sqrt(d_model)`, plus positions, which come again for each sentence: `[rows]` and `[length,
    /// d_model]` to `[rows, d_model]`. On a graphics card the table's gradient is quicker where the ids are known on the host too.
    pub fn forward(&self, ids: Tensor<1, Int>, host: Option<Arc<[i32]>>, positions: Tensor<2>) -> Tensor<2> {
        let (table, [_, width]) = (self.weight.val(), self.weight.dims());
        embedding(table, ids, positions, Lookup { scale: (width as f32).sqrt(), ids: host })
    }
}
