//! Two text files whose lines translate each other.

use std::path::Path;

use super::{Pair, error::CorpusError, text};

/// Line `i` of one text with line `i` of the other. A blank line makes a pair too, which cleaning drops; so the sides
/// stay aligned. Lines end at LF or CR LF.
pub fn parse(source_file: &Path, source: &str, target_file: &Path, target: &str) -> Result<Vec<Pair>, CorpusError> {
    let (source, target) = (text::line_feeds(source), text::line_feeds(target));
    let (source_lines, target_lines) = (text::lines(&source).count(), text::lines(&target).count());
    if source_lines != target_lines {
        return Err(CorpusError::Lengths {
            source_file: source_file.to_owned(),
            source_lines,
            target_file: target_file.to_owned(),
            target_lines,
        });
    }
    Ok(text::lines(&source).zip(text::lines(&target)).map(|(source, target)| Pair::new(source, target)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str, target: &str) -> Result<Vec<Pair>, CorpusError> {
        parse(Path::new("a.de"), source, Path::new("a.en"), target)
    }

    #[test]
    fn aligns_lines() {
        assert_eq!(
            read("a\n\nb\r\n", "x\ny\nz").unwrap(),
            [Pair::new("a", "x"), Pair::new("", "y"), Pair::new("b", "z")]
        );
        assert_eq!(read("", "").unwrap(), []);
        // A tab, a comma or a quote is text here.
        assert_eq!(read("a\t\"b,\n", "x\n").unwrap(), [Pair::new("a\t\"b,", "x")]);
    }

    #[test]
    fn counts_must_agree() {
        let message = read("a\nb\n", "x\n").unwrap_err().to_string();
        assert!(message.contains("a.de has 2 lines and a.en has 1"), "{message}");
        assert!(read("a", "").is_err());
    }
}
