//! The tensors that a bundle has to have, by what its recipe says.

use super::{MEANS, TEACHER, TUNED, is_float, prefix};
use crate::{
    checkpoint::CheckpointError,
    distil,
    model::{
        mix::{Mix, Trained},
        nets::Net,
        sites::{NetId, places},
        transformer::Sizes,
    },
};
use safetensors::tensor::Metadata;
use std::collections::BTreeMap;

/// Shapes by name.
type Shapes = BTreeMap<String, Vec<usize>>;

/// Refuses a header whose tensors are not those of a run of these sizes with these parts.
pub fn check<'a>(
    header: &Metadata,
    sizes: &Sizes,
    parts: impl Iterator<Item = &'a String>,
) -> Result<(), CheckpointError> {
    let expected = parts.flat_map(|part| shapes(part, sizes)).collect::<Shapes>();
    let found = header.tensors();
    for (name, shape) in &expected {
        let info = found.get(name).ok_or_else(|| CheckpointError::Missing { name: name.clone() })?;
        if !is_float(info.dtype) {
            return Err(CheckpointError::Type { name: name.clone(), found: info.dtype });
        }
        if info.shape != *shape {
            return Err(CheckpointError::shape(name, shape, &info.shape));
        }
    }
    match found.into_keys().filter(|name| !expected.contains_key(name)).min() {
        Some(name) => Err(CheckpointError::Extra { name }),
        None => Ok(()),
    }
}

/// The tensors of one part, with its prefix.
fn shapes(part: &str, sizes: &Sizes) -> Shapes {
    let shapes = match (part, part.parse::<NetId>()) {
        (TEACHER, _) => teacher(sizes),
        (MEANS, _) => means(sizes),
        (_, Ok(id)) => net(id, sizes),
        (_, Err(_)) => {
            part.strip_prefix(TUNED).and_then(|mix| mix.parse().ok()).map_or(Shapes::new(), |mix| tuned(&mix, sizes))
        }
    };
    shapes.into_iter().map(|(name, shape)| (prefix(part) + &name, shape)).collect()
}

/// The Transformer's, as PyTorch has them.
fn teacher(sizes: &Sizes) -> Shapes {
    let Sizes { vocab, layers, d_model: d, ff, .. } = *sizes;
    let mut shapes = Shapes::new();
    let mut add = |name: String, shape: &[usize]| drop(shapes.insert(name, shape.to_vec()));
    for table in ["source_embedding", "target_embedding", "generator"] {
        add(format!("{table}.weight"), &[vocab, d]);
    }
    add("generator.bias".into(), &[vocab]);
    for (stack, attentions) in [("encoder", &["self_attn"][..]), ("decoder", &["self_attn", "multihead_attn"])] {
        let norms = (0..layers)
            .flat_map(|layer| (1..attentions.len() + 2).map(move |norm| format!("{stack}.layers.{layer}.norm{norm}")));
        for norm in norms.chain([format!("{stack}.norm")]) {
            add(format!("{norm}.weight"), &[d]);
            add(format!("{norm}.bias"), &[d]);
        }
        for layer in (0..layers).map(|layer| format!("{stack}.layers.{layer}")) {
            for attention in attentions {
                add(format!("{layer}.{attention}.in_proj_weight"), &[3 * d, d]);
                add(format!("{layer}.{attention}.in_proj_bias"), &[3 * d]);
                add(format!("{layer}.{attention}.out_proj.weight"), &[d, d]);
                add(format!("{layer}.{attention}.out_proj.bias"), &[d]);
            }
            for (linear, outputs, inputs) in [("linear1", ff, d), ("linear2", d, ff)] {
                add(format!("{layer}.{linear}.weight"), &[outputs, inputs]);
                add(format!("{layer}.{linear}.bias"), &[outputs]);
            }
        }
    }
    shapes
}

fn net(id: NetId, sizes: &Sizes) -> Shapes {
    let prefix = distil::prefix(id);
    let named = |(name, shape): (String, Vec<usize>)| (format!("{prefix}{name}"), shape);
    Net::shapes(id.site, id.kind, sizes).into_iter().map(named).collect()
}

/// A mix that was trained as a whole: its nets, and the model where that was trained too.
fn tuned(mix: &Mix, sizes: &Sizes) -> Shapes {
    let own = |id: NetId| net(id, sizes).into_iter().map(move |(name, shape)| (prefix(&id.to_string()) + &name, shape));
    let nets = mix.nets(sizes.layers).into_iter().flat_map(own);
    let model = if mix.how_trained() == Some(Trained::Nets) { Shapes::new() } else { teacher(sizes) };
    nets.chain(model).collect()
}

fn means(sizes: &Sizes) -> Shapes {
    places(sizes.layers).map(|(site, layer)| (format!("{}.{layer}", site.code()), vec![sizes.d_model])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{checkpoint::Checkpoint, distil::new_net, recipe::Recipe};
    use burn::tensor::Device;

    /// What the modules themselves have.
    #[test]
    fn shapes_are_the_modules() {
        let recipe = Recipe::preset("micro").unwrap().with(&["model.layers=2".into()]).unwrap();
        let (sizes, device) = (recipe.sizes(29), Device::flex());
        let of = |checkpoint: Checkpoint| {
            checkpoint.tensors.into_iter().map(|(name, tensor)| (name, tensor.shape)).collect::<Shapes>()
        };
        let found = of(pollster::block_on(Checkpoint::of(&sizes.init(1, &device))).unwrap());
        assert_eq!(shapes(TEACHER, &sizes), found);
        for (name, prefix) in [
            ("enc.2.alr-s", "nets/enc.2.alr-s/encoder.layers.1.alr."),
            ("self.1.alr-m", "nets/self.1.alr-m/decoder.layers.0.self.alr."),
            ("cross.2.awr-xs", "nets/cross.2.awr-xs/decoder.layers.1.cross.awr."),
            ("cross.1.alr-xs", "nets/cross.1.alr-xs/decoder.layers.0.cross.alr."),
            ("enc.1.aslr-xs", "nets/enc.1.aslr-xs/encoder.layers.0.aslr."),
            ("self.2.awr-xs", "nets/self.2.awr-xs/decoder.layers.1.self.awr."),
            ("enc.1.alr-s+deep3", "nets/enc.1.alr-s+deep3/encoder.layers.0.alr."),
            ("cross.1.alr-s+gated", "nets/cross.1.alr-s+gated/decoder.layers.0.cross.alr."),
        ] {
            let net = new_net(name.parse().unwrap(), &recipe, &device);
            let found = pollster::block_on(Checkpoint::of(&net)).unwrap();
            assert_eq!(shapes(name, &sizes), of(found.prefixed(prefix)));
        }
        assert_eq!(shapes(MEANS, &sizes)["means/cross.1"], [32]);
    }
}
