use super::*;
use crate::{
    device,
    model::mix::Mix,
    session::{Event, Goal, Session, Translator},
    store::Memory,
};
use pollster::block_on;
use std::{sync::LazyLock, time::Duration};

/// The files of a small trained run.
static RUN: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let small = ["corpus.pairs=300", "model.max_len=32", "teacher.epochs=1", "distil.epochs=1", "score.sentences=10"];
    let recipe = Recipe::preset("micro").unwrap().with(&small.map(String::from)).unwrap();
    let recipe = recipe
        .with(&[r#"score.mixes=["teacher","enc=alr-m","self=mean","enc=alr-m,trained=nets","trained=all"]"#.into()])
        .unwrap();
    let store = Memory::default();
    let session = Session::open(recipe, Box::new(store.clone()), device::cpu(), Goal::Scores).unwrap();
    finish(session);
    store.files()
});

fn finish(mut session: Session) -> Session {
    while !matches!(block_on(session.step(Duration::from_secs(1))).unwrap().last(), Some(Event::Done { .. })) {}
    session
}

fn store(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Box<Memory> {
    Box::new(Memory::new(files))
}

fn packed(precision: Precision) -> Vec<u8> {
    pack(store(RUN.clone()), precision).unwrap()
}

/// The bundle with its header changed.
fn with_header(bytes: &[u8], change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut header = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    change(&mut header);
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &bytes[8 + length..]].concat()
}

/// The bundle with a word of ours changed.
fn with_word(bytes: &[u8], key: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    with_header(bytes, |header| {
        let words = &mut header["__metadata__"]["attentionless"];
        let mut ours: BTreeMap<String, String> = serde_json::from_str(words.as_str().unwrap()).unwrap();
        let word = ours.get_mut(key).unwrap();
        *word = change(word);
        *words = serde_json::to_string(&ours).unwrap().into();
    })
}

#[test]
fn a_run_comes_back_bit_for_bit() {
    let back = unpack(&packed(Precision::Full)).unwrap().into_iter().collect::<BTreeMap<_, _>>();
    for (name, bytes) in &back {
        assert!(RUN[name] == *bytes, "{name} differs");
    }
    let left = RUN.keys().filter(|name| !back.contains_key(*name)).collect::<Vec<_>>();
    assert_eq!(left, ["corpus/train.tsv", "corpus/valid.tsv"]);
    assert_eq!(pack(store(back), Precision::Full).unwrap(), packed(Precision::Full));
}

#[test]
fn what_comes_back_translates_and_scores_alike() {
    let back = unpack(&packed(Precision::Full)).unwrap();
    let said = |files: Box<Memory>| {
        let translator = Translator::open(files, &device::cpu()).unwrap();
        let mixes = ["teacher", "enc=alr-m", "self=mean", "enc=alr-m,trained=nets", "trained=all"]
            .map(|mix| mix.parse::<Mix>().unwrap());
        mixes.map(|mix| block_on(translator.translate(&mix, "The dog sees the cat.")).unwrap())
    };
    assert_eq!(said(store(back.clone())), said(store(RUN.clone())));
    let scored = |mut files: BTreeMap<String, Vec<u8>>| {
        files.remove("rows.json");
        let recipe = Recipe::parse(std::str::from_utf8(&files["recipe.json"]).unwrap()).unwrap();
        let mixes = ["teacher", "enc=alr-m", "self=mean", "enc=none", "trained=all"].map(|mix| mix.parse().unwrap());
        let session = Session::open(recipe, store(files), device::cpu(), Goal::Scores).unwrap();
        let rows = finish(session.only_scoring(mixes.to_vec())).report().unwrap().rows;
        rows.into_iter().map(|row| (row.mix, row.bleu, row.chrf, row.parameters)).collect::<Vec<_>>()
    };
    assert_eq!(scored(back.into_iter().collect()), scored(RUN.clone()));
}

