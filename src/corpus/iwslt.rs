//! IWSLT2017's own files (Cettolo and others, 2017: TED talks), in a folder or a zip archive, with folders in it or without.
//!
//! `train.tags.de-en.de` and `.en` have a sentence a line, line by line the same, between lines of tags about the talks.
//! `IWSLT17.TED.dev2010.de-en.de.xml` and its like have `<seg id="1"> a sentence </seg>`; they are read as text, because
//! not all that goes by their name is well-formed. The sets named `dev` are for validation, those named `tst` for tests.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    Pair,
    error::CorpusError,
    everyday::Part,
    language::Direction,
    source::{Open, all_of, names_in},
    text,
    zip::Archive,
};

/// The pairs of one part. A pair of languages is held in one direction, and read in both.
pub fn read(place: &Path, direction: Direction, part: Part, open: Open) -> Result<Vec<Pair>, CorpusError> {
    let mut files = Files::open(place, open)?;
    let mut pairs = Vec::new();
    for [source, target] in files.sets(direction, part)? {
        let (source, target) = (files.text(source)?, files.text(target)?);
        pairs.extend(if part == Part::Train { lines(&source, &target)? } else { segments(&source, &target)? });
    }
    Ok(pairs)
}

/// What a folder or an archive holds.
struct Files<'a> {
    place: &'a Path,
    names: Vec<String>,
    /// None for a folder.
    archive: Option<Archive>,
    open: Open<'a>,
}

/// A file's name for errors, and its text with LF as line ends.
type Text = (PathBuf, String);

impl<'a> Files<'a> {
    fn open(place: &'a Path, open: Open<'a>) -> Result<Self, CorpusError> {
        if place.is_dir() {
            let names = names_in(place)?;
            return Ok(Self { place, names, archive: None, open });
        }
        let archive = Archive::new(place, all_of(place, open)?)?;
        let names = archive.names().map(str::to_owned).collect();
        Ok(Self { place, names, archive: Some(archive), open })
    }

    /// The files of a part by their places among the names, source and target, in the order of the sets' names.
    fn sets(&self, direction: Direction, part: Part) -> Result<Vec<[usize; 2]>, CorpusError> {
        let Direction { source, target } = direction;
        for (first, second) in [(source, target), (target, source)] {
            let held = format!("{first}-{second}");
            let mut sets = BTreeMap::<&str, [Option<usize>; 2]>::new();
            for (index, name) in self.names.iter().enumerate() {
                let Some((set, language)) = set(name, &held, part) else { continue };
                let side = [source, target].iter().position(|side| side.code() == language);
                if let Some(side) = side {
                    sets.entry(set).or_default()[side].get_or_insert(index);
                }
            }
            let whole = sets.values().map(|&[source, target]| Some([source?, target?])).collect::<Option<Vec<_>>>();
            match whole {
                Some(sets) if sets.is_empty() => {}
                Some(sets) => return Ok(sets),
                None => return Err(self.missing(direction, part, "one language of them")),
            }
        }
        Err(self.missing(direction, part, "none of them"))
    }

    fn missing(&self, direction: Direction, part: Part, found: &'static str) -> CorpusError {
        let wanted = match part {
            Part::Train => format!("train.tags.{direction}.*"),
            Part::Valid => format!("IWSLT17.TED.dev*.{direction}.*.xml for validation"),
            Part::Test | Part::Long => format!("IWSLT17.TED.tst*.{direction}.*.xml for tests"),
        };
        CorpusError::NotIwslt { place: self.place.to_owned(), wanted, found, files: self.names.len() }
    }

    fn text(&mut self, index: usize) -> Result<Text, CorpusError> {
        let file = self.place.join(&self.names[index]);
        let bytes = match &mut self.archive {
            Some(archive) => archive.unpack(index)?,
            None => all_of(&file, self.open)?,
        };
        let text = text::line_feeds(&text::decode(&file, bytes)?).into_owned();
        Ok((file, text))
    }
}

