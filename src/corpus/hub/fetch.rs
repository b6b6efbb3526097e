//! Brings a corpus of the catalogue into the user's cache, whole or not at all.

use std::{
    env, fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};
use ureq::{Agent, Error};

use super::{Entry, HOME, check};
use crate::{
    corpus::CorpusError,
    digest::hex,
    store::{StoreError, write_whole},
};

/// Another base address than [`HOME`]: a mirror's, or a test's.
const BASE: &str = "ATTENTIONLESS_HUB";
/// Bytes that are taken from a server at most.
const MOST: u64 = 1 << 28;
/// Without an answer, or without a byte.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("hub:{name}: neither HOME nor XDG_CACHE_HOME is set, so there is no place for the file; set one of them")]
    NoCache { name: &'static str },

    #[error(
        "{url}: the server answered {status}, expected 200; try again later, or give a mirror's address in ATTENTIONLESS_HUB"
    )]
    Status { url: String, status: u16 },

    #[error("{url}: cannot be fetched ({reason}); try again later, or give a mirror's address in ATTENTIONLESS_HUB")]
    Unreachable { url: String, reason: String },

    #[error("{url}: the connection was cut after {received} of {expected} bytes ({reason}); run the command again")]
    Cut { url: String, received: u64, expected: String, reason: String },

    #[error(
        "{url}: the server has {found} bytes or more, expected about {expected}; give another address in ATTENTIONLESS_HUB"
    )]
    TooLarge { url: String, found: u64, expected: u64 },

    #[error("{wrong}; {received} bytes came, and are not kept")]
    NotCorpus { wrong: CorpusError, received: usize },

    #[error(
        "{file}: its SHA-256 is {found}, but was {expected} when it was fetched; delete it to fetch it again",
        file = file.display()
    )]
    Changed { file: PathBuf, found: String, expected: String },

    #[error("{file}: cannot be read ({reason})", file = file.display())]
    Unreadable { file: PathBuf, reason: io::Error },

    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came.
#[derive(Debug)]
pub struct Fetched {
    pub file: PathBuf,
    pub bytes: u64,
    pub sha256: String,
    /// The SHA-256 of an earlier fetch, where that was another.
    pub before: Option<String>,
}

/// Where an entry will be fetched from.
pub fn address(entry: &Entry) -> String {
    let base = env::var(BASE).ok().filter(|base| !base.is_empty());
    format!("{}/{}", base.as_deref().unwrap_or(HOME).trim_end_matches('/'), entry.path)
}

/// The file of an entry, if it is in the cache; an error if it is not the one that was fetched.
pub fn kept(entry: &Entry) -> Result<Option<PathBuf>, HubError> {
    let file = file_of(entry)?;
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(reason) => return Err(HubError::Unreadable { file, reason }),
    };
    // A file that was put there by hand has no checksum beside it.
    match (remembered(&file), digest(&bytes)) {
        (Some(expected), found) if expected != found => Err(HubError::Changed { file, found, expected }),
        _ => Ok(Some(file)),
    }
}

/// Fetches an entry, and tells how many bytes there are so far, and how many there will be if the server says so. The
/// file is in the cache afterwards, its SHA-256 beside it; after an error there is nothing new.
pub fn fetch(entry: &Entry, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Fetched, HubError> {
    let file = file_of(entry)?;
    let url = address(entry);
    let bytes = download(&url, entry.bytes, progress)?;
    check(entry, &url, &bytes).map_err(|wrong| HubError::NotCorpus { wrong, received: bytes.len() })?;
    let sha256 = digest(&bytes);
    let before = remembered(&file).filter(|before| *before != sha256);
    write_whole(&file, &bytes)?;
    write_whole(&beside(&file), format!("{sha256}\n").as_bytes()).inspect_err(|_| {
        // What nothing vouches for is not kept.
        let _ = fs::remove_file(&file);
    })?;
    Ok(Fetched { file, bytes: bytes.len() as u64, sha256, before })
}

fn download(url: &str, about: u64, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Vec<u8>, HubError> {
    let mut response = agent().get(url).call().map_err(|error| match error {
        Error::StatusCode(status) => HubError::Status { url: url.into(), status },
        error => HubError::Unreachable { url: url.into(), reason: error.to_string() },
    })?;
    let total = response.body().content_length();
    let too_large = |found| HubError::TooLarge { url: url.into(), found, expected: about };
    if let Some(found) = total.filter(|&total| total > MOST) {
        return Err(too_large(found));
    }
    let (mut bytes, mut body, mut piece) = (Vec::new(), response.body_mut().as_reader(), vec![0; 1 << 16]);
    let cut = |received, reason: String| {
        let expected = total.map_or("an unknown number of".into(), |total| total.to_string());
        HubError::Cut { url: url.into(), received, expected, reason }
    };
    loop {
        let count = body.read(&mut piece).map_err(|error| cut(bytes.len() as u64, error.to_string()))?;
        bytes.extend_from_slice(&piece[..count]);
        let received = bytes.len() as u64;
        progress(received, total);
        match count {
            _ if received > MOST => return Err(too_large(received)),
            0 if total.is_some_and(|total| received < total) => return Err(cut(received, "it ended".into())),
            0 => break,
            _ => {}
        }
    }
    Ok(bytes)
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE));
    config.build().into()
}

fn file_of(entry: &Entry) -> Result<PathBuf, HubError> {
    entry.file().ok_or(HubError::NoCache { name: entry.name })
}

/// Where the SHA-256 of a file is kept.
fn beside(file: &Path) -> PathBuf {
    file.with_extension("zip.sha256")
}

fn remembered(file: &Path) -> Option<String> {
    fs::read_to_string(beside(file)).ok().map(|text| text.trim().to_owned())
}

fn digest(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}
