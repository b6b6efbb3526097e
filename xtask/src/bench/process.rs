//! A program that prints one line of JSON, and may not do so for ever.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

const LOOK: Duration = Duration::from_millis(50);

/// The JSON that a program printed last; else why there is none, in a line.
pub fn answer(command: &mut Command, patience: Duration) -> Result<Value, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: io::Error| format!("{name}: {error}");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    // Both at once: a pipe that nobody reads stops the program that writes it.
    let (output, said) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => break status,
            None if start.elapsed() > patience => {
                child.kill().and_then(|()| child.wait()).map_err(failed)?;
                return Err(format!("no result after {} minutes", patience.as_secs() / 60));
            }
            None => thread::sleep(LOOK),
        }
    };
    let (output, said) = (output.join().unwrap_or_default(), said.join().unwrap_or_default());
    match last_json(&output) {
        Some(found) if status.success() => Ok(found),
        _ => Err(last_line(&said).map_or_else(|| format!("{name}: {status}"), String::from)),
    }
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error still says something.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Our own program prints one value over many lines, the others one line each.
fn last_json(text: &str) -> Option<Value> {
    let object = |text: &str| serde_json::from_str(text).ok().filter(Value::is_object);
    object(text).or_else(|| text.lines().rev().find_map(object))
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).rfind(|line| !line.is_empty())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, patience: Duration) -> Result<Value, String> {
        answer(Command::new("sh").args(["-c", script]), patience)
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn the_last_line_of_json_is_the_answer() {
        assert_eq!(shell(r#"echo hello; echo '{"ms": 1}'; echo bye"#, MINUTE), Ok(serde_json::json!({"ms": 1})));
        assert_eq!(shell(r#"printf '{\n"ms": 2\n}\n'"#, MINUTE), Ok(serde_json::json!({"ms": 2})));
    }

    #[test]
    fn a_program_without_answer_gives_its_last_words() {
        assert_eq!(shell("echo why >&2; exit 3", MINUTE), Err("why".into()));
        assert_eq!(shell(r#"echo '{"ms": 1}'; echo late >&2; exit 3"#, MINUTE), Err("late".into()));
        assert_eq!(shell("exit 3", MINUTE), Err("sh: exit status: 3".into()));
        assert!(answer(&mut Command::new("no-such-program"), MINUTE).is_err());
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended() {
        let start = Instant::now();
        assert!(shell("exec sleep 30", Duration::ZERO).is_err_and(|reason| reason.starts_with("no result")));
        assert!(start.elapsed() < MINUTE / 3);
    }
}
