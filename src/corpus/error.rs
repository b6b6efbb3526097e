//! What can be wrong with a corpus: each error says what was expected, what was found, where, and what to do.

use std::path::PathBuf;

use super::language::{Direction, Language};

#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    #[error(
        "`{text}` is no corpus source: expected everyday, everyday:long, ding:FILE, tsv:FILE, aligned:SRC,TGT, tmx:FILE, iwslt:DIR|ZIP or hub:NAME; {hint}"
    )]
    Source { text: String, hint: &'static str },

    #[error("{field} is {found}, but must be at least {least}: raise it")]
    TooLow { field: &'static str, found: usize, least: usize },

    #[error("{file}: no such file; check the path, which starts at the directory the command runs in", file = file.display())]
    NotFound { file: PathBuf },

    #[error("{file}: cannot be read ({reason})", file = file.display())]
    Unreadable { file: PathBuf, reason: String },

    #[error(
        "{file}, line {line}: expected UTF-8, found byte 0x{value:02X} at offset {byte} of the file{guess}; save it as UTF-8",
        file = file.display()
    )]
    NotUtf8 { file: PathBuf, line: usize, byte: usize, value: u8, guess: &'static str },

    #[error(
        "{file}, line {line}: expected 2 columns separated by a {separator}, found {found}; give each line one sentence and its translation",
        file = file.display()
    )]
    Columns { file: PathBuf, line: usize, found: usize, separator: &'static str },

    #[error(
        "{file}, line {line}: a quoted field opens here and never closes; close it, or double a quote that belongs to the text",
        file = file.display()
    )]
    OpenQuote { file: PathBuf, line: usize },

    #[error(
        "{file}, line 1: the header names {first} and {second}, but the direction is {direction}; choose the direction that the file holds",
        file = file.display()
    )]
    Header { file: PathBuf, first: Language, second: Language, direction: Direction },

    #[error(
        "{source_file} has {source_lines} lines and {target_file} has {target_lines}: line-aligned files need the same number; find the missing or extra line",
        source_file = source_file.display(), target_file = target_file.display()
    )]
    Lengths { source_file: PathBuf, source_lines: usize, target_file: PathBuf, target_lines: usize },

    #[error(
        "{file}: expected Ding's `German :: English` lines, found none in {lines} lines; give the file de-en of Debian's package trans-de-en",
        file = file.display()
    )]
    NotDing { file: PathBuf, lines: usize },

    #[error("{file}, line {line}: no well-formed memory: {reason}; mend it there, or export it again", file = file.display())]
    Xml { file: PathBuf, line: usize, reason: String },

    #[error(
        "{file}: expected a translation memory, which is <tmx> with units <tu> in it, found {found}; export it as TMX 1.4",
        file = file.display()
    )]
    NotTmx { file: PathBuf, found: String },

    #[error(
        "{file}: none of {units} units holds both languages of {direction}, found {languages}; choose the direction that the file holds",
        file = file.display()
    )]
    Languages { file: PathBuf, units: usize, languages: String, direction: Direction },

    #[error("hub:{name} is not on this machine yet: `attentionless corpus hub:{name} --pair {direction}` fetches it")]
    NotFetched { name: &'static str, direction: Direction },

    #[error("{file}: {reason}", file = file.display())]
    Zip { file: PathBuf, reason: &'static str },

    #[error(
        "{place}: expected IWSLT2017's files {wanted}, found {found} among {files} files; give the folder or the zip of this pair of languages",
        place = place.display()
    )]
    NotIwslt { place: PathBuf, wanted: String, found: &'static str, files: usize },

    #[error("{file}, line {line}: expected `<seg id=\"1\"> a sentence </seg>`, found {reason}; mend it there, or fetch the file again", file = file.display())]
    Segment { file: PathBuf, line: usize, reason: &'static str },

    #[error(
        "{target_file}, line {target_line}: segment {target_id} stands where {source_file}, line {source_line}, has segment {source_id}; give two files of one set",
        source_file = source_file.display(), target_file = target_file.display()
    )]
    Segments {
        source_file: PathBuf,
        source_line: usize,
        source_id: String,
        target_file: PathBuf,
        target_line: usize,
        target_id: String,
    },

    #[error(
        "{source_file} has {source_count} segments and {target_file} has {target_count}: the two files of a set need the same; one of them is cut",
        source_file = source_file.display(), target_file = target_file.display()
    )]
    SegmentCounts { source_file: PathBuf, source_count: usize, target_file: PathBuf, target_count: usize },

    #[error(
        "{corpus} has no {missing}: it holds {languages}, but the direction is {direction}; choose another direction or corpus"
    )]
    Language { corpus: String, missing: Language, languages: &'static str, direction: Direction },

    #[error(
        "{corpus}: nothing is left of {read} pairs for the {part} set{dropped}; give more text or loosen the limits"
    )]
    NothingLeft { corpus: String, part: &'static str, read: usize, dropped: String },

    #[error(
        "{corpus}: {found} different source sentences are too few to split into train, valid and test, which takes at least {needed}; give more text, or --valid and --test"
    )]
    TooFew { corpus: String, found: usize, needed: usize },
}
