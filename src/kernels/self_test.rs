//! A quick look whether a device computes what the CPU computes: every operation once, forward and backward, on a small
//! ragged case. It finds a driver that gives wrong numbers; `parity` looks for faults of the kernels themselves.

use super::{
    adam::{Step, adam},
    asked::{Answerer, Asking, Heads, Lesson, Linear, Weigher},
    attention::{Attention, cross_attention, self_attention},
    clip::clip,
    cross_entropy::cross_entropy,
    dropout::{Mask, dropout},
    embedding::{Lookup, embedding},
    largest::largest,
    layer_norm::layer_norm,
    linear::linear,
    matmul::tiling::{Tiling, force},
    shallow::{Layer, Moving, Sentences, Shallow, prefix, step_side_by_side},
};
use crate::{
    checkpoint::read,
    parallel::is_cpu,
    random::{Purpose, Stream},
};
use burn::tensor::{Device, Gradients, Int, Tensor, TensorData};
use std::sync::Arc;

/// How far a result may be off, of its largest value: wide enough for every adapter's own exponential.
const TOLERANCE: f32 = 1e-3;

/// An operation's results, each a vector.
type Results = Vec<Tensor<1>>;

/// An operation's name, and what runs it.
type Check = (&'static str, fn(&mut Case) -> Results);

/// `matmul` is the kernel of `linear` again.
const CHECKS: [Check; 13] = [
    ("linear", check_linear),
    ("layer_norm", check_layer_norm),
    ("attention", check_attention),
    ("cross_entropy", check_cross_entropy),
    ("dropout", check_dropout),
    ("adam", check_adam),
    ("shallow", check_shallow),
    ("prefix", check_prefix),
    ("asked", check_asked),
    ("largest", check_largest),
    ("embedding", check_embedding),
    ("clip", check_clip),
    ("fours", check_fours),
];

/// An operation, and whether it gives the same numbers on a device as on the CPU.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Verdict {
    pub operation: String,
    pub right: bool,
}

/// Every operation looked at; on a graphics adapter those made of products by each tiling, so that each program is compiled there.
pub async fn verdicts(device: &Device) -> Vec<Verdict> {
    const PRODUCTS: [&str; 5] = ["linear", "shallow", "prefix", "asked", "fours"];
    let mut found = Vec::new();
    for (index, (operation, _)) in CHECKS.into_iter().enumerate() {
        if is_cpu(device) || !PRODUCTS.contains(&operation) {
            found.push(Verdict { operation: operation.into(), right: is_right(device, index).await });
            continue;
        }
        for tiling in Tiling::possible() {
            force(Some(tiling));
            found.push(Verdict { operation: format!("{operation}, {tiling}"), right: is_right(device, index).await });
        }
        force(None);
    }
    found
}

/// The first operation that gives other numbers on this device than on the CPU; none where all agree.
pub async fn first_wrong(device: &Device) -> Option<&'static str> {
    for (index, (name, _)) in CHECKS.into_iter().enumerate() {
        if !is_right(device, index).await {
            return Some(name);
        }
    }
    None
}

async fn is_right(device: &Device, index: usize) -> bool {
    let results = |device: &Device| CHECKS[index].1(&mut Case::new(device, index as u64));
    let (found, expected) = (results(device), results(&Device::flex()));
    if found.len() != expected.len() {
        return false;
    }
    for (found, expected) in found.into_iter().zip(expected) {
        // What cannot be read is as good as wrong.
        let (Ok(found), Ok(expected)) = (read(found).await, read(expected).await) else { return false };
        if !agree(&found, &expected) {
            return false;
        }
    }
    true
}

fn agree(found: &[f32], expected: &[f32]) -> bool {
    let top = expected.iter().fold(0.1f32, |top, value| top.max(value.abs()));
    // A comparison with what is not a number is false.
    found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= TOLERANCE * top)
}

/// The same random values on every device.
struct Case {
    device: Device,
    stream: Stream,
}

impl Case {
    fn new(device: &Device, stream: u64) -> Self {
        Self { device: device.clone(), stream: Stream::new(10_642, Purpose::Init, stream) }
    }

