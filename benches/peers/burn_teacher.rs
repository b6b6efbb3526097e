//! The teacher's step beside burn alone: a Transformer of the same sizes from burn's own modules, gradients and Adam, on the
//! same sentences. Prints one JSON line: the median time of a step, and the first and the last loss.
//!
//!     cargo bench --profile dev --bench burn_teacher -- ours|burn LAYERS cpu|wgpu STEPS TOKENS
//!
//! `benches/README.md` says how the dispatches of both are counted. The weights begin with other numbers (burn draws its
//! own), so the losses are only alike.

use attentionless::{
    batching::{Example, by_length},
    bench::{examples, recipe},
    device::{self, Choice},
    recipe::Recipe,
    teacher::Training,
};
use burn::{
    module::Module,
    nn::{
        Dropout, DropoutConfig, Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig,
        attention::generate_autoregressive_mask,
        loss::CrossEntropyLossConfig,
        transformer::{
            TransformerDecoder, TransformerDecoderConfig, TransformerDecoderInput, TransformerEncoder,
            TransformerEncoderConfig, TransformerEncoderInput,
        },
    },
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Bool, Device, Int, Tensor, TensorData},
};
use serde_json::json;
use std::{env, error::Error, time::Instant};

const VOCAB: usize = 4000;
const LENGTH: usize = 15;
const PAIRS: usize = 400;
/// Steps that are not timed: they compile.
const WARM: usize = 2;
const USAGE: &str = "usage: burn_teacher ours|burn LAYERS cpu|wgpu STEPS TOKENS, with more than 2 steps";

#[derive(Module, Debug)]
struct Transformer {
    source_embedding: Embedding,
    target_embedding: Embedding,
    encoder: TransformerEncoder,
    encoder_norm: LayerNorm,
    decoder: TransformerDecoder,
    decoder_norm: LayerNorm,
    generator: Linear,
    dropout: Dropout,
}

impl Transformer {
    fn new(recipe: &Recipe, device: &Device) -> Self {
        let (model, p) = (&recipe.model, f64::from(recipe.model.dropout));
        let (d, ff, heads, layers) = (model.d_model, model.ff, model.heads, model.layers);
        let norm = || LayerNormConfig::new(d).init(device);
        let embedding = || EmbeddingConfig::new(VOCAB, d).init(device);
        Self {
            source_embedding: embedding(),
            target_embedding: embedding(),
            encoder: TransformerEncoderConfig::new(d, ff, heads, layers)
                .with_dropout(p)
                .with_norm_first(true)
                .init(device),
            encoder_norm: norm(),
            decoder: TransformerDecoderConfig::new(d, ff, heads, layers)
                .with_dropout(p)
                .with_norm_first(true)
                .init(device),
            decoder_norm: norm(),
            generator: LinearConfig::new(d, VOCAB).init(device),
            dropout: DropoutConfig::new(p).init(),
        }
    }

    /// `[batch, length]` to `[batch, length, d_model]`.
    fn embed(&self, table: &Embedding, ids: Tensor<2, Int>, positions: Tensor<3>) -> Tensor<3> {
        let x = table.forward(ids);
        let scale = (x.dims()[2] as f64).sqrt();
        self.dropout.forward(x * scale + positions)
    }

    /// The logits: `[batch · length, V]`.
    fn forward(&self, batch: &Batch) -> Tensor<2> {
        let Batch { source, input, source_pad, input_pad, causal, positions, .. } = batch;
        let x = self.embed(&self.source_embedding, source.clone(), positions.clone());
        let x = self.encoder.forward(TransformerEncoderInput::new(x).mask_pad(source_pad.clone()));
        let memory = self.encoder_norm.forward(x);
        let x = self.embed(&self.target_embedding, input.clone(), positions.clone());
        let seen = TransformerDecoderInput::new(x, memory)
            .memory_mask_pad(source_pad.clone())
            .target_mask_pad(input_pad.clone())
            .target_mask_attn(causal.clone());
        let x = self.decoder_norm.forward(self.decoder.forward(seen));
        self.generator.forward(x).flatten(0, 1)
    }
}

struct Batch {
    source: Tensor<2, Int>,
    input: Tensor<2, Int>,
    output: Tensor<1, Int>,
    source_pad: Tensor<2, Bool>,
    input_pad: Tensor<2, Bool>,
    causal: Tensor<3, Bool>,
    positions: Tensor<3>,
}

