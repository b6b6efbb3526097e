//! Corpora that come from elsewhere: translation memories and IWSLT2017's archives. Each is read; each is broken in several ways, and then gives one sentence and leaves nothing behind.

use super::{Folder, assert_has, with};
use crate::zip_writer::stored;
use std::fs;

/// Sentences that a run of the preset `micro` has words for.
const TRAIN: [(&str, &str); 3] = [
    ("The dog sleeps.", "Le chien dort."),
    ("The cat sees the dog.", "Le chat voit le chien."),
    ("A child eats the bread.", "Un enfant mange le pain."),
];
const VALID: [(&str, &str); 1] = [("The cat sleeps.", "Le chat dort.")];
const TEST: [(&str, &str); 2] =
    [("The dog sees the cat.", "Le chien voit le chat."), ("A child sleeps.", "Un enfant dort.")];

/// A translation memory of the test sentences.
fn memory() -> String {
    let unit = |(english, french): &(&str, &str)| {
        format!(
            "<tu><tuv xml:lang=\"EN-gb\"><seg>{english}<ph/></seg></tuv>\n<tuv xml:lang=\"fr\"><seg>{french}</seg></tuv></tu>\n"
        )
    };
    let units = TEST.iter().map(unit).collect::<String>();
    format!("<tmx version=\"1.4\"><header/>\n<body>\n{units}</body></tmx>\n")
}

/// The files of an IWSLT2017 archive for English to French.
fn iwslt() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (side, language) in ["en", "fr"].into_iter().enumerate() {
        let text = |pair: &(&'static str, &'static str)| if side == 0 { pair.0 } else { pair.1 };
        let lines = TRAIN.iter().map(|pair| format!("{}\n", text(pair))).collect::<String>();
        files.push((format!("en-fr/train.tags.en-fr.{language}"), format!("<title>A title</title>\n{lines}</doc>\n")));
        for (set, pairs) in [("dev2010", &VALID[..]), ("tst2010", &TEST[..1]), ("tst2011", &TEST[1..])] {
            let segments =
                pairs.iter().map(|pair| format!("<seg id=\"1\"> {} </seg>\n", text(pair))).collect::<String>();
            let file = format!("<mteval>\n<doc>\n{segments}</doc>\n</mteval>\n");
            files.push((format!("en-fr/IWSLT17.TED.{set}.en-fr.{language}.xml"), file));
        }
    }
    files
}

fn zipped(files: &[(String, String)]) -> Vec<u8> {
    stored(&files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect::<Vec<_>>())
}

/// The archive with another text in the files whose name ends so.
fn edited(end: &str, edit: impl Fn(&str) -> String) -> Vec<u8> {
    let edited = |(name, text): (String, String)| if name.ends_with(end) { (name, edit(&text)) } else { (name, text) };
    zipped(&iwslt().into_iter().map(edited).collect::<Vec<_>>())
}

#[test]
fn memories_and_archives_are_corpora() {
    let folder = Folder::with_run();
    folder.write("m.tmx", memory());
    folder.write("i.zip", zipped(&iwslt()));
    iwslt().iter().for_each(|(name, text)| folder.write(format!("texts/{name}"), text));
    for source in ["iwslt:i.zip", "iwslt:texts"] {
        let corpus = folder.run(&["corpus", source, "--out", "train.tsv", "--json"]).json();
        let report = &corpus["report"];
        assert_eq!([&report["train"], &report["valid"], &report["test"]], [3, 1, 2], "{corpus}");
        let train = TRAIN.iter().map(|(english, french)| format!("{english}\t{french}\n")).collect::<String>();
        assert_eq!(folder.read("train.tsv"), train.into_bytes());
        let back = folder.run(&["corpus", source, "--pair", "fr-en", "--test", "tmx:m.tmx"]).done();
        assert_has(&back, "train         3   valid      1   test      2");
        assert_has(&back, "Le chien dort.  =  The dog sleeps.");
    }
    fs::remove_file(folder.path("train.tsv")).unwrap();
    let before = folder.files();
    for on in ["m.tmx", "i.zip", "texts", "tmx:m.tmx", "iwslt:i.zip"] {
        let report = folder.run(&["eval", "R", "--device", "cpu", "--mix", "teacher", "--on", on, "--json"]).json();
        assert_eq!((&report["sentences"], &report["split"]), (&2.into(), &"all".into()), "{report}");
        assert_has(report["corpus"].as_str().unwrap(), on);
    }
    folder.assert_files(&before, "eval on other sentences");
}