    /// Values from -2 to 2.
    fn values<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<D> {
        let values = (0..shape.iter().product::<usize>()).map(|_| 4.0 * self.stream.unit() - 2.0).collect::<Vec<_>>();
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    /// The same, with a gradient to come.
    fn leaf<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_inner(self.values(shape)).require_grad()
    }

    fn integers<const N: usize>(&self, values: [i32; N]) -> Tensor<1, Int> {
        Tensor::from_data(TensorData::new(values.to_vec(), [N]), &self.device)
    }

    /// The gradients of a sum of the outputs with random weights.
    fn backward<const D: usize>(&mut self, y: &Tensor<D>) -> Gradients {
        let weights = Tensor::from_inner(self.values(y.dims()));
        (y.clone() * weights).sum().backward()
    }
}

fn output<const D: usize>(y: Tensor<D>) -> Tensor<1> {
    y.inner().reshape([-1])
}

fn gradient<const D: usize>(leaf: &Tensor<D>, gradients: &mut Gradients) -> Option<Tensor<1>> {
    leaf.grad_remove(gradients).map(|gradient| gradient.reshape([-1]))
}

fn check_linear(case: &mut Case) -> Results {
    linear_results(case, [70, 37, 41])
}

fn linear_results(case: &mut Case, [rows, inputs, outputs]: [usize; 3]) -> Results {
    let (x, w, b) = (case.leaf([rows, inputs]), case.leaf([inputs, outputs]), case.leaf([outputs]));
    let y = linear(x.clone(), w.clone(), b.clone(), 0.01);
    let g = &mut case.backward(&y);
    [Some(output(y)), gradient(&x, g), gradient(&w, g), gradient(&b, g)].into_iter().flatten().collect()
}

fn check_layer_norm(case: &mut Case) -> Results {
    let (x, gamma, beta) = (case.leaf([19, 130]), case.leaf([130]), case.leaf([130]));
    let y = layer_norm(x.clone(), gamma.clone(), beta.clone());
    let g = &mut case.backward(&y);
    [Some(output(y)), gradient(&x, g), gradient(&gamma, g), gradient(&beta, g)].into_iter().flatten().collect()
}

/// A sentence's attention to itself, causal and with dropout, and to another one.
fn check_attention(case: &mut Case) -> Results {
    let (batch, heads, width, queries, keys) = (3, 2, 24, 5, 7);
    let dropout = Some(Mask::new(0.2, [1, 2]));
    let (x, lengths) = (case.leaf([batch * queries, 3 * width]), case.integers([5, 1, 3]));
    let y = self_attention(x.clone(), lengths, Attention { batch, width, heads, causal: true, dropout });
    let g = &mut case.backward(&y);
    let own = [Some(output(y)), gradient(&x, g)];
    let (q, kv) = (case.leaf([batch * queries, width]), case.leaf([batch * keys, 2 * width]));
    let rule = Attention { batch, width, heads, causal: false, dropout: None };
    let y = cross_attention(q.clone(), kv.clone(), case.integers([7, 2, 4]), rule);
    let g = &mut case.backward(&y);
    own.into_iter().chain([Some(output(y)), gradient(&q, g), gradient(&kv, g)]).flatten().collect()
}

fn check_cross_entropy(case: &mut Case) -> Results {
    let logits = case.leaf([5, 67]);
    let y = cross_entropy(logits.clone(), case.integers([4, 0, 66, 9, 2]), 0.1, 0.5);
    let g = &mut y.clone().backward();
    [Some(output(y)), gradient(&logits, g)].into_iter().flatten().collect()
}

fn check_dropout(case: &mut Case) -> Results {
    let x = case.leaf([1100]);
    let y = dropout(x.clone(), Mask::new(0.3, [3, 4]));
    let g = &mut case.backward(&y);
    [Some(output(y)), gradient(&x, g)].into_iter().flatten().collect()
}