/// The set that a file belongs to, and its language, if it is one of the part and the pair of languages.
fn set<'a>(name: &'a str, held: &str, part: Part) -> Option<(&'a str, &'a str)> {
    let base = name.rsplit(['/', '\\']).next()?;
    match (part, &base.split('.').collect::<Vec<_>>()[..]) {
        (Part::Train, ["train", "tags", pair, language]) if *pair == held => Some(("train", *language)),
        (Part::Valid | Part::Test, [campaign, "TED", set, pair, language, "xml"]) if *pair == held => {
            let kind = if part == Part::Valid { "dev" } else { "tst" };
            (campaign.starts_with("IWSLT") && set.starts_with(kind)).then_some((*set, *language))
        }
        _ => None,
    }
}

/// The sentences between the lines of tags.
fn lines((source_file, source): &Text, (target_file, target): &Text) -> Result<Vec<Pair>, CorpusError> {
    let (source_lines, target_lines) = (text::lines(source).count(), text::lines(target).count());
    if source_lines != target_lines {
        let (source_file, target_file) = (source_file.clone(), target_file.clone());
        return Err(CorpusError::Lengths { source_file, source_lines, target_file, target_lines });
    }
    let both = text::lines(source).zip(text::lines(target));
    let sentences = both.filter(|(source, target)| !is_tag(source) && !is_tag(target));
    Ok(sentences.map(|(source, target)| Pair::new(plain(source), plain(target))).collect())
}

/// Whether a line begins with a tag, such as `<title>` or `</doc>`.
fn is_tag(line: &str) -> bool {
    let rest = line.trim_start().strip_prefix('<');
    rest.is_some_and(|rest| rest.starts_with(|first: char| first == '/' || first.is_ascii_alphabetic()))
}

/// The segments of two files, whose numbers must be the same.
fn segments((source_file, source): &Text, (target_file, target): &Text) -> Result<Vec<Pair>, CorpusError> {
    let (source, target) = (Segment::all(source_file, source)?, Segment::all(target_file, target)?);
    let differ = source.iter().zip(&target).find(|(source, target)| source.id != target.id);
    if let Some((source, target)) = differ {
        return Err(CorpusError::Segments {
            source_file: source_file.clone(),
            source_line: source.line,
            source_id: source.id.to_owned(),
            target_file: target_file.clone(),
            target_line: target.line,
            target_id: target.id.to_owned(),
        });
    }
    if source.len() != target.len() {
        let (source_file, target_file) = (source_file.clone(), target_file.clone());
        let (source_count, target_count) = (source.len(), target.len());
        return Err(CorpusError::SegmentCounts { source_file, source_count, target_file, target_count });
    }
    Ok(source.iter().zip(&target).map(|(source, target)| Pair::new(plain(source.text), plain(target.text))).collect())
}

struct Segment<'a> {
    id: &'a str,
    line: usize,
    text: &'a str,
}

