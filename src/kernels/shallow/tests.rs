//! The program against autodiff over the net as the model has it, on the CPU and on an adapter, over random ragged shapes.

use super::*;
use crate::{
    device::{self, Choice, Opened},
    kernels::{
        adam::adam,
        layer_norm::layer_norm,
        linear::{IDENTITY, linear},
        matmul::tiling::{Tiling, force},
    },
    random::{Purpose, Stream},
};
use burn::tensor::{Device, TensorData};
use std::{ops::Range, sync::LazyLock};

static GPU: LazyLock<Opened> = LazyLock::new(|| {
    pollster::block_on(device::open(&Choice::Wgpu)).expect("a graphics adapter, such as Mesa's lavapipe")
});

const SLOPE: f32 = 0.01;

/// A batch and a net of these sizes.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    batch: usize,
    /// Tokens of the batch's longest sentence, and of the longest that fits.
    length: usize,
    max_len: usize,
    inputs: usize,
    hidden: usize,
    outputs: usize,
}

/// Which tokens a row holds, by its place and the most there are.
type Tokens = fn(usize, usize) -> Range<usize>;

/// Parameters in the order of [`Shallow`], each as values; then the input, the target and the sentences' lengths.
struct Case {
    sizes: Sizes,
    /// Whether the net is over all prefixes, and says what belongs to the last place of each.
    prefixes: bool,
    parameters: Vec<(Vec<f32>, [usize; 2])>,
    x: Vec<f32>,
    target: Vec<f32>,
    lengths: Vec<usize>,
}

impl Case {
    fn new(sizes: Sizes, prefixes: bool, stream: &mut Stream) -> Self {
        let Sizes { batch, length, max_len, inputs, hidden, outputs } = sizes;
        let mut values =
            |count: usize, middle: f32| (0..count).map(|_| middle + 0.8 * stream.unit() - 0.4).collect::<Vec<_>>();
        let mut parameters = Vec::new();
        let places = if prefixes { 1 } else { max_len };
        for [inputs, outputs] in [[max_len * inputs, hidden], [hidden, places * outputs]] {
            parameters.push((values(inputs, 1.0), [1, inputs]));
            parameters.push((values(inputs, 0.0), [1, inputs]));
            parameters.push((values(inputs * outputs, 0.0), [inputs, outputs]));
            parameters.push((values(outputs, 0.0), [1, outputs]));
        }
        let (x, target) = (values(batch * length * inputs, 0.1), values(batch * length * outputs, -0.1));
        let lengths = (0..batch).map(|row| if row == 0 { length } else { 1 + stream.below(length) }).collect();
        Self { sizes, prefixes, parameters, x, target, lengths }
    }

    fn scale(&self) -> f32 {
        1.0 / (self.lengths.iter().sum::<usize>() * self.sizes.outputs) as f32
    }

    fn sentences(&self, values: &[f32], features: usize, device: &Device) -> Sentences {
        let Sizes { batch, length, .. } = self.sizes;
        let lengths = self.lengths.iter().map(|&length| length as i32).collect::<Vec<_>>();
        Sentences {
            values: Tensor::from_data(TensorData::new(values.to_vec(), [batch, length * features]), device),
            lengths: Tensor::from_data(TensorData::new(lengths, [batch]), device),
            features,
        }
    }

    /// The net before any step.
    fn net(&self, device: &Device) -> Shallow {
        fn moving<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Moving<D> {
            let value = Tensor::from_data(TensorData::new(values.to_vec(), shape), device);
            Moving { value, moments: Tensor::zeros([2 * values.len()], device) }
        }
        let row = |index: usize| {
            let values = &self.parameters[index].0;
            moving(values, [values.len()], device)
        };
        let layer = |first: usize| {
            let (values, shape) = &self.parameters[first + 2];
            let weight = moving(values, *shape, device);
            Layer { gamma: row(first), beta: row(first + 1), weight, bias: row(first + 3) }
        };
        Shallow { first: layer(0), later: vec![layer(4)] }
    }

