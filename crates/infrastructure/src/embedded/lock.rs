//! One owner per data directory.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
    thread,
    time::Duration,
};

use super::{EmbeddedError, log::open_own};

/// Proof that this process owns the data directory, for as long as the value lives.
///
/// The lock is the kernel's (`flock`), so it ends with the process, however that ends; the pid inside
/// only serves the message. The file lies outside the cluster's directory and is never removed:
/// a removed file could be locked by two.
#[derive(Debug)]
pub(super) struct OwnerLock {
    file: File,
}

impl OwnerLock {
    /// Takes the lock in `path`; `data_dir` is what the refusal names.
    pub(super) fn take(path: &Path, data_dir: &Path) -> Result<Self, EmbeddedError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = open_own(&mut options, path).map_err(EmbeddedError::io("open", path))?;
        for is_last in [false, false, false, false, true] {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    let pid = read_pid(&mut file);
                    if pid.is_some() || is_last {
                        return Err(EmbeddedError::InUse {
                            directory: data_dir.to_owned(),
                            pid,
                        });
                    }
                    // The owner is about to write its pid, or to go.
                    thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::Error(error)) => {
                    return Err(EmbeddedError::io("lock", path)(error));
                }
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(EmbeddedError::io("write", path))?;
        Ok(Self { file })
    }
}

impl Drop for OwnerLock {
    fn drop(&mut self) {
        // A pid that owns nothing any more should not be named to the next one who asks.
        let _best_effort = self.file.set_len(0);
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut pid = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut pid).ok()?;
    pid.trim().parse().ok()
}