fn check_adam(case: &mut Case) -> Results {
    let (weight, gradient, moments) = (case.values([900]), case.values([900]), case.values([900, 2]).abs());
    let (weight, moments) = adam(weight, gradient, moments, None, Step::new(3, 1e-2));
    vec![weight, moments.reshape([-1])]
}

/// With a step of Adam by it, on a gradient that is longer than the bound and one of several workgroups.
fn check_clip(case: &mut Case) -> Results {
    let (weight, gradient, moments) = (case.values([900]), case.values([900]), case.values([900, 2]).abs());
    let clip = clip(vec![gradient.clone(), case.values([5000])], 20.0);
    let (weight, moments) = adam(weight, gradient, moments, Some(clip.clone()), Step::new(3, 1e-2));
    vec![clip, weight, moments.reshape([-1])]
}

/// A step of two shallow nets side by side on two sentences, of which one is short: the loss, and all that changed.
fn check_shallow(case: &mut Case) -> Results {
    let nets = vec![net(case, 12), net(case, 12)];
    let (input, goal) = (sentences(case, [2, 3, 9]), sentences(case, [2, 3, 6]));
    let (nets, loss) = step_side_by_side(nets, &input, &goal, 0.01, 0.01, Step::new(3, 1e-2));
    [loss].into_iter().chain(nets.into_iter().flat_map(of_net)).collect()
}

/// A linear layer and a step of a net where all sizes are multiples of four, which are read four values at a time.
fn check_fours(case: &mut Case) -> Results {
    let linear = linear_results(case, [12, 16, 20]);
    let net = Shallow { first: layer(case, [36, 20]), later: vec![layer(case, [20, 12])] };
    let (input, goal) = (sentences(case, [4, 3, 12]), sentences(case, [4, 3, 4]));
    let (net, loss) = net.step(&input, &goal, 0.01, 0.01, Step::new(3, 1e-2));
    linear.into_iter().chain([loss]).chain(of_net(net)).collect()
}

/// A step of one on all their prefixes.
fn check_prefix(case: &mut Case) -> Results {
    let (net, input, goal) = (net(case, 6), sentences(case, [2, 3, 9]), sentences(case, [2, 3, 6]));
    let (net, loss) = prefix::step(net, &input, &goal, 0.01, 0.01, Step::new(3, 1e-2));
    [loss].into_iter().chain(of_net(net)).collect()
}

/// With so many outputs.
fn net(case: &mut Case, outputs: usize) -> Shallow {
    Shallow { first: layer(case, [36, 21]), later: vec![layer(case, [21, outputs])] }
}

fn of_net(Shallow { first, later }: Shallow) -> Results {
    of_layer(first).into_iter().chain(later.into_iter().flat_map(of_layer)).collect()
}

/// A step of a net that weighs values, and one of a net that answers, on two sources of which one is short.
fn check_asked(case: &mut Case) -> Results {
    let (heads, step) = (Heads { count: 2, causal: false }, Step::new(3, 1e-2));
    let [source, queries, goal] = [3, 4, 4].map(|length| sentences(case, [2, length, 6]));
    let lesson = Lesson { source, queries, goal, scale: 0.01, slope: 0.01 };
    let values = case.values([2 * 3, 6]);
    let asking = |case: &mut Case, gate| Asking { source: layer(case, [36, 21]), query: layer(case, [6, 21]), gate };
    let (gate, out) = (linear_of(case, [6, 21]), linear_of(case, [21, 2 * 6]));
    let weigher = Weigher { asking: asking(case, Some(gate)), out };
    let (weigher, weighed) = weigher.step(&lesson, values, heads, step);
    let answerer = Answerer { asking: asking(case, None), out: layer(case, [21, 6]) };
    let (answerer, answered) = answerer.step(&lesson, step);
    let of_asking = |Asking { source, query, gate }| {
        let norms_and_matrices = of_layer(source).into_iter().chain(of_layer(query));
        norms_and_matrices.chain(gate.into_iter().flat_map(of_linear)).collect::<Vec<_>>()
    };
    let of_weigher = of_asking(weigher.asking).into_iter().chain(of_linear(weigher.out));
    let of_answerer = of_asking(answerer.asking).into_iter().chain(of_layer(answerer.out));
    [weighed, answered].into_iter().chain(of_weigher).chain(of_answerer).collect()
}

