//! As much of HTTP as a static site on this machine needs: GET and HEAD, one request a connection.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// More than any browser sends before a body.
const LARGEST_HEAD: u64 = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(10);

/// What a page needs for shared memory: nothing of other origins opens it or is in it unasked.
const ISOLATION: &str = "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Embedder-Policy: require-corp\r\n";

/// A folder, seen below a path that begins and ends with `/`.
pub struct Site {
    root: PathBuf,
    base: String,
    is_isolated: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    File(PathBuf),
    Redirect(String),
    NotFound,
    /// Of a method that would change something.
    NotAllowed,
    Unreadable,
}

impl Site {
    pub fn new(folder: &Path, base: &str) -> io::Result<Self> {
        Ok(Self { root: folder.canonicalize()?, base: base.into(), is_isolated: false })
    }

    /// Whether its pages may share memory with their workers.
    pub fn isolated(self, is_isolated: bool) -> Self {
        Self { is_isolated, ..self }
    }

    /// Answers the one request of a connection.
    pub fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut reader = BufReader::new(stream.try_clone()?.take(LARGEST_HEAD));
        let mut request = String::new();
        reader.read_line(&mut request)?;
        // Read to its end, or closing the connection could throw our answer away. No header changes what we say.
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        let mut words = request.split_ascii_whitespace();
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let more = if self.is_isolated { ISOLATION } else { "" };
        send(stream, &self.answer(method, path), more, method == "HEAD")
    }

    fn answer(&self, method: &str, target: &str) -> Answer {
        if !matches!(method, "GET" | "HEAD") {
            return if method.is_empty() { Answer::Unreadable } else { Answer::NotAllowed };
        }
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if format!("{path}/") == self.base {
            return Answer::Redirect(self.base.clone());
        }
        let Some(below) = path.strip_prefix(&self.base) else { return Answer::NotFound };
        match self.file(below) {
            // Relative links are seen from the folder only with the slash.
            Some(folder) if folder.is_dir() && !path.ends_with('/') => Answer::Redirect(format!("{path}/")),
            Some(folder) if folder.is_dir() => {
                self.file(&format!("{below}index.html")).map_or(Answer::NotFound, Answer::File)
            }
            Some(file) => Answer::File(file),
            None => Answer::NotFound,
        }
    }

    /// What is there under a path of an address; nothing outside the folder is, not even by a link.
    fn file(&self, below: &str) -> Option<PathBuf> {
        let below = decode(below)?;
        let plain = below.split('/').all(|part| !matches!(part, "." | "..") && !part.contains(['\\', ':', '\0']));
        let path = self.root.join(plain.then(|| below.trim_start_matches('/'))?).canonicalize().ok()?;
        path.starts_with(&self.root).then_some(path)
    }
}

/// `%41` is `A`; none where it is damaged or no UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (code, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// With `more` headers on what is found.
fn send(mut stream: TcpStream, answer: &Answer, more: &str, head_only: bool) -> io::Result<()> {
    let Answer::File(path) = answer else {
        let (status, header) = match answer {
            Answer::Redirect(to) => ("301 Moved Permanently", format!("Location: {to}\r\n")),
            Answer::NotAllowed => ("405 Method Not Allowed", "Allow: GET, HEAD\r\n".into()),
            Answer::Unreadable => ("400 Bad Request", String::new()),
            _ => ("404 Not Found", String::new()),
        };
        return write!(stream, "{}{header}\r\n", head(status, "text/plain", 0));
    };
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    write!(stream, "{}{more}\r\n", head("200 OK", mime(path), length))?;
    if !head_only {
        io::copy(&mut file.take(length), &mut stream)?;
    }
    Ok(())
}

