//! Says a target for each source: greedily in batches, or by beam search.
//!
//! Log-probabilities come from all of the vocabulary; `<pad>` and `<s>` are never chosen. A target has at most `max_len`
//! tokens with its `</s>`.

use crate::{
    checkpoint::{CheckpointError, read},
    kernels::{largest::largest, matmul::tiling::is_software},
    model::{
        batch::{END, Rows, START, integers},
        fillings::{Fillings, Pass},
        incremental::Cache,
        transformer::{Memory, Transformer},
    },
    parallel::is_cpu,
};
use burn::tensor::{Device, Int, Tensor, activation::log_softmax};

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
        1 => {
            let mut greedy = Greedy::new((model, fillings), &memory, search.max_len);
            while !greedy.is_done() {
                greedy.round(steps_a_round(device)).await?;
            }
            Ok(greedy.said)
        }
        _ => beam(model, fillings, &memory, search).await,
    }
}

/// Steps between two looks for `</s>`. A graphics card computes while the host records the next steps, so that to wait at each step
/// should cost more than what is computed behind `</s>`. On the CPU, a renderer there included, that work is all there is to save.
fn steps_a_round(device: &Device) -> usize {
    if is_cpu(device) || is_software() { 1 } else { 4 }
}

/// Takes the best token (the lowest id among equals) until `</s>`.
struct Greedy<'a> {
    model: &'a Transformer,
    fillings: &'a Fillings,
    cache: Cache,
    /// The last token of each row of the cache, `[rows]`.
    last: Tensor<1, Int>,
    /// The sentences that the rows of the cache belong to: those whose targets have not ended.
    live: Vec<usize>,
    said: Vec<Vec<u32>>,
    /// Steps so far, and at most.
    place: usize,
    max_len: usize,
}

impl<'a> Greedy<'a> {
    fn new((model, fillings): (&'a Transformer, &'a Fillings), memory: &Memory, max_len: usize) -> Self {
        let count = memory.rows.batch;
        let cache = model.cache(memory, max_len, fillings);
        let last = integers(vec![START as i32; count], &memory.rows.lengths.device());
        let (live, said) = ((0..count).collect(), vec![Vec::new(); count]);
        Self { model, fillings, cache, last, live, said, place: 0, max_len }
    }

    fn is_done(&self) -> bool {
        self.live.is_empty() || self.place == self.max_len
    }

    /// So many steps, or as many as are left; then all of their tokens in one readback. A row that ends goes on until then, and what comes
    /// behind its `</s>` is dropped: no row knows of another.
    async fn round(&mut self, steps: usize) -> Result<(), CheckpointError> {
        let steps = steps.min(self.max_len - self.place);
        let mut chosen = Vec::with_capacity(steps);
        for _ in 0..steps {
            let logits = self.model.next(self.last.clone(), &mut self.cache, &mut Pass::with(self.fillings));
            self.last = largest(logits, FIRST as usize);
            chosen.push(self.last.clone());
        }
        self.place += steps;
        let chosen = match <[_; 1]>::try_from(chosen) {
            Ok([only]) => only,
            Err(chosen) => Tensor::cat(chosen, 0),
        };
        let tokens = chosen.into_data_async().await?.iter::<u32>().collect::<Vec<_>>();
        let rows = self.live.len();
        for (row, &sentence) in self.live.iter().enumerate() {
            let of_row = tokens.iter().copied().skip(row).step_by(rows);
            self.said[sentence].extend(of_row.take_while(|token| *token != END));
        }
        let going = (0..rows).filter(|&row| self.said[self.live[row]].len() == self.place).collect::<Vec<_>>();
        if going.len() < rows {
            self.keep(&going, &tokens[rows * (steps - 1)..]);
        }
        Ok(())
    }

    /// Drops the other rows; `last` are the last tokens of all.
    fn keep(&mut self, going: &[usize], last: &[u32]) {
        self.live = going.iter().map(|&row| self.live[row]).collect();
        if !going.is_empty() {
            self.cache.select(going);
            self.last = integers(going.iter().map(|&row| last[row] as i32).collect(), &self.last.device());
        }
    }
}

/// The first token that is ever chosen: before it are `<pad>` and `<s>`.
const FIRST: u32 = END;

fn allowed(id: usize) -> bool {
    id >= FIRST as usize
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
        let last = |hypothesis: &Hypothesis| hypothesis.tokens.last().copied().unwrap_or(START) as i32;
        let tokens = going(&beams).flat_map(|beam| beam.live.iter().map(last)).collect::<Vec<_>>();
        if tokens.is_empty() {
            break;
        }
        let tokens = integers(tokens, &memory.rows.lengths.device());
        let logits = log_softmax(model.next(tokens, &mut cache, &mut Pass::with(fillings)), 1);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::{self, Choice},
        model::{
            fillings::Standing,
            layers::Init,
            nets::Net,
            sites::{NetKind, Site},
            transformer::Sizes,
        },
        random::{Purpose, Stream},
    };
    use pollster::block_on;

    const SIZES: Sizes = Sizes { vocab: 23, layers: 1, d_model: 16, heads: 2, ff: 32, max_len: 20 };

    fn sources() -> Vec<Vec<u32>> {
        let mut stream = Stream::new(5, Purpose::Corpus, 0);
        (0..12).map(|i| (0..=i % 7).map(|_| 4 + stream.below(SIZES.vocab - 4) as u32).collect()).collect()
    }

    /// The targets, and how often tokens were read.
    fn greedy(fillings: &Fillings, device: &Device, steps: usize) -> (Vec<Vec<u32>>, usize) {
        let model = SIZES.init(3, device);
        let rows = Rows::new(&sources(), None, device);
        let memory = model.encode(&rows, &mut Pass::with(fillings));
        let mut greedy = Greedy::new((&model, fillings), &memory, SIZES.max_len);
        let mut reads = 0;
        while !greedy.is_done() {
            block_on(greedy.round(steps)).unwrap();
            reads += 1;
        }
        (greedy.said, reads)
    }

    /// However many steps go by between two looks at the tokens, the targets are the same.
    #[test]
    fn steps_between_looks_change_no_target() {
        let gpu = block_on(device::open(&Choice::Wgpu)).unwrap();
        let cpu = Device::flex();
        for device in [&cpu, &gpu.device] {
            let init = &mut Init::new(1, 0, device);
            let mut net = |site, kind: &str| {
                let kind: NetKind = kind.parse().unwrap();
                ((site, 0), Standing::Net(kind.method.region(), Net::new(site, kind, &SIZES, init)))
            };
            let nets = [net(Site::DecoderSelf, "awr-s"), net(Site::Cross, "alr-s+gated")];
            for fillings in [Fillings::default(), Fillings(nets.into_iter().collect())] {
                let (expected, reads) = greedy(&fillings, device, 1);
                let longest = expected.iter().map(|target| SIZES.max_len.min(target.len() + 1)).max().unwrap();
                assert_eq!(reads, longest, "one look a step");
                assert!(expected.iter().any(|target| target.len() + 1 < longest), "no target ends before another");
                for steps in [2, 4, 8, 50] {
                    let (found, reads) = greedy(&fillings, device, steps);
                    assert_eq!(found, expected, "{steps} steps, {device:?}");
                    assert_eq!(reads, longest.div_ceil(steps), "{steps} steps, {device:?}");
                }
            }
        }
        gpu.check().unwrap();
        assert_eq!(steps_a_round(&cpu), 1);
    }
}
