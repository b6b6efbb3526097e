//! What a run will cost, before anything is trained: parameters, bytes, the largest buffer, and time.

use crate::{
    kernels::matmul::matmul,
    model::{
        nets::{Form, Net},
        sites::{Method, NetId, NetKind, Site, Size, Variant},
    },
    recipe::Recipe,
};
use burn::tensor::{Device, Tensor};
use serde::Serialize;
use std::time::Duration;
use web_time::Instant;

/// Bytes of a parameter in training: itself, its gradient and the two moments of Adam.
const TRAINED: u64 = 16;
/// How full the batches of a text are expected to be, against sentences of the full length.
const FILL: f64 = 0.6;

/// The plan of a recipe.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    pub recipe: String,
    pub teacher: TeacherPlan,
    pub nets: Vec<PlannedNet>,
    /// The largest single tensor of the whole run.
    pub largest_buffer_bytes: u64,
    /// Where a device was measured.
    pub seconds: Option<SecondsPlan>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TeacherPlan {
    pub parameters: usize,
    /// Of one attention's queries, keys and values, which a net takes the place of.
    pub attention_parameters: usize,
    /// Of all parameters, with their gradients and the moments of Adam.
    pub training_bytes: u64,
    /// Of what a batch leaves behind on its way, on top of the parameters.
    pub activation_bytes: u64,
    pub largest_buffer_bytes: u64,
}

/// A net at one site of one layer; a row of `plan --table`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetPlan {
    pub site: &'static str,
    pub method: &'static str,
    pub size: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<&'static str>,
    pub hidden: usize,
    /// Of one head's net where each head has its own, as in the paper's table.
    pub parameters: usize,
    /// Of all heads' nets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters_all_heads: Option<usize>,
    /// Of the parameters of all heads' nets, with their gradients and the moments of Adam.
    pub training_bytes: u64,
    /// Of a batch of captured inputs and targets and of what it leaves behind on its way, on top of the parameters.
    pub activation_bytes: u64,
    pub largest_buffer_bytes: u64,
}

/// A net of the recipe.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedNet {
    /// Such as `enc.1.alr-m`.
    pub net: String,
    #[serde(flatten)]
    pub plan: NetPlan,
}

/// An estimate from the device's measured speed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SecondsPlan {
    pub gflops: f64,
    pub teacher: f64,
    pub nets: f64,
}

/// The site as `plan --table` calls it.
fn long_name(site: Site) -> &'static str {
    match site {
        Site::Encoder => "encoder",
        Site::DecoderSelf => "decoder-self",
        Site::Cross => "cross",
    }
}

/// What a net of this kind costs at a site.
pub fn net(site: Site, kind: NetKind, recipe: &Recipe) -> NetPlan {
    let sizes = recipe.sizes(0);
    let shapes = Net::shapes(site, kind, &sizes).into_iter().map(|(_, shape)| shape.iter().product::<usize>());
    let (parameters, matrix) = shapes.fold((0, 0), |(sum, most), count| (sum + count, most.max(count)));
    let (width, hidden, length) = (sizes.width(), kind.hidden(site, sizes.width()), sizes.max_len);
    // Values of a sentence: at the net's two ends, and of its widest layer.
    let (ends, inside) = match Form::of(site, kind) {
        Form::Shallow => (width, hidden * kind.depth()),
        Form::Heads => (width, sizes.heads * hidden * kind.depth()),
        Form::Joint => (2 * width, hidden * kind.depth()),
        Form::Query => (2 * width, length * hidden),
        Form::Prefix => (width, length * hidden * kind.depth()),
        Form::Weights => (2 * width, length * hidden.max(sizes.heads * length)),
    };
    let (batch, heads) = (recipe.distil.batch, kind.method == Method::Aslr);
    NetPlan {
        site: long_name(site),
        method: kind.method.code(),
        size: kind.size.code(),
        variant: kind.variant.map(Variant::code),
        hidden,
        parameters: if heads { parameters / sizes.heads } else { parameters },
        parameters_all_heads: heads.then_some(parameters),
        training_bytes: TRAINED * parameters as u64,
        // Input, output, target and their gradients for a batch, beside the hidden layer's.
        activation_bytes: (batch * 4 * 6 * (ends + inside)) as u64,
        largest_buffer_bytes: 4 * matrix.max(batch * ends.max(inside)) as u64,
    }
}

