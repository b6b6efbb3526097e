//! Training: the same on every device, resumed bit for bit, and whole however it is cut into parts.

use crate::golden::assert_close;
use attentionless::{
    batching::Example,
    checkpoint::Checkpoint,
    corpus::{Spec, build},
    device::{self, Choice},
    distil::{Distillation, new_net},
    finetune::{Finetuning, Places, Student},
    model::{
        batch::PairRows,
        fillings::{Dropping, Fillings, Pass, Share, Standing},
        mix::Trained,
    },
    recipe::Recipe,
    teacher::{Training, Validation},
    text::Text,
};
use burn::{module::Module, tensor::Device};
use pollster::block_on;
use std::collections::BTreeMap;

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
    let net = |site: &str, method: &str| {
        let (method, variant) = method.split_once('+').unwrap_or((method, ""));
        let variant = if variant.is_empty() { "null".into() } else { format!("{variant:?}") };
        format!(r#"{{"site":"{site}","method":"{method}","size":"s","variant":{variant}}}"#)
    };
    let cells = [
        ("enc", "alr"),
        ("enc", "alrr"),
        ("enc", "aslr"),
        ("enc", "elr"),
        ("enc", "awr"),
        ("self", "alr"),
        ("cross", "alr"),
        ("cross", "awr"),
        ("self", "awr"),
        ("enc", "alr+deep2"),
        ("cross", "alr+perquery"),
        ("cross", "alr+gated"),
        ("cross", "alr+prefix"),
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

/// Layers in which the student's nets stand before it give a net other inputs than the teacher's do, and only these.
#[test]
fn a_students_inputs_are_what_its_nets_made_of_them() {
    let (recipe, text) = micro();
    let recipe = recipe.with(&["model.layers=2".into(), "distil.batch=100".into()]).unwrap();
    let (examples, device) = (&text.train.examples, Device::flex());
    let (teacher, ids) = (start(&recipe, &text, &device).model(), recipe.net_ids());
    let curves = |before: BTreeMap<_, _>| {
        let distillation = Distillation::new(&recipe, teacher.clone(), &ids, examples.len(), &device);
        let mut distillation = distillation.behind(before);
        for _ in 0..3 {
            distillation.step(examples);
        }
        block_on(distillation.losses()).unwrap()
    };
    let first = ids[0];
    let net = Standing::Net(first.kind.method.region(), new_net(first, &recipe, &device));
    let fillings = Fillings(BTreeMap::from([((first.site, 0), net)]));
    let (apart, behind) = (curves(BTreeMap::new()), curves(BTreeMap::from([((first.site, first.kind), fillings)])));
    assert_eq!(apart[0], behind[0], "nothing stands before the first layer");
    assert_ne!(apart[1], behind[1]);
    assert!(behind[1].1[2] < behind[1].1[0], "{behind:?}");
}

/// A mix of micro's teacher, whose nets are as they begin.
fn tuning(how: Trained, epochs: u32) -> (Finetuning, Text) {
    let (recipe, text) = micro();
    let mut recipe = recipe.with(&["finetune.hidden=0.5".into(), "teacher.tokens_per_batch=900".into()]).unwrap();
    recipe.finetune.epochs = epochs;
    let device = Device::flex();
    let (examples, tracked) = (&text.train.examples, device.clone().autodiff());
    let (model, ids) = (recipe.sizes(text.tokenizer.vocab_size()).init(5, &tracked), recipe.net_ids());
    let nets = ids.iter().map(|&id| new_net(id, &recipe, &tracked)).collect();
    let start = (Student { model: model.clone(), nets }, Places { ids, others: Fillings::default() });
    (Finetuning::new(&recipe, how, model.valid(), start, examples, &device), text)
}

fn tuned(tuning: &Finetuning) -> [Checkpoint; 2] {
    let (student, _) = tuning.student();
    [block_on(Checkpoint::of(&student.model)).unwrap(), block_on(Checkpoint::of(&student.nets)).unwrap()]
}

/// The nets alone learn first; the model around them moves only where all is trained, in the second half.
#[test]
fn fine_tuning_brings_the_student_nearer() {
    for (how, epochs, model_moves) in [(Trained::Nets, 2, false), (Trained::All, 2, true), (Trained::Scratch, 1, true)]
    {
        let (mut tuning, text) = tuning(how, epochs);
        let begun = tuned(&tuning);
        let first_epoch = tuning.total() / if how == Trained::Scratch { 3 } else { epochs };
        while tuning.steps() < first_epoch {
            tuning.step(&text.train.examples);
        }
        assert_eq!(begun[0] == tuned(&tuning)[0], how != Trained::Scratch, "{how:?} after an epoch");
        while !tuning.finished() {
            tuning.step(&text.train.examples);
        }
        let (losses, ended) = (block_on(tuning.losses()).unwrap(), tuned(&tuning));
        assert_eq!(losses.len(), tuning.total() as usize);
        let (head, tail) = (losses[..4].iter().sum::<f32>(), losses[losses.len() - 4..].iter().sum::<f32>());
        assert!(tail < 0.9 * head, "{how:?}: {losses:?}");
        assert_eq!((begun[0] != ended[0], begun[1] != ended[1]), (model_moves, true), "{how:?}");
    }
}

#[test]
fn fine_tuning_resumes_bit_for_bit() {
    let (mut unbroken, text) = tuning(Trained::All, 2);
    let examples = &text.train.examples;
    let last = unbroken.total() / 2 + 2;
    for _ in 0..last {
        unbroken.step(examples);
    }
    let mut first = tuning(Trained::All, 2).0;
    for _ in 0..3 {
        first.step(examples);
    }
    let saved = block_on(first.checkpoint()).unwrap().to_bytes().unwrap();
    let second = tuning(Trained::All, 2).0;
    let mut second = second.resume(examples, Checkpoint::from_bytes(&saved).unwrap()).unwrap();
    for _ in 3..last {
        second.step(examples);
    }
    let (whole, parts) = (block_on(unbroken.checkpoint()).unwrap(), block_on(second.checkpoint()).unwrap());
    assert_eq!(whole.metadata, parts.metadata);
    let differing = whole.tensors.iter().filter(|(name, tensor)| parts.tensors.get(*name) != Some(tensor));
    assert_eq!(differing.map(|(name, _)| name).collect::<Vec<_>>(), Vec::<&String>::new());
}
