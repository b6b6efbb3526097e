//! The shallow net against PyTorch's layers: output, loss, R², gradients and one step of Adam.

use crate::golden::{Golden, assert_close, read, transposed};
use attentionless::{
    capture::Captured,
    checkpoint::Checkpoint,
    distil::{Lesson, LessonSource, Residuals},
    model::{
        batch::Rows,
        layers::Init,
        nets::{
            Net, Seen, Source,
            shallow::{Hidden, ShallowNet},
        },
    },
    optimizer::{Adam, gradients},
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use std::sync::Arc;

const LENGTH: usize = 6;
const D_MODEL: usize = 8;
const WIDTH: usize = LENGTH * D_MODEL;

fn each(test: impl Fn(&Golden, &str, Net, Captured, Rows)) {
    let golden = Golden::open("net.safetensors");
    let device = Device::flex().autodiff();
    let lengths = golden.values("lengths").iter().map(|&length| vec![5; length as usize]).collect::<Vec<_>>();
    for hidden in [12, 5] {
        let name = format!("h{hidden}.");
        let net = ShallowNet::new([WIDTH; 2], Hidden { width: hidden, depth: 1 }, &mut Init::new(1, 0, &device));
        let net = golden.checkpoint(&format!("{name}weight.alr.")).into_module(Net::Shallow(net)).unwrap();
        let rows = Rows::new(&lengths, Some(LENGTH), &device);
        let captured = |name| golden.tensor::<3>(name, &Device::flex()).reshape([5 * LENGTH, D_MODEL]);
        test(&golden, &name, net, Captured { input: captured("input"), output: captured("target") }, rows);
    }
}

/// A net at the encoder looks at its own input.
fn seen<'a>(x: &'a Tensor<2>, rows: &'a Rows) -> Seen<'a> {
    Seen { x, rows, source: Source { states: x, rows, values: &|| unreachable!("the shallow net asks for no values") } }
}

#[test]
fn output() {
    each(|golden, name, net, captured, rows| {
        let output = read(net.valid().forward(seen(&captured.input, &rows)));
        assert_close("output", &output, golden.values(&format!("{name}output")), 1e-5);
    });
}

/// Rows no longer than the longest sentence give the same as rows of the full length.
#[test]
fn output_of_a_short_batch() {
    each(|golden, name, net, captured, _| {
        let rows = Rows::new(&[vec![5; 4]], None, &Device::flex());
        let input = captured.input.narrow(0, 0, 4);
        let output = read(net.valid().forward(seen(&input, &rows)));
        let expected = &golden.values(&format!("{name}output"))[..4 * D_MODEL];
        assert_close("output", &output, expected, 1e-5);
    });
}

#[test]
fn loss_fit_gradients_and_a_step() {
    each(|golden, name, net, captured, rows| {
        let value = |what: &str| golden.values(&format!("{name}{what}"));
        let (states, values) = (captured.input.clone(), captured.input.clone());
        let source = LessonSource { states, rows: rows.clone(), values: Arc::new(move || values.clone()) };
        let lesson = Lesson::new(captured, &rows, source);
        let loss = lesson.error(&net);
        assert_close("loss", &read(loss.clone()), value("loss"), 1e-5);
        let mut residuals = Residuals::default();
        pollster::block_on(residuals.add(&net.valid(), &lesson)).unwrap();
        assert_close("r2", &[residuals.fit().r2 as f32], value("r2"), 1e-4);
        assert_close("mse", &[residuals.fit().mse as f32], value("loss"), 1e-5);

        let found = gradients(&net, &mut loss.backward());
        let expected = golden.checkpoint(&format!("{name}grad.alr."));
        assert_eq!(found.len(), expected.tensors.len());
        for (parameter, gradient) in &found {
            let outside = &expected.tensors[parameter];
            assert_close(parameter, &transposed(read(gradient.clone()), &outside.shape), &outside.values, 1e-4);
        }
        let stepped = Adam::default().step(net, found, None, 1e-3);
        let stepped = pollster::block_on(Checkpoint::of(&stepped)).unwrap();
        for (parameter, expected) in golden.checkpoint(&format!("{name}adam.alr.")).tensors {
            assert_close(&parameter, &stepped.tensors[&parameter].values, &expected.values, 1e-5);
        }
    });
}
