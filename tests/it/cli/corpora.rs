//! Corpora that come from elsewhere: translation memories, IWSLT2017's archives, and the catalogue, served here. Each is read;
//! each is broken in several ways, and then gives one sentence and leaves nothing behind.

use super::{Folder, Ran, assert_has, with};
use crate::zip_writer::stored;
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

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

const NAME: &str = "hub:iwslt2017-en-fr";
const KEPT: &str = "cache/attentionless/hub/iwslt2017-en-fr.zip";

/// Answers of a server, each the bytes of a whole response; the last one is given again to whoever asks more often.
struct Server {
    address: String,
    answers: Arc<Mutex<Vec<Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves until the tests end.
    fn new(answers: &[Vec<u8>]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/mirror/", listener.local_addr().unwrap());
        let (answers, asked) = (Arc::new(Mutex::new(answers.to_vec())), Arc::<Mutex<Vec<String>>>::default());
        let server = Self { address, answers: answers.clone(), asked: asked.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = Vec::new();
                let mut byte = [0];
                while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
                    request.push(byte[0]);
                }
                let request = String::from_utf8(request).unwrap();
                asked.lock().unwrap().push(request.lines().next().unwrap_or_default().into());
                let mut answers = answers.lock().unwrap();
                let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
                // Who has heard enough hangs up.
                let _ = stream.write_all(&answer);
            }
        });
        server
    }

    fn now_answers(&self, answer: Vec<u8>) {
        *self.answers.lock().unwrap() = vec![answer];
    }

    fn run(&self, folder: &Folder, words: &[&str]) -> Ran {
        let mut command = folder.command(super::PROGRAM);
        command.args(words).env("ATTENTIONLESS_HUB", &self.address).env("XDG_CACHE_HOME", folder.path("cache"));
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        Ran::new(command.output().unwrap())
    }

    fn refuses(&self, folder: &Folder, words: &[&str]) -> String {
        let before = folder.files();
        let sentence = self.run(folder, words).error(1);
        folder.assert_files(&before, &sentence);
        sentence
    }
}

fn response(status: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[test]
fn a_corpus_of_the_catalogue_is_fetched_once() {
    let (folder, zip) = (Folder::with_run(), zipped(&iwslt()));
    let server = Server::new(&[response("200 OK", zip.len(), &zip)]);
    let first = server.run(&folder, &["corpus", NAME, "--json"]);
    let (licence, came) = (first.err.find("licence: CC BY-NC-ND 4.0").unwrap(), first.err.find("SHA-256").unwrap());
    assert!(licence < came, "{}", first.err);
    assert_has(
        &first.err,
        &format!("{NAME}: IWSLT 2017, TED talks, English to French: about 230,000 sentences; about 28 MB"),
    );
    assert_has(&first.err, &format!("from {}data/2017-01-trnted/texts/en/fr/en-fr.zip", server.address));
    let of = zip.len() / 1000;
    assert_has(&first.err, &format!("iwslt2017-en-fr: {of} of {of} kB"));
    let hash = first.json()["hash"].clone();
    assert_eq!(folder.read(KEPT), zip);
    assert_eq!(*server.asked.lock().unwrap(), ["GET /mirror/data/2017-01-trnted/texts/en/fr/en-fr.zip HTTP/1.1"]);
    let before = folder.files();
    assert_eq!(server.run(&folder, &["corpus", NAME, "--json"]).json()["hash"], hash);
    let eval = server.run(&folder, &["eval", "R", "--device", "cpu", "--mix", "teacher", "--on", NAME, "--json"]);
    assert_eq!(eval.json()["sentences"], 2);
    folder.assert_files(&before, "a corpus that is there");
    assert_eq!(server.asked.lock().unwrap().len(), 1);

    // Changed on this machine; then, fetched again, at its home.
    folder.write(KEPT, "mine");
    let changed = server.refuses(&folder, &["corpus", NAME]);
    assert_has(&changed, "iwslt2017-en-fr.zip: its SHA-256 is ");
    assert_has(&changed, " when it was fetched; delete it to fetch it again");
    fs::remove_file(folder.path(KEPT)).unwrap();
    let other = edited("train.tags.en-fr.en", |text| text.replace("eats", "sees"));
    server.now_answers(response("200 OK", other.len(), &other));
    let again = server.run(&folder, &["corpus", NAME]);
    assert_has(&again.err, "it has changed: its SHA-256 was ");
    again.done();
    assert_eq!(folder.read(KEPT), other);
}

#[test]
fn answers_of_other_forms() {
    let (folder, zip) = (Folder::new(), zipped(&iwslt()));
    let chunk = [format!("{:x}\r\n", zip.len()).as_bytes(), &zip, b"\r\n0\r\n\r\n"].concat();
    let chunked = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &chunk].concat();
    let moved =
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere?x=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let server = Server::new(&[moved, chunked]);
    server.run(&folder, &["corpus", NAME]).done();
    assert_eq!(server.asked.lock().unwrap()[1], "GET /elsewhere?x=1 HTTP/1.1");
    assert_eq!(folder.read(KEPT), zip);
}

