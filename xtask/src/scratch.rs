//! A folder for work in progress.

use std::fs;
use std::path::PathBuf;

use crate::report::Error;

/// A folder that goes when we do.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(folder: PathBuf) -> Result<Self, Error> {
        fs::create_dir_all(&folder).map_err(Error::at(&folder))?;
        Ok(Self(folder))
    }

    /// In the system's own place for such folders; `name` tells it from others of this process.
    pub fn in_temp(name: &str) -> Result<Self, Error> {
        Self::new(std::env::temp_dir().join(format!("attentionless-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} is left over: {error}", self.0.display());
        }
    }
}
