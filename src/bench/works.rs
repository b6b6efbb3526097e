//! The pieces of work that are measured: products of the shapes that the nets need, each kernel, and steps of training.

use super::numbers::{self, FEATURES, LENGTH, WIDTH};
use crate::{
    batching::Example,
    distil::Distillation,
    kernels::{
        adam::{Step, adam},
        attention::{Attention, self_attention},
        cross_entropy::cross_entropy,
        layer_norm::layer_norm,
        linear::linear,
        matmul::transposed_matmul,
        shallow::{Sentences, Shallow, prefix},
    },
    model::{
        nets::Net,
        sites::{Method, NetId, NetKind, Site, Size, Variant},
    },
    recipe::Recipe,
    teacher::Training,
};
use burn::tensor::{Device, Int, Tensor, TensorData};

/// Something to run again and again.
pub struct Work {
    pub name: String,
    /// Floating-point operations and bytes of a run, at least.
    pub operations: f64,
    pub bytes: f64,
    pub prepare: Box<dyn Fn(&Device) -> Prepared>,
}

/// Work with its data on a device.
pub struct Prepared {
    /// Gives the loss, or some of what it computed.
    pub run: Box<dyn FnMut() -> Tensor<1>>,
    pub has_loss: bool,
}

/// All there is to measure.
pub fn all() -> Vec<Work> {
    let mut works = Vec::new();
    for (batch, hidden) in [(64, 800), (256, 800), (256, 3200), (1024, 800)] {
        works.extend(products(batch, hidden));
    }
    works.extend(kernels());
    for hidden in [25, 50, 800, 3200] {
        works.extend([64, 256, 1024].map(|batch| dense(batch, hidden)));
    }
    works.push(prefixes(64, 800));
    let kind = |method, variant| NetKind { variant, ..NetKind::plain(method, Size::M) };
    works.push(distilled("prefix 50x128-800-128 batch 64", Site::DecoderSelf, kind(Method::Alr, None)));
    works.push(distilled("weights 50x128-800-128 batch 64, encoder", Site::Encoder, kind(Method::Awr, None)));
    works.push(distilled("weights 50x128-800-128 batch 64, own", Site::DecoderSelf, kind(Method::Awr, None)));
    works.push(distilled("weights 50x128-1600-128 batch 64, cross", Site::Cross, kind(Method::Awr, None)));
    for variant in [Variant::PerQuery, Variant::Gated] {
        let name = format!("{} 50x128-1600-128 batch 64, cross", variant.code());
        works.push(distilled(&name, Site::Cross, kind(Method::Alr, Some(variant))));
    }
    works.push(distilled("deep2 6400-800-800-6400 batch 64", Site::Encoder, kind(Method::Alr, Some(Variant::Deep2))));
    works.push(teacher("teacher d128 2+2 1500 tokens", 2));
    works.push(teacher("teacher d128 6+6 1500 tokens", 6));
    works
}

fn work(
    name: String,
    [operations, bytes]: [f64; 2],
    prepare: impl Fn(&Device) -> Box<dyn FnMut() -> Tensor<1>> + 'static,
) -> Work {
    let prepare = Box::new(move |device: &Device| Prepared { run: prepare(device), has_loss: false });
    Work { name, operations, bytes, prepare }
}

fn tensor<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    let values = (0..shape.iter().product::<usize>()).map(|i| ((i * 7919 % 1013) as f32 / 1013.0) - 0.5);
    Tensor::from_data(TensorData::new(values.collect::<Vec<_>>(), shape), device)
}

/// The five products of a step: both layers forward, back through the second, and both matrices' gradients.
fn products(batch: usize, hidden: usize) -> Vec<Work> {
    let shapes = [
        ("nn", [batch, hidden, WIDTH], [false, false]),
        ("nn", [batch, WIDTH, hidden], [false, false]),
        ("nt", [batch, hidden, WIDTH], [false, true]),
        ("tn", [hidden, WIDTH, batch], [true, false]),
        ("tn", [WIDTH, hidden, batch], [true, false]),
    ];
    let product = |(form, [m, n, k], transposed): (&str, [usize; 3], [bool; 2])| {
        let [operations, bytes] = [2 * m * n * k, 4 * (m * k + k * n + m * n)].map(|count| count as f64);
        work(format!("gemm {form} {m}x{n}x{k}"), [operations, bytes], move |device| {
            let a = tensor(if transposed[0] { [1, k, m] } else { [1, m, k] }, device);
            let b = tensor(if transposed[1] { [1, n, k] } else { [1, k, n] }, device);
            Box::new(move || transposed_matmul(a.clone(), b.clone(), transposed).reshape([-1]))
        })
    };
    shapes.map(product).into()
}