/// Multiplications of a net for a sentence.
fn multiplications(id: NetId, recipe: &Recipe) -> f64 {
    let sizes = recipe.sizes(0);
    let (width, hidden) = (sizes.width(), id.kind.hidden(id.site, sizes.width()));
    let further = (id.kind.depth() - 1) * hidden;
    let of_a_unit = match Form::of(id.site, id.kind) {
        Form::Shallow => 2 * width + further,
        Form::Prefix => 2 * width + sizes.max_len * further,
        Form::Heads => sizes.heads * (width + further) + width,
        Form::Joint => 3 * width + further,
        Form::Query => width + sizes.max_len * 2 * sizes.d_model,
        Form::Weights => width + sizes.max_len * (2 * sizes.d_model + sizes.heads * sizes.max_len),
    };
    (of_a_unit * hidden) as f64
}

/// All methods, sizes and sites for the sizes of a recipe; where asked for, all variants too.
pub fn table(recipe: &Recipe, all: bool) -> Vec<NetPlan> {
    let places = Method::ALL.into_iter().flat_map(|method| method.sites().iter().map(move |&site| (site, method)));
    let variants = |(site, method): (Site, Method)| {
        let variants = method.variants(site).iter().filter(|_| all).copied().map(Some);
        let variants = [None].into_iter().chain(variants);
        variants.flat_map(move |variant| Size::ALL.map(|size| (site, NetKind { method, size, variant })))
    };
    places.flat_map(variants).map(|(site, kind)| net(site, kind, recipe)).collect()
}

/// The plan of a recipe; `gflops` is what [`speed`] measured.
pub fn plan(recipe: &Recipe, gflops: Option<f64>) -> Plan {
    let (ids, planned) = (recipe.net_ids(), |id: &NetId| (id.to_string(), net(id.site, id.kind, recipe)));
    let nets = ids.iter().map(planned).map(|(net, plan)| PlannedNet { net, plan }).collect::<Vec<_>>();
    let teacher = teacher(recipe);
    let largest = nets.iter().map(|net| net.plan.largest_buffer_bytes).max().unwrap_or(0);
    let largest_buffer_bytes = largest.max(teacher.largest_buffer_bytes);
    let seconds = gflops.map(|gflops| seconds(recipe, &ids, gflops));
    Plan { recipe: recipe.hash(), teacher, nets, largest_buffer_bytes, seconds }
}

fn teacher(recipe: &Recipe) -> TeacherPlan {
    let sizes = recipe.sizes(recipe.tokenizer.vocab);
    let (tokens, vocab) = (recipe.teacher.tokens_per_batch as u64, sizes.vocab as u64);
    let logits = 4 * tokens * vocab;
    // Each layer keeps about a dozen activations of d_model and two of ff, and their gradients come and go.
    let kept = 4 * tokens * (2 * sizes.layers * (14 * sizes.d_model + 3 * sizes.ff)) as u64;
    TeacherPlan {
        parameters: sizes.parameters(),
        attention_parameters: sizes.attention_parameters(),
        training_bytes: TRAINED * sizes.parameters() as u64,
        activation_bytes: 2 * logits + kept,
        largest_buffer_bytes: logits.max(4 * vocab * sizes.d_model as u64),
    }
}

/// Time by multiplications alone: 6 operations a weight and token forward and backward; 5 for a net, whose input needs no
/// gradient, and 2 for what the teacher says to it.
fn seconds(recipe: &Recipe, nets: &[NetId], gflops: f64) -> SecondsPlan {
    let sizes = recipe.sizes(recipe.tokenizer.vocab);
    let pairs = recipe.corpus.pairs as f64;
    let weights = (sizes.parameters() - 2 * sizes.vocab * sizes.d_model) as f64;
    let tokens = pairs * FILL * sizes.max_len as f64;
    let teacher = f64::from(recipe.teacher.epochs) * tokens * 6.0 * weights;
    let sites = nets.iter().map(|&id| 5.0 * multiplications(id, recipe)).sum::<f64>();
    // The encoder has about half of the weights.
    let decodes = nets.iter().any(|id| id.site != Site::Encoder);
    let passes = tokens * weights * if decodes { 2.0 } else { 1.0 };
    let nets = f64::from(recipe.distil.epochs) * (pairs * sites + passes);
    let seconds = |operations: f64| operations / gflops / 1e9;
    SecondsPlan { gflops, teacher: seconds(teacher), nets: if sites > 0.0 { seconds(nets) } else { 0.0 } }
}

