use super::*;
use crate::{
    capture::record,
    model::{layers::Init, nets::Net, sites::NetKind, transformer::Sizes},
};
use burn::tensor::{Device, Shape};

const SIZES: Sizes = Sizes { vocab: 12, layers: 2, d_model: 8, heads: 2, ff: 16, max_len: 6 };
const SOURCE: [u32; 4] = [4, 9, 6, 5];
const TARGET: [u32; 3] = [1, 8, 11];

fn model() -> Transformer {
    SIZES.init(3, &Device::flex())
}

fn seen(model: &Transformer) -> Record {
    let device = Device::flex();
    record(model, &Rows::new(&[SOURCE], None, &device), Some(&Rows::new(&[TARGET], None, &device)), None)
}

fn lens(seen: &Record, site: Site, layer: usize) -> Lens<'_> {
    Lens { site, layer, source: &SOURCE, target: &TARGET, seen }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(read(tensor)).unwrap()
}

fn places() -> impl Iterator<Item = (Site, usize)> {
    Site::ALL.into_iter().flat_map(|site| [(site, 0), (site, 1)])
}

#[test]
fn weights_add_up_to_one_and_make_what_the_heads_say() {
    let (model, width) = (model(), SIZES.d_model);
    let seen = seen(&model);
    for (site, layer) in places() {
        let lens = lens(&seen, site, layer);
        let (queries, keys) = (lens.queries().len(), lens.keys().len());
        let weights = pollster::block_on(lens.weights(&model)).unwrap();
        let looked_at = if site == Site::Cross { &seen.memory.states } else { lens.input(Region::Heads) };
        let v = values(model.attention(site, layer).values(looked_at.clone()));
        let said = values(seen.at[&(site, layer, Region::Heads)].output.clone());
        assert_eq!(weights.len(), SIZES.heads);
        for (head, weights) in weights.iter().enumerate() {
            assert_eq!(weights.len(), queries * keys);
            for (query, row) in weights.chunks_exact(keys).enumerate() {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
                let hidden = if site == Site::DecoderSelf { &row[query + 1..] } else { &[] };
                assert!(hidden.iter().all(|&weight| weight == 0.0), "{site:?}: {row:?}");
                for column in head * width / SIZES.heads..(head + 1) * width / SIZES.heads {
                    let sum = row.iter().enumerate().map(|(key, weight)| weight * v[key * width + column]).sum::<f32>();
                    assert!((sum - said[query * width + column]).abs() < 1e-5, "{site:?} {layer} {query} {column}");
                }
            }
        }
    }
}

/// What a region gives, of one sentence and these values of the leaf.
fn output(lens: &Lens, (model, fillings): (&Transformer, &Fillings), region: Region, leaf: &[f32]) -> Vec<f32> {
    let shape = Shape::new(lens.leaf(region).dims());
    let leaf = Tensor::from_data(TensorData::new(leaf.to_vec(), shape), &Device::flex());
    values(Copies::new(lens, 1).output(lens, (model, fillings), region, &leaf))
}

/// The norms of the blocks by central differences.
fn differences(lens: &Lens, model: (&Transformer, &Fillings), region: Region) -> Pairs {
    const H: f32 = 2e-3;
    let (width, queries, keys) = (SIZES.d_model, lens.queries().len(), lens.keys().len());
    let leaf = values(lens.leaf(region).clone());
    let mut squares = vec![0.0; queries * keys];
    for moved in 0..leaf.len() {
        let at = |by: f32| {
            let mut leaf = leaf.clone();
            leaf[moved] += by;
            output(lens, model, region, &leaf)
        };
        for (place, (above, below)) in at(H).into_iter().zip(at(-H)).enumerate() {
            squares[place / width * keys + moved / width] += ((above - below) / (2.0 * H)).powi(2);
        }
    }
    squares.into_iter().map(f32::sqrt).collect()
}

fn assert_sensitivity(lens: &Lens, model: (&Transformer, &Fillings), region: Region, what: &str) -> Pairs {
    let found = pollster::block_on(lens.sensitivity(model.0, model.1, region)).unwrap();
    let expected = differences(lens, model, region);
    let most = expected.iter().copied().fold(0.0, f32::max);
    assert!(most > 1e-3, "{what}: nothing hangs on anything");
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 0.01 * most, "{what}: {found} for {expected}");
    }
    assert_eq!(found.len(), expected.len());
    found
}

#[test]
fn sensitivity_of_attention_is_what_differences_give() {
    let model = model();
    let seen = seen(&model);
    let none = Fillings::default();
    for (site, layer) in places() {
        let regions: &[_] = match site {
            Site::Encoder => &[Region::Heads, Region::Residual, Region::Layer],
            _ => &[Region::Heads],
        };
        for &region in regions {
            let lens = lens(&seen, site, layer);
            let found = assert_sensitivity(&lens, (&model, &none), region, &format!("{site:?} {layer} {region:?}"));
            let keys = lens.keys().len();
            let later =
                |(place, norm): (usize, &f32)| site == Site::DecoderSelf && place % keys > place / keys && *norm > 0.0;
            assert!(!found.iter().enumerate().any(later), "a word answers to a later one");
        }
    }
}

#[test]
fn sensitivity_of_nets_is_what_differences_give() {
    let model = model();
    let seen = seen(&model);
    let nets = [
        (Site::Encoder, "alr-m"),
        (Site::Encoder, "alrr-m"),
        (Site::Encoder, "aslr-m"),
        (Site::Encoder, "elr-m"),
        (Site::Encoder, "awr-m"),
        (Site::DecoderSelf, "alr-m"),
        (Site::DecoderSelf, "awr-m"),
        (Site::Cross, "alr-m"),
        (Site::Cross, "alr-m+gated"),
        (Site::Cross, "awr-m"),
    ];
    for (site, name) in nets {
        let kind = name.parse::<NetKind>().unwrap();
        let net = Net::new(site, kind, &SIZES, &mut Init::new(5, 1000, &Device::flex()));
        let region = kind.method.region();
        let fillings = Fillings([((site, 1), Standing::Net(region, net))].into());
        assert_eq!(region_at(&fillings, site, 1), region);
        let lens = lens(&seen, site, 1);
        assert_sensitivity(&lens, (&model, &fillings), region, &format!("{site:?} {name}"));
    }
}

#[test]
fn controls_answer_to_nothing_or_to_all_alike() {
    let model = model();
    let seen = seen(&model);
    for (site, layer) in places() {
        let lens = lens(&seen, site, layer);
        let of = |standing| {
            let fillings = Fillings([((site, layer), standing)].into());
            pollster::block_on(lens.sensitivity(&model, &fillings, Region::Heads)).unwrap()
        };
        let mean = Tensor::ones([SIZES.d_model], &Device::flex());
        assert!(of(Standing::Zero).into_iter().chain(of(Standing::Mean(mean))).all(|norm| norm == 0.0));
        let keys = lens.keys().len();
        for (query, row) in of(Standing::Uniform).chunks_exact(keys).enumerate() {
            let visible = if site == Site::DecoderSelf { &row[..=query] } else { row };
            assert!(visible.iter().all(|norm| *norm > 0.0 && (norm - visible[0]).abs() < 1e-4), "{site:?}: {row:?}");
        }
    }
}
