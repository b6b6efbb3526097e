//! Every program against autodiff over its net and Adam, on the CPU and on an adapter, over random ragged lessons.

mod dispatches;

use super::{super::LessonSource, *};
use crate::{
    capture::Captured,
    checkpoint::{Checkpoint, read},
    device::{self, Choice, Opened},
    kernels::matmul::tiling::{Tiling, force},
    model::{
        batch::Rows,
        layers::Init,
        sites::{Method, NetKind, Site, Size, Variant},
        transformer::Sizes,
    },
    optimizer::gradients,
    random::{Purpose, Stream},
};
use burn::tensor::{Device, TensorData};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

static GPU: LazyLock<Opened> = LazyLock::new(|| {
    pollster::block_on(device::open(&Choice::Wgpu)).expect("a graphics adapter, such as Mesa's lavapipe")
});

/// A net, and sentences as values: queries that ask it and sources that they ask about.
struct Case {
    site: Site,
    kind: NetKind,
    sizes: Sizes,
    counts: Vec<usize>,
    source_counts: Vec<usize>,
    /// Of queries, targets, sources and the sources' values: `[batch, length, d_model]`.
    values: [Vec<f32>; 4],
}

impl Case {
    fn new(site: Site, kind: NetKind, stream: &mut Stream) -> Self {
        let heads = 1 + stream.below(4);
        let (max_len, batch) = (2 + stream.below(8), 1 + stream.below(40));
        let d_model = heads * (1 + stream.below(9));
        let sizes = Sizes { vocab: 0, layers: 1, d_model, heads, ff: 1, max_len };
        // Some batches fill no sentence up to the longest that fits.
        let (most, source_most) = (1 + stream.below(max_len), 1 + stream.below(max_len));
        let mut counts = |most: usize| (0..batch).map(|_| 1 + stream.below(most)).collect::<Vec<_>>();
        let counts_of_queries = counts(most);
        let source_counts = if site == Site::Cross { counts(source_most) } else { counts_of_queries.clone() };
        let length = |counts: &[usize]| counts.iter().copied().max().unwrap_or(0) * batch * d_model;
        let sizes_of = [&counts_of_queries, &counts_of_queries, &source_counts, &source_counts].map(|it| length(it));
        let values = sizes_of.map(|count| (0..count).map(|_| 2.0 * stream.unit() - 0.9).collect());
        Self { site, kind, sizes, counts: counts_of_queries, source_counts, values }
    }

    fn net(&self, device: &Device) -> Net {
        Net::new(self.site, self.kind, &self.sizes, &mut Init::new(7, 0, &device.clone().autodiff()))
    }

    fn lesson(&self, device: &Device) -> Lesson {
        let rows = |counts: &[usize]| {
            let sentences = counts.iter().map(|&count| vec![4; count]).collect::<Vec<_>>();
            Rows::new(&sentences, None, device)
        };
        let (own, source) = (rows(&self.counts), rows(&self.source_counts));
        let tensor = |index: usize, rows: &Rows| {
            let values = TensorData::new(self.values[index].clone(), [rows.batch * rows.length, self.sizes.d_model]);
            Tensor::<2>::from_data(values, device)
        };
        let captured = Captured { input: tensor(0, &own), output: tensor(1, &own) };
        let states = if self.site == Site::Cross { tensor(2, &source) } else { tensor(0, &own) };
        let values = tensor(3, &source);
        let source = LessonSource { states, rows: source, values: Arc::new(move || values.clone()) };
        Lesson::new(captured, &own, source)
    }

    /// Losses, parameters and moments after some steps.
    fn after(&self, steps: u32, device: &Device, next: impl Fn(Net, &mut Adam, &Lesson) -> (Net, Tensor<1>)) -> Found {
        let (mut net, mut adam, lesson) = (self.net(device), Adam::default(), self.lesson(device));
        let mut losses = Vec::new();
        for _ in 0..steps {
            let loss;
            (net, loss) = next(net, &mut adam, &lesson);
            losses.push(loss);
        }
        let values = |tensor| pollster::block_on(read(tensor)).expect("values");
        let weights = pollster::block_on(Checkpoint::of(&net)).expect("weights").tensors.into_iter();
        let moments = adam.moments.into_iter().map(|(name, moments)| (format!("moments of {name}"), values(moments)));
        weights
            .map(|(name, weight)| (name, weight.values))
            .chain(moments)
            .chain([("losses".into(), values(Tensor::cat(losses, 0)))])
            .collect()
    }

    fn by_program(&self, device: &Device) -> Found {
        self.after(3, device, |net, adam, lesson| step(net, adam, lesson, 1e-2))
    }

