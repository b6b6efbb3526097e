//! From bytes to lines: UTF-8, byte order mark, line ends.

use std::{borrow::Cow, path::Path};

use super::error::CorpusError;

/// The text of a file, without a byte order mark.
pub(super) fn decode(file: &Path, bytes: Vec<u8>) -> Result<String, CorpusError> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let (byte, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        CorpusError::NotUtf8 {
            file: file.to_owned(),
            line: 1 + bytes[..byte].iter().filter(|&&byte| byte == b'\n').count(),
            byte,
            value: bytes[byte],
            guess: guess(bytes),
        }
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn guess(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => " (it looks like UTF-16)",
        [0x1F, 0x8B, ..] => " (it looks gzipped: unpack it first)",
        [b'P', b'K', 3, 4, ..] => " (it looks like a zip archive: unpack it first)",
        _ => "",
    }
}

/// The text with LF as its line end. A line ends at LF or CR LF. A CR elsewhere is white space inside a sentence, as it
/// is for the tools that count lines, so that a stray one does not shift a line-aligned file; but a text without any LF
/// is taken for one whose lines end at CR.
pub(super) fn line_feeds(text: &str) -> Cow<'_, str> {
    match (text.contains('\n'), text.contains('\r')) {
        (_, false) => Cow::Borrowed(text),
        (false, true) => Cow::Owned(text.replace('\r', "\n")),
        (true, true) => Cow::Owned(text.replace("\r\n", "\n")),
    }
}

/// The lines of a text that went through [`line_feeds`].
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    // An empty text has no line; `split` would give one.
    let count = if text.is_empty() { 0 } else { usize::MAX };
    text.strip_suffix('\n').unwrap_or(text).split('\n').take(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        lines(&line_feeds(text)).map(str::to_owned).collect()
    }

    #[test]
    fn line_ends() {
        assert_eq!(split(""), [] as [&str; 0]);
        assert_eq!(split("\n"), [""]);
        assert_eq!(split("a"), ["a"]);
        assert_eq!(split("a\n\nb\n"), ["a", "", "b"]);
        assert_eq!(split("a\r\nb\r\n"), ["a", "b"]);
        assert_eq!(split("a\rb\nc"), ["a\rb", "c"]);
        assert_eq!(split("a\rb\r"), ["a", "b"]);
        assert_eq!(split("a\u{2028}b\u{85}c\x0bd\x1ce\n"), ["a\u{2028}b\u{85}c\x0bd\x1ce"]);
    }

    #[test]
    fn utf8() {
        let decode = |bytes: &[u8]| decode(Path::new("f"), bytes.to_vec());
        assert_eq!(decode(b"\xEF\xBB\xBFa\n").unwrap(), "a\n");
        assert_eq!(decode(b"").unwrap(), "");
        let message = |bytes| decode(bytes).unwrap_err().to_string();
        assert_eq!(
            message(b"ab\nc\xE9d\n"),
            "f, line 2: expected UTF-8, found byte 0xE9 at offset 4 of the file; save it as UTF-8"
        );
        assert!(message(b"ab\xC3").contains("line 1: expected UTF-8, found byte 0xC3 at offset 2"));
        assert!(message(b"\xFF\xFEa\0").contains("UTF-16"));
    }
}
