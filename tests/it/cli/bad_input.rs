//! Words, recipes and texts that cannot be used: one sentence with the place, 1 or 2, and nothing left behind.

use super::{Folder, MICRO, assert_has, with};

/// Refuses `run --preset micro --out R` with these words added; there is no R after it.
fn refused(folder: &Folder, words: &str, code: i32, says: &str) {
    let run = [&["run"], &MICRO[..], &["--out", "R"]].concat();
    assert_has(&folder.refuses(&with(&run, words), code), says);
    assert!(!folder.path("R").exists(), "{words} left R");
}

#[test]
fn texts() {
    let folder = Folder::new();
    folder.write("latin1.tsv", b"gut\tgood\nsch\xF6n\tnice\n");
    folder.write("utf16.tsv", b"\xFF\xFEg\0u\0t\0");
    folder.write("columns.tsv", "gut\tgood\nschön\n");
    folder.write("columns.csv", "gut,good\nja,yes,aye\n");
    folder.write("quote.csv", "gut,good\n\"ja,yes\n");
    folder.write("three.de", "eins\nzwei\ndrei\n");
    folder.write("two.en", "one\ntwo\n");
    folder.write("blank.tsv", "\t\n \t \ngut\t\n");
    folder.write("two.tsv", "gut\tgood\nja\tyes\n");
    folder.write("other.tsv", "fr\ten\nbon\tgood\n");
    folder.write("plain.txt", "no dictionary\n");
    folder.write("long.tsv", (0..50).map(|i| format!("a b c d e {i}\ta b c d e\n")).collect::<String>());
    let cases = [
        (
            "tsv:latin1.tsv",
            "latin1.tsv, line 2: expected UTF-8, found byte 0xF6 at offset 12 of the file; save it as UTF-8",
        ),
        (
            "tsv:utf16.tsv",
            "utf16.tsv, line 1: expected UTF-8, found byte 0xFF at offset 0 of the file (it looks like UTF-16)",
        ),
        ("tsv:columns.tsv", "columns.tsv, line 2: expected 2 columns separated by a tab, found 1;"),
        ("tsv:columns.csv", "columns.csv, line 2: expected 2 columns separated by a comma, found 3;"),
        ("tsv:quote.csv", "quote.csv, line 2: a quoted field opens here and never closes"),
        ("aligned:three.de,two.en", "three.de has 3 lines and two.en has 2: line-aligned files need the same number"),
        ("tsv:blank.tsv", "blank.tsv: nothing is left of 3 pairs for the train set (an empty side: 3)"),
        ("tsv:two.tsv", "two.tsv: 2 different source sentences are too few to split"),
        ("tsv:other.tsv", "other.tsv, line 1: the header names fr and en, but the direction is de-en"),
        ("ding:plain.txt", "plain.txt: expected Ding's `German :: English` lines, found none in 1 lines"),
        ("tsv:missing.tsv", "missing.tsv: no such file; check the path"),
    ];
    for (source, says) in cases {
        refused(&folder, &format!("--pair de-en --set corpus={source}"), 1, says);
        let out = ["corpus", source, "--pair", "de-en", "--out", "clean.tsv"];
        assert_has(&folder.refuses(&out, 1), says);
    }
    refused(
        &folder,
        "--pair de-en --set corpus=tsv:long.tsv --set model.max_len=3 --set tokenizer.vocab=30",
        1,
        "max_len = 3",
    );
    refused(&folder, "--pair de-en --set corpus=ding:plain.txt --test tsv:latin1.tsv", 1, "latin1.tsv, line 2");
}

