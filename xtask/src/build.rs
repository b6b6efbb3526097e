//! `cargo xtask build`: the engine for browsers, its JavaScript, and the page with both in it; with `--threads` also the engine that
//! divides its work. What did not change is not built again.

mod bindgen;
pub mod page;
mod site;
pub mod stamp;
pub mod threads;
pub mod wasm;

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::report::{Error, step, value};
use crate::root;
use wasm::{Engine, Toolchain};

const USAGE: &str = "usage: cargo xtask build [--threads] [--site DIR]";

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    let (mut engine, mut site) = (Engine::Single, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--threads" => engine = Engine::Threaded,
            "--site" => site = Some(value(word, words.next())?),
            _ => return Err(Error::usage(USAGE)),
        }
    }
    let built = all(engine)?;
    match site {
        Some(folder) => {
            step(&format!("the site into {folder}"), || site::copy(&built, folder.as_ref()))?;
        }
        None => println!("{}", built.display()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds everything; gives the folder of the site. A page with threads has the other engine as well, for where it may have none.
pub fn all(engine: Engine) -> Result<PathBuf, Error> {
    self::engine(Engine::Single)?;
    if engine == Engine::Threaded {
        self::engine(engine)?;
    }
    packages()?;
    let _alone = alone()?;
    step(&format!("the page: npm run {}", page::script(engine)), || done(page::build(engine)?))?;
    Ok(page::dist(engine))
}

/// Builds an engine and its JavaScript; gives the path of the `.wasm` that visitors load.
pub fn engine(engine: Engine) -> Result<PathBuf, Error> {
    let _alone = alone()?;
    let what = if engine == Engine::Threaded { "the engine with threads" } else { "the engine for browsers" };
    let wasm = step(&format!("{what}: cargo build"), || {
        let (toolchain, why) = Toolchain::find(engine)?;
        println!("   {why}");
        toolchain.build(engine)
    })?;
    step(&format!("its JavaScript: wasm-bindgen into {}/", engine.package()), || done(bindgen::bind(&wasm, engine)?))?;
    Ok(wasm_of(engine))
}

/// Where the `.wasm` of an engine that is built lies.
pub fn wasm_of(engine: Engine) -> PathBuf {
    root().join(engine.package()).join(bindgen::WASM)
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
