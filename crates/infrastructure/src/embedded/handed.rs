//! Directories that the cluster's user is handed rather than allowed to walk to.

use std::{
    fs::File,
    os::fd::AsRawFd,
    path::{Path, PathBuf},
};

use rustix::io::{FdFlags, fcntl_setfd};

use super::{EmbeddedError, account::Account};

/// A directory under the name by which a process of the cluster reaches it.
///
/// When the cluster's user is not the program's, that is `/proc/self/fd/N` of a descriptor which the
/// process inherits: the directories above stay closed to it. The server changes into its data
/// directory at start and only ever forks, so every backend holds the same descriptors. Keep the value
/// until the process has been spawned.
pub(super) struct HandedDirectory {
    path: PathBuf,
    _descriptor: Option<File>,
}

impl HandedDirectory {
    pub(super) fn open(directory: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        if !account.is_other() {
            return Ok(Self {
                path: directory.to_owned(),
                _descriptor: None,
            });
        }
        let descriptor = File::open(directory).map_err(EmbeddedError::io("open", directory))?;
        fcntl_setfd(&descriptor, FdFlags::empty())
            .map_err(|errno| EmbeddedError::io("hand over", directory)(errno.into()))?;
        Ok(Self {
            path: PathBuf::from(format!("/proc/self/fd/{}", descriptor.as_raw_fd())),
            _descriptor: Some(descriptor),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
