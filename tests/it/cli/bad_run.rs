//! Runs that cannot go on: of another recipe, damaged, or without room on the disk. What was there stays, byte for byte.

use super::{Folder, MICRO, PROGRAM, Ran, assert_has, with};
use std::fs;

const RUN: &str = "run --preset micro --device cpu --out R";
const EVAL: &str = "eval R --device cpu --mix enc=alr-m";
const TRANSLATE: &str = "translate R --device cpu --mix enc=alr-m";

fn refuses(folder: &Folder, words: &str, code: i32, says: &str) {
    assert_has(&folder.refuses(&with(&[], words), code), says);
}

#[test]
fn another_recipe() {
    let folder = Folder::with_run();
    let begun = "the run was begun with another recipe: its";
    refuses(&folder, &format!("{RUN} --set seed=2"), 2, &format!("{begun} `seed` is 1, asked for is 2"));
    refuses(
        &folder,
        &format!("{RUN} --pair fr-en"),
        2,
        &format!("{begun} `pair` is \"en-fr\", asked for is \"fr-en\""),
    );
    refuses(&folder, &format!("{RUN} --set model.layers=2"), 2, &format!("{begun} `model`"));
    refuses(&folder, &format!("{RUN} --set distil.epochs=9"), 2, &format!("{begun} `distil`"));
    refuses(&folder, "train --preset tiny --device cpu --out R", 2, begun);
    // Without its file, the recipe that the teacher carries.
    fs::remove_file(folder.path("R/recipe.json")).unwrap();
    refuses(&folder, &format!("{RUN} --set seed=2"), 2, &format!("{begun} `seed` is 1, asked for is 2"));
}

#[test]
fn what_is_not_there() {
    let folder = Folder::with_run();
    folder.write("empty/notes.txt", "mine");
    for words in ["eval empty", "translate empty", "distil empty --net enc=alr-m", "eval gone"] {
        let name = words.split(' ').nth(1).unwrap();
        let says = format!("{name} holds no run: `attentionless run --out {name}` makes one");
        refuses(&folder, &format!("{words} --device cpu"), 1, &says);
    }
    let no_net = "the run has no net enc.1.alr-s; `--net enc=alr-s` with `run` or `distil` fits it";
    refuses(&folder, "eval R --device cpu --mix teacher --mix enc=alr-s", 1, no_net);
    refuses(&folder, "translate R --device cpu --mix enc.1=alr-s", 1, no_net);
    refuses(
        &folder,
        "eval R --device cpu --mix enc.2=none",
        2,
        "names layer 2 of `enc`, but the model's last layer is 1",
    );
    refuses(&folder, "translate R --device cpu --mix cross.4=mean", 2, "names layer 4 of `cross`");
    refuses(&folder, "distil R --device cpu --net enc.3=alr-s", 2, "`nets.layers` is 3; the model's layers are 1 to 1");
    refuses(
        &folder,
        "translate R --device cpu --mix self=mean",
        1,
        "the run has no mean outputs yet; `eval` with the mix",
    );
    refuses(&folder, "translate R --device cpu --beam 0", 2, "--beam is 0; expected 1 to 64");
    fs::remove_file(folder.path("R/teacher.safetensors")).unwrap();
    for words in [EVAL, TRANSLATE] {
        refuses(&folder, words, 1, "the run has no trained teacher yet");
    }
}

#[test]
fn other_sentences() {
    let folder = Folder::with_run();
    folder.write("one.en", "The dog sleeps.\n");
    folder.write("two.fr", "Le chien dort.\nLe chat dort.\n");
    folder.write("latin1.fr", b"d\xE9j\xE0\n");
    folder.write("blank.tsv", "\t\n");
    folder.write("long.tsv", format!("{}\tcourt\n", "word ".repeat(60)));
    let eval = |on: &str, says: &str| refuses(&folder, &format!("eval R --device cpu --on {on}"), 1, says);
    eval("one.en two.fr", "one.en has 1 lines and two.fr has 2: line-aligned files need the same number");
    eval("one.en latin1.fr", "latin1.fr, line 1: expected UTF-8, found byte 0xE9");
    eval("gone.tsv", "gone.tsv: no such file");
    eval("one.en", "one.en, line 1: expected 2 columns separated by a tab, found 1");
    eval("blank.tsv", "blank.tsv: nothing is left of 1 pairs");
    eval("long.tsv", "no pair of the given split fits into model.max_len = 24 tokens");
}

