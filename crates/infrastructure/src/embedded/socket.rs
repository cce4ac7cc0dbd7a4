//! The directory of the Unix socket.

use std::{
    env, fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use super::{
    EmbeddedError,
    account::Account,
    layout::{Layout, make_private_directory},
};

/// The port that the socket's file name carries.
pub(super) const PORT: u16 = 5432;

/// How many bytes the path of a Unix socket may have (Linux; one less than `sun_path`).
const LONGEST_PATH: usize = 107;

/// The permission bits of everybody but the owner.
const OTHERS: u32 = 0o077;

/// The private directory in which the server listens.
#[derive(Debug)]
pub(super) struct SocketDirectory {
    path: PathBuf,
    is_apart: bool,
}

impl SocketDirectory {
    /// Makes the directory beside the cluster, or, where its path would not do for a socket, a
    /// private one with a short name elsewhere.
    pub(super) fn make(layout: &Layout, account: &Account) -> Result<Self, EmbeddedError> {
        let beside = layout.socket();
        if is_usable(&beside) {
            make_private_directory(&beside)?;
            account.take(&beside)?;
            return Ok(Self {
                path: beside,
                is_apart: false,
            });
        }
        let mut taken = beside;
        for base in short_places() {
            let path = base.join(layout.cluster_name());
            if !is_usable(&path) {
                continue;
            }
            if make_private_directory(&path).is_ok() && is_private(&path, account) {
                account.take(&path)?;
                return Ok(Self {
                    path,
                    is_apart: true,
                });
            }
            taken = path;
        }
        Err(EmbeddedError::NoSocketPath {
            directory: layout.data_dir().to_owned(),
            taken,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes what a server that is gone left behind.
    pub(super) fn clear(&self) -> Result<(), EmbeddedError> {
        for name in [format!(".s.PGSQL.{PORT}"), format!(".s.PGSQL.{PORT}.lock")] {
            super::orphans::remove_if_there(&self.path.join(name))?;
        }
        Ok(())
    }
}

impl Drop for SocketDirectory {
    fn drop(&mut self) {
        if self.is_apart {
            // Fails, rightly, while a server still listens there.
            let _best_effort = fs::remove_dir(&self.path);
        }
    }
}

/// Where the socket can be, the first choice first.
pub(super) fn places(layout: &Layout) -> Vec<PathBuf> {
    let apart = short_places()
        .into_iter()
        .map(|place| place.join(layout.cluster_name()));
    std::iter::once(layout.socket()).chain(apart).collect()
}

/// A socket's path has a limit, and libpq takes a comma for the beginning of another host.
fn is_usable(directory: &Path) -> bool {
    let socket = directory.join(format!(".s.PGSQL.{PORT}"));
    let path = socket.as_os_str().as_bytes();
    path.len() <= LONGEST_PATH && !path.contains(&b',')
}

fn short_places() -> Vec<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the user's runtime directory is the machine's business, not configuration of ours"
    )]
    let runtime = if rustix::process::geteuid().is_root() {
        // The variable may have come from an ordinary user, who could swap what lies there.
        Some(PathBuf::from("/run"))
    } else {
        env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from)
    };
    runtime
        .into_iter()
        .chain([
            env::temp_dir(),
            PathBuf::from("/tmp"),
            PathBuf::from("/var/tmp"),
        ])
        .filter(|place| place.is_absolute())
        .collect()
}

/// Whether nobody but the program's and the cluster's user can get at `path`. In a directory that
/// everybody may write to, somebody else may have made it first.
fn is_private(path: &Path, account: &Account) -> bool {
    let own = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(path).is_ok_and(|found| {
        found.is_dir()
            && (found.uid() == own || found.uid() == account.uid())
            && found.mode() & OTHERS == 0
    })
}
