//! A run that is left between any two of its steps goes on as if it had not been.

use attentionless::{
    checkpoint::Checkpoint,
    device,
    recipe::Recipe,
    session::{Event, Goal, Session, SessionError},
    store::{Memory, Store},
};
use pollster::block_on;
use std::{collections::BTreeMap, time::Duration};

/// Few steps of every kind: two epochs of the teacher, three nets, mixes that are trained on and one
/// that needs the mean outputs.
fn recipe() -> Recipe {
    let small = [
        "corpus.pairs=300",
        "tokenizer.vocab=200",
        "teacher.epochs=2",
        "teacher.tokens_per_batch=1500",
        "distil.epochs=1",
        "distil.batch=100",
        r#"nets=[{"site":"enc","method":"alr","size":"xs"},{"site":"self","method":"alr","size":"s"},{"site":"cross","method":"awr","size":"xs"}]"#,
        r#"score.mixes=["teacher","enc=mean","enc=alr-xs,self=alr-s,trained=all","cross=awr-xs,trained=scratch"]"#,
        "finetune.epochs=2",
        "score.sentences=6",
        "score.resamples=20",
    ];
    Recipe::preset("micro").unwrap().with(&small.map(str::to_string)).unwrap()
}

fn open(store: &Memory, recipe: &Recipe) -> Session {
    Session::open(recipe.clone(), Box::new(store.clone()), device::cpu(), Goal::Scores).unwrap()
}

/// A whole run, left after this step and taken up by another session; and how many steps it took.
fn run(left_after: Option<usize>) -> (Memory, usize) {
    let (store, recipe) = (Memory::new([]), recipe());
    let mut session = open(&store, &recipe);
    for step in 0.. {
        let events = block_on(session.step(Duration::ZERO)).unwrap();
        if matches!(events.last(), Some(Event::Done { .. })) {
            return (store, step);
        }
        if left_after == Some(step) {
            block_on(session.save()).unwrap();
            session = open(&store, &recipe);
        }
    }
    unreachable!("the steps have an end");
}

/// All that does not tell the time.
fn files(store: &Memory) -> BTreeMap<String, Vec<u8>> {
    let mut files = store.files();
    files.retain(|name, _| !["seconds.json", "rows.json"].contains(&name.as_str()));
    files
}