impl Batch {
    /// Built anew at each step, as ours is.
    fn new(batch: &[usize], examples: &[Example], d_model: usize, device: &Device) -> Self {
        let ids = |row: &dyn Fn(&Example) -> Vec<u32>| {
            let ids = batch.iter().flat_map(|&index| row(&examples[index])).map(|id| id as i32).collect::<Vec<_>>();
            Tensor::<2, Int>::from_data(TensorData::new(ids, [batch.len(), LENGTH]), device)
        };
        let source = ids(&|(source, _)| source.clone());
        let input = ids(&|(_, target)| [&[1], &target[..]].concat());
        let output = ids(&|(_, target)| [&target[..], &[2]].concat());
        let angle = |place: usize, column: usize| {
            let angle = place as f64 / 10_000f64.powf((column / 2 * 2) as f64 / d_model as f64);
            (if column.is_multiple_of(2) { angle.sin() } else { angle.cos() }) as f32
        };
        let values = (0..LENGTH * d_model).map(|i| angle(i / d_model, i % d_model)).collect::<Vec<_>>();
        Self {
            source_pad: source.clone().equal_elem(0),
            input_pad: input.clone().equal_elem(0),
            causal: generate_autoregressive_mask(batch.len(), LENGTH, device),
            positions: Tensor::from_data(TensorData::new(values, [1, LENGTH, d_model]), device),
            output: output.flatten(0, 1),
            source,
            input,
        }
    }
}

/// A step, which gives its loss before that is known.
type Step = Box<dyn FnMut() -> Tensor<1>>;

fn burn_alone(recipe: Recipe, device: Device) -> Step {
    let (examples, mut epoch, mut batches) = (examples(PAIRS, LENGTH, VOCAB), 0, Vec::new());
    let mut model = Transformer::new(&recipe, &device);
    let mut adam: ModuleOptimizer = AdamConfig::new().with_beta_2(0.98).with_epsilon(1e-9).init();
    let loss = CrossEntropyLossConfig::new().with_pad_tokens(Some(vec![0])).with_smoothing(Some(0.1)).init(&device);
    Box::new(move || {
        let batch: Vec<usize> = batches.pop().unwrap_or_else(|| {
            batches = by_length(&examples, recipe.teacher.tokens_per_batch, recipe.seed, epoch);
            epoch += 1;
            batches.pop().unwrap_or_default()
        });
        let batch = Batch::new(&batch, &examples, recipe.model.d_model, &device);
        let loss = loss.forward(model.forward(&batch), batch.output);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = adam.step(1e-4, model.clone(), gradients);
        loss.inner()
    })
}

fn ours(recipe: &Recipe, device: &Device) -> Step {
    let examples = examples(PAIRS, LENGTH, VOCAB);
    let mut training = Training::new(recipe, VOCAB, &examples, device);
    let device = device.clone();
    Box::new(move || {
        training.step(&examples);
        training.last_loss().unwrap_or_else(|| Tensor::zeros([1], &device))
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds a word of its own.
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let [who, layers, choice, steps, tokens] = &words[..] else { return Err(USAGE.into()) };
    let (mut recipe, steps): (_, usize) = (recipe(layers.parse()?), steps.parse()?);
    recipe.teacher.tokens_per_batch = tokens.parse()?;
    let choice: Choice = choice.parse()?;
    let opened = pollster::block_on(device::open(&choice))?;
    let mut step = match who.as_str() {
        "ours" => ours(&recipe, &opened.device),
        "burn" => burn_alone(recipe, opened.device.clone().autodiff()),
        _ => return Err(USAGE.into()),
    };
    let (mut times, mut losses) = (Vec::new(), Vec::new());
    for _ in 0..steps {
        let start = Instant::now();
        let loss = step();
        opened.device.sync().map_err(|error| format!("{error:?}"))?;
        losses.push(loss.into_data().try_to_vec::<f32>().map_err(|error| format!("{error:?}"))?[0]);
        opened.check()?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    let mut timed = times.split_off(WARM.min(times.len()));
    timed.sort_by(f64::total_cmp);
    let [Some(ms), Some(first), Some(last)] = [
        timed.get(timed.len() / 2).copied(),
        losses.first().map(|&x| f64::from(x)),
        losses.last().map(|&x| f64::from(x)),
    ] else {
        return Err(USAGE.into());
    };
    println!(
        "{}",
        json!({"who": who, "adapter": opened.name, "ms": ms, "first_loss": first, "loss": last, "steps": steps})
    );
    Ok(())
}