    fn by_autodiff(&self) -> Found {
        self.after(3, &Device::flex(), |net, adam, lesson| {
            let loss = lesson.error(&net);
            let found = gradients(&net, &mut loss.backward());
            (adam.step(net, found, None, 1e-2), loss.inner())
        })
    }
}

/// Values by name.
type Found = BTreeMap<String, Vec<f32>>;

/// Moments are compared to their largest value. A weight whose gradient is nothing but rounding may move either way by Adam's step, so
/// that a few weights may be off.
#[track_caller]
fn assert_close(what: &str, found: &Found, expected: &Found) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    for ((name, found), expected) in found.iter().zip(expected.values()) {
        assert_eq!(found.len(), expected.len(), "{what}: {name}");
        let top = expected.iter().fold(1e-6f32, |top, value| top.max(value.abs()));
        let off = |(a, b): (&f32, &f32)| if a.is_finite() { (a - b).abs() } else { f32::INFINITY };
        let worst = found.iter().zip(expected).map(off).fold(0.0, f32::max);
        if name.starts_with("moments") || name == "losses" {
            assert!(worst <= 1e-3 * top, "{what}: {name} {worst:e} off, of {top:e}");
        } else {
            let far = found.iter().zip(expected).map(off).filter(|&off| off > 1e-4).count();
            assert!(far * 200 <= found.len() + 199, "{what}: {far} of {} values of {name} are off", found.len());
        }
    }
}

fn assert_programs(stream: u64, kinds: &[(Site, Method, Option<Variant>)]) {
    let mut stream = Stream::new(2311, Purpose::Corpus, stream);
    // Only then is known which tilings there are.
    LazyLock::force(&GPU);
    for &(site, method, variant) in kinds {
        for size in [Size::Xs, Size::M, Size::L, Size::Xl] {
            let case = Case::new(site, NetKind { method, size, variant }, &mut stream);
            let what = format!("{} {} {:?}", site.code(), case.kind, case.sizes);
            let expected = case.by_autodiff();
            assert_close(&format!("CPU, {what}"), &case.by_program(&Device::flex()), &expected);
            for tiling in Tiling::possible() {
                force(Some(tiling));
                let found = case.by_program(&GPU.device);
                GPU.check().expect("a device without complaints");
                assert_close(&format!("{tiling}, {what}"), &found, &expected);
            }
            force(None);
        }
    }
}

#[test]
fn weights_are_autodiff_over_the_net() {
    assert_programs(1, &[(Site::Encoder, Method::Awr, None), (Site::Cross, Method::Awr, None)]);
}

#[test]
fn own_weights_are_autodiff_over_the_net() {
    assert_programs(2, &[(Site::DecoderSelf, Method::Awr, None)]);
}

#[test]
fn answers_are_autodiff_over_the_net() {
    let variants = [Variant::PerQuery, Variant::Gated];
    assert_programs(3, &variants.map(|variant| (Site::Cross, Method::Alr, Some(variant))));
}

/// Side by side, and where an adapter binds too little for that by one or three heads at a time.
#[test]
fn heads_are_autodiff_over_the_net() {
    assert_programs(5, &[(Site::Encoder, Method::Aslr, None)]);
    let mut cases = (0..).map(|index| {
        let kind = NetKind { method: Method::Aslr, size: Size::M, variant: None };
        Case::new(Site::Encoder, kind, &mut Stream::new(2311, Purpose::Corpus, index))
    });
    let case = cases.find(|case| case.sizes.heads == 4).expect("one of so many");
    let expected = case.by_autodiff();
    for device in [&Device::flex(), &GPU.device] {
        let matrix = |net: &HeadNets| 8 * net.heads[0].r#in.weight.shape().num_elements().next_multiple_of(64) as u64;
        for most in [1, 3] {
            let found = case.after(3, device, |net, adam, lesson| {
                let Net::Heads(net) = net else { panic!("a net of each head") };
                adam.steps += 1;
                let step = Step::new(adam.steps, 1e-2);
                let bytes = most * matrix(&net);
                let (net, loss) = Program { step, moments: &mut adam.moments, lesson }.heads(net, bytes);
                (Net::Heads(net), loss)
            });
            assert_close(&format!("{most} heads at a time, {:?}", case.sizes), &found, &expected);
        }
    }
}

#[test]
fn deeper_nets_are_autodiff_over_the_net() {
    let deep = |site, variant| (site, Method::Alr, Some(variant));
    let (enc, own, cross) = (Site::Encoder, Site::DecoderSelf, Site::Cross);
    assert_programs(4, &[deep(enc, Variant::Deep2), deep(own, Variant::Deep3), deep(cross, Variant::Deep3)]);
}
