//! Real market data, where this machine has it: in the folder that `STRATC_SHARED` names, else in
//! `shared` beside the workspace.

use std::path::{Path, PathBuf};

/// The folder of the shared data, or nothing (said on stdout) where there is none.
pub fn shared_data() -> Option<PathBuf> {
    let root = match std::env::var_os("STRATC_SHARED") {
        Some(root) => PathBuf::from(root),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    let data = root.join("data");
    if data.is_dir() {
        return Some(data);
    }
    println!("skipped: no market data");
    None
}
