//! The page: npm's packages, and what Vite makes of `web/`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::stamp::Stamp;
use super::wasm::Engine;
use crate::report::{Error, check};
use crate::{quiet_mesa, root};

const NODE: u32 = 20;

pub fn folder() -> PathBuf {
    root().join("web")
}

/// Where Vite writes the site with this engine.
pub fn dist(engine: Engine) -> PathBuf {
    folder().join(if engine == Engine::Threaded { "dist-threads" } else { "dist" })
}

/// The name of npm's script that does.
pub fn script(engine: Engine) -> &'static str {
    if engine == Engine::Threaded { "build:threads" } else { "build" }
}

/// `npm WORDS...` for the page.
pub fn npm(words: &[&str]) -> Command {
    npm_in(&folder(), words)
}

/// `npm WORDS...` in this folder.
pub fn npm_in(folder: &Path, words: &[&str]) -> Command {
    // Windows knows npm only by its script's full name.
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(words).current_dir(folder).stdin(Stdio::null());
    quiet_mesa(&mut command);
    command
}

/// Installs exactly what the lockfile says, when it changed; gives whether there was something to do.
pub fn packages() -> Result<bool, Error> {
    let node = node()?;
    let inputs = ["package.json", "package-lock.json"].map(|name| folder().join(name));
    // npm's own note of what it installed: gone together with the packages.
    let stamp = Stamp::of("packages", &inputs, &[&node], &[folder().join("node_modules/.package-lock.json")])?;
    if stamp.is_fresh() {
        return Ok(false);
    }
    check(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    stamp.write()?;
    Ok(true)
}

/// Builds the site of the page and the engine; gives whether there was something to do.
pub fn build(engine: Engine) -> Result<bool, Error> {
    let mut inputs = vec![folder(), root().join(Engine::Single.package())];
    if engine == Engine::Threaded {
        inputs.push(root().join(engine.package()));
    }
    let stamp = Stamp::of(&engine.named("page"), &inputs, &[&node()?], &[dist(engine)])?;
    if stamp.is_fresh() {
        return Ok(false);
    }
    check(&mut npm(&["run", script(engine)]))?;
    stamp.write()?;
    Ok(true)
}

/// The version of Node.js, which has to be there and new enough.
pub fn node() -> Result<String, Error> {
    let output = Command::new("node").arg("--version").stdin(Stdio::null()).output();
    let version = output.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let version = version.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_string());
    match version {
        Some(version) if major(&version).is_some_and(|major| major >= NODE) => Ok(version),
        found => {
            let found = found.map_or("none is here".into(), |version| format!("{version} is here"));
            Err(Error::failed(format!(
                "the page needs Node.js {NODE} or newer with its npm, {found}: install it from https://nodejs.org"
            )))
        }
    }
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v9.0.0"), Some(9));
        assert_eq!(major("no such command"), None);
    }
}