/// Found in rows of which one is wider than what a workgroup reads at once, and shown by other values at those places.
fn check_largest(case: &mut Case) -> Results {
    let (x, table) = (case.values([7, 700]), case.values([700]));
    vec![table.select(0, largest(x, 2))]
}

/// Of a table with a row that three tokens read and one that none does.
fn check_embedding(case: &mut Case) -> Results {
    let (table, ids) = (case.leaf([4, 90]), [2, 0, 2, 3, 0, 2]);
    let lookup = Lookup { scale: 3.0, ids: Some(Arc::new(ids)) };
    let y = embedding(table.clone(), case.integers(ids), case.values([3, 90]), lookup);
    let g = &mut case.backward(&y);
    [Some(output(y)), gradient(&table, g)].into_iter().flatten().collect()
}

/// So many sentences of so many tokens and features, of which the last ends one token earlier.
fn sentences(case: &mut Case, [count, length, features]: [usize; 3]) -> Sentences {
    let lengths = (1..=count).map(|sentence| (length - usize::from(sentence == count)) as i32).collect::<Vec<_>>();
    let lengths = Tensor::from_data(TensorData::new(lengths, [count]), &case.device);
    Sentences { values: case.values([count, length * features]), lengths, features }
}

fn moving<const D: usize>(case: &mut Case, shape: [usize; D]) -> Moving<D> {
    let count = shape.iter().product::<usize>();
    Moving { value: case.values(shape), moments: case.values([2 * count]).abs() }
}

fn layer(case: &mut Case, shape @ [inputs, outputs]: [usize; 2]) -> Layer {
    let (gamma, beta) = (moving(case, [inputs]), moving(case, [inputs]));
    Layer { gamma, beta, weight: moving(case, shape), bias: moving(case, [outputs]) }
}

fn linear_of(case: &mut Case, shape @ [_, outputs]: [usize; 2]) -> Linear {
    Linear { weight: moving(case, shape), bias: moving(case, [outputs]) }
}

fn of_layer(Layer { gamma, beta, weight, bias }: Layer) -> Vec<Tensor<1>> {
    let norm = [gamma.value, gamma.moments, beta.value, beta.moments].into_iter();
    norm.chain(of_linear(Linear { weight, bias })).collect()
}

fn of_linear(Linear { weight, bias }: Linear) -> [Tensor<1>; 4] {
    [weight.value.reshape([-1]), weight.moments, bias.value, bias.moments]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{self, Choice};
    use pollster::block_on;

    #[test]
    fn agrees_with_the_cpu_here() {
        let gpu = block_on(device::open(&Choice::Wgpu)).unwrap();
        assert_eq!(block_on(first_wrong(&gpu.device)), None);
        let verdicts = block_on(verdicts(&gpu.device));
        assert_eq!(verdicts.len(), CHECKS.len() - 5 + 5 * Tiling::possible().count());
        assert_eq!(verdicts.iter().filter(|verdict| !verdict.right).collect::<Vec<_>>(), Vec::<&Verdict>::new());
        assert_eq!(gpu.wrong, None);
        gpu.check().unwrap();
    }

    /// Every operation gives something, and all that it gives is looked at.
    #[test]
    fn sees_every_result() {
        let counts = CHECKS.map(|(_, check)| check(&mut Case::new(&Device::flex(), 0)).len());
        assert_eq!(counts, [4, 4, 5, 2, 2, 2, 33, 17, 50, 1, 2, 3, 21]);
        assert!(agree(&[1.0, 100.0], &[1.05, 100.0]));
        for wrong in [[1.0, 101.0], [1.0, f32::NAN], [f32::INFINITY, 100.0]] {
            assert!(!agree(&wrong, &[1.0, 100.0]), "{wrong:?}");
        }
        assert!(!agree(&[], &[1.0]));
    }
}
