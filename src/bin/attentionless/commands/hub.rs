//! What sources name of the catalogue is fetched before it is read.

use crate::{output::say, progress::Progress};
use attentionless::corpus::{
    Source,
    hub::{Entry, address, fetch, kept},
};
use std::error::Error;

/// Fetches what is not on this machine yet, and says what it is, under which licence it comes, and what came.
pub fn bring<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Result<(), Box<dyn Error>> {
    for source in sources {
        if let Source::Hub(entry) = source
            && kept(entry)?.is_none()
        {
            bring_one(entry)?;
        }
    }
    Ok(())
}

fn bring_one(entry: &Entry) -> Result<(), Box<dyn Error>> {
    let megabytes = entry.bytes as f64 / 1e6;
    say(&format!("hub:{}: {}; about {megabytes:.0} MB", entry.name, entry.about));
    say(&format!("licence: {}", entry.licence));
    say(&format!("from {}", address(entry)));
    let mut progress = Progress::new();
    let fetched = fetch(entry, &mut |received, total| {
        progress.bytes(entry.name, received, total.unwrap_or(entry.bytes).max(received));
    });
    progress.end();
    let fetched = fetched?;
    if let Some(before) = fetched.before {
        say(&format!("it has changed: its SHA-256 was {before} when it was fetched before"));
    }
    say(&format!("{} bytes, SHA-256 {}, kept as {}", fetched.bytes, fetched.sha256, fetched.file.display()));
    Ok(())
}
