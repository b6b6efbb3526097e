//! Shaders without their comments: a third of what they weigh in the engine for browsers, where no one reads them.

/// How many bytes are left of a text without its comments; a line with nothing else goes whole.
pub const fn length_without(text: &str) -> usize {
    let (bytes, mut at, mut length) = (text.as_bytes(), 0, 0);
    while at < bytes.len() {
        let line = line_at(bytes, at);
        length += line.kept;
        at = line.next;
    }
    length
}

/// The bytes that are left.
pub const fn without<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let (bytes, mut at, mut to, mut code) = (text.as_bytes(), 0, 0, [b'\n'; LENGTH]);
    while at < bytes.len() {
        let line = line_at(bytes, at);
        let mut i = 0;
        while i + 1 < line.kept {
            code[to + i] = bytes[at + i];
            i += 1;
        }
        to += line.kept;
        at = line.next;
    }
    code
}

/// What is left, as a text.
pub const fn text(code: &[u8]) -> &str {
    match std::str::from_utf8(code) {
        Ok(text) => text,
        Err(_) => panic!("the text is cut at a line's end or at a slash, so between two characters"),
    }
}

struct Line {
    /// Its bytes before a comment, with an end of the line; none where there is only space.
    kept: usize,
    /// Where the next one begins.
    next: usize,
}

const fn line_at(bytes: &[u8], from: usize) -> Line {
    let (mut at, mut end, mut is_comment) = (from, from, false);
    while at < bytes.len() && bytes[at] != b'\n' {
        // WGSL has no texts in which two slashes could stand.
        is_comment |= at + 1 < bytes.len() && bytes[at] == b'/' && bytes[at + 1] == b'/';
        if !is_comment && bytes[at] != b' ' {
            end = at + 1;
        }
        at += 1;
    }
    let kept = if end == from { 0 } else { end - from + 1 };
    Line { kept, next: at + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_go_and_code_stays() {
        const TEXT: &str = "// µ\n\nlet a = b / c; // d\n  x // y\n  // z";
        const CODE: [u8; length_without(TEXT)] = without(TEXT);
        assert_eq!(text(&CODE), "let a = b / c;\n  x\n");
        assert_eq!(length_without(""), 0);
    }
}