/// Forward and backward of what the teacher is made of, 2048 tokens of 128 features.
fn kernels() -> Vec<Work> {
    const ROWS: usize = 2048;
    let with_backward = |name: &str, counts: [usize; 2], run: fn(&Device) -> Box<dyn FnMut() -> Tensor<1>>| {
        work(name.into(), counts.map(|count| count as f64), run)
    };
    vec![
        with_backward("linear 2048x128x512", [6 * ROWS * 128 * 512, 4 * ROWS * (4 * 512 + 3 * 128)], |device| {
            let device = device.clone().autodiff();
            let [x, w] = [[ROWS, 128], [128, 512]].map(|shape| tensor(shape, &device).require_grad());
            let b = tensor([512], &device).require_grad();
            Box::new(move || gradient(&linear(x.clone(), w.clone(), b.clone(), 0.0), &x))
        }),
        with_backward("layer_norm 2048x128", [20 * ROWS * 128, 4 * ROWS * 128 * 7], |device| {
            let device = device.clone().autodiff();
            let x = tensor([ROWS, 128], &device).require_grad();
            let [gamma, beta] = [0; 2].map(|_| tensor([128], &device).require_grad());
            Box::new(move || gradient(&layer_norm(x.clone(), gamma.clone(), beta.clone()), &x))
        }),
        with_backward("attention 64x32x128, 8 heads", [14 * ROWS * 32 * 128, 4 * ROWS * 128 * 12], |device| {
            let device = device.clone().autodiff();
            let x = tensor([ROWS, 3 * 128], &device).require_grad();
            let lengths = Tensor::<1, Int>::from_data(TensorData::new(vec![32i32; 64], [64]), &device);
            let rule = Attention { batch: 64, width: 128, heads: 8, causal: false, dropout: None };
            Box::new(move || gradient(&self_attention(x.clone(), lengths.clone(), rule), &x))
        }),
        with_backward("cross_entropy 2048x4000", [12 * ROWS * 4000, 12 * ROWS * 4000], |device| {
            let device = device.clone().autodiff();
            let logits = tensor([ROWS, 4000], &device).require_grad();
            let ids = (0..ROWS).map(|i| 1 + (i % 3999) as i32).collect::<Vec<_>>();
            let ids = Tensor::<1, Int>::from_data(TensorData::new(ids, [ROWS]), &device);
            Box::new(move || {
                let loss = cross_entropy(logits.clone(), ids.clone(), 0.1, 1e-3);
                first(logits.grad_remove(&mut loss.backward()))
            })
        }),
        with_backward("adam 4M", [12 << 22, 28 << 22], |device| {
            let (weight, gradient) = (tensor([1 << 22], device), tensor([1 << 22], device));
            let moments = tensor([1 << 22, 2], device).abs();
            let step = Step::new(9, 1e-3);
            Box::new(move || adam(weight.clone(), gradient.clone(), moments.clone(), None, step).0)
        }),
    ]
}

/// The gradient of `x`, of the sum of `y`.
fn gradient<const D: usize>(y: &Tensor<D>, x: &Tensor<D>) -> Tensor<1> {
    first(x.grad_remove(&mut y.clone().sum().backward()))
}

fn first<const D: usize>(gradient: Option<Tensor<D>>) -> Tensor<1> {
    gradient.map_or_else(|| Tensor::zeros([1], &Device::flex()), |gradient| gradient.reshape([-1]))
}

/// A step of the paper's net over whole sentences, from the numbers that every peer starts from.
fn dense(batch: usize, hidden: usize) -> Work {
    let parameters = (2 * WIDTH * hidden) as f64;
    // Forward and back 2 and 3 products; every weight is read 2.5 times, and it and its moments are changed once.
    let (operations, bytes) = (10 * batch * WIDTH * hidden, 30.0 * parameters + (24 * batch * WIDTH) as f64);
    let name = format!("distil {WIDTH}-{hidden}-{WIDTH} batch {batch}");
    program(name, [operations as f64, bytes], [batch, hidden, WIDTH], Shallow::step)
}