/// `no-cache`: a page that was built again is seen at the next reload.
fn head(status: &str, mime: &str, length: u64) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\nCache-Control: no-cache\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n"
    )
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        // Only under this name does a browser compile it while it arrives.
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" | "tsv" | "csv" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use std::fs;
    use std::net::TcpListener;

    /// A site with a secret beside it.
    fn site(name: &str, base: &str) -> (Scratch, Site) {
        let scratch = Scratch::in_temp(name).expect("a folder");
        let root = scratch.0.join("site");
        fs::create_dir_all(root.join("assets")).expect("a folder");
        for (file, text) in [("index.html", "<p>home"), ("assets/a b.wasm", "\0asm"), ("../secret.txt", "secret")] {
            fs::write(root.join(file), text).expect("a file");
        }
        let site = Site::new(&root, base).expect("a site");
        (scratch, site)
    }

    #[test]
    fn files_are_found_by_their_address() {
        let (_scratch, site) = site("found", "/");
        let file = |name: &str| Answer::File(site.root.join(name));
        assert_eq!(site.answer("GET", "/"), file("index.html"));
        assert_eq!(site.answer("HEAD", "/index.html?x=1#y"), file("index.html"));
        assert_eq!(site.answer("GET", "/assets/a%20b.wasm"), file("assets/a b.wasm"));
        assert_eq!(site.answer("GET", "/assets"), Answer::Redirect("/assets/".into()));
        assert_eq!(site.answer("GET", "/assets/"), Answer::NotFound);
        assert_eq!(site.answer("POST", "/"), Answer::NotAllowed);
        assert_eq!(site.answer("", ""), Answer::Unreadable);
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let (scratch, site) = site("outside", "/");
        let secret = scratch.0.join("secret.txt");
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/%2E%2E%2Fsecret.txt",
            "/assets/../../secret.txt",
            "/..%5csecret.txt",
            "//../secret.txt",
            "/%",
            "/%f",
            "/%ff",
            "/\u{0}",
            &format!("/{}", secret.display()),
        ] {
            assert_eq!(site.answer("GET", path), Answer::NotFound, "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&secret, site.root.join("link.txt")).expect("a link");
            assert_eq!(site.answer("GET", "/link.txt"), Answer::NotFound);
        }
    }

    #[test]
    fn below_a_base_only_what_is_below_it_is_there() {
        let (_scratch, site) = site("base", "/x/y/");
        assert_eq!(site.answer("GET", "/x/y/"), Answer::File(site.root.join("index.html")));
        assert_eq!(site.answer("GET", "/x/y"), Answer::Redirect("/x/y/".into()));
        for path in ["/", "/index.html", "/x/yy/index.html", "/x/"] {
            assert_eq!(site.answer("GET", path), Answer::NotFound, "{path}");
        }
    }

    /// What a client gets for what it sends.
    fn exchange(site: &Site, request: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
        client.write_all(request.as_bytes()).expect("sent");
        site.serve(listener.accept().expect("a client").0).expect("served");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer");
        answer
    }

    #[test]
    fn an_answer_names_type_and_length_and_forbids_stale_copies() {
        let (_scratch, site) = site("answer", "/");
        let answer = exchange(&site, "GET /assets/a%20b.wasm HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n\0asm"), "{answer}");
        for line in ["Content-Type: application/wasm", "Content-Length: 4", "Cache-Control: no-cache"] {
            assert!(answer.contains(&format!("\r\n{line}\r\n")), "{line}: {answer}");
        }
        assert!(!answer.contains("Cross-Origin"), "{answer}");
        let answer = exchange(&site, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(answer.contains("Content-Length: 7\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
        assert!(exchange(&site, "GET /none HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn an_isolated_site_says_so_with_every_file() {
        let (_scratch, site) = site("isolated", "/");
        let site = site.isolated(true);
        for path in ["/", "/assets/a%20b.wasm"] {
            let answer = exchange(&site, &format!("GET {path} HTTP/1.1\r\n\r\n"));
            for line in ["Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Embedder-Policy: require-corp"] {
                assert!(answer.contains(&format!("\r\n{line}\r\n")), "{line}: {answer}");
            }
        }
    }

    #[test]
    fn types_are_those_that_browsers_insist_on() {
        let mimes = ["a.html", "a.js", "a.css", "a.wasm", "a.safetensors"].map(|name| mime(Path::new(name)));
        assert_eq!(mimes[..2], ["text/html; charset=utf-8", "text/javascript; charset=utf-8"]);
        assert_eq!(mimes[2..], ["text/css; charset=utf-8", "application/wasm", "application/octet-stream"]);
    }
}
