//! What the tests need besides Rust: a Vulkan driver that works without a GPU, for the kernels, dictionaries that are not ours,
//! for the grammar's inflected forms, and a browser.

use std::fs;
use std::path::{Path, PathBuf};

use crate::apt;
use crate::report::Error;

pub struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    is_here: fn() -> bool,
}

/// For the tests in Rust.
pub const RUST: [Need; 2] = [
    Need {
        what: "Mesa's software Vulkan driver (lavapipe)",
        packages: &["mesa-vulkan-drivers", "libvulkan1"],
        is_here: has_software_vulkan,
    },
    Need {
        what: "hunspell with its English, French and German dictionaries",
        packages: &["hunspell", "hunspell-en-us", "hunspell-fr", "hunspell-de-de"],
        is_here: has_dictionaries,
    },
];

/// For the page's tests.
pub const BROWSER: [Need; 1] = [Need { what: "Chromium", packages: &["chromium"], is_here: has_chromium }];

/// Installs what is missing where that is allowed; otherwise the error is the line for the person to type.
pub fn ensure(needs: &[Need]) -> Result<(), Error> {
    let missing = missing(needs);
    if missing.is_empty() {
        println!("   all here");
        return Ok(());
    }
    let what = missing.iter().map(|need| need.what).collect::<Vec<_>>().join(" and ");
    println!("   missing: {what}");
    if !apt::is_here() {
        return Err(Error::failed(format!("install {what} by your system's own means")));
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let line = format!("sudo apt-get update && sudo apt-get install -y {}", packages.join(" "));
    apt::install(&packages).map_err(|error| Error::failed(format!("{error}\ntype: {line}")))?;
    if self::missing(needs).is_empty() {
        Ok(())
    } else {
        Err(Error::failed(format!("{what}: installed, yet not found\ntype: {line}")))
    }
}

fn missing(needs: &[Need]) -> Vec<&Need> {
    needs.iter().filter(|need| !(need.is_here)()).collect()
}

/// Only Linux has this driver from its packages; elsewhere wgpu reaches the system's own graphics.
fn has_software_vulkan() -> bool {
    let drivers = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let has_driver = drivers
        .iter()
        .flat_map(|folder| entries(Path::new(folder)))
        .any(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd")));
    let libraries = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    let nested = entries(Path::new("/usr/lib"));
    let has_loader = libraries.iter().chain(&nested).any(|folder| folder.join("libvulkan.so.1").exists());
    !cfg!(target_os = "linux") || (has_driver && has_loader)
}

fn has_dictionaries() -> bool {
    ["en_US", "fr", "de_DE"].iter().all(|name| apt::succeeds("hunspell", &["-d", name, "-l"]))
}

/// Where the page's tests look for it: they take another browser of its kind from this variable.
fn has_chromium() -> bool {
    apt::succeeds(&std::env::var("CHROMIUM").unwrap_or("/usr/bin/chromium".into()), &["--version"])
}

/// A folder that is not there has no entries: that is all the callers want to know.
fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