    /// Parameters, moments and losses after some steps of the program, as values.
    fn by_program(&self, steps: u32, device: &Device) -> Vec<Vec<f32>> {
        let mut net = self.net(device);
        let input = self.sentences(&self.x, self.sizes.inputs, device);
        let goal = self.sentences(&self.target, self.sizes.outputs, device);
        let mut losses = Vec::new();
        for t in 1..=steps {
            let program = if self.prefixes { prefix::step } else { Shallow::step };
            let (next, loss) = program(net, &input, &goal, self.scale(), SLOPE, Step::new(t, 1e-2));
            net = next;
            losses.push(loss);
        }
        let mut found = vec![Tensor::cat(losses, 0)];
        for Layer { gamma, beta, weight, bias } in [net.first].into_iter().chain(net.later) {
            found.extend([gamma.value, gamma.moments, beta.value, beta.moments]);
            found.extend([weight.value.reshape([-1]), weight.moments, bias.value, bias.moments]);
        }
        found.into_iter().map(read).collect()
    }

    /// The same by autodiff, on the CPU.
    fn by_autodiff(&self, steps: u32) -> Vec<Vec<f32>> {
        let (plain, device) = (Device::flex(), Device::flex().autodiff());
        let Sizes { batch, length, max_len, inputs, outputs, .. } = self.sizes;
        // What of a sentence a row holds, padded with zeros: all of it, or its first tokens, or one.
        let rows = |values: &[f32], features: usize, places: usize, tokens: Tokens| {
            let count = if self.prefixes { length * batch } else { batch };
            let value = |row: usize, i: usize| {
                let (sentence, range) = (row % batch, tokens(row / batch, places));
                let token = range.start + i / features;
                let there = range.contains(&token) && token < self.lengths[sentence];
                if there { values[(sentence * length + token) * features + i % features] } else { 0.0 }
            };
            let all = (0..count).flat_map(|row| (0..places * features).map(move |i| (row, i)));
            let values = all.map(|(row, i)| value(row, i)).collect::<Vec<_>>();
            Tensor::<2>::from_data(TensorData::new(values, [count, places * features]), &device)
        };
        let (all, prefix, last) = (|_, places| 0..places, |place, _| 0..place + 1, |place, _| place..place + 1);
        let (seen, said): ([Tokens; 2], usize) =
            if self.prefixes { ([prefix, last], 1) } else { ([all, all], max_len) };
        let (x, target) = (rows(&self.x, inputs, max_len, seen[0]), rows(&self.target, outputs, said, seen[1]));
        let mask = rows(&vec![1.0; self.target.len()], outputs, said, seen[1]);
        let mut weights = self
            .parameters
            .iter()
            .map(|(values, shape)| Tensor::<2>::from_data(TensorData::new(values.clone(), *shape), &plain))
            .collect::<Vec<_>>();
        let mut moments =
            weights.iter().map(|w| Tensor::<1>::zeros([2 * w.shape().num_elements()], &plain)).collect::<Vec<_>>();
        let mut losses = Vec::new();
        for t in 1..=steps {
            let leaves = weights.iter().map(|w| Tensor::from_inner(w.clone()).require_grad()).collect::<Vec<_>>();
            let row = |index: usize| leaves[index].clone().reshape([-1]);
            let z = linear(layer_norm(x.clone(), row(0), row(1)), leaves[2].clone(), row(3), SLOPE);
            let y = linear(layer_norm(z, row(4), row(5)), leaves[6].clone(), row(7), IDENTITY);
            let error = (y - target.clone()) * mask.clone();
            let loss = (error.clone() * error).sum() * self.scale();
            let mut gradients = loss.backward();
            losses.push(loss.inner());
            for ((weight, moments), leaf) in weights.iter_mut().zip(&mut moments).zip(&leaves) {
                let (gradient, count) = (leaf.grad_remove(&mut gradients).unwrap(), weight.shape().num_elements());
                let of = moments.clone().reshape([count, 2]);
                let (next, of) = adam(weight.clone(), gradient, of, None, Step::new(t, 1e-2));
                (*weight, *moments) = (next, of.reshape([-1]));
            }
        }
        let mut found = vec![Tensor::cat(losses, 0)];
        for (weight, moments) in weights.into_iter().zip(moments) {
            found.extend([weight.reshape([-1]), moments]);
        }
        found.into_iter().map(read).collect()
    }
}

fn read(tensor: Tensor<1>) -> Vec<f32> {
    pollster::block_on(crate::checkpoint::read(tensor)).expect("values")
}

const NAMES: [&str; 17] = [
    "losses",
    "gamma",
    "its moments",
    "beta",
    "its moments",
    "weight",
    "its moments",
    "bias",
    "its moments",
    "gamma 2",
    "its moments",
    "beta 2",
    "its moments",
    "weight 2",
    "its moments",
    "bias 2",
    "its moments",
];

