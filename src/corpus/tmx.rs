//! Translation memories in TMX 1.4 (LISA, 2005): XML whose units `<tu>` hold the same sentence in several languages.
//!
//! A unit is read at a time, so that a memory of any size takes no more room than its pairs. Of a segment the text
//! counts, also within `<hi>`; what stands within `<bpt>`, `<ept>`, `<ph>`, `<it>` and `<ut>` is code of the program that
//! the text comes from.

use std::{
    collections::BTreeSet,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use xml::{
    attribute::OwnedAttribute,
    common::Position,
    reader::{Error, ErrorKind, EventReader, ParserConfig, XmlEvent},
};

use super::{Pair, error::CorpusError, language::Direction, source::unreadable};

/// Inline elements that hold native code instead of text.
const CODES: [&str; 5] = ["bpt", "ept", "ph", "it", "ut"];
/// Bytes of text up to the next tag, or within one.
const LONGEST: usize = 1 << 20;
/// Elements within one another; TMX itself needs about ten.
const DEEPEST: usize = 100;
/// Languages that are named where none of them is asked for, and characters of each.
const NAMED: usize = 12;

/// The pairs of a memory, in its order. A unit without one of the languages makes a pair with an empty side, which
/// cleaning drops; of two variants in one language the first counts. `en-US` is English as `en` is.
pub struct Units<R: Read> {
    file: PathBuf,
    direction: Direction,
    reader: EventReader<BufReader<R>>,
    depth: usize,
    /// What is read of the current unit.
    unit: Unit,
    units: usize,
    /// Units that hold both languages.
    paired: usize,
    /// The languages met, for the case that those asked for are not there.
    languages: BTreeSet<String>,
    ended: bool,
}

#[derive(Default)]
struct Unit {
    source: Option<String>,
    target: Option<String>,
    /// The language of the variant that is being read.
    language: String,
    /// The text of the segment that is being read.
    segment: Option<String>,
    /// Elements that are open from the outermost code on.
    codes: usize,
}

/// The pairs of a memory in UTF-8, in UTF-16 with its byte order mark, or in what its first line declares.
pub fn parse<R: Read>(file: &Path, source: R, direction: Direction) -> Units<R> {
    let mut config = ParserConfig::new().whitespace_to_characters(true).cdata_to_characters(true);
    config.max_data_length = LONGEST;
    config.max_attribute_length = LONGEST;
    Units {
        file: file.to_owned(),
        direction,
        reader: EventReader::new_with_config(BufReader::new(source), config),
        depth: 0,
        unit: Unit::default(),
        units: 0,
        paired: 0,
        languages: BTreeSet::new(),
        ended: false,
    }
}

impl<R: Read> Iterator for Units<R> {
    type Item = Result<Pair, CorpusError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.pair().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

impl<R: Read> Units<R> {
    /// The next unit, or none at the end of a memory that is whole.
    fn pair(&mut self) -> Result<Option<Pair>, CorpusError> {
        loop {
            match self.reader.next().map_err(|error| self.broken(&error))? {
                XmlEvent::StartElement { name, attributes, .. } => self.start(&name.local_name, attributes)?,
                XmlEvent::EndElement { name } => {
                    self.depth -= 1;
                    if let Some(pair) = self.end(&name.local_name) {
                        return Ok(Some(pair));
                    }
                }
                XmlEvent::Characters(text) => self.unit.add(&text),
                XmlEvent::EndDocument => return self.finish().map(|()| None),
                _ => {}
            }
        }
    }

    fn start(&mut self, name: &str, attributes: Vec<OwnedAttribute>) -> Result<(), CorpusError> {
        self.depth += 1;
        match name {
            _ if self.depth > DEEPEST => return Err(self.wrong(format!("<{name}> stands within {DEEPEST} others"))),
            _ if self.depth == 1 && name != "tmx" => return Err(self.no_memory(format!("<{name}>"))),
            _ if self.unit.segment.is_some() => {
                self.unit.codes += usize::from(self.unit.codes > 0 || CODES.contains(&name));
            }
            "tu" => self.unit = Unit::default(),
            "tuv" => {
                let language = language(attributes).ok_or_else(|| self.wrong("a <tuv> without xml:lang".into()))?;
                if self.languages.len() < NAMED {
                    self.languages.insert(language.chars().take(NAMED).collect());
                }
                self.unit.language = language;
            }
            "seg" => self.unit.segment = Some(String::new()),
            _ => {}
        }
        Ok(())
    }

    /// The pair, where a unit ends.
    fn end(&mut self, name: &str) -> Option<Pair> {
        let unit = &mut self.unit;
        match name {
            _ if unit.codes > 0 => unit.codes -= 1,
            "seg" => {
                let segment = unit.segment.take();
                let Direction { source, target } = self.direction;
                let is = |code: &str| primary(&unit.language).eq_ignore_ascii_case(code);
                if is(source.code()) && unit.source.is_none() {
                    unit.source = segment;
                } else if is(target.code()) && unit.target.is_none() {
                    unit.target = segment;
                }
            }
            "tu" => {
                self.units += 1;
                let Unit { source, target, .. } = std::mem::take(unit);
                self.paired += usize::from(source.is_some() && target.is_some());
                return Some(Pair::new(source.unwrap_or_default(), target.unwrap_or_default()));
            }
            _ => {}
        }
        None
    }

    /// Whether what ends here was a memory with both languages.
    fn finish(&self) -> Result<(), CorpusError> {
        if self.units == 0 {
            return Err(self.no_memory("no <tu>".into()));
        }
        if self.paired == 0 {
            let languages = match self.languages.is_empty() {
                true => "none".into(),
                false => self.languages.iter().cloned().collect::<Vec<_>>().join(", "),
            };
            let (file, direction) = (self.file.clone(), self.direction);
            return Err(CorpusError::Languages { file, units: self.units, languages, direction });
        }
        Ok(())
    }

    fn broken(&self, error: &Error) -> CorpusError {
        match error.kind() {
            ErrorKind::Io(error) if error.get_ref().is_none() => unreadable(&self.file, error),
            ErrorKind::Io(error) => self.wrong(error.to_string()),
            ErrorKind::Utf8(_) => self.wrong("expected UTF-8, or the encoding in the first line".into()),
            ErrorKind::UnexpectedEof => self.wrong("the file ends within it".into()),
            ErrorKind::Syntax(reason) => self.wrong(reason.replace('\n', ", ")),
            _ => self.wrong(error.to_string()),
        }
    }

    /// An error at the place up to which the memory is read.
    fn wrong(&self, reason: String) -> CorpusError {
        let line = self.reader.position().row as usize + 1;
        CorpusError::Xml { file: self.file.clone(), line, reason }
    }

    fn no_memory(&self, found: String) -> CorpusError {
        CorpusError::NotTmx { file: self.file.clone(), found }
    }
}

impl Unit {
    fn add(&mut self, text: &str) {
        if let Some(segment) = self.segment.as_mut().filter(|_| self.codes == 0) {
            segment.push_str(text);
        }
    }
}

/// The language of a variant; memories before TMX 1.4 write `lang` for `xml:lang`.
fn language(attributes: Vec<OwnedAttribute>) -> Option<String> {
    let (standard, other): (Vec<_>, Vec<_>) = attributes
        .into_iter()
        .filter(|attribute| attribute.name.local_name == "lang")
        .partition(|attribute| attribute.name.prefix.as_deref() == Some("xml"));
    standard.into_iter().chain(other).next().map(|attribute| attribute.value)
}

/// The language without its region: `en` of `en-US`.
fn primary(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::language::Language;

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tmx SYSTEM \"tmx14.dtd\">\n<tmx version=\"1.4\">\n\
        <header srclang=\"*all*\" segtype=\"sentence\"><note>no <ut>text</ut></note></header>\n<body>\n";
    const TAIL: &str = "</body>\n</tmx>\n";

    /// Units of which the text of each variant is given as it stands in the file.
    fn memory(units: &[&[(&str, &str)]]) -> String {
        let variant = |(language, text): &(&str, &str)| {
            format!("<tuv xml:lang=\"{language}\"><prop type=\"x\">no text</prop><seg>{text}</seg></tuv>")
        };
        let unit = |unit: &&[_]| {
            format!("<tu tuid=\"1\"><note>no text</note>{}</tu>\n", unit.iter().map(variant).collect::<String>())
        };
        format!("{HEAD}{}{TAIL}", units.iter().map(unit).collect::<String>())
    }

    fn read(bytes: &[u8]) -> Result<Vec<Pair>, CorpusError> {
        let direction = Direction { source: Language::German, target: Language::English };
        parse(Path::new("m.tmx"), bytes, direction).collect()
    }

    fn says(text: &str, expected: &str) {
        let message = read(text.as_bytes()).unwrap_err().to_string();
        assert!(message.starts_with("m.tmx") && message.contains(expected), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }

    #[test]
    fn units_become_pairs() {
        let text = memory(&[
            &[("en-US", "one"), ("de", "eins")],
            &[("DE_at", "zwei"), ("fr", "deux"), ("en-GB", "two"), ("en", "too"), ("de", "zwo")],
            &[("de", "drei"), ("fr", "trois")],
            &[],
            &[("den", "no"), ("eng", "no"), ("de", ""), ("en", "five")],
        ]);
        let pairs = [("eins", "one"), ("zwei", "two"), ("drei", ""), ("", ""), ("", "five")];
        assert_eq!(read(text.as_bytes()).unwrap(), pairs.map(|(source, target)| Pair::new(source, target)));
        let english = Direction { source: Language::English, target: Language::German };
        let swapped = parse(Path::new("m"), text.as_bytes(), english).next();
        assert_eq!(swapped.unwrap().unwrap(), Pair::new("one", "eins"));
    }

    #[test]
    fn segments_are_their_text() {
        let german = "R&amp;D &lt;&#228;&#xF6;&gt; <![CDATA[<b> & c]]><!-- no -->, <hi type=\"b\">fett <hi>und</hi></hi>\n<?no text?>";
        let english = "a<bpt i=\"1\">&lt;b&gt;<sub>no <hi>text</hi></sub></bpt>b<ept i=\"1\"/> <ph x=\"1\"/>c<it pos=\"begin\">x</it><ut>y</ut>d";
        let pairs = read(memory(&[&[("de", german), ("en", english)]]).as_bytes()).unwrap();
        assert_eq!(pairs, [Pair::new("R&D <äö> <b> & c, fett und\n", "ab cd")]);
        // Older memories write `lang`; programs write prefixes.
        let old = memory(&[&[("de", "eins"), ("en", "one")]]).replace("xml:lang", "lang");
        assert_eq!(read(old.as_bytes()).unwrap(), [Pair::new("eins", "one")]);
    }

    #[test]
    fn encodings() {
        let text = memory(&[&[("de", "schön 😀"), ("en", "nice")]]);
        let wide = text.replace("UTF-8", "UTF-16");
        let pairs = [Pair::new("schön 😀", "nice")];
        assert_eq!(read(format!("\u{feff}{text}").as_bytes()).unwrap(), pairs);
        let units = || format!("\u{feff}{wide}").encode_utf16().collect::<Vec<_>>();
        assert_eq!(read(&units().into_iter().flat_map(u16::to_le_bytes).collect::<Vec<_>>()).unwrap(), pairs);
        assert_eq!(read(&units().into_iter().flat_map(u16::to_be_bytes).collect::<Vec<_>>()).unwrap(), pairs);
        let latin = memory(&[&[("de", "sch_n"), ("en", "nice")]]).replace('_', "\u{1}").into_bytes();
        let latin = latin.into_iter().map(|byte| if byte == 1 { 0xF6 } else { byte }).collect::<Vec<_>>();
        let message = read(&latin).unwrap_err().to_string();
        assert!(message.starts_with("m.tmx, line 6: no well-formed memory: expected UTF-8"), "{message}");
        let declared = String::from_utf8_lossy(&latin[..60]).replace("UTF-8", "ISO-8859-1").into_bytes();
        let declared = [declared.as_slice(), &latin[60..]].concat();
        assert_eq!(read(&declared).unwrap(), [Pair::new("schön", "nice")]);
        says(&text.replace("UTF-8", "windows-1252"), "m.tmx, line 1: ");
    }

    #[test]
    fn broken_memories() {
        let text = memory(&[&[("de", "eins"), ("en", "one")], &[("de", "zwei"), ("en", "two")]]);
        let cut = &text[..text.find("zwei").unwrap()];
        says(cut, "m.tmx, line 7: no well-formed memory: ");
        says(&text.replace("zwei</seg>", "zwei</tuv>"), "m.tmx, line 7: ");
        says(&text.replace("zwei", "zwei&nbsp;"), "line 7: no well-formed memory: Unexpected entity: nbsp");
        says(&text.replace("zwei", "R&D"), "line 7: ");
        says(&text.replace("zwei", "a < b"), "line 7: ");
        says(
            &text.replace("<tuv xml:lang=\"de\">", "<tuv>"),
            "line 6: no well-formed memory: a <tuv> without xml:lang",
        );
        says(
            &text.replace("zwei", &"<hi>".repeat(200)),
            "line 7: no well-formed memory: <hi> stands within 100 others",
        );
        says(
            "<html><p>tmx</p></html>",
            "m.tmx: expected a translation memory, which is <tmx> with units <tu> in it, found <html>;",
        );
        says("", "line 1: no well-formed memory: ");
        says("plain text\n", "line 1: no well-formed memory: ");
        says(&memory(&[]), "found no <tu>;");
        let french = memory(&[&[("fr-FR", "un"), ("en", "one")], &[("en", "two")]]);
        says(&french, "m.tmx: none of 2 units holds both languages of de-en, found en, fr-FR; choose the direction");
        says(&text.replace("zwei", &"x".repeat(2 * LONGEST)), "line 7: no well-formed memory: ");
    }

    /// Whatever is cut off, there are pairs or one sentence.
    #[test]
    fn every_cut_is_said() {
        let text = memory(&[&[("de", "R&amp;D <ph>x</ph> ä"), ("en", "<![CDATA[one]]><!-- a -->")]]);
        let whole = text.trim_end().len();
        for length in 0..whole {
            let message = read(&text.as_bytes()[..length]).unwrap_err().to_string();
            assert!(message.starts_with("m.tmx"), "{message}");
        }
        assert!(read(&text.as_bytes()[..whole]).is_ok());
    }
}