#[test]
fn damaged_files() {
    let again = "delete it and it is made again";
    let cases = [
        (
            "teacher.safetensors",
            "teacher.safetensors in the run cannot be used: not a safetensors file",
            &[RUN, EVAL, TRANSLATE][..],
        ),
        (
            "tokenizer.json",
            "tokenizer.json in the run cannot be used: expected a tokenizer as JSON",
            &[RUN, EVAL, TRANSLATE],
        ),
        ("nets/enc.1.alr-m.safetensors", "nets/enc.1.alr-m.safetensors in the run cannot be used", &[TRANSLATE]),
        ("rows.json", "rows.json in the run cannot be used: EOF", &[RUN, EVAL]),
        ("corpus/train.tsv", "corpus/", &[RUN, EVAL]),
        ("corpus/report.json", "corpus/report.json in the run cannot be used", &[RUN, EVAL]),
        ("recipe.json", "recipe.json in the run cannot be used: not a recipe: EOF", &[EVAL, TRANSLATE]),
    ];
    let folder = Folder::with_run();
    for (name, says, commands) in cases {
        let file = format!("R/{name}");
        let whole = folder.read(&file);
        folder.write(&file, &whole[..whole.len() / 2]);
        for words in commands {
            let sentence = folder.refuses(&with(&[], words), 1);
            assert_has(&sentence, says);
            assert!(sentence.contains(again) || name == "recipe.json", "{sentence}");
        }
        // The advice is good: it comes out as it was.
        fs::remove_file(folder.path(&file)).unwrap();
        folder.run(&with(&[], RUN)).done();
        // But for the milliseconds in it.
        if name != "rows.json" {
            assert!(folder.read(&file) == whole, "{name} came out different");
        }
    }
}

#[test]
fn files_of_another_run() {
    let (folder, other) = (Folder::with_run(), Folder::with_run());
    let words = [&["run"], &MICRO[..], &["--out", "R"]].concat();
    fs::remove_dir_all(other.path("R")).unwrap();
    other.run(&with(&words, "--set seed=2 --set teacher.epochs=1")).done();
    for (name, says, command) in [
        (
            "teacher.safetensors",
            "teacher.safetensors in the run is from another run: its `seed` is 2, this run's is 1",
            EVAL,
        ),
        ("nets/enc.1.alr-m.safetensors", "nets/enc.1.alr-m.safetensors in the run is from another run", TRANSLATE),
        ("tokenizer.json", "tokenizer.json in the run is damaged", RUN),
        ("corpus/test.tsv", "corpus/ in the run is damaged", RUN),
    ] {
        let file = format!("R/{name}");
        let own = folder.read(&file);
        folder.write(&file, other.read(&file));
        refuses(&folder, command, 1, says);
        folder.write(&file, own);
    }
}

/// Runs the program where no file can be larger than so many blocks (of 512 or 1024 bytes, as the shell has it): a full disk
/// that needs no other disk.
#[cfg(unix)]
fn run_limited(folder: &Folder, blocks: usize, words: &str) -> Ran {
    let mut command = folder.command("sh");
    command.args(["-c", &format!("ulimit -f {blocks} && exec \"$0\" \"$@\""), PROGRAM]);
    Ran::new(command.args(words.split(' ')).output().unwrap())
}

#[cfg(unix)]
#[test]
fn full_disk() {
    let folder = Folder::with_run();
    let before = folder.files();
    // The XL net takes 9 MB, all else less than 1; its state in training comes before its file.
    let ran = run_limited(&folder, 4000, "distil R --net enc=alr-xl --device cpu");
    let room = "what was there is as it was; make room and run it again";
    assert_has(&ran.error(1), "could not write R/state/nets.safetensors: File too large");
    assert_has(&ran.sentence(), room);
    folder.assert_files(&before, "a full disk");

    // In the middle of a new run: whole files stay, and with room it goes on from them.
    let new = "run --preset micro --device cpu --out N";
    for (blocks, at) in [(100, "could not write N/corpus/train.tsv"), (500, "could not write N/")] {
        let sentence = run_limited(&folder, blocks, new).error(1);
        assert_has(&sentence, at);
        assert_has(&sentence, room);
        let files = folder.files();
        assert!(files.keys().all(|name| !name.to_string_lossy().contains(".part")), "{:?}", files.keys());
    }
    folder.run(&with(&[], new)).done();
    assert!(folder.read("N/teacher.safetensors") == folder.read("R/teacher.safetensors"));
}

#[cfg(target_os = "linux")]
#[test]
fn full_devices() {
    let folder = Folder::with_run();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    // Through a link, so that the device is safe even from a program that replaces files.
    std::os::unix::fs::symlink("/dev/full", folder.path("full")).unwrap();
    let sentence = folder.run(&["corpus", "everyday", "--pairs", "10", "--out", "full"]).error(1);
    assert_has(&sentence, "could not write full: No space left on device");
    assert!(folder.path("full").is_symlink());

    for words in
        ["plan --preset paper --table", "plan --preset paper --table --json", "corpus everyday", "devices", EVAL]
    {
        let output = folder.command(PROGRAM).args(words.split(' ')).stdout(full()).output().unwrap();
        assert_has(&Ran::new(output).error(1), "could not write to standard output: No space left on device");
    }
    // A log that cannot be written stops nothing.
    let words = "run --preset micro --device cpu --mix cross=none --out R";
    let status = folder.command(PROGRAM).args(words.split(' ')).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn places_where_no_run_can_be() {
    let folder = Folder::new();
    folder.write("file", "mine");
    folder.write("taken/corpus", "mine");
    for (out, says) in [
        ("file", "could not read file/recipe.json: "),
        ("file/R", "could not read file/R/recipe.json: "),
        ("taken", "taken/corpus"),
    ] {
        let sentence = folder.refuses(&[&["run"], &MICRO[..], &["--out", out]].concat(), 1);
        assert_has(&sentence, says);
        assert_has(&sentence, "choose another place");
    }
    let sentence = folder.refuses(&["corpus", "everyday", "--pairs", "10", "--out", "taken"], 1);
    assert_has(&sentence, "could not write taken: ");
}