/// Moments are compared to their largest value. A weight whose gradient is nothing but rounding may move either way by Adam's step, so
/// that weights may be off by a hundredth of that, and a few by more.
#[track_caller]
fn assert_close(what: &str, found: &[Vec<f32>], expected: &[Vec<f32>]) {
    for ((name, found), expected) in NAMES.iter().zip(found).zip(expected) {
        assert_eq!(found.len(), expected.len(), "{what}: {name}");
        let top = expected.iter().fold(1e-6f32, |top, value| top.max(value.abs()));
        let off = |(a, b): (&f32, &f32)| if a.is_finite() { (a - b).abs() } else { f32::INFINITY };
        let worst = found.iter().zip(expected).map(off).fold(0.0, f32::max);
        if name.contains("moments") || *name == "losses" {
            assert!(worst <= 1e-3 * top, "{what}: {name} {worst:e} off, of {top:e}");
        } else {
            let far = found.iter().zip(expected).map(off).filter(|&off| off > 1e-4).count();
            assert!(far * 200 <= found.len() + 199, "{what}: {far} of {} values of {name} are off", found.len());
        }
    }
}

fn cases(prefixes: bool) -> Vec<Case> {
    let mut stream = Stream::new(2311, Purpose::Corpus, 77);
    let fixed = [
        Sizes { batch: 1, length: 1, max_len: 1, inputs: 2, hidden: 5, outputs: 1 },
        Sizes { batch: 5, length: 3, max_len: 4, inputs: 8, hidden: 3, outputs: 8 },
        Sizes { batch: 70, length: 6, max_len: 6, inputs: 16, hidden: 66, outputs: 16 },
        Sizes { batch: 33, length: 5, max_len: 9, inputs: 32, hidden: 130, outputs: 8 },
        // All that is a multiple of four is read so.
        Sizes { batch: 36, length: 5, max_len: 6, inputs: 8, hidden: 68, outputs: 12 },
        Sizes { batch: 9, length: 40, max_len: 50, inputs: 24, hidden: 25, outputs: 12 },
    ];
    let mut random = || {
        let max_len = 1 + stream.below(12);
        let mut size = |most: usize| 1 + stream.below(most);
        let (batch, length) = (size(80), size(max_len));
        Sizes { batch, length, max_len, inputs: size(20), hidden: 4 + size(90), outputs: size(20) }
    };
    let sizes = fixed.into_iter().chain((0..8).map(|_| random()).collect::<Vec<_>>()).collect::<Vec<_>>();
    sizes.into_iter().map(|sizes| Case::new(sizes, prefixes, &mut stream)).collect()
}

fn assert_program(prefixes: bool) {
    // Only then is known which tilings there are.
    LazyLock::force(&GPU);
    for case in cases(prefixes) {
        let expected = case.by_autodiff(3);
        assert_close(&format!("CPU, {:?}", case.sizes), &case.by_program(3, &Device::flex()), &expected);
        for tiling in Tiling::possible() {
            force(Some(tiling));
            let found = case.by_program(3, &GPU.device);
            GPU.check().expect("a device without complaints");
            assert_close(&format!("{tiling}, {:?}", case.sizes), &found, &expected);
        }
        force(None);
    }
}

#[test]
fn the_program_is_autodiff_over_the_net() {
    assert_program(false);
}

#[test]
fn the_prefix_program_is_autodiff_over_all_prefixes() {
    assert_program(true);
}

/// Who holds a copy of a parameter keeps its values, though the program works in place; also where an adapter has it in one buffer with
/// others, which it is in from the first step on.
#[test]
fn a_copy_is_not_changed() {
    for device in [Device::flex(), GPU.device.clone()] {
        let case = &cases(false)[1];
        let (input, goal) = (case.sentences(&case.x, 8, &device), case.sentences(&case.target, 8, &device));
        let mut net = case.net(&device);
        for step in 1..=3 {
            let kept = [net.first.weight.value.clone().reshape([-1]), net.first.bias.value.clone()];
            let before = kept.clone().map(read);
            (net, _) = net.step(&input, &goal, 1.0, SLOPE, Step::new(step, 1e-2));
            assert_eq!(kept.map(read), before);
            let after = [net.first.weight.value.clone().reshape([-1]), net.first.bias.value.clone()].map(read);
            assert!(after.iter().zip(&before).all(|(after, before)| after != before), "step {step} changes nothing");
        }
    }
}
