//! How hashes are written: SHA-256 in hexadecimal.

use sha2::{Digest, Sha256};

/// The digest of all that the hasher was given.
pub fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
