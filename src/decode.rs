//! Says a target for each source: greedily in batches, or by beam search.
//!
//! Log-probabilities come from all of the vocabulary; `<pad>` and `<s>` are never chosen. A target has at most `max_len`
//! tokens with its `</s>`.

use crate::{
    checkpoint::{CheckpointError, read},
    model::{
        batch::{END, PAD, Rows, START},
        fillings::{Fillings, Pass},
        incremental::Cache,
        transformer::{Memory, Transformer},
    },
};
use burn::tensor::{Device, Tensor, activation::log_softmax};

/// The exponent of the length penalty `((5 + n) / 6)^alpha` (Wu et al. 2016).
pub const ALPHA: f64 = 0.6;

/// How targets are searched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// Hypotheses kept; 1 is greedy.
    pub beam: usize,
    /// The most tokens of a target, `</s>` counted.
    pub max_len: usize,
}

/// One target for each source, without special tokens. All sources go through the model at once: pass batches of like
/// length.
pub async fn decode<S: AsRef<[u32]>>(
    model: &Transformer,
    fillings: &Fillings,
    sources: &[S],
    search: Search,
    device: &Device,
) -> Result<Vec<Vec<u32>>, CheckpointError> {
    let rows = Rows::new(sources, None, device);
    let memory = model.encode(&rows, &mut Pass::with(fillings));
    match search.beam {
        1 => greedy(model, fillings, &memory, search.max_len).await,
        _ => beam(model, fillings, &memory, search).await,
    }
}

/// Takes the best token (the lowest id among equals) until `</s>`.
async fn greedy(
    model: &Transformer,
    fillings: &Fillings,
    memory: &Memory,
    max_len: usize,
) -> Result<Vec<Vec<u32>>, CheckpointError> {
    let count = memory.rows.batch;
    let mut cache = model.cache(memory, max_len, fillings);
    let mut said = vec![Vec::new(); count];
    // The sentences that the rows of the cache belong to.
    let mut live = (0..count).collect::<Vec<_>>();
    let mut last = vec![START; count];
    for _ in 0..max_len {
        let logits = model.next(&last, &mut cache, &mut Pass::with(fillings));
        let vocab = logits.dims()[1];
        let logits = read(logits).await?;
        last = logits.chunks_exact(vocab).map(best).collect();
        let going = (0..live.len()).filter(|&row| last[row] != END).collect::<Vec<_>>();
        going.iter().for_each(|&row| said[live[row]].push(last[row]));
        if going.is_empty() {
            break;
        }
        if going.len() < live.len() {
            cache.select(&going);
            live = going.iter().map(|&row| live[row]).collect();
            last = going.iter().map(|&row| last[row]).collect();
        }
    }
    Ok(said)
}

/// The best token of a row of logits.
fn best(logits: &[f32]) -> u32 {
    let choices = logits.iter().enumerate().filter(|(id, _)| allowed(*id));
    choices.fold((0, f32::NEG_INFINITY), |best, (id, &logit)| if logit > best.1 { (id as u32, logit) } else { best }).0
}

fn allowed(id: usize) -> bool {
    id != PAD as usize && id != START as usize
}

/// A target so far, and the sum of its log-probabilities.
#[derive(Clone, Debug)]
struct Hypothesis {
    tokens: Vec<u32>,
    sum: f64,
}

/// The hypotheses of one source.
struct Beam {
    live: Vec<Hypothesis>,
    /// Scored by sum over penalty.
    finished: Vec<(f64, Vec<u32>)>,
    /// Finished hypotheses enough.
    done: bool,
}

/// Beam search over all sources at once. Each step keeps the best `2 · beam` continuations of a source; those of the first
/// `beam` that end are finished, those that do not end live on until there are `beam` of them; a source is done with
/// `beam` finished. Ties go to the earlier hypothesis, then to the lower id.
async fn beam(
    model: &Transformer,
    fillings: &Fillings,
    memory: &Memory,
    search: Search,
) -> Result<Vec<Vec<u32>>, CheckpointError> {
    let count = memory.rows.batch;
    let start = || Beam { live: vec![Hypothesis { tokens: vec![], sum: 0.0 }], finished: vec![], done: false };
    let mut beams = (0..count).map(|_| start()).collect::<Vec<_>>();
    let mut cache = model.cache(memory, search.max_len, fillings);
    for length in 1..=search.max_len {
        let last = |hypothesis: &Hypothesis| hypothesis.tokens.last().copied().unwrap_or(START);
        let tokens = going(&beams).flat_map(|beam| beam.live.iter().map(last)).collect::<Vec<_>>();
        if tokens.is_empty() {
            break;
        }
        let logits = log_softmax(model.next(&tokens, &mut cache, &mut Pass::with(fillings)), 1);
        advance(&mut beams, logits, &mut cache, length, search.beam).await?;
    }
    Ok(beams.into_iter().map(Beam::answer).collect())
}

fn going(beams: &[Beam]) -> impl Iterator<Item = &Beam> {
    beams.iter().filter(|beam| !beam.done)
}

/// One step of every beam that is not done, whose hypotheses are the rows of `logits` in order.
async fn advance(
    beams: &mut [Beam],
    logits: Tensor<2>,
    cache: &mut Cache,
    length: usize,
    width: usize,
) -> Result<(), CheckpointError> {
    let vocab = logits.dims()[1];
    let logits = read(logits).await?;
    let (mut first, mut kept) = (0, Vec::new());
    for beam in beams.iter_mut().filter(|beam| !beam.done) {
        let rows = beam.live.len();
        let parents = beam.extend(&logits[first * vocab..(first + rows) * vocab], vocab, length, width);
        kept.extend(parents.into_iter().map(|parent| first + parent));
        first += rows;
    }
    if !kept.is_empty() {
        cache.select(&kept);
    }
    Ok(())
}

impl Beam {
    /// Continues each hypothesis by its row of log-probabilities; gives the parents of those that live on.
    fn extend(&mut self, rows: &[f32], vocab: usize, length: usize, width: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for (parent, (hypothesis, row)) in self.live.iter().zip(rows.chunks_exact(vocab)).enumerate() {
            let choices = row.iter().enumerate().filter(|(id, _)| allowed(*id));
            found.extend(choices.map(|(id, &log_p)| (hypothesis.sum + f64::from(log_p), parent, id as u32)));
        }
        // A stable sort of what is in the order of (hypothesis, id).
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut live = Vec::new();
        for (place, &(sum, parent, id)) in found.iter().take(2 * width).enumerate() {
            let mut tokens = self.live[parent].tokens.clone();
            if id == END {
                let penalty = libm::pow((5.0 + length as f64) / 6.0, ALPHA);
                self.finished.extend((place < width).then_some((sum / penalty, tokens)));
            } else if live.len() < width {
                tokens.push(id);
                live.push((parent, Hypothesis { tokens, sum }));
            }
        }
        self.done = self.finished.len() >= width;
        let (parents, live) = live.into_iter().unzip();
        self.live = live;
        if self.done { Vec::new() } else { parents }
    }

    /// The finished hypothesis of the best score, else the live one of the best sum.
    fn answer(self) -> Vec<u32> {
        let better = |best: (f64, Vec<u32>), next: (f64, Vec<u32>)| if next.0 > best.0 { next } else { best };
        let live = self.live.into_iter().next().map(|hypothesis| hypothesis.tokens);
        self.finished.into_iter().reduce(better).map(|best| best.1).or(live).unwrap_or_default()
    }
}