impl<'a> Segment<'a> {
    fn all(file: &Path, text: &'a str) -> Result<Vec<Self>, CorpusError> {
        let wrong = |line, reason| CorpusError::Segment { file: file.to_owned(), line, reason };
        let (mut segments, mut line, mut at) = (Vec::new(), 1, 0);
        while let Some(skipped) = text[at..].find("<seg") {
            line += text[at..at + skipped].matches('\n').count();
            let rest = &text[at + skipped..];
            let (tag, body) = rest.split_once('>').ok_or_else(|| wrong(line, "a tag <seg> that is not closed"))?;
            let id = tag.split_once("id=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(id, _)| id);
            let id = id.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
            let id = id.ok_or_else(|| wrong(line, "a <seg> without a number as its id"))?;
            let ends = body.split_once("</seg>").map(|(inside, _)| inside).filter(|inside| !inside.contains("<seg"));
            let inside = ends.ok_or_else(|| wrong(line, "a <seg> that does not end before the next one begins"))?;
            segments.push(Self { id, line, text: inside });
            let end = at + skipped + tag.len() + 1 + inside.len();
            line += text[at + skipped..end].matches('\n').count();
            at = end;
        }
        if segments.is_empty() { Err(wrong(1, "no <seg>")) } else { Ok(segments) }
    }
}

/// The text with the characters that XML names. An `&` that names none stands for itself, as it does in the training text.
fn plain(text: &str) -> String {
    const NAMED: [(&str, &str); 5] = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    NAMED.iter().fold(text.trim().to_owned(), |text, (name, character)| text.replace(name, character))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{language::Language, zip::testing::stored};
    use std::io;

    const GERMAN_ENGLISH: Direction = Direction { source: Language::German, target: Language::English };
    const TRAIN: [&str; 2] = ["de-en/train.tags.de-en.de", "de-en/train.tags.de-en.en"];
    const DEV: [&str; 2] = ["de-en/IWSLT17.TED.dev2010.de-en.de.xml", "de-en/IWSLT17.TED.dev2010.de-en.en.xml"];

    /// The files of a small IWSLT2017, with what else is in its archive.
    fn files() -> Vec<(String, String)> {
        let train = |url: &str, title: &str, lines: &str| {
            format!("<url>{url}</url>\n<talkid>1</talkid>\n<title>{title}</title>\n{lines}</transcript>\n")
        };
        let set = |sentences: &[&str]| {
            let segment = |(index, sentence): (usize, &&str)| format!("<seg id=\"{}\"> {sentence} </seg>\n", index + 1);
            let segments = sentences.iter().enumerate().map(segment).collect::<String>();
            format!(
                "<?xml version=\"1.0\"?>\n<mteval>\n<doc docid=\"1\">\n<title>R & D</title>\n{segments}</doc>\n</mteval>\n"
            )
        };
        let mut files = vec![
            ("de-en/README".into(), "no corpus".into()),
            ("__MACOSX/de-en/._train.tags.de-en.de".into(), "\0".into()),
            (TRAIN[0].into(), train("u", "Titel", "Vielen Dank.\r\nR&D &amp; &lt;3\n<3 \u{2028}ja\n\n")),
            (TRAIN[1].into(), train("u", "Title", "Thank you.\nR&D\nyes\nempty\n")),
            (DEV[0].into(), set(&["eins"])),
            (DEV[1].into(), set(&["one"])),
            ("de-en/IWSLT17.TEDX.tst2013.de-en.de.xml".into(), set(&["other talks"])),
        ];
        for (name, german, english) in [("tst2015", "drei", "three"), ("tst2010", "zwei &amp; R&D", "two")] {
            let name = |language| format!("de-en/IWSLT17.TED.{name}.de-en.{language}.xml");
            files.extend([(name("de"), set(&[german, "und"])), (name("en"), set(&[english, "and"]))]);
        }
        files
    }

    fn zipped(files: &[(String, String)]) -> Vec<u8> {
        stored(&files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect::<Vec<_>>())
    }

    fn parsed(bytes: &[u8], direction: Direction, part: Part) -> Result<Vec<Pair>, CorpusError> {
        let open = |_: &Path| Ok(Box::new(io::Cursor::new(bytes.to_vec())) as Box<dyn io::Read + Send>);
        read(Path::new("i.zip"), direction, part, &open)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<Pair> {
        pairs.iter().map(|&(source, target)| Pair::new(source, target)).collect()
    }

    #[test]
    fn parts_are_its_own() {
        let zip = zipped(&files());
        let part = |part| parsed(&zip, GERMAN_ENGLISH, part).unwrap();
        let train = [("Vielen Dank.", "Thank you."), ("R&D & <3", "R&D"), ("<3 \u{2028}ja", "yes"), ("", "empty")];
        assert_eq!(part(Part::Train), pairs(&train));
        assert_eq!(part(Part::Valid), pairs(&[("eins", "one")]));
        let test = [("zwei & R&D", "two"), ("und", "and"), ("drei", "three"), ("und", "and")];
        assert_eq!(part(Part::Test), pairs(&test));
        let english = Direction { source: Language::English, target: Language::German };
        assert_eq!(parsed(&zip, english, Part::Valid).unwrap(), pairs(&[("one", "eins")]));
    }

    #[test]
    fn folders_are_read_as_archives_are() {
        let folder = std::env::temp_dir().join(format!("attentionless-iwslt-{}", std::process::id()));
        for (name, text) in files() {
            let file = folder.join("texts").join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let open = crate::corpus::from_disk;
        for part in [Part::Train, Part::Valid, Part::Test] {
            let found = read(&folder, GERMAN_ENGLISH, part, &open).unwrap();
            assert_eq!(found, parsed(&zipped(&files()), GERMAN_ENGLISH, part).unwrap());
        }
        std::fs::remove_dir_all(&folder).unwrap();
        let message = read(&folder, GERMAN_ENGLISH, Part::Train, &open).unwrap_err().to_string();
        assert!(message.contains("no such file"), "{message}");
    }

    /// The error once one file has another text.
    fn message(name: &str, part: Part, edit: impl Fn(&str) -> Option<String>) -> String {
        let edited = files().into_iter().filter_map(|(file, text)| match file == name {
            true => Some((file, edit(&text)?)),
            false => Some((file, text)),
        });
        let error = parsed(&zipped(&edited.collect::<Vec<_>>()), GERMAN_ENGLISH, part).unwrap_err().to_string();
        assert!(!error.contains('\n'), "{error}");
        error
    }

    #[test]
    fn broken_files() {
        let gone = message(TRAIN[1], Part::Train, |_| None);
        let expected =
            "i.zip: expected IWSLT2017's files train.tags.de-en.*, found one language of them among 10 files;";
        assert!(gone.starts_with(expected), "{gone}");
        let line = message(TRAIN[0], Part::Train, |text| Some(text.replace("\r\n", " ")));
        let expected =
            "i.zip/de-en/train.tags.de-en.de has 7 lines and i.zip/de-en/train.tags.de-en.en has 8: line-aligned";
        assert!(line.starts_with(expected), "{line}");
        let open = message(DEV[1], Part::Valid, |text| Some(text.replace("</seg>", "")));
        let expected = "i.zip/de-en/IWSLT17.TED.dev2010.de-en.en.xml, line 5: expected `<seg id=\"1\"> a sentence </seg>`, found a <seg> that does not end";
        assert!(open.starts_with(expected), "{open}");
        let cut = message(DEV[1], Part::Valid, |text| Some(text[..text.find("> one").unwrap()].into()));
        assert!(cut.contains("line 5: ") && cut.contains("found a tag <seg> that is not closed"), "{cut}");
        let none = message(DEV[0], Part::Valid, |text| Some(text.replace("<seg", "<p")));
        assert!(none.contains("dev2010.de-en.de.xml, line 1: ") && none.contains("found no <seg>"), "{none}");
        let id = message(DEV[0], Part::Valid, |text| Some(text.replace("<seg id=\"1\">", "<seg>")));
        assert!(id.contains("line 5: ") && id.contains("found a <seg> without a number as its id"), "{id}");
        let other = message(DEV[0], Part::Valid, |text| Some(text.replace("id=\"1\"", "id=\"2\"")));
        let expected = "en.xml, line 5: segment 1 stands where i.zip/de-en/IWSLT17.TED.dev2010.de-en.de.xml, line 5, has segment 2;";
        assert!(other.contains(expected), "{other}");
        let more =
            message(DEV[0], Part::Valid, |text| Some(text.replace("</doc>", "<seg id=\"2\">zwei</seg>\n</doc>")));
        assert!(
            more.contains("de.xml has 2 segments and i.zip/de-en/IWSLT17.TED.dev2010.de-en.en.xml has 1: "),
            "{more}"
        );
        let french = Direction { source: Language::French, target: Language::English };
        let message = parsed(&zipped(&files()), french, Part::Test).unwrap_err().to_string();
        assert!(
            message.contains("files IWSLT17.TED.tst*.fr-en.*.xml for tests, found none of them among 11 files"),
            "{message}"
        );
        let message = parsed(b"no zip", GERMAN_ENGLISH, Part::Test).unwrap_err().to_string();
        assert!(message.starts_with("i.zip: this is no whole zip archive"), "{message}");
    }

    #[test]
    fn bytes_are_utf8() {
        let latin = [(TRAIN[0], &b"a\n\xE4\n"[..]), (TRAIN[1], b"a\nb\n")];
        let message = parsed(&stored(&latin), GERMAN_ENGLISH, Part::Train).unwrap_err().to_string();
        assert!(
            message.starts_with("i.zip/de-en/train.tags.de-en.de, line 2: expected UTF-8, found byte 0xE4"),
            "{message}"
        );
    }
}
