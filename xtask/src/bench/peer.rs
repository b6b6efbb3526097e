//! Who is compared, how each is started, and what it needs before.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::process;
use super::work::Work;
use crate::build::page::{self, npm_in};
use crate::build::stamp::Stamp;
use crate::build::wasm::{Engine, artifact};
use crate::program::Program;
use crate::report::{Error, check, step};
use crate::{build, cargo, quiet_mesa, root, setup};

pub const FOLDER: &str = "benches/peers";
const BURN: &str = "burn_step";
/// As many for each that runs outside of a browser and can be told.
const THREADS: &str = "2";
/// Five steps of a minute each, and what comes before them; a browser gives up by itself a little earlier.
const PATIENCE: Duration = Duration::from_secs(600);
/// Our own program measures all of its works in one go.
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(3600);

/// How one is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Our program, with this device: all works at once.
    Program(&'static str),
    /// Our engine in the browser.
    Engine(Engine),
    /// Somebody else's, there.
    Page,
    /// PyTorch, with these words more.
    Torch(&'static [&'static str]),
    /// burn alone, with this device.
    Burn(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    pub who: &'static str,
    pub kind: Kind,
}

/// Ours first, as the others are set beside it. `-webgpu` of burn is native, on the same kind of adapter.
pub const PEERS: [Peer; 14] = [
    Peer { who: "attentionless-webgpu", kind: Kind::Engine(Engine::Single) },
    Peer { who: "attentionless-wasm", kind: Kind::Engine(Engine::Single) },
    Peer { who: "attentionless-threads-wasm", kind: Kind::Engine(Engine::Threaded) },
    Peer { who: "attentionless-native", kind: Kind::Program("cpu") },
    Peer { who: "attentionless-native-wgpu", kind: Kind::Program("wgpu") },
    Peer { who: "jax-webgpu", kind: Kind::Page },
    Peer { who: "jax-wasm", kind: Kind::Page },
    Peer { who: "jax-single-wasm", kind: Kind::Page },
    Peer { who: "tfjs-webgpu", kind: Kind::Page },
    Peer { who: "tfjs-wasm", kind: Kind::Page },
    Peer { who: "torch-cpu", kind: Kind::Torch(&[]) },
    Peer { who: "torch-compile", kind: Kind::Torch(&["--compile"]) },
    Peer { who: "burn-cpu", kind: Kind::Burn("cpu") },
    Peer { who: "burn-webgpu", kind: Kind::Burn("wgpu") },
];

/// What was prepared; the reason where it could not be.
pub struct Ready {
    page: Result<(), Error>,
    engine: Result<(), Error>,
    threads: Result<(), Error>,
    program: Result<Program, Error>,
    burn: Result<PathBuf, Error>,
    adapter: Result<(), Error>,
}

impl Ready {
    /// Fetches and builds what these need. What cannot be had is told in their rows.
    pub fn of(peers: &[Peer]) -> Self {
        let any = |wanted: fn(Kind) -> bool| peers.iter().any(|peer| wanted(peer.kind));
        let unless_wanted = || Error::failed("it is not wanted");
        let prepared = |is_wanted: bool, prepare: fn() -> Result<(), Error>| {
            if is_wanted { prepare() } else { Err(unless_wanted()) }
        };
        Self {
            page: prepared(any(|kind| matches!(kind, Kind::Page | Kind::Engine(_))), page),
            engine: prepared(any(|kind| kind == Kind::Engine(Engine::Single)), || {
                build::engine(Engine::Single).map(drop)
            }),
            threads: prepared(any(|kind| kind == Kind::Engine(Engine::Threaded)), threads),
            adapter: prepared(any(|kind| matches!(kind, Kind::Program("wgpu") | Kind::Burn("wgpu"))), adapter),
            program: if any(|kind| matches!(kind, Kind::Program(_))) { Program::build() } else { Err(unless_wanted()) },
            burn: if any(|kind| matches!(kind, Kind::Burn(_))) { burn() } else { Err(unless_wanted()) },
        }
    }

    /// The browser's adapter, and what it can do at most.
    pub fn ceilings(&self) -> Value {
        let found = self.browser("ceilings", Work { hidden: 0, batch: 0 });
        found.unwrap_or_else(|reason| json!({"error": reason}))
    }

    /// What a peer prints of a work.
    pub fn measure(&self, peer: Peer, work: Work) -> Value {
        let found = match peer.kind {
            Kind::Engine(Engine::Single) => built(&self.engine).and_then(|_| self.browser(peer.who, work)),
            Kind::Engine(Engine::Threaded) => match &self.threads {
                Ok(()) => self.browser(peer.who, work),
                Err(error) => Ok(json!({"missing": error.to_string()})),
            },
            Kind::Page => self.browser(peer.who, work),
            Kind::Torch(more) => torch(work, more),
            Kind::Burn(device) => self.burn(work, device),
            // It gives all of its works at once, and not here.
            Kind::Program(_) => Err("it is not started for one work".into()),
        };
        found.unwrap_or_else(|reason| json!({"error": reason}))
    }

