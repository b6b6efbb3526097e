//! The Markdown table of mutations.

#[derive(Debug, PartialEq, Eq)]
pub struct Mutation {
    pub name: String,
    pub file: String,
    find: String,
    replace: String,
    /// Part of the name of a test that has to fail.
    pub test: String,
}

impl Mutation {
    /// The source with the fault in it. More than one place to put it would leave open which one the test has caught.
    pub fn apply(&self, source: &str) -> Result<String, String> {
        let Self { file, find, replace, .. } = self;
        match source.matches(find).count() {
            1 if find == replace => Err(format!("`{find}` is replaced by itself")),
            1 => Ok(source.replacen(find, replace, 1)),
            count => Err(format!("`{find}` stands {count} times in {file}, not once")),
        }
    }
}

/// All rows below the table's rule; other lines are explanation. An error names the line, counted from 1.
pub fn parse(text: &str) -> Result<Vec<Mutation>, (usize, String)> {
    let mut mutations: Vec<Mutation> = Vec::new();
    let mut in_table = false;
    for (index, line) in text.lines().enumerate() {
        let Some(cells) = cells(line) else {
            in_table = false;
            continue;
        };
        if cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'))) {
            in_table = true;
        } else if in_table {
            let mutation = row(cells).map_err(|problem| (index + 1, problem))?;
            if mutations.iter().any(|other| other.name == mutation.name) {
                return Err((index + 1, format!("there are two mutations {}", mutation.name)));
            }
            mutations.push(mutation);
        }
    }
    Ok(mutations)
}

fn row(cells: Vec<String>) -> Result<Mutation, String> {
    let [name, file, find, replace, test] = <[String; 5]>::try_from(cells).map_err(|cells| {
        format!("{} cells instead of name, file, find, replace, test; in a cell write \\| for |", cells.len())
    })?;
    if [&name, &file, &find, &test].iter().any(|cell| cell.is_empty()) {
        return Err("only the replacement may be empty".into());
    }
    Ok(Mutation { name, file, find, replace, test })
}

/// The cells between the bars of a table's line, or None for a line that is no table's.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let mut cells = vec![String::new()];
    let mut rest = inner.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, cells.last_mut()) {
            ('|', _) => cells.push(String::new()),
            ('\\', Some(cell)) if rest.peek() == Some(&'|') => {
                rest.next();
                cell.push('|');
            }
            (c, Some(cell)) => cell.push(c),
            (_, None) => {}
        }
    }
    Some(cells.iter().map(|cell| plain(cell.trim()).to_string()).collect())
}

/// Code without its backticks: what stands between them is exact, spaces at its ends included.
fn plain(cell: &str) -> &str {
    cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "Text | with bars\n\n| name | file | find | replace | test |\n|---|:--|---|---|---|\n\
        | or | `src/a.rs` | `a \\|\\| b` | `a && b` | `either_will_do` |\n| gone | `src/a.rs` | ` + 1` | | `one_more` |\n";

    #[test]
    fn rows_are_read_with_bars_and_spaces() {
        let mutations = parse(TABLE).expect("a good table");
        assert_eq!(mutations.len(), 2);
        assert_eq!((mutations[0].find.as_str(), mutations[0].replace.as_str()), ("a || b", "a && b"));
        assert_eq!((mutations[1].find.as_str(), mutations[1].replace.as_str()), (" + 1", ""));
        assert_eq!(mutations[1].test, "one_more");
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        let too_few = format!("{TABLE}| a | b |\n");
        assert_eq!(parse(&too_few).expect_err("two cells").0, 7);
        let twice = format!("{TABLE}| or | f | a | b | t |\n");
        assert!(parse(&twice).expect_err("the same name").1.contains("two mutations or"));
    }

    #[test]
    fn the_place_must_be_unique() {
        let mutation = &parse(TABLE).expect("a good table")[1];
        assert_eq!(mutation.apply("x + 1;").as_deref(), Ok("x;"));
        assert!(mutation.apply("x + 1 + 1").is_err());
        assert!(mutation.apply("x").is_err());
    }
}
