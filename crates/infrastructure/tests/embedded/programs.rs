//! Server programs that behave otherwise than those of this machine.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::cluster::start;

/// A directory with an `initdb` and a `postgres` made of these shell lines.
pub(crate) fn programs(directory: &Path, initdb: &str, postgres: &str) -> PathBuf {
    let programs = directory.join("bin");
    fs::create_dir(&programs).unwrap();
    for (name, body) in [("initdb", initdb), ("postgres", postgres)] {
        let path = programs.join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    // The cluster's user has to get at them.
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    programs
}

/// Where this machine's own programs lie.
pub(crate) async fn real_programs() -> PathBuf {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(directory.path()).await;
    let pid = postgres.postmaster_pid().unwrap();
    let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap();
    program.parent().unwrap().to_owned()
}