#[test]
fn half_is_half_and_then_exact() {
    let half = packed(Precision::Half);
    let tensors = |bytes: &[u8]| {
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        bytes.len() - 8 - length
    };
    assert_eq!(tensors(&half) * 2, tensors(&packed(Precision::Full)));
    let back = unpack(&half).unwrap().into_iter().collect::<BTreeMap<_, _>>();
    assert!(!back.contains_key("rows.json") && back.contains_key("words.txt"));
    let weights = |bytes: &[u8]| Checkpoint::from_bytes(bytes).unwrap().tensors;
    for (name, tensor) in weights(&RUN["teacher.safetensors"]) {
        let rounded = &weights(&back["teacher.safetensors"])[&name];
        let near = |(a, b): (&f32, &f32)| (a - b).abs() <= a.abs() * 1e-3 + 1e-7;
        assert!(tensor.values.iter().zip(&rounded.values).all(near), "{name}");
    }
    // Nothing is lost a second time, so what is scored then is theirs.
    let mut scored = back.clone();
    scored.insert("rows.json".into(), b"[]".to_vec());
    let again = unpack(&pack(store(scored.clone()), Precision::Half).unwrap()).unwrap();
    assert_eq!(again.into_iter().collect::<BTreeMap<_, _>>(), scored);
    let mut huge = Checkpoint::from_bytes(&RUN["teacher.safetensors"]).unwrap();
    huge.tensors.get_mut("generator.bias").unwrap().values[0] = 1e6;
    let run = RUN.clone().into_iter().chain([("teacher.safetensors".into(), huge.to_bytes().unwrap())]);
    let error = pack(store(run), Precision::Half).unwrap_err().to_string();
    assert_eq!(error, "tensor generator.bias holds 1000000, which is too large for 16 bits");
}

#[test]
fn unfinished_runs_are_not_packed() {
    let mut run = RUN.clone();
    run.remove("teacher.safetensors");
    assert!(pack(store(run), Precision::Full).unwrap_err().to_string().contains("no trained teacher"));
    assert!(pack(store([]), Precision::Full).is_err());
}

#[test]
fn damage_is_named() {
    let whole = packed(Precision::Full);
    let error = |bytes: &[u8]| unpack(bytes).unwrap_err().to_string();
    assert!(error(&whole[..whole.len() - 1]).starts_with("not a safetensors file"), "truncated");
    assert!(error(b"").starts_with("not a safetensors file"));
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(error(&flipped).starts_with("it is damaged: its SHA-256 is"));
    assert!(error(&RUN["teacher.safetensors"]).starts_with("it holds weights, but no run"));
    let shape = with_header(&whole, |header| {
        let shape = &mut header["nets/enc.1.alr-m/encoder.layers.0.alr.in.weight"]["shape"];
        assert_eq!(*shape, serde_json::json!([128, 1024]));
        *shape = serde_json::json!([64, 2048]);
    });
    let expected = "tensor nets/enc.1.alr-m/encoder.layers.0.alr.in.weight should be 128x1024, is 64x2048";
    assert_eq!(error(&shape), expected);
    let renamed = with_header(&whole, |header| {
        let header = header.as_object_mut().unwrap();
        let tensor = header.remove("decoder.norm.bias").unwrap();
        header.insert("decoder.norm.other".into(), tensor);
    });
    assert_eq!(error(&renamed), "tensor decoder.norm.bias is missing");
    let newer = with_word(&whole, "run", |_| "2".into());
    assert_eq!(error(&newer), "it is a run of form 2; this program knows 1");
    let recipe = with_word(&whole, "recipe", |recipe| recipe.replace("\"version\":1", "\"version\":2"));
    assert!(error(&recipe).contains("this recipe needs version 2"));
    let larger = with_word(&whole, "recipe", |recipe| recipe.replace("\"d_model\":32", "\"d_model\":4096"));
    assert!(error(&larger).contains("its `model` is"), "{}", error(&larger));
    for name in ["../outside", "/etc/passwd", "outputs/../../x.txt", "state/teacher.safetensors", "outputs/x.txt"] {
        let outside = with_word(&whole, "files", |files| files.replace("words.txt", name));
        assert_eq!(error(&outside), format!("its {name} cannot be used: no file of a run is called that"));
    }
}