/// Refuses it as a corpus and as what a run is scored on.
fn refused(folder: &Folder, file: &str, bytes: &[u8], says: &str) {
    folder.write(file, bytes);
    let kind = if file.ends_with("tmx") { "tmx" } else { "iwslt" };
    assert_has(&folder.refuses(&["corpus", &format!("{kind}:{file}"), "--out", "clean.tsv"], 1), says);
    assert_has(&folder.refuses(&["eval", "R", "--device", "cpu", "--on", file], 1), says);
    let run = ["run", "--preset", "micro", "--device", "cpu", "--out", "new"];
    assert_has(&folder.refuses(&with(&run, &format!("--test {kind}:{file}")), 1), says);
    fs::remove_file(folder.path(file)).unwrap();
}

#[test]
fn broken_memories() {
    let folder = Folder::with_run();
    let text = memory();
    let refused = |text: &str, says: &str| refused(&folder, "m.tmx", text.as_bytes(), says);
    refused(&text[..text.find("Un enfant").unwrap()], "m.tmx, line 6: no well-formed memory: ");
    refused(
        &text.replace("dort.</seg>", "dort.</tuv>"),
        "m.tmx, line 6: no well-formed memory: Unexpected closing tag",
    );
    refused(&text.replace("dort", "&dort;"), "m.tmx, line 6: no well-formed memory: Unexpected entity: dort");
    refused(&text.replace(" xml:lang=\"fr\"", ""), "m.tmx, line 4: no well-formed memory: a <tuv> without xml:lang");
    refused(
        &text.replace("\"fr\"", "\"it\""),
        "m.tmx: none of 2 units holds both languages of en-fr, found EN-gb, it;",
    );
    refused(
        "<html><body/></html>",
        "m.tmx: expected a translation memory, which is <tmx> with units <tu> in it, found <html>;",
    );
}

#[test]
fn broken_archives() {
    let folder = Folder::with_run();
    let whole = zipped(&iwslt());
    let refused = |bytes: &[u8], says: &str| refused(&folder, "i.zip", bytes, says);
    refused(&whole[..whole.len() / 2], "i.zip: this is no whole zip archive: its list of files is missing");
    let at = whole.windows(5).position(|part| part == b"voit ").unwrap();
    let at = at + whole[at + 1..].windows(5).position(|part| part == b"voit ").unwrap() + 1;
    let mut damaged = whole.clone();
    damaged[at] = b'V';
    refused(&damaged, "i.zip/en-fr/IWSLT17.TED.tst2010.en-fr.fr.xml: it is damaged: its checksum is another");
    refused(
        &edited("tst2011.en-fr.fr.xml", |text| text.replace("</seg>", "")),
        "i.zip/en-fr/IWSLT17.TED.tst2011.en-fr.fr.xml, line 3: expected `<seg id=\"1\"> a sentence </seg>`, found a <seg> that does not end",
    );
    refused(
        &edited("tst2011.en-fr.en.xml", |text| text.replace("</doc>", "<seg id=\"2\">More.</seg>\n</doc>")),
        "i.zip/en-fr/IWSLT17.TED.tst2011.en-fr.en.xml has 2 segments and i.zip/en-fr/IWSLT17.TED.tst2011.en-fr.fr.xml has 1:",
    );
    let without = iwslt().into_iter().filter(|(name, _)| !name.contains("tst")).collect::<Vec<_>>();
    refused(
        &zipped(&without),
        "i.zip: expected IWSLT2017's files IWSLT17.TED.tst*.en-fr.*.xml for tests, found none of them",
    );
    folder.write("i.zip", edited("train.tags.en-fr.fr", |text| text.replace("</doc>\n", "")));
    let lines = folder.refuses(&["corpus", "iwslt:i.zip", "--out", "clean.tsv"], 1);
    assert_has(&lines, "i.zip/en-fr/train.tags.en-fr.en has 5 lines and i.zip/en-fr/train.tags.en-fr.fr has 4:");
    folder.write("empty/README", "no corpus");
    let empty = folder.refuses(&["eval", "R", "--device", "cpu", "--on", "empty"], 1);
    assert_has(
        &empty,
        "empty: expected IWSLT2017's files IWSLT17.TED.tst*.en-fr.*.xml for tests, found none of them among 1 files",
    );
}