/// The same of the decoder's net over all prefixes, without the teacher's part.
fn prefixes(batch: usize, hidden: usize) -> Work {
    let parameters = ((WIDTH + FEATURES) * hidden) as f64;
    let (operations, bytes) = (10 * batch * WIDTH * hidden, 30.0 * parameters + (16 * LENGTH * batch * hidden) as f64);
    let name = format!("distil all prefixes {LENGTH}x{FEATURES}-{hidden}-{FEATURES} batch {batch}");
    program(name, [operations as f64, bytes], [batch, hidden, FEATURES], prefix::step)
}

/// What a step of a shallow net is made by.
type ShallowStep = fn(Shallow, &Sentences, &Sentences, f32, f32, Step) -> (Shallow, Tensor<1>);

fn program(
    name: String,
    [operations, bytes]: [f64; 2],
    [batch, hidden, outputs]: [usize; 3],
    step_of: ShallowStep,
) -> Work {
    let prepare = move |device: &Device| {
        let (mut net, mut step) = (Some(numbers::net(hidden, outputs, device)), 0);
        let [input, goal] = numbers::batch(batch, device);
        let elements = numbers::tokens(batch).iter().sum::<i32>() as usize * FEATURES;
        let run = Box::new(move || {
            step += 1;
            let now = net.take().map(|net| {
                step_of(net, &input, &goal, 1.0 / elements as f32, crate::model::nets::SLOPE, Step::new(step, 1e-3))
            });
            let (next, loss) = now.unzip();
            net = next;
            loss.unwrap_or_else(|| Tensor::zeros([1], &Device::flex()))
        });
        Prepared { run, has_loss: true }
    };
    Work { name, operations, bytes, prepare: Box::new(prepare) }
}

/// Sentence pairs of so many tokens, of words that say nothing.
pub fn examples(pairs: usize, length: usize, vocab: usize) -> Vec<Example> {
    let words =
        |from: usize, count: usize| (0..count).map(|i| (4 + (from * 31 + i * 17) % (vocab - 4)) as u32).collect();
    (0..pairs).map(|pair| (words(pair, length), words(pair + 7, length - 1))).collect()
}

/// A model of the paper's width, in batches of 1500 tokens.
pub fn recipe(layers: usize) -> Recipe {
    let mut recipe = Recipe::default();
    (recipe.model.layers, recipe.model.d_model, recipe.model.heads, recipe.model.ff) = (layers, FEATURES, 8, 512);
    (recipe.model.max_len, recipe.teacher.tokens_per_batch, recipe.distil.batch) = (LENGTH, 1500, 64);
    recipe
}

/// A step of a net of another form on what a teacher of one layer says, its forward pass included.
fn distilled(name: &str, site: Site, kind: NetKind) -> Work {
    const VOCAB: usize = 512;
    let id = NetId { site, layer: 0, kind };
    let parameters = Net::parameters(site, id.kind, &recipe(1).sizes(VOCAB)) as f64;
    let (operations, bytes) = (6.0 * 64.0 * parameters, 40.0 * parameters);
    work(name.into(), [operations, bytes], move |device| {
        let (recipe, examples) = (recipe(1), examples(256, LENGTH, VOCAB));
        let teacher = recipe.sizes(VOCAB).init(1, device);
        let mut distillation = Distillation::new(&recipe, teacher, &[id], examples.len(), device);
        let device = device.clone();
        Box::new(move || {
            distillation.step(&examples);
            distillation.last_loss().unwrap_or_else(|| Tensor::zeros([1], &device))
        })
    })
}

/// A step of the teacher.
fn teacher(name: &str, layers: usize) -> Work {
    const VOCAB: usize = 4000;
    let parameters = (layers * (12 + 16) * FEATURES * FEATURES + 3 * VOCAB * FEATURES) as f64;
    let products = (layers * (12 + 16) * FEATURES * FEATURES + VOCAB * FEATURES) as f64;
    work(name.into(), [6.0 * 1500.0 * products, 40.0 * parameters], move |device| {
        let (recipe, examples) = (recipe(layers), examples(400, 15, VOCAB));
        let mut training = Training::new(&recipe, VOCAB, &examples, device);
        let device = device.clone();
        Box::new(move || {
            training.step(&examples);
            training.last_loss().unwrap_or_else(|| Tensor::zeros([1], &device))
        })
    })
}