/// The device's speed at a multiplication of a middling size, in GFLOP/s: the best of what fits into 300 ms.
pub async fn speed(device: &Device) -> Result<f64, crate::checkpoint::CheckpointError> {
    const SIZE: usize = 256;
    let matrix = Tensor::<3>::ones([1, SIZE, SIZE], device) * 0.01;
    let (begun, mut best) = (Instant::now(), f64::INFINITY);
    while begun.elapsed() < Duration::from_millis(300) {
        let started = Instant::now();
        crate::checkpoint::read(matmul(matrix.clone(), matrix.clone()).sum()).await?;
        best = best.min(started.elapsed().as_secs_f64());
    }
    Ok(2.0 * (SIZE as f64).powi(3) / best / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paper's table (L = 50, d = 128), and the bytes at 16 a parameter.
    #[test]
    fn the_papers_sizes() {
        let rows = table(&Recipe::preset("paper").unwrap(), false);
        let of = |site, method| rows.iter().filter(move |row| (row.site, row.method) == (site, method));
        let found = |site, method| of(site, method).map(|row| (row.hidden, row.parameters)).collect::<Vec<_>>();
        let encoder = [(25, 339_275), (50, 659_350), (800, 10_261_600), (3200, 40_988_800), (12800, 163_897_600)];
        assert_eq!(found("encoder", "alr"), encoder);
        let own = [(25, 176_203), (50, 339_478), (800, 5_237_728), (3200, 20_912_128), (12800, 83_609_728)];
        assert_eq!(found("decoder-self", "alr"), own);
        assert_eq!((found("encoder", "alrr"), found("encoder", "elr")), (encoder.into(), encoder.into()));
        let head = [(200, 1_454_200), (400, 2_894_800), (800, 5_776_000), (1600, 11_538_400), (1600, 11_538_400)];
        assert_eq!(found("encoder", "aslr"), head);
        assert_eq!(of("encoder", "aslr").next().unwrap().parameters_all_heads, Some(8 * 1_454_200));
        let cross = [(50, 992_150), (100, 1_952_300), (1600, 30_756_800), (6400, 122_931_200), (25600, 491_628_800)];
        assert_eq!(found("cross", "alr"), cross);
        let xl = of("encoder", "alr").next_back().unwrap();
        assert_eq!(xl.largest_buffer_bytes, 327_680_000);
        let bytes = of("encoder", "alr").map(|row| row.training_bytes).collect::<Vec<_>>();
        assert_eq!(bytes, [5_428_400, 10_549_600, 164_185_600, 655_820_800, 2_622_361_600]);
        // The widest layer and both ends, for 6 values of 4 bytes each.
        assert_eq!(xl.activation_bytes, 24 * Recipe::preset("paper").unwrap().distil.batch as u64 * (6_400 + 12_800));
    }

    /// The sizes of our own experiments (findings.md: d = 128, 8 heads, L = 32).
    #[test]
    fn the_sizes_of_our_findings() {
        let rows = table(&Recipe::preset("small").unwrap(), true);
        let of = |site, method, size, variant| {
            let row =
                rows.iter().find(|row| (row.site, row.method, row.size, row.variant) == (site, method, size, variant));
            row.unwrap().parameters
        };
        let parameters = |site, method, size| of(site, method, size, None);
        assert_eq!(parameters("encoder", "alr", "m"), 4_208_128);
        assert_eq!(parameters("decoder-self", "alr", "m"), 2_172_544);
        assert_eq!(parameters("cross", "alr", "m"), 12_606_464);
        assert_eq!(["xs", "s", "m"].map(|size| parameters("cross", "awr", size)), [156_256, 303_808, 4_730_368]);
        let variants = ["prefix", "perquery", "gated"].map(|variant| of("cross", "alr", "m", Some(variant)));
        assert_eq!(variants, [12_606_464, 4_469_120, 4_601_216]);
    }
}
