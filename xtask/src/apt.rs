//! Debian's package manager, used only where it is there and we may: as root, or with a sudo that asks no password.

use std::process::{Command, Stdio};

use crate::report::Error;

/// Whether the program is there and, called like this, ends well; what it prints is thrown away.
pub fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

pub fn is_here() -> bool {
    succeeds("apt-get", &["--version"])
}

/// Installs the packages, with the package lists brought up to date only if it does not work without.
pub fn install(packages: &[&str]) -> Result<(), Error> {
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    privileged(&arguments).or_else(|_| {
        privileged(&["update"])?;
        privileged(&arguments)
    })
}

/// Runs `apt-get` with the right to change the system. What it says goes to stderr: stdout belongs to our own results.
pub fn privileged(arguments: &[&str]) -> Result<(), Error> {
    let said = format!("apt-get {}", arguments.join(" "));
    let mut command = if is_root() {
        Command::new("env")
    } else if succeeds("sudo", &["-n", "true"]) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]);
        sudo
    } else {
        return Err(Error::failed(format!("{said}: needs root, or a sudo without password")));
    };
    // env comes after sudo, which would drop the variable.
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
    command.stdin(Stdio::null()).stdout(std::io::stderr());
    eprintln!("   {said}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::failed(format!("{said}: {status}"))),
        Err(error) => Err(Error::failed(format!("{said}: {error}"))),
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
