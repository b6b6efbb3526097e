//! One pair a line: two columns, separated by a tab (`.tsv`) or by a comma with RFC 4180's quotes (`.csv`).
//!
//! The comma form has its own small parser instead of a CSV library so that a quote that never closes is reported with
//! the line where it opens; libraries take the rest of the file for one field.

use std::path::Path;

use super::{
    Pair,
    error::CorpusError,
    language::{Direction, Language},
    text,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Tabs,
    Commas,
}

impl Format {
    /// Commas for a name that ends in `.csv`, tabs for all others.
    pub fn of(file: &Path) -> Self {
        let commas = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if commas { Self::Commas } else { Self::Tabs }
    }

    fn separator(self) -> &'static str {
        if self == Self::Tabs { "tab" } else { "comma" }
    }
}

/// A record and the line it starts on.
struct Row {
    line: usize,
    fields: Vec<String>,
}

/// The pairs of a two-column text. A first line that is exactly two language codes is a header and names the columns,
/// in either order; without one, the first column is the source. Blank lines become empty pairs, which cleaning drops.
pub fn parse(file: &Path, text: &str, format: Format, direction: Direction) -> Result<Vec<Pair>, CorpusError> {
    let mut rows = match format {
        Format::Tabs => tabs(text),
        Format::Commas => commas(file, text)?,
    };
    let swap = match rows.first().and_then(header) {
        Some((first, second)) => {
            rows.remove(0);
            column_order(file, first, second, direction)?
        }
        None => false,
    };
    let pair = |row: Row| pair(file, row, format).map(|pair| if swap { pair.swapped() } else { pair });
    rows.into_iter().map(pair).collect()
}

fn header(row: &Row) -> Option<(Language, Language)> {
    let [first, second] = row.fields.as_slice() else { return None };
    Some((first.parse().ok()?, second.parse().ok()?))
}

/// Whether the columns are the other way round than the direction.
fn column_order(file: &Path, first: Language, second: Language, direction: Direction) -> Result<bool, CorpusError> {
    match (direction.source, direction.target) {
        forward if forward == (first, second) => Ok(false),
        backward if backward == (second, first) => Ok(true),
        _ => Err(CorpusError::Header { file: file.to_owned(), first, second, direction }),
    }
}

fn pair(file: &Path, row: Row, format: Format) -> Result<Pair, CorpusError> {
    let (line, found) = (row.line, row.fields.len());
    match <[String; 2]>::try_from(row.fields) {
        Ok([source, target]) => Ok(Pair { source, target }),
        Err(fields) if fields.iter().all(|field| field.trim().is_empty()) => Ok(Pair::new("", "")),
        Err(_) => Err(CorpusError::Columns { file: file.to_owned(), line, found, separator: format.separator() }),
    }
}

fn tabs(text: &str) -> Vec<Row> {
    let row =
        |(index, line): (usize, &str)| Row { line: index + 1, fields: line.split('\t').map(str::to_owned).collect() };
    text::lines(&text::line_feeds(text)).enumerate().map(row).collect()
}

/// RFC 4180: a field in quotes may hold commas, line ends, and quotes written twice. As most readers do, a quote inside
/// an unquoted field is taken as text, and so is what follows a closing quote.
fn commas(file: &Path, text: &str) -> Result<Vec<Row>, CorpusError> {
    let mut table = Table::default();
    let text = text::line_feeds(text);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, table.quote) {
            ('"', Some(_)) if characters.next_if_eq(&'"').is_some() => table.field.push('"'),
            ('"', Some(_)) => table.quote = None,
            ('"', None) if table.field.is_empty() => table.quote = Some(table.line),
            (',', None) => table.end_field(),
            ('\n', None) => table.end_row(),
            _ => table.push(character),
        }
    }
    if let Some(line) = table.quote {
        return Err(CorpusError::OpenQuote { file: file.to_owned(), line });
    }
    if !text.is_empty() && !text.ends_with('\n') {
        table.end_row();
    }
    Ok(table.rows)
}

/// The rows so far and the field being read.
struct Table {
    rows: Vec<Row>,
    row: Row,
    field: String,
    /// The line on which the open quote stands.
    quote: Option<usize>,
    line: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { rows: Vec::new(), row: Row { line: 1, fields: Vec::new() }, field: String::new(), quote: None, line: 1 }
    }
}

impl Table {
    fn push(&mut self, character: char) {
        self.field.push(character);
        self.line += usize::from(character == '\n');
    }

    fn end_field(&mut self) {
        self.row.fields.push(std::mem::take(&mut self.field));
    }

    fn end_row(&mut self) {
        self.end_field();
        self.line += 1;
        self.rows.push(std::mem::replace(&mut self.row, Row { line: self.line, fields: Vec::new() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, text: &str) -> Result<Vec<Pair>, CorpusError> {
        let direction = Direction { source: Language::German, target: Language::English };
        parse(Path::new(file), text, Format::of(Path::new(file)), direction)
    }

    fn message(file: &str, text: &str) -> String {
        read(file, text).unwrap_err().to_string()
    }

    #[test]
    fn tabs_separate() {
        assert_eq!(
            read("f.tsv", "a\tx\r\n\nb, \"c\tz\n").unwrap(),
            [Pair::new("a", "x"), Pair::new("", ""), Pair::new("b, \"c", "z")]
        );
        assert_eq!(read("f.tsv", "").unwrap(), []);
        assert_eq!(read("f.tsv", "a\tx\rb\ty").unwrap(), [Pair::new("a", "x"), Pair::new("b", "y")]);
        assert_eq!(read("f.tsv", "a\t\n").unwrap(), [Pair::new("a", "")]);
    }

    #[test]
    fn columns_are_two() {
        assert!(
            message("f.tsv", "a\tx\nb\n").starts_with("f.tsv, line 2: expected 2 columns separated by a tab, found 1;")
        );
        assert!(message("f.tsv", "a\tx\ty\n").contains("line 1: expected 2 columns separated by a tab, found 3"));
        assert!(
            message("f.csv", "\"a\nb\",x\nb;y\n").contains("line 3: expected 2 columns separated by a comma, found 1")
        );
    }

    #[test]
    fn commas_and_quotes() {
        let pairs = read("f.CSV", "\"a, \"\"b\"\"\",x\r\n\"c\nd\",\"\"\n\ne f\"g,\"y\" z").unwrap();
        let expected =
            [Pair::new("a, \"b\"", "x"), Pair::new("c\nd", ""), Pair::new("", ""), Pair::new("e f\"g", "y z")];
        assert_eq!(pairs, expected);
        assert!(message("f.csv", "a,x\nb,\"y\nc,z\n").starts_with("f.csv, line 2: a quoted field opens here"));
        assert_eq!(read("f.csv", "").unwrap(), []);
    }

    #[test]
    fn header_names_the_columns() {
        assert_eq!(read("f.tsv", "de\ten\na\tx\n").unwrap(), [Pair::new("a", "x")]);
        assert_eq!(read("f.csv", "en,de\nx,a\n").unwrap(), [Pair::new("a", "x")]);
        assert_eq!(read("f.tsv", "German\tEnglish\n").unwrap(), [Pair::new("German", "English")]);
        assert!(message("f.tsv", "fr\ten\na\tx\n").contains("names fr and en, but the direction is de-en"));
    }
}
