//! The other forms of nets against PyTorch's layers: output, loss, gradients, one step of Adam, and token by token.

use crate::golden::{Golden, assert_close, read, transposed};
use attentionless::{
    capture::Captured,
    checkpoint::Checkpoint,
    distil::Lesson,
    model::{
        batch::Rows,
        layers::Init,
        nets::{
            Net, Seen, Source,
            heads::HeadNets,
            joint::JointNet,
            prefix::PrefixNet,
            shallow::ShallowNet,
            weights::{WeightsNet, hidden_padding},
        },
        transformer::Sizes,
    },
    optimizer::{Adam, gradients},
};
use burn::tensor::{Device, Tensor};
use std::sync::LazyLock;

static GOLDEN: LazyLock<Golden> = LazyLock::new(|| Golden::open("forms.safetensors"));
const SIZES: Sizes = Sizes { vocab: 5, layers: 1, d_model: 8, heads: 2, ff: 8, max_len: 6 };

fn nets(device: &Device) -> [(&'static str, Net); 4] {
    let init = &mut Init::new(1, 0, device);
    let nets = [
        ("heads", Net::Heads(HeadNets::new(&SIZES, 9, init))),
        ("prefix", Net::Prefix(PrefixNet::new(SIZES.width(), SIZES.d_model, 12, init))),
        ("joint", Net::Joint(JointNet { net: ShallowNet::new([2 * SIZES.width(), SIZES.width()], 7, init) })),
        ("weights", Net::Weights(WeightsNet::new(&SIZES, 10, init))),
    ];
    nets.map(|(name, net)| (name, loaded(name, net)))
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
        "heads" => ("states", "states_target", "source_lengths"),
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

#[test]
fn output() {
    let (states, values, other) = (tensor("states"), tensor("values"), rows("source_lengths"));
    let source = Some(Source { states: &states, rows: &other, values: Some(&values) });
    for (name, net) in nets(&Device::flex()) {
        let (Captured { input, .. }, rows) = lesson(name);
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
        let ((captured, own), source) =
            (lesson(name), (tensor("states"), rows("source_lengths"), Some(tensor("values"))));
        let loss = Lesson::new(captured, &own, Some(source)).error(&net);
        assert_close(name, &read(loss.clone()), value("loss"), 1e-5);
        let found = gradients(&net, loss.backward());
        let expected = golden("grad");
        assert_eq!(found.len(), expected.tensors.len());
        for (parameter, gradient) in &found {
            let outside = &expected.tensors[parameter];
            assert_close(parameter, &transposed(read(gradient.clone()), &outside.shape), &outside.values, 1e-4);
        }
        let stepped = Adam::default().step(net, found, 1e-3);
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
    let [_, prefix, joint, weights] = nets(&Device::flex()).map(|(_, net)| net);
    let (Net::Prefix(prefix), Net::Joint(joint), Net::Weights(weights)) = (prefix, joint, weights) else {
        panic!("other forms")
    };
    let (folded, mut sums) = (prefix.folded(), prefix.start(own.batch, &x.device()));
    let (states, values) = (tensor("states"), GOLDEN.tensor::<3>("values", &Device::flex()));
    let (source, seen) = (weights.read(&states, &other), joint.read(&states, &other));
    let mut queries = joint.start(&seen);
    let places = x.clone().reshape([own.batch, own.length, 8]);
    for place in 0..own.length {
        let token = places.clone().narrow(1, place, 1).reshape([own.batch, 8]);
        let (by_prefix, by_joint);
        (by_prefix, sums) = prefix.next(&token, place, sums, &folded);
        (by_joint, queries) = joint.next(&token, place, seen.clone(), queries);
        let by_weights = weights.weigh(&token, source.clone(), values.clone(), hidden_padding(&other));
        let cut = Rows::new(&vec![vec![4; place + 1]; own.batch], None, &Device::flex());
        let so_far = places.clone().narrow(1, 0, place + 1).reshape([own.batch * (place + 1), 8]);
        let expected = joint.forward(&so_far, &cut, &states, &other).reshape([own.batch, place + 1, 8]);
        let expected = read(expected.narrow(1, place, 1));
        for row in (0..own.batch).filter(|&row| place < own.counts[row]) {
            let of = |values: &[f32], index: usize| values[index * 8..][..8].to_vec();
            let golden = |name: &str| of(GOLDEN.values(&format!("{name}.output")), row * own.length + place);
            assert_close("prefix", &of(&read(by_prefix.clone()), row), &golden("prefix"), 1e-5);
            assert_close("weights", &of(&read(by_weights.clone()), row), &golden("weights"), 1e-5);
            assert_close("joint", &of(&read(by_joint.clone()), row), &of(&expected, row), 1e-5);
        }
    }
}
