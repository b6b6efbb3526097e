//! Training: the same on every device, resumed bit for bit, and whole however it is cut into parts.

use crate::golden::assert_close;
use attentionless::{
    batching::Example,
    checkpoint::Checkpoint,
    corpus::{Spec, build},
    device::{self, Choice},
    distil::Distillation,
    model::{
        batch::PairRows,
        fillings::{Dropping, Pass, Share},
    },
    recipe::Recipe,
    teacher::{Training, Validation},
    text::Text,
};
use burn::{module::Module, tensor::Device};
use pollster::block_on;

/// The preset `micro` on few sentences, and those sentences.
fn micro() -> (Recipe, Text) {
    let assignments = ["corpus.pairs=400", "tokenizer.vocab=300", "model.max_len=32", "teacher.tokens_per_batch=600"];
    let recipe = Recipe::preset("micro").unwrap().with(&assignments.map(str::to_string)).unwrap();
    let spec = Spec {
        source: recipe.corpus.source.clone(),
        direction: recipe.pair,
        pairs: recipe.corpus.pairs,
        valid: None,
        test: None,
        max_chars: recipe.corpus.max_chars,
        seed: recipe.seed,
    };
    let corpus = build(&spec).unwrap();
    let splits = [corpus.train, corpus.valid, corpus.test];
    let text = Text::new(splits, None, recipe.tokenizer.vocab, recipe.model.max_len).unwrap();
    assert!(text.train.examples.len() > 300);
    (recipe, text)
}

fn start(recipe: &Recipe, text: &Text, device: &Device) -> Training {
    Training::new(recipe, text.tokenizer.vocab_size(), &text.train.examples, device)
}

fn losses(training: &mut Training, examples: &[Example], steps: usize) -> Vec<f32> {
    for _ in 0..steps {
        training.step(examples);
    }
    block_on(training.losses()).unwrap()
}

/// How far the loss curves of two devices may be apart, relative to the largest loss: floats are added in another order.
const CURVES: f32 = 1e-3;

