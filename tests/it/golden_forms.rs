//! The other forms of nets against PyTorch's layers: output, loss, gradients, one step of Adam, and token by token.

use crate::golden::{Golden, assert_close, read, transposed};
use attentionless::{
    capture::Captured,
    checkpoint::Checkpoint,
    distil::{Lesson, LessonSource},
    model::{
        batch::Rows,
        layers::Init,
        nets::{
            Net, Seen, Source,
            heads::HeadNets,
            joint::JointNet,
            prefix::PrefixNet,
            query::QueryNet,
            shallow::{Hidden, ShallowNet},
            weights::{WeightsNet, hidden_padding},
        },
        transformer::Sizes,
    },
    optimizer::{Adam, gradients},
};
use burn::tensor::{Device, Tensor};
use std::sync::{Arc, LazyLock};

static GOLDEN: LazyLock<Golden> = LazyLock::new(|| Golden::open("forms.safetensors"));
const SIZES: Sizes = Sizes { vocab: 5, layers: 1, d_model: 8, heads: 2, ff: 8, max_len: 6 };

fn nets(device: &Device) -> Vec<(&'static str, Net)> {
    let init = &mut Init::new(1, 0, device);
    let (width, d_model, hidden) = (SIZES.width(), SIZES.d_model, |width, depth| Hidden { width, depth });
    let nets = vec![
        ("heads", Net::Heads(HeadNets::new(&SIZES, hidden(9, 1), init))),
        ("prefix", Net::Prefix(PrefixNet::new(width, d_model, hidden(12, 1), init))),
        ("joint", Net::Joint(JointNet { net: ShallowNet::new([2 * width, width], hidden(7, 1), init) })),
        ("weights", Net::Weights(WeightsNet::new(&SIZES, 10, false, init))),
        ("own_weights", Net::Weights(WeightsNet::new(&SIZES, 10, true, init))),
        ("query", Net::Query(QueryNet::new(&SIZES, 9, false, init))),
        ("gated", Net::Query(QueryNet::new(&SIZES, 9, true, init))),
        ("deep", Net::Shallow(ShallowNet::new([width; 2], hidden(9, 2), init))),
        ("deep_prefix", Net::Prefix(PrefixNet::new(width, d_model, hidden(12, 3), init))),
    ];
    nets.into_iter().map(|(name, net)| (name, loaded(name, net))).collect()
}

/// With PyTorch's weights; the joint net is a module of its own here.
fn loaded(name: &str, net: Net) -> Net {
    let checkpoint = GOLDEN.checkpoint(&format!("{name}.weight."));
    let checkpoint = if name == "joint" { checkpoint.prefixed("net.") } else { checkpoint };
    checkpoint.into_module(net).unwrap()
}

/// What a net reads and has to say, and the rows of it.
fn lesson(name: &str) -> (Captured, Rows) {
    let (input, output, lengths) = match name {
        "heads" | "deep" => ("states", "states_target", "source_lengths"),
        _ => ("queries", "target", "lengths"),
    };
    (Captured { input: tensor(input), output: tensor(output) }, rows(lengths))
}

fn tensor(name: &str) -> Tensor<2> {
    let tensor = GOLDEN.tensor::<3>(name, &Device::flex());
    let [batch, length, width] = tensor.dims();
    tensor.reshape([batch * length, width])
}

fn rows(name: &str) -> Rows {
    let lengths = GOLDEN.values(name).iter().map(|&length| vec![4; length as usize]).collect::<Vec<_>>();
    Rows::new(&lengths, None, &Device::flex())
}

/// What a net's attention looks at: itself, at the decoder's self-attention.
fn source(name: &str) -> LessonSource {
    match name {
        "own_weights" => {
            let queries = tensor("queries");
            let values = own_values(&queries);
            LessonSource { states: queries, rows: rows("lengths"), values: Arc::new(move || values.clone()) }
        }
        _ => {
            let values = Arc::new(|| tensor("values"));
            LessonSource { states: tensor("states"), rows: rows("source_lengths"), values }
        }
    }
}

/// Those of forms.py.
fn own_values(queries: &Tensor<2>) -> Tensor<2> {
    let [_, width] = queries.dims();
    let last = queries.clone().narrow(1, width - 1, 1);
    -Tensor::cat(vec![last, queries.clone().narrow(1, 0, width - 1)], 1)
}

