//! `cargo xtask build`: the engine for browsers, its JavaScript, and the page with both in it. What did not change is not
//! built again.

mod bindgen;
pub mod page;
mod site;
pub mod stamp;
pub mod wasm;

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::report::{Error, step, value};
use crate::root;
use wasm::Toolchain;

const USAGE: &str = "usage: cargo xtask build [--site DIR]";

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    let site = match words {
        [] => None,
        [option, rest @ ..] if option == "--site" && rest.len() < 2 => Some(value(option, rest.first())?),
        _ => return Err(Error::usage(USAGE)),
    };
    let built = all()?;
    match site {
        Some(folder) => {
            step(&format!("the site into {folder}"), || site::copy(&built, folder.as_ref()))?;
        }
        None => println!("{}", built.display()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds everything; gives the folder of the site.
pub fn all() -> Result<PathBuf, Error> {
    engine()?;
    packages()?;
    let _alone = alone()?;
    step("the page: npm run build", || done(page::build()?))?;
    Ok(page::dist())
}

/// Builds the engine and its JavaScript; gives the path of the `.wasm` that visitors load.
pub fn engine() -> Result<PathBuf, Error> {
    let _alone = alone()?;
    let wasm = step("the engine for browsers: cargo build", || {
        let (toolchain, why) = Toolchain::find()?;
        println!("   {why}");
        toolchain.build()
    })?;
    step("its JavaScript: wasm-bindgen into pkg/", || done(bindgen::bind(&wasm)?))?;
    Ok(root().join("pkg").join(bindgen::WASM))
}

/// Installs what the page is built and tested with.
pub fn packages() -> Result<(), Error> {
    let _alone = alone()?;
    step("the page's packages: npm ci", || done(page::packages()?))
}

fn done(worked: bool) -> Result<(), Error> {
    if !worked {
        println!("   nothing changed, nothing to do");
    }
    Ok(())
}

/// Two builds at once would write into the same folders: the second waits. The lock goes with its file's handle.
fn alone() -> Result<File, Error> {
    let folder = root().join("target/xtask");
    fs::create_dir_all(&folder).map_err(Error::at(&folder))?;
    let path = folder.join("lock");
    let file = File::create(&path).map_err(Error::at(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            println!("   waiting for another build of this checkout");
            file.lock().map_err(Error::at(&path))?;
        }
        Err(TryLockError::Error(error)) => return Err(Error::at(&path)(error)),
    }
    Ok(file)
}