/// Teacher and net, on the CPU and on the graphics adapter.
#[test]
fn loss_curves_of_cpu_and_gpu_agree() {
    let (recipe, text) = micro();
    let net = |site: &str, method: &str| format!(r#"{{"site":"{site}","method":"{method}","size":"s"}}"#);
    let cells = [
        ("enc", "alr"),
        ("enc", "alrr"),
        ("enc", "aslr"),
        ("enc", "elr"),
        ("enc", "awr"),
        ("self", "alr"),
        ("cross", "alr"),
        ("cross", "awr"),
    ];
    let nets = cells.map(|(site, method)| net(site, method)).join(",");
    let recipe = recipe.with(&[format!("nets=[{nets}]")]).unwrap();
    let gpu = block_on(device::open(&Choice::Wgpu)).unwrap();
    let curves = |device: &Device| {
        let examples = &text.train.examples;
        let mut training = start(&recipe, &text, device);
        let teacher = losses(&mut training, examples, 30);
        // Of one teacher: two that were trained apart already are.
        let untrained = start(&recipe, &text, device).model();
        let mut nets = Distillation::new(&recipe, untrained, &recipe.net_ids(), examples.len(), device);
        for _ in 0..4 {
            nets.step(examples);
        }
        (teacher, block_on(nets.losses()).unwrap())
    };
    let (on_gpu, on_cpu) = (curves(&gpu.device), curves(&Device::flex()));
    gpu.check().unwrap();
    assert!(on_cpu.0[29] < 0.9 * on_cpu.0[0], "nothing was learnt: {on_cpu:?}");
    assert_close("teacher", &on_gpu.0, &on_cpu.0, CURVES);
    assert_eq!(on_cpu.1.len(), cells.len());
    for ((id, on_gpu), (_, on_cpu)) in on_gpu.1.iter().zip(&on_cpu.1) {
        assert!(on_cpu[3] < on_cpu[0], "{id} learnt nothing: {on_cpu:?}");
        assert_close(&id.to_string(), on_gpu, on_cpu, CURVES);
    }
}

#[test]
fn a_teacher_resumes_bit_for_bit() {
    let (recipe, text) = micro();
    let (examples, device) = (&text.train.examples, Device::flex());
    let mut unbroken = start(&recipe, &text, &device);
    let whole = losses(&mut unbroken, examples, 30);
    let mut first = start(&recipe, &text, &device);
    // In the middle of the second epoch.
    let mut parts = losses(&mut first, examples, 17);
    let bytes = block_on(first.checkpoint()).unwrap().to_bytes().unwrap();
    let vocab = text.tokenizer.vocab_size();
    let saved = Checkpoint::from_bytes(&bytes).unwrap();
    let mut second = Training::resume(&recipe, vocab, examples, &device, saved).unwrap();
    assert_eq!(second.steps(), 17);
    parts.extend(losses(&mut second, examples, 13));
    assert_eq!(whole, parts);
    let weights = |training: &Training| block_on(training.checkpoint()).unwrap();
    assert_eq!(weights(&unbroken), weights(&second));
}

#[test]
fn nets_resume_bit_for_bit() {
    let (recipe, text) = micro();
    let recipe = recipe.with(&["distil.batch=64".into()]).unwrap();
    let (examples, device) = (&text.train.examples, Device::flex());
    let teacher = start(&recipe, &text, &device).model();
    let new = || Distillation::new(&recipe, teacher.clone(), &recipe.net_ids(), examples.len(), &device);
    let steps = |distillation: &mut Distillation, count| {
        for _ in 0..count {
            distillation.step(examples);
        }
    };
    let mut unbroken = new();
    steps(&mut unbroken, 9);
    let mut first = new();
    steps(&mut first, 4);
    let bytes = block_on(first.checkpoint()).unwrap().to_bytes().unwrap();
    let mut second = new().resume(examples.len(), Checkpoint::from_bytes(&bytes).unwrap()).unwrap();
    steps(&mut second, 5);
    let state = |distillation: &Distillation| block_on(distillation.checkpoint()).unwrap();
    assert_eq!(state(&unbroken), state(&second));
}

/// Two batches whose gradients make one step weigh each token alike: the loss is the mean over the tokens of both.
#[test]
fn accumulated_batches_are_one_step() {
    let (recipe, text) = micro();
    let examples = &text.train.examples[..40];
    let step = |tokens: usize, accumulate: usize| {
        let assignments = [format!("teacher.tokens_per_batch={tokens}"), format!("teacher.accumulate={accumulate}")];
        let recipe = recipe.with(&[&assignments[..], &["model.dropout=0.0".into()]].concat()).unwrap();
        let mut training = Training::new(&recipe, text.tokenizer.vocab_size(), examples, &Device::flex());
        let stepped = training.step(examples);
        let loss = block_on(training.losses()).unwrap();
        (stepped, loss, block_on(training.checkpoint()).unwrap())
    };
    let (whole, whole_loss, whole_state) = step(10_000, 1);
    let (parts, parts_loss, parts_state) = step(320, 100);
    assert!(whole.epoch_ended && parts.epoch_ended && whole.tokens == parts.tokens);
    assert_close("loss", &parts_loss, &whole_loss, 1e-5);
    // The first moments are the gradients times a constant.
    for (name, whole) in whole_state.tensors.iter().filter(|(name, _)| name.starts_with("adam.")) {
        assert_close(name, &parts_state.tensors[name].values, &whole.values, 1e-4);
    }
}

/// The loss on held-out pairs weighs each token alike, however the pairs lie in batches, and lasts until each is judged.
#[test]
fn validation_is_whole() {
    let (recipe, text) = micro();
    let (train, valid, device) = (&text.train.examples, &text.valid.examples, Device::flex());
    let judged = |tokens: usize| {
        let recipe = recipe.with(&[format!("teacher.tokens_per_batch={tokens}")]).unwrap();
        let training = start(&recipe, &text, &device);
        let mut validation = Validation::new(&training, valid);
        let mut batches = 0;
        loop {
            match block_on(validation.step(valid)).unwrap() {
                Some(loss) => return (loss, batches),
                None => batches += 1,
            }
        }
    };
    let ((whole, one), (parts, many)) = (judged(1_000_000), judged(500));
    assert!(one == 1 && many > 10, "{one} and {many} batches");
    assert_close("loss", &[parts], &[whole], 1e-5);
    let mut training = start(&recipe, &text, &device);
    let before = training.validation_due();
    while !training.step(train).epoch_ended {}
    assert_eq!((before, training.validation_due()), (false, true));
}

/// On the embeddings, on the weights of each attention, after each sublayer and inside the position-wise layer.
#[test]
fn dropout_is_in_every_place_the_paper_names() {
    let (recipe, text) = micro();
    let device = Device::flex();
    let model = recipe.with(&["model.layers=2".into()]).unwrap().sizes(300).init(1, &device).no_grad();
    let pairs = text.train.examples.iter().take(3).collect::<Vec<_>>();
    let rows = PairRows::new(&pairs, None, &device);
    let pass =
        &mut Pass { dropping: Some(Dropping::new(0.1, 1, 0, Share { before: 0, sentences: 3 })), ..Pass::default() };
    model.forward(&rows.source, &rows.input, pass);
    let places = pass.dropping.as_ref().unwrap().places();
    let (embeddings, encoder, decoder) = (2, 4, 6);
    assert_eq!(places, embeddings + 2 * encoder + 2 * decoder);
}

/// The same recipe gives the same bits, however many threads there are.
#[test]
fn a_run_repeats() {
    let (recipe, text) = micro();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut training = start(&recipe, &text, &Device::flex());
            losses(&mut training, &text.train.examples, 10)
        })
    };
    let once = run(1);
    assert_eq!(once, run(1));
    assert_eq!(once, run(2));
    assert_eq!(once, run(5));
    let other = recipe.with(&["seed=2".into()]).unwrap();
    let mut training = start(&other, &text, &Device::flex());
    assert_ne!(once, losses(&mut training, &text.train.examples, 10));
}