#[test]
fn output() {
    for (name, net) in nets(&Device::flex()) {
        let ((Captured { input, .. }, rows), looked_at) = (lesson(name), source(name));
        let LessonSource { states, rows: other, values } = &looked_at;
        let source = Source { states, rows: other, values: &**values };
        let output = read(net.forward(Seen { x: &input, rows: &rows, source }));
        assert_close(name, &output, GOLDEN.values(&format!("{name}.output")), 1e-5);
    }
}

#[test]
fn loss_gradients_and_a_step() {
    for (name, net) in nets(&Device::flex().autodiff()) {
        let value = |what: &str| GOLDEN.values(&format!("{name}.{what}"));
        let golden = |what: &str| {
            let found = GOLDEN.checkpoint(&format!("{name}.{what}."));
            if name == "joint" { found.prefixed("net.") } else { found }
        };
        let (captured, own) = lesson(name);
        let loss = Lesson::new(captured, &own, source(name)).error(&net);
        assert_close(name, &read(loss.clone()), value("loss"), 1e-5);
        let found = gradients(&net, &mut loss.backward());
        let expected = golden("grad");
        assert_eq!(found.len(), expected.tensors.len());
        for (parameter, gradient) in &found {
            let outside = &expected.tensors[parameter];
            assert_close(parameter, &transposed(read(gradient.clone()), &outside.shape), &outside.values, 1e-4);
        }
        let stepped = Adam::default().step(net, found, None, 1e-3);
        let stepped = pollster::block_on(Checkpoint::of(&stepped)).unwrap();
        for (parameter, expected) in golden("adam").tensors {
            assert_close(&parameter, &stepped.tensors[&parameter].values, &expected.values, 1e-5);
        }
    }
}

/// What is said of a token with sums kept, or with the source read before, is what is said of it among all; by the joint net, among
/// those up to it.
#[test]
fn token_by_token() {
    let (x, own, other) = (tensor("queries"), rows("lengths"), rows("source_lengths"));
    let (states, values) = (tensor("states"), GOLDEN.tensor::<3>("values", &Device::flex()));
    let own_values = own_values(&x).reshape([own.batch, own.length, 8]);
    let places = x.clone().reshape([own.batch, own.length, 8]);
    let so_far = |x: &Tensor<3>, place: usize| x.clone().narrow(1, 0, place + 1);
    for (name, net) in nets(&Device::flex()) {
        let mut sums = match &net {
            Net::Prefix(net) => net.reader().start(own.batch, &x.device()),
            Net::Weights(net) => net.reader().start(own.batch, &x.device()),
            Net::Joint(net) => net.start(&net.read(&states, &other)),
            _ => Tensor::zeros([1, 1], &x.device()),
        };
        for place in 0..own.length {
            let token = places.clone().narrow(1, place, 1).reshape([own.batch, 8]);
            let said = match &net {
                Net::Prefix(net) => {
                    let said;
                    (said, sums) = net.next(&token, place, sums, &net.reader().folded());
                    said
                }
                Net::Weights(net) if name == "own_weights" => {
                    let said;
                    (said, sums) = net.next(&token, so_far(&own_values, place), sums, &net.reader().folded());
                    said
                }
                Net::Weights(net) => {
                    net.weigh(&token, net.read(&states, &other), values.clone(), hidden_padding(&other))
                }
                Net::Query(net) => net.answer(&token, net.read(&states, &other)),
                Net::Joint(net) => {
                    let said;
                    (said, sums) = net.next(&token, place, net.read(&states, &other), sums);
                    said
                }
                Net::Shallow(_) | Net::Heads(_) => continue,
            };
            let expected = match &net {
                Net::Joint(net) => {
                    let cut = Rows::new(&vec![vec![4; place + 1]; own.batch], None, &Device::flex());
                    let so_far = so_far(&places, place).reshape([own.batch * (place + 1), 8]);
                    read(net.forward(&so_far, &cut, &states, &other))
                }
                _ => GOLDEN.values(&format!("{name}.output")).to_vec(),
            };
            let (said, length) = (read(said), expected.len() / own.batch / 8);
            for row in (0..own.batch).filter(|&row| place < own.counts[row]) {
                let of = |values: &[f32], index: usize| values[index * 8..][..8].to_vec();
                assert_close(name, &of(&said, row), &of(&expected, row * length + place), 1e-5);
            }
        }
    }
}