/// Nets that learn from a student's inputs are fitted layer after layer; left between two layers they end the same.
#[test]
fn layer_after_layer() {
    let more = ["model.layers=2", "distil.inputs=student", r#"score.mixes=["teacher","enc=alr-xs"]"#];
    let recipe = recipe().with(&more.map(str::to_string)).unwrap();
    let run = |left: bool| {
        let store = Memory::new([]);
        let mut session = open(&store, &recipe);
        let mut fitted = Vec::new();
        loop {
            let events = block_on(session.step(Duration::ZERO)).unwrap();
            let nets = events.iter().filter_map(|event| match event {
                Event::Fitted { net, .. } => Some(net.clone()),
                _ => None,
            });
            let before = fitted.len();
            fitted.extend(nets);
            if matches!(events.last(), Some(Event::Done { .. })) {
                return (store, fitted);
            }
            if left && fitted.len() > before {
                session = open(&store, &recipe);
            }
        }
    };
    let (whole, fitted) = run(false);
    let layer = |net: &String| net.split('.').nth(1).map(str::to_string);
    assert_eq!(fitted.iter().filter_map(layer).collect::<String>(), "111222");
    let (expected, found) = (files(&whole), files(&run(true).0));
    let differing = expected.iter().filter(|(name, bytes)| found.get(*name) != Some(bytes)).map(|(name, _)| name);
    assert_eq!(differing.collect::<Vec<_>>(), Vec::<&String>::new());
    let apart = recipe.with(&["distil.inputs=teacher".into()]).unwrap();
    let store = Memory::new([]);
    let mut session = open(&store, &apart);
    while !matches!(block_on(session.step(Duration::ZERO)).unwrap().last(), Some(Event::Done { .. })) {}
    let tensors = |store: &Memory, net: &str| {
        let bytes = store.read(&format!("nets/{net}.safetensors")).unwrap().unwrap();
        attentionless::checkpoint::Checkpoint::from_bytes(&bytes).unwrap().tensors
    };
    for site in ["enc", "self"] {
        let net = |layer| format!("{site}.{layer}.alr-{}", if site == "enc" { "xs" } else { "s" });
        assert_eq!(tensors(&whole, &net(1)), tensors(&store, &net(1)));
        assert_ne!(tensors(&whole, &net(2)), tensors(&store, &net(2)));
    }
}

#[test]
fn left_anywhere_it_ends_the_same() {
    let (whole, steps) = run(None);
    let expected = files(&whole);
    assert!(steps > 40 && expected.contains_key("means.safetensors"), "{steps} steps, {:?}", expected.keys());
    assert!(expected.keys().all(|name| !name.starts_with("state/")), "{:?}", expected.keys());
    // Most kinds of step come more than once.
    for left_after in (0..steps).step_by(3) {
        let found = files(&run(Some(left_after)).0);
        let differing = expected.iter().filter(|(name, bytes)| found.get(*name) != Some(bytes)).map(|(name, _)| name);
        let differing = differing.collect::<Vec<_>>();
        assert!(differing.is_empty() && found.len() == expected.len(), "left after step {left_after}: {differing:?}");
    }
}

/// What a teacher in training, or its nets, left belongs to a run of one recipe.
#[test]
fn a_state_of_another_run_is_refused() {
    let (store, recipe) = (Memory::new([]), recipe());
    let mut session = open(&store, &recipe);
    while store.read("state/teacher.safetensors").unwrap().is_none() {
        block_on(session.step(Duration::ZERO)).unwrap();
        block_on(session.save()).unwrap();
    }
    let state = store.read("state/teacher.safetensors").unwrap().unwrap();
    let other = recipe.with(&["teacher.rate=0.5".into()]).unwrap();
    let elsewhere = Memory::new([("state/teacher.safetensors".to_string(), state)]);
    let mut session = open(&elsewhere, &other);
    let error = loop {
        if let Err(error) = block_on(session.step(Duration::ZERO)) {
            break error;
        }
    };
    assert!(matches!(error, SessionError::OtherWeights { part: "teacher", .. }), "{error}");
}

/// Steps until something is saved of the teacher, and how many of its steps that is.
fn begin_teacher(store: &Memory, recipe: &Recipe) -> u32 {
    let mut session = Session::open(recipe.clone(), Box::new(store.clone()), device::cpu(), Goal::Teacher).unwrap();
    loop {
        let events = block_on(session.step(Duration::ZERO)).unwrap();
        if let Some(Event::Training { step, .. }) = events.last() {
            block_on(session.save()).unwrap();
            return *step;
        }
    }
}

fn end_teacher(store: &Memory, recipe: &Recipe) -> Result<(), SessionError> {
    let mut session = Session::open(recipe.clone(), Box::new(store.clone()), device::cpu(), Goal::Teacher)?;
    while !matches!(block_on(session.step(Duration::from_secs(1)))?.last(), Some(Event::Done { .. })) {}
    Ok(())
}

#[test]
fn a_teacher_goes_on_at_a_lower_rate_from_what_is_kept() {
    let (kept, recipe) = (Memory::new([]), recipe());
    let step = begin_teacher(&kept, &recipe);
    let dropped = |after: u32| {
        let drops = format!("teacher.rate_drops=[{{\"after\":{after},\"factor\":0.5}}]");
        recipe.with(&[drops]).unwrap()
    };
    let before = files(&kept);
    let past = end_teacher(&kept, &dropped(step - 1));
    assert!(matches!(past, Err(SessionError::OtherWeights { part: "teacher", .. })), "{past:?}");
    assert_eq!(files(&kept), before);
    end_teacher(&kept, &dropped(step)).unwrap();

    let (whole, plain) = (Memory::new([]), Memory::new([]));
    end_teacher(&whole, &dropped(step)).unwrap();
    end_teacher(&plain, &recipe).unwrap();
    assert_eq!(files(&kept), files(&whole));
    let teacher = "teacher.safetensors";
    assert_ne!(kept.read(teacher).unwrap(), plain.read(teacher).unwrap());
    // What is trained to its end has no other past any more.
    for other in [dropped(1000), recipe] {
        assert!(matches!(
            end_teacher(&kept, &other),
            Err(SessionError::OtherWeights { .. } | SessionError::OtherRecipe { .. })
        ));
    }
}

/// Also where gradients are clipped, and none that is no number moves a weight.
#[test]
fn a_loss_that_is_no_number_says_how_to_go_on() {
    for more in [None, Some("teacher.clip=1".to_string())] {
        let settings = ["teacher.rate=1e30".into()].into_iter().chain(more).collect::<Vec<_>>();
        let (store, wild) = (Memory::new([]), recipe().with(&settings).unwrap());
        let error = end_teacher(&store, &wild).unwrap_err().to_string();
        let advice = r#"the same command with --set 'teacher.rate_drops=[{"after":0,"factor":0.5}]'"#;
        assert!(error.starts_with("the loss became NaN at step ") && error.ends_with(advice), "{error}");
    }
}

/// A bound that no gradient reaches changes no bit, a lower one does; and only a recipe with one is another recipe.
#[test]
fn a_bound_on_the_gradients_holds() {
    let teachers = ["null", "1e6", "0.1"].map(|clip| {
        let (store, recipe) = (Memory::new([]), recipe().with(&[format!("teacher.clip={clip}")]).unwrap());
        end_teacher(&store, &recipe).unwrap();
        let teacher = Checkpoint::from_bytes(&store.read("teacher.safetensors").unwrap().unwrap()).unwrap();
        (recipe, teacher.tensors)
    });
    let [(plain, free), (high, unbound), (_, bound)] = teachers;
    assert!(free == unbound && free != bound);
    assert_eq!(plain, recipe());
    assert!(!plain.canonical().contains("clip") && high.canonical().contains(r#""clip":1000000.0"#));
}
