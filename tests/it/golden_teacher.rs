//! The teacher against `torch.nn.Transformer`: logits, loss, gradients, sites, controls, Adam and decoding.

use crate::golden::{Golden, assert_close, read, transposed};
use attentionless::{
    batching::Example,
    capture::{self, Averaging},
    checkpoint::{Checkpoint, HostTensor},
    decode::{Search, decode},
    kernels::cross_entropy::cross_entropy,
    model::{
        batch::{PairRows, Rows, integers},
        fillings::{Fillings, Pass, Place, Standing},
        layers::Init,
        nets::{Net, Seen, Source},
        sites::{NetKind, Region, Site},
        transformer::{Sizes, Transformer},
    },
    optimizer::{Adam, clip, gradients},
    parameters::Named,
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use std::sync::LazyLock;

static GOLDEN: LazyLock<Golden> = LazyLock::new(|| Golden::open("teacher.safetensors"));
const SIZES: Sizes = Sizes { vocab: 29, layers: 2, d_model: 16, heads: 4, ff: 64, max_len: 12 };

fn teacher(device: &Device) -> Transformer {
    GOLDEN.checkpoint("weight.").into_module(SIZES.init(1, device)).unwrap()
}

fn examples() -> Vec<Example> {
    let target = |ids: Vec<u32>| ids[1..].to_vec();
    GOLDEN.ids("source").into_iter().zip(GOLDEN.ids("target_in").into_iter().map(target)).collect()
}

fn rows(device: &Device) -> PairRows {
    let examples = examples();
    PairRows::new(&examples.iter().collect::<Vec<_>>(), None, device)
}

/// Values with the rows at padding zeroed, as they are stored.
fn shown(tensor: Tensor<2>, rows: &Rows) -> Vec<f32> {
    read(tensor.without_autodiff() * rows.mask.clone())
}

fn loss(model: &Transformer, rows: &PairRows, scale: usize) -> Tensor<1> {
    let logits = model.forward(&rows.source, &rows.input, &mut Pass::default());
    cross_entropy(logits, rows.output.ids.clone(), 0.1, (scale as f32).recip())
}

/// A checkpoint of gradients or moments, to compare by name in PyTorch's shapes.
fn outside(named: Named, like: &Transformer) -> Checkpoint {
    let shapes = pollster::block_on(Checkpoint::of(like)).unwrap();
    let tensor = |(name, tensor): (String, Tensor<1>)| {
        let (values, shape) = (read(tensor), shapes.tensors[&name].shape.clone());
        let values = if name.ends_with("embedding.weight") { values } else { transposed(values, &shape) };
        let tensor = HostTensor { shape, values };
        (name, tensor)
    };
    Checkpoint { tensors: named.into_iter().map(tensor).collect(), ..Checkpoint::default() }
}

#[test]
fn logits() {
    let device = Device::flex();
    let rows = rows(&device);
    let logits = teacher(&device).forward(&rows.source, &rows.input, &mut Pass::default());
    assert_close("logits", &shown(logits, &rows.output), GOLDEN.values("logits"), 1e-4);
}

#[test]
fn loss_and_gradients_in_both_conventions() {
    let device = Device::flex().autodiff();
    let (model, rows) = (teacher(&device), rows(&device));
    let all = rows.output.batch * rows.output.length;
    for (convention, scale, prefix) in [("ours", rows.output.tokens(), "grad."), ("authors", all, "grad_authors.")] {
        let loss = loss(&model, &rows, scale);
        let found = outside(gradients(&model, &mut loss.backward()), &model);
        assert_close(convention, &read(loss), GOLDEN.values(&format!("loss.{convention}")), 1e-5);
        let expected = GOLDEN.checkpoint(prefix);
        assert!(expected.tensors.len() >= 4);
        for (name, expected) in expected.tensors {
            assert_eq!(found.tensors[&name].shape, expected.shape, "{name}");
            assert_close(&name, &found.tensors[&name].values, &expected.values, 1e-4);
        }
    }
}

#[test]
fn inputs_and_outputs_of_attention() {
    let device = Device::flex();
    let (model, rows) = (teacher(&device), rows(&device));
    let mut seen = 0;
    let mut tap = |(site, layer, region): Place, input: &Tensor<2>, output: &Tensor<2>| {
        if region != Region::Heads {
            return;
        }
        let mask = if site == Site::Encoder { &rows.source } else { &rows.input };
        for (what, tensor) in [("input", input), ("output", output)] {
            let name = format!("site.{}.{layer}.{what}", site.code());
            assert_close(&name, &shown(tensor.clone(), mask), GOLDEN.values(&name), 1e-5);
            seen += 1;
        }
    };
    model.forward(&rows.source, &rows.input, &mut Pass { tap: Some(&mut tap), ..Pass::default() });
    assert_eq!(seen, 12);
    for target in [None, Some(&rows.input)] {
        let record = capture::record(&model, &rows.source, target, None);
        assert_eq!(record.at.len(), if target.is_some() { 10 } else { 6 });
        let found = shown(record.at[&(Site::Encoder, 1, Region::Heads)].output.clone(), &rows.source);
        assert_close("captured", &found, GOLDEN.values("site.enc.1.output"), 1e-5);
    }
}

#[test]
fn controls() {
    let device = Device::flex();
    let (model, rows) = (teacher(&device), rows(&device));
    for site in Site::ALL {
        for (word, standing) in [("none", Standing::Zero), ("uniform", Standing::Uniform)] {
            let fillings = Fillings((0..2).map(|layer| ((site, layer), standing.clone())).collect());
            let logits = model.forward(&rows.source, &rows.input, &mut Pass::with(&fillings));
            let name = format!("logits.{}_{word}", site.code());
            assert_close(&name, &shown(logits, &rows.output), GOLDEN.values(&name), 1e-4);
        }
    }
}

/// What the parts of a layer say fits together: the heads through the output projection and the residual, the layers one after the
/// other, and the last one through the norm.
#[test]
fn parts_of_the_encoder() {
    let device = Device::flex();
    let (model, rows) = (teacher(&device), rows(&device).source);
    let record = capture::record(&model, &rows, None, None);
    let values = |tensor: &Tensor<2>| shown(tensor.clone(), &rows);
    let at = |layer, region| &record.at[&(Site::Encoder, layer, region)];
    for layer in [0, 1] {
        let (heads, residual, whole) =
            (at(layer, Region::Heads), at(layer, Region::Residual), at(layer, Region::Layer));
        let projected = model.attention(Site::Encoder, layer).out_proj.forward(heads.output.clone());
        assert_close("residual", &values(&residual.output), &values(&(residual.input.clone() + projected)), 1e-6);
        assert_close(
            "heads",
            &values(&heads.input),
            &values(&model.encoder.layers[layer].norm1.forward(residual.input.clone())),
            1e-6,
        );
        assert_eq!(values(&whole.input), values(&residual.input));
    }
    assert_eq!(values(&at(0, Region::Layer).output), values(&at(1, Region::Layer).input));
    let memory = model.encoder.norm.forward(at(1, Region::Layer).output.clone());
    assert_close("memory", &values(&memory), &values(&record.memory.states), 1e-6);
}

/// A net stands where its method says: with ELR in every layer, the encoder says what the nets say one after the other.
#[test]
fn nets_of_whole_layers() {
    let device = Device::flex();
    let (model, rows) = (teacher(&device), rows(&device).source);
    for (kind, region) in [("elr-xs", Region::Layer), ("alrr-xs", Region::Residual), ("aslr-xs", Region::Heads)] {
        let fillings = fillings(&[(Site::Encoder, kind)], &device);
        let memory = model.encode(&rows, &mut Pass::with(&fillings));
        let mut tapped = Vec::new();
        let mut tap = |place: Place, _: &Tensor<2>, _: &Tensor<2>| tapped.push(place.2);
        model.encode(&rows, &mut Pass { fillings: Some(&fillings), tap: Some(&mut tap), ..Pass::default() });
        let (heads, layers) = (tapped.contains(&Region::Heads), tapped.contains(&Region::Layer));
        // What stands in a layer's place is seen as the layer is.
        assert_eq!((heads, layers), (region == Region::Heads, true), "{kind}");
        let mut x = model.source_embedding.weight.val().select(0, rows.ids.clone()) * 4.0;
        x = x + Tensor::cat(vec![positions(&device, rows.length); rows.batch], 0);
        for (layer, block) in model.encoder.layers.iter().enumerate() {
            let Some(Standing::Net(_, net)) = fillings.at(Site::Encoder, layer) else { panic!("no net") };
            let said = |x: &Tensor<2>| {
                let source = Source { states: x, rows: &rows, values: &|| unreachable!("these nets mix no values") };
                net.forward(Seen { x, rows: &rows, source })
            };
            let fed = |x: Tensor<2>| {
                let hidden = block.linear1.activated(block.norm2.forward(x.clone()), 0.0);
                x + block.linear2.forward(hidden)
            };
            x = match region {
                Region::Layer => said(&x),
                Region::Residual => fed(said(&x)),
                Region::Heads => fed(x.clone() + block.self_attn.out_proj.forward(said(&block.norm1.forward(x)))),
            };
        }
        let expected = shown(model.encoder.norm.forward(x), &rows);
        assert_close(kind, &shown(memory.states, &rows), &expected, 1e-5);
    }
}

fn positions(device: &Device, length: usize) -> Tensor<2> {
    GOLDEN.tensor::<2>("positions", device).narrow(0, 0, length)
}

/// The mean of each attention's output over the unpadded rows, and the model with it in place.
#[test]
fn means() {
    let device = Device::flex();
    let model = teacher(&device);
    let mut averaging = Averaging::new(model, &examples(), &device);
    assert_eq!(pollster::block_on(averaging.step(&examples())).unwrap(), None, "a batch comes first");
    let means = pollster::block_on(averaging.step(&examples())).unwrap().unwrap();
    assert_eq!(means.len(), 6);
    for ((site, layer), mean) in means {
        let name = format!("site.{}.{layer}.output", site.code());
        let (values, words) = (GOLDEN.values(&name), if site == Site::Encoder { "source" } else { "target_in" });
        let tokens = GOLDEN.ids(words).concat().len();
        let expected = (0..16).map(|column| values.iter().skip(column).step_by(16).sum::<f32>() / tokens as f32);
        assert_close(&name, &mean, &expected.collect::<Vec<_>>(), 1e-5);
    }
}

#[test]
fn three_steps_of_adam() {
    steps("adam", None);
}

/// The first two are longer than the bound, the third is not.
#[test]
fn three_clipped_steps_of_adam() {
    let norms = steps("clipped", Some(1.45));
    assert_close("norms", &norms, GOLDEN.values("clipped.norm"), 1e-4);
}

/// Three steps against those of PyTorch; gives the norms of the gradients.
fn steps(name: &str, most: Option<f32>) -> Vec<f32> {
    let device = Device::flex().autodiff();
    let (mut model, rows, mut adam) = (teacher(&device), rows(&device), Adam::default());
    let mut recipe = attentionless::recipe::Recipe::preset("micro").unwrap();
    (recipe.model.d_model, recipe.teacher.warmup, recipe.teacher.rate) = (16, 4, 1.0);
    let (mut losses, mut norms) = (Vec::new(), Vec::new());
    for step in 1..=3 {
        let loss = loss(&model, &rows, rows.output.tokens());
        let found = gradients(&model, &mut loss.backward());
        losses.extend(read(loss));
        let clip = clip(&found, most);
        norms.extend(clip.clone().map(|clip| read(clip)[1]));
        model = adam.step(model, found, clip, attentionless::teacher::rate(&recipe, step, 3));
    }
    assert_close("losses", &losses, GOLDEN.values(&format!("{name}.loss")), 1e-5);
    let found = pollster::block_on(Checkpoint::of(&model)).unwrap();
    for (name, expected) in GOLDEN.checkpoint(&format!("{name}.weight.")).tensors {
        assert_close(&name, &found.tensors[&name].values, &expected.values, 1e-4);
    }
    norms
}

#[test]
fn greedy_and_beam() {
    let device = Device::flex();
    let model = teacher(&device);
    let sources = GOLDEN.ids("source");
    for (name, beam) in [("greedy", 1), ("beam", 4)] {
        let search = Search { beam, max_len: 10 };
        let fillings = Fillings::default();
        let together = pollster::block_on(decode(&model, &fillings, &sources, search, &device)).unwrap();
        let width = GOLDEN.host(name).shape[1];
        let expected = GOLDEN.ids(name);
        assert_eq!(together, expected, "{name} ({width} wide)");
        for (source, expected) in sources.iter().zip(expected) {
            let alone = pollster::block_on(decode(&model, &fillings, &[source], search, &device)).unwrap();
            assert_eq!(alone, [expected], "{name} alone");
        }
    }
}

/// Decoding token by token, with what came before cached, says what the whole decoder says; with nets in place, too.
#[test]
fn the_cache_says_what_the_decoder_says() {
    let device = Device::flex();
    let (model, rows) = (teacher(&device), rows(&device));
    let (length, ids) = (rows.input.length, GOLDEN.values("target_in"));
    let apart = [
        (Site::DecoderSelf, "alr-m"),
        (Site::DecoderSelf, "alr-m+deep3"),
        (Site::DecoderSelf, "awr-m"),
        (Site::Cross, "awr-m"),
        (Site::Cross, "alr-m+perquery"),
        (Site::Cross, "alr-m+gated"),
    ];
    for kinds in [&[][..], &ALL].into_iter().chain(apart.chunks(1)) {
        let fillings = fillings(kinds, &device);
        let whole = read(model.forward(&rows.source, &rows.input, &mut Pass::with(&fillings)));
        let memory = model.encode(&rows.source, &mut Pass::with(&fillings));
        let mut cache = model.cache(&memory, 12, &fillings);
        for place in 0..length {
            let tokens = integers((0..4).map(|row| ids[row * length + place] as i32).collect(), &device);
            let next = read(model.next(tokens, &mut cache, &mut Pass::with(&fillings)));
            for row in (0..4).filter(|&row| place < rows.input.counts[row]) {
                let expected = &whole[(row * length + place) * 29..][..29];
                assert_close("cached", &next[row * 29..][..29], expected, 1e-5);
            }
        }
    }
}

/// A net at every attention.
const ALL: [(Site, &str); 3] = [(Site::Encoder, "awr-s"), (Site::DecoderSelf, "alr-s"), (Site::Cross, "awr-s")];

const OWN_AND_GATED: [(Site, &str); 2] = [(Site::DecoderSelf, "awr-s"), (Site::Cross, "alr-s+gated")];

/// Nets with initial weights in both layers of these sites.
fn fillings(kinds: &[(Site, &str)], device: &Device) -> Fillings {
    let init = &mut Init::new(1, 0, device);
    let mut net = |site, kind: &str| {
        let kind: NetKind = kind.parse().unwrap();
        Standing::Net(kind.method.region(), Net::new(site, kind, &SIZES, init))
    };
    let places = kinds.iter().flat_map(|&(site, kind)| [((site, 0), kind), ((site, 1), kind)]);
    Fillings(places.map(|(place, kind)| (place, net(place.0, kind))).collect())
}

/// In batches that shrink as sentences end, a model of nets says what it says of each sentence alone.
#[test]
fn nets_say_the_same_alone() {
    let device = Device::flex();
    let (model, sources) = (teacher(&device), GOLDEN.ids("source"));
    let mut shrank = 0;
    for (kinds, beam) in [&ALL[1..2], &ALL[2..], &ALL[..], &[(Site::Cross, "alr-s")], &OWN_AND_GATED]
        .into_iter()
        .flat_map(|kinds| [(kinds, 1), (kinds, 3)])
    {
        let (fillings, search) = (fillings(kinds, &device), Search { beam, max_len: 10 });
        let together = pollster::block_on(decode(&model, &fillings, &sources, search, &device)).unwrap();
        shrank += usize::from(together.iter().any(|target| target.len() != together[0].len()));
        for (source, expected) in sources.iter().zip(together) {
            let alone = pollster::block_on(decode(&model, &fillings, &[source], search, &device)).unwrap();
            assert_eq!(alone, [expected]);
        }
    }
    assert!(shrank > 1, "no sentence ended before another");
}

/// Weights go out in PyTorch's names and shapes, all of them, and come back.
#[test]
fn checkpoints_have_pytorchs_names_and_shapes() {
    let model = teacher(&Device::flex());
    let found = pollster::block_on(Checkpoint::of(&model)).unwrap();
    assert_eq!(found, GOLDEN.checkpoint("weight."));
    let back = Checkpoint::from_bytes(&found.to_bytes().unwrap()).unwrap();
    assert_eq!(found, back);
    assert_eq!(model.num_params(), found.tensors.values().map(|tensor| tensor.values.len()).sum::<usize>());
}