#[test]
fn values() {
    let folder = Folder::new();
    let cases = [
        ("nothing=1", 2, "the recipe has no field `nothing`"),
        (r#"teacher.rate_drops=[{"after":9,"factor":2}]"#, 2, "`teacher.rate_drops` is 2; expected factors above 0"),
        ("teacher=[] --set teacher.rate_drops=[]", 2, "the recipe has no field `teacher.rate_drops`"),
        (r#"teacher.rate_drops=[{"after":9}]"#, 2, "cannot be set: missing field `factor`"),
        ("teacher.clip=0", 2, "`teacher.clip` is 0; expected a positive number"),
        ("teacher.clip=-1.5", 2, "`teacher.clip` is -1.5; expected a positive number"),
        ("teacher.clip=1e40", 2, "`teacher.clip` is inf; expected a positive number"),
        ("teacher.clip=NaN", 2, "`teacher.clip=NaN` cannot be set: invalid type: string \"NaN\", expected a number"),
        ("teacher=[] --set teacher.clip=1", 2, "the recipe has no field `teacher.clip`"),
        ("model.depth=1", 2, "the recipe has no field `model.depth`"),
        ("layers", 2, "`layers` is not KEY=VALUE, such as model.layers=2"),
        ("model.heads=5", 2, "`model.heads` is 5; it has to divide model.d_model, 32; the nearest that does is 4"),
        ("model.heads=0", 2, "`model.heads` is 0; expected 1 to 256"),
        ("model.max_len=0", 2, "`model.max_len` is 0; expected 2 to 2048"),
        (
            "model.max_len=-3",
            2,
            "`model.max_len=-3` cannot be set: invalid value: integer `-3`, expected a whole number from 0",
        ),
        (
            "model.layers=two",
            2,
            "`model.layers=two` cannot be set: invalid type: string \"two\", expected a whole number",
        ),
        ("model.dropout=1.5", 2, "`model.dropout` is 1.5; expected at least 0 and below 1"),
        ("teacher.rate=-1", 2, "`teacher.rate` is -1; expected a positive number"),
        ("teacher.tokens_per_batch=3", 2, "`teacher.tokens_per_batch` is 3; expected 24 to 10000000"),
        ("seed=1.5", 2, "`seed=1.5` cannot be set"),
        ("model=[]", 2, "`model` has to be written as {\"name\": value, ...}"),
        ("pair=en-en", 2, "unknown direction \"en-en\": it must be two different languages of en, fr, de"),
        ("corpus=everyday.tsv", 2, "`everyday.tsv` is no corpus source: expected everyday,"),
        ("corpus.pairs=0", 2, "`corpus.pairs` is 0; expected 1 to 10000000"),
        ("version=2", 2, "this recipe needs version 2; this program knows up to 1"),
        ("version=0", 2, "`version` is 0; expected 1"),
        // What a text holds is known only when it is read.
        ("tokenizer.vocab=20", 1, "tokenizer.vocab is 20, but the training text has"),
        ("corpus.hash=abc", 1, "expected abc"),
        ("corpus.max_chars=3", 1, "nothing is left of 1000 pairs for the test set (too long: 1000)"),
    ];
    for (assignment, code, says) in cases {
        refused(&folder, &format!("--set {assignment}"), code, says);
    }
}

#[test]
fn recipe_files() {
    let folder = Folder::new();
    let cases: [(&[u8], i32, &str); 8] = [
        (
            b"{\"version\": 1,\n \"colour\": 2}",
            2,
            "r.json: not a recipe: unknown field `colour`, expected one of `version`",
        ),
        (
            b"{\"model\":\n {\"heads\": -1}}",
            2,
            "r.json: not a recipe: invalid value: integer `-1`, expected a whole number from 0 at line 2",
        ),
        (b"{\"version\": 2, \"colour\": 2}", 2, "r.json: this recipe needs version 2; this program knows up to 1"),
        (
            b"{\"model\": {\"d_model\": 30, \"heads\": 4}}",
            2,
            "r.json: `model.heads` is 4; it has to divide model.d_model, 30",
        ),
        (b"{\"version\": 1", 2, "r.json: not a recipe: EOF"),
        (b"[]", 2, "r.json: `recipe` has to be written as {"),
        (
            b"{\"nets\": [{\"site\": \"enc\", \"layers\": \"some\", \"method\": \"alr\", \"size\": \"m\"}]}",
            2,
            "expected \"all\" or a list",
        ),
        (b"\xFF\xFE", 1, "r.json: expected a recipe as JSON in UTF-8"),
    ];
    for (bytes, code, says) in cases {
        folder.write("r.json", bytes);
        assert_has(&folder.refuses(&["run", "r.json", "--device", "cpu", "--out", "R"], code), says);
        assert_has(&folder.refuses(&["plan", "r.json", "--device", "cpu"], code), says);
    }
    assert_has(&folder.refuses(&["run", "gone.json", "--out", "R"], 1), "gone.json: no such file; --preset takes one");
    assert_has(
        &folder.refuses(&["run", "--preset", "big", "--out", "R"], 2),
        "no preset `big`; there are micro, tiny, small, paper",
    );
}

#[test]
fn mixes_and_nets() {
    let folder = Folder::new();
    let cases = [
        ("--mix enc.2=none", 2, "the mix `enc.2=none` names layer 2 of `enc`, but the model's last layer is 1"),
        ("--mix enc.0=none", 2, "`0` is not a layer; layers count from 1"),
        ("--mix encoder=none", 2, "there is no site `encoder`; there are enc, self, cross"),
        ("--mix enc=tiny-m", 2, "there is no method `tiny`; there are alr"),
        ("--mix enc=alr-huge", 2, "there is no size `huge`; there are xs, s, m, l, xl"),
        (
            "--mix enc=zero",
            2,
            "there is no filling `zero`; there are attention, none, uniform, mean, and nets such as alr-m",
        ),
        ("--mix enc", 2, "`enc` is not part of a mix"),
        ("--mix cross=elr-m", 2, "puts `elr-m` at `cross`; it can stand at enc"),
        ("--net enc.2=alr-m", 2, "`nets.layers` is 2; the model's layers are 1 to 1"),
        ("--net self=elr-m", 2, "`nets.site` is self; where elr-m is asked for, it can stand at enc"),
        ("--net enc=alr-m+gated", 2, "`nets.site` is enc; where alr-m+gated is asked for, it can stand at cross"),
        ("--mix enc=none,trained=nets", 2, "the mix `enc=none,trained=nets` has no net to train"),
        ("--net enc=alr-huge", 2, "there is no size `huge`; there are xs, s, m, l, xl"),
        ("--net enc", 2, "`enc` is not SITE[.LAYER]=METHOD-SIZE, such as enc=alr-m"),
        // Told before anything is trained, not after.
        ("--mix enc=alr-l", 1, "the run has no net enc.1.alr-l; `--net enc=alr-l` with `run` or `distil` fits it"),
    ];
    for (words, code, says) in cases {
        refused(&folder, words, code, says);
    }
}

#[test]
fn words() {
    let folder = Folder::new();
    let cases: [(&[&str], &str); 5] = [
        (&["run", "--preset", "micro"], "--out"),
        (&["fly"], "fly"),
        (&["corpus", "everyday", "--pair", "xx-en"], "unknown direction \"xx-en\""),
        (&["corpus", "nothing"], "`nothing` is no corpus source"),
        (&["run", "r.json", "--preset", "micro", "--out", "R"], "--preset"),
    ];
    for (words, says) in cases {
        let ran = folder.run(words);
        ran.error(2);
        assert_has(&ran.err, says);
    }
    assert_has(&folder.run(&["--help"]).done(), "Exit codes: 0 done, 1 failed, 2 wrong usage");
    for command in ["run", "corpus", "train", "distil", "eval", "translate", "plan"] {
        assert_has(&folder.run(&[command, "--help"]).done(), "Example");
    }
    assert!(folder.run(&["devices", "--device", "cpu"]).code == Some(2));
    assert!(
        folder
            .refuses(&["plan", "--device", "no such card"], 1)
            .contains("no graphics adapter is called `no such card`")
    );
    assert!(folder.files().is_empty());
}