    /// What our own program prints of all works, or of those whose name holds the text.
    pub fn ours(&self, device: &str, text: &str) -> Value {
        self.program(device, text).unwrap_or_else(|reason| json!({"error": reason}))
    }

    fn browser(&self, who: &str, work: Work) -> Result<Value, String> {
        if let Err(error) = &self.page {
            return Ok(json!({"missing": error.to_string()}));
        }
        let mut command = Command::new("node");
        command.arg(root().join(FOLDER).join("browser.mjs")).arg(who);
        command.args([work.hidden.to_string(), work.batch.to_string(), work.name()]);
        quiet_mesa(&mut command);
        process::answer(&mut command, PATIENCE)
    }

    fn burn(&self, work: Work, device: &str) -> Result<Value, String> {
        let mut command = Command::new(built(&self.burn)?);
        if let (Err(error), "wgpu") = (&self.adapter, device) {
            return Ok(json!({"missing": error.to_string()}));
        }
        command.args([&work.hidden.to_string(), &work.batch.to_string(), device]);
        process::answer(native(&mut command), PATIENCE)
    }

    fn program(&self, device: &str, text: &str) -> Result<Value, String> {
        let program = built(&self.program)?.path();
        if let (Err(error), "wgpu") = (&self.adapter, device) {
            return Ok(json!({"missing": error.to_string()}));
        }
        let help = Command::new(program).args(["bench", "--help"]).output().map_err(|error| error.to_string())?;
        if !help.status.success() {
            return Ok(json!({"missing": "this build has no `attentionless bench`"}));
        }
        let mut command = Command::new(program);
        command.args(["bench", "--json", "--device", device]);
        if String::from_utf8_lossy(&help.stdout).contains("--work") && !text.is_empty() {
            command.args(["--work", text]);
        }
        process::answer(native(&mut command), PATIENCE_FOR_ALL)
    }
}

fn built<T>(what: &Result<T, Error>) -> Result<&T, String> {
    what.as_ref().map_err(ToString::to_string)
}

/// The same number of threads for each: rayon's, OpenMP's, and those of the software adapter.
fn native(command: &mut Command) -> &mut Command {
    quiet_mesa(command);
    command.envs([("RAYON_NUM_THREADS", THREADS), ("OMP_NUM_THREADS", THREADS), ("LP_NUM_THREADS", THREADS)])
}

fn torch(work: Work, more: &[&str]) -> Result<Value, String> {
    let python = env::var("PYTHON").unwrap_or_else(|_| if cfg!(windows) { "python" } else { "python3" }.into());
    let mut command = Command::new(&python);
    command.arg(root().join(FOLDER).join("torch_step.py"));
    command.args([&work.hidden.to_string(), &work.batch.to_string(), "--threads", THREADS]).args(more);
    if Command::new(&python).arg("--version").output().is_err() {
        let reason =
            format!("{python} does not run: install Python and type: pip install torch; or name one in PYTHON");
        return Ok(json!({"missing": reason}));
    }
    process::answer(native(&mut command), PATIENCE)
}

/// A browser, and the packages of `benches/peers` exactly as its lockfile says.
fn page() -> Result<(), Error> {
    step("set-up: a browser", || setup::ensure(&setup::BROWSER))?;
    step("the peers' packages: npm ci", || {
        let (folder, node) = (root().join(FOLDER), page::node()?);
        let inputs = ["package.json", "package-lock.json"].map(|name| folder.join(name));
        let stamp = Stamp::of("peers", &inputs, &[&node], &[folder.join("node_modules/.package-lock.json")])?;
        if stamp.is_fresh() {
            println!("   nothing changed, nothing to do");
            return Ok(());
        }
        // Nothing of theirs is run in order to be installed.
        check(&mut npm_in(&folder, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
        stamp.write()
    })
}

/// Half an hour the first time: only who has built it once has it made anew here.
fn threads() -> Result<(), Error> {
    if !build::wasm_of(Engine::Threaded).exists() {
        return Err(Error::failed("it is not built, type: cargo xtask build --threads"));
    }
    build::engine(Engine::Threaded).map(drop)
}

fn adapter() -> Result<(), Error> {
    step("set-up: a Vulkan driver", || setup::ensure(&setup::RUST[..1]))
}

fn burn() -> Result<PathBuf, Error> {
    let words = ["build", "--bench", BURN, "--message-format=json-render-diagnostics"];
    step("burn alone: cargo build", || artifact(&mut cargo(&words), BURN, "bench"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_different_and_ours_come_first() {
        let ours = PEERS.iter().take_while(|peer| peer.who.starts_with("attentionless-")).count();
        assert_eq!(ours, 5);
        for (index, peer) in PEERS.iter().enumerate() {
            assert!(PEERS[..index].iter().all(|other| other.who != peer.who), "{}", peer.who);
        }
    }

    #[test]
    fn what_could_not_be_prepared_is_the_row() {
        let ready = Ready::of(&[]);
        for peer in PEERS.iter().filter(|peer| !matches!(peer.kind, Kind::Torch(_) | Kind::Program(_))) {
            let found = ready.measure(*peer, Work { hidden: 25, batch: 64 });
            assert!(found.get("missing").or(found.get("error")).is_some(), "{}: {found}", peer.who);
        }
    }
}