#[test]
fn broken_answers() {
    let (folder, zip) = (Folder::with_run(), zipped(&iwslt()));
    let other = stored(&[("README", b"no corpus")]);
    let damaged = edited("tst2010.en-fr.en.xml", |text| text.replace("<seg", "<p"));
    let page = b"<html>log in first</html>";
    let cases = [
        (response("404 Not Found", 4, b"gone"), ": the server answered 404, expected 200; try again later"),
        (
            response("200 OK", zip.len(), &zip[..zip.len() / 2]),
            &format!(": the connection was cut after {} of {} bytes", zip.len() / 2, zip.len()),
        ),
        (
            response("200 OK", zip.len() - 9, &zip),
            &format!(
                ": this is no whole zip archive: its list of files is missing; {} bytes came, and are not kept",
                zip.len() - 9
            ),
        ),
        (
            response("200 OK", zip.len() + 9, &zip),
            &format!(": the connection was cut after {} of {} bytes", zip.len(), zip.len() + 9),
        ),
        (response("200 OK", 1 << 40, b""), ": the server has 1099511627776 bytes or more, expected about 27700000"),
        (
            response("200 OK", other.len(), &other),
            ": expected IWSLT2017's files train.tags.en-fr.*, found none of them among 1 files;",
        ),
        (
            response("200 OK", damaged.len(), &damaged),
            "/en-fr/IWSLT17.TED.tst2010.en-fr.en.xml, line 1: expected `<seg",
        ),
        (
            response("200 OK", page.len(), page),
            ": this is no whole zip archive: its list of files is missing; 25 bytes came, and are not kept",
        ),
        (b"\0\x01 no HTTP\r\n\r\n".to_vec(), ": cannot be fetched ("),
        (Vec::new(), ": cannot be fetched ("),
    ];
    let server = Server::new(&[Vec::new()]);
    let file = format!("{}data/2017-01-trnted/texts/en/fr/en-fr.zip", server.address);
    for (answer, says) in cases {
        server.now_answers(answer);
        let (on, out) = (["eval", "R", "--device", "cpu", "--on", NAME], ["corpus", NAME, "--out", "train.tsv"]);
        let run = with(&["run"], "--preset micro --device cpu --out new --test hub:iwslt2017-en-fr");
        for words in [&on[..], &out, &run] {
            assert_has(&server.refuses(&folder, words), &format!("{file}{says}"));
        }
        assert!(!folder.path("new").exists() && !folder.path("cache").exists());
    }
    let gone = folder
        .command(super::PROGRAM)
        .args(["corpus", NAME])
        .env("ATTENTIONLESS_HUB", "http://127.0.0.1:1/")
        .env("HOME", folder.path("home"))
        .env_remove("XDG_CACHE_HOME")
        .env("NO_PROXY", "127.0.0.1")
        .output();
    assert_has(
        &Ran::new(gone.unwrap()).error(1),
        "http://127.0.0.1:1/data/2017-01-trnted/texts/en/fr/en-fr.zip: cannot be fetched (",
    );
    let nowhere =
        folder.command(super::PROGRAM).args(["corpus", NAME]).env_remove("HOME").env_remove("XDG_CACHE_HOME").output();
    assert_has(&Ran::new(nowhere.unwrap()).error(1), "hub:iwslt2017-en-fr: neither HOME nor XDG_CACHE_HOME is set");
}
