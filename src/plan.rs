//! What a run will cost, before anything is trained: parameters, bytes, the largest buffer, and time.

use crate::{
    model::{
        net::ShallowNet,
        sites::{Method, NetId, NetKind, Site, Size},
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
    pub training_bytes: u64,
    pub largest_buffer_bytes: u64,
}

/// A net at one site of one layer; a row of `plan --table`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetPlan {
    pub site: &'static str,
    pub method: &'static str,
    pub size: &'static str,
    pub hidden: usize,
    pub parameters: usize,
    pub training_bytes: u64,
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
    let width = recipe.width();
    let hidden = kind.size.hidden(width);
    let parameters = ShallowNet::parameters(width, hidden);
    // Input, output, target and their gradients for a batch, beside the hidden layer's.
    let batch = recipe.distil.batch as u64;
    let activations = batch * 4 * (6 * width as u64 + 6 * hidden as u64);
    let matrix = 4 * (width * hidden) as u64;
    NetPlan {
        site: long_name(site),
        method: kind.method.code(),
        size: kind.size.code(),
        hidden,
        parameters,
        training_bytes: TRAINED * parameters as u64 + activations,
        largest_buffer_bytes: matrix.max(batch * 4 * width as u64),
    }
}

/// All methods, sizes and sites that are built, for the sizes of a recipe.
pub fn table(recipe: &Recipe) -> Vec<NetPlan> {
    let kinds = Method::ALL.into_iter().flat_map(|method| Size::ALL.map(|size| NetKind { method, size }));
    let places = kinds.flat_map(|kind| kind.method.sites().iter().map(move |&site| (site, kind)));
    places.map(|(site, kind)| net(site, kind, recipe)).collect()
}

/// The plan of a recipe; `gflops` is what [`speed`] measured.
pub fn plan(recipe: &Recipe, gflops: Option<f64>) -> Plan {
    let planned = |id: &NetId| PlannedNet { net: id.to_string(), plan: net(id.site, id.kind, recipe) };
    let nets = recipe.net_ids().iter().map(planned).collect::<Vec<_>>();
    let teacher = teacher(recipe);
    let largest = nets.iter().map(|net| net.plan.largest_buffer_bytes).max().unwrap_or(0);
    let largest_buffer_bytes = largest.max(teacher.largest_buffer_bytes);
    let seconds = gflops.map(|gflops| seconds(recipe, &nets, gflops));
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
        training_bytes: TRAINED * sizes.parameters() as u64 + 2 * logits + kept,
        largest_buffer_bytes: logits.max(4 * vocab * sizes.d_model as u64),
    }
}

/// Time by multiplications alone: 6 operations a weight and token forward and backward; 5 for a net, whose input needs no
/// gradient, and 2 for what the teacher says to it.
fn seconds(recipe: &Recipe, nets: &[PlannedNet], gflops: f64) -> SecondsPlan {
    let sizes = recipe.sizes(recipe.tokenizer.vocab);
    let pairs = recipe.corpus.pairs as f64;
    let weights = (sizes.parameters() - 2 * sizes.vocab * sizes.d_model) as f64;
    let tokens = pairs * FILL * sizes.max_len as f64;
    let teacher = f64::from(recipe.teacher.epochs) * tokens * 6.0 * weights;
    let sites = nets.iter().map(|net| 10.0 * (recipe.width() * net.plan.hidden) as f64).sum::<f64>();
    let encoder = tokens * weights;
    let nets = f64::from(recipe.distil.epochs) * (pairs * sites + encoder);
    let seconds = |operations: f64| operations / gflops / 1e9;
    SecondsPlan { gflops, teacher: seconds(teacher), nets: if sites > 0.0 { seconds(nets) } else { 0.0 } }
}

/// The device's speed at a multiplication of a middling size, in GFLOP/s: the best of what fits into 300 ms.
pub async fn speed(device: &Device) -> Result<f64, crate::checkpoint::CheckpointError> {
    const SIZE: usize = 256;
    let matrix = Tensor::<2>::ones([SIZE, SIZE], device) * 0.01;
    let (begun, mut best) = (Instant::now(), f64::INFINITY);
    while begun.elapsed() < Duration::from_millis(300) {
        let started = Instant::now();
        crate::checkpoint::read(matrix.clone().matmul(matrix.clone()).sum()).await?;
        best = best.min(started.elapsed().as_secs_f64());
    }
    Ok(2.0 * (SIZE as f64).powi(3) / best / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paper's table (encoder, L = 50, d = 128), and the bytes at 16 a parameter.
    #[test]
    fn the_papers_sizes() {
        let rows = table(&Recipe::preset("paper").unwrap());
        let found = rows.iter().map(|row| (row.size, row.hidden, row.parameters)).collect::<Vec<_>>();
        let expected = [
            ("xs", 25, 339_275),
            ("s", 50, 659_350),
            ("m", 800, 10_261_600),
            ("l", 3200, 40_988_800),
            ("xl", 12800, 163_897_600),
        ];
        assert_eq!(found, expected);
        assert_eq!(rows[4].largest_buffer_bytes, 327_680_000);
        assert!(rows[2].training_bytes > 16 * 10_261_600);
    }
}
