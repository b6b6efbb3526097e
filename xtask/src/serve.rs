//! `cargo xtask serve`: builds the page and serves it on this machine alone, until Ctrl-C; with `--threads` the page that may have them.

mod http;

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use crate::build::{self, wasm::Engine};
use crate::report::{Error, value};
use http::Site;

const USAGE: &str = "usage: cargo xtask serve [--threads] [--port N] [--dir DIR] [--base /PATH/]";
const PORT: u16 = 8080;
/// How many ports after the one asked for are tried.
const NEXT_PORTS: u16 = 20;

#[derive(Debug, PartialEq, Eq)]
struct Options {
    engine: Engine,
    port: u16,
    /// A site that is there already; without it one is built.
    folder: Option<PathBuf>,
    base: String,
}

impl Options {
    fn parse(words: &[String]) -> Result<Self, Error> {
        let mut options = Self { engine: Engine::Single, port: PORT, folder: None, base: "/".into() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--threads" => options.engine = Engine::Threaded,
                "--port" => {
                    let text = value(word, words.next())?;
                    let problem = |_| Error::usage(format!("{text} is no port: a number from 0 to 65535 is"));
                    options.port = text.parse().map_err(problem)?;
                }
                "--dir" => options.folder = Some(value(word, words.next())?.into()),
                "--base" => {
                    let path = value(word, words.next())?.trim_matches('/');
                    options.base = if path.is_empty() { "/".into() } else { format!("/{path}/") };
                }
                other => return Err(Error::usage(format!("serve does not take {other}\n{USAGE}"))),
            }
        }
        Ok(options)
    }
}

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    let options = Options::parse(words)?;
    // Before minutes of building: a port that cannot be had is told at once, and kept while we build.
    let listener = listen(options.port)?;
    let folder = options.folder.map_or_else(|| build::all(options.engine), Ok)?;
    let index = folder.join("index.html");
    if !index.is_file() {
        return Err(Error::failed(format!("{} is not there: {} is no site", index.display(), folder.display())));
    }
    let site = Arc::new(
        Site::new(&folder, &options.base).map_err(Error::at(&folder))?.isolated(options.engine == Engine::Threaded),
    );
    let address = listener.local_addr().map_err(|error| Error::failed(error.to_string()))?;
    println!("\nhttp://{address}{}   Ctrl-C ends it", options.base);
    for stream in listener.incoming() {
        let (site, stream) = (Arc::clone(&site), stream.map_err(|error| Error::failed(error.to_string()))?);
        thread::spawn(move || answer(&site, stream));
    }
    Ok(ExitCode::SUCCESS)
}

fn answer(site: &Site, stream: TcpStream) {
    // A browser that hangs up or opens a connection in vain is no news.
    let usual =
        [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset, io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
    if let Err(error) = site.serve(stream)
        && !usual.contains(&error.kind())
    {
        eprintln!("a request failed: {error}");
    }
}

/// Listens on the port or, if it is in use, on the next that is free: on this machine's own address, which no other reaches.
fn listen(port: u16) -> Result<TcpListener, Error> {
    let mut error = None;
    for next in port..=port.saturating_add(NEXT_PORTS) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, next)) {
            Ok(listener) => {
                if next != port {
                    println!("port {port} is in use; taking {next}");
                }
                return Ok(listener);
            }
            Err(other) if other.kind() == io::ErrorKind::AddrInUse => error = Some(other),
            Err(other) => return Err(Error::failed(format!("port {next}: {other}"))),
        }
    }
    let reason = error.map_or_else(String::new, |error| error.to_string());
    Err(Error::failed(format!("port {port} and the {NEXT_PORTS} after it: {reason}; name another with --port")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options, Error> {
        Options::parse(&crate::report::words(words))
    }

    #[test]
    fn options_are_read_and_a_base_gets_its_slashes() {
        let options = parse(&["--port", "9000", "--dir", "site", "--base", "x/y"]).expect("options");
        let expected =
            Options { engine: Engine::Single, port: 9000, folder: Some("site".into()), base: "/x/y/".into() };
        assert_eq!(options, expected);
        assert_eq!(parse(&["--threads"]).expect("options").engine, Engine::Threaded);
        assert_eq!(parse(&["--base", "/"]).expect("options").base, "/");
    }

    #[test]
    fn wrong_words_are_refused() {
        for words in [&["--port"][..], &["--port", "70000"], &["site"]] {
            assert!(matches!(parse(words), Err(Error::Usage(_))), "{words:?}");
        }
    }

    #[test]
    fn a_port_in_use_gives_the_next_one() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = taken.local_addr().expect("an address").port();
        let found = listen(port).expect("another port").local_addr().expect("an address").port();
        assert!(found > port);
    }
}
