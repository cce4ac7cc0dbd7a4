//! The data directory: master keys and outgoing mail; the embedded database has its own part of it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use infrastructure::{InvalidMasterKeys, MasterKeys, SystemRandom};
use kernel::RandomBytes as _;

use crate::settings::Settings;

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirectoryError {
    /// The operating system refused something.
    #[error("cannot use {path}: {source}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file with the master keys can be read by others.
    #[error("{path} can be read by others; make it private with: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold master keys.
    #[error("{path} is wrong: {source}")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: InvalidMasterKeys,
    },
}

/// Where this installation keeps what is not in its database.
#[derive(Clone, Debug)]
pub(crate) struct DataDirectory {
    path: PathBuf,
}

impl DataDirectory {
    /// Opens the directory, and makes it, readable by its owner only, where it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, DataDirectoryError> {
        let refused = |source| DataDirectoryError::Io {
            path: path.to_owned(),
            source,
        };
        if !path.exists() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(refused)?;
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The folder that outgoing mail is written to.
    pub(crate) fn mail(&self) -> PathBuf {
        self.path.join("mail")
    }

    /// The master keys that are configured, or else those of this installation.
    pub(crate) fn keys(&self, settings: &Settings) -> Result<MasterKeys, DataDirectoryError> {
        settings
            .master_keys
            .clone()
            .map_or_else(|| self.master_keys(), Ok)
    }

    /// The master keys of this installation; the first call makes one.
    fn master_keys(&self) -> Result<MasterKeys, DataDirectoryError> {
        let path = self.path.join("master.key");
        let refused = |source| DataDirectoryError::Io {
            path: path.clone(),
            source,
        };
        if !path.exists() {
            self.make_master_key(&path).map_err(refused)?;
        }

        let mode = fs::metadata(&path).map_err(refused)?.mode();
        if mode & 0o077 != 0 {
            return Err(DataDirectoryError::Exposed { path });
        }
        let text = fs::read_to_string(&path).map_err(refused)?;
        MasterKeys::parse(&text).map_err(|source| DataDirectoryError::Keys { path, source })
    }

    /// Writes a new key aside and links it into place, so that of two processes one wins and no
    /// half-written key is ever read.
    fn make_master_key(&self, path: &Path) -> io::Result<()> {
        let aside = self.path.join(format!("master.key.{}", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&aside)?;
        file.write_all(
            MasterKeys::single(SystemRandom.bytes())
                .to_text()
                .as_bytes(),
        )?;
        file.sync_all()?;
        let linked = fs::hard_link(&aside, path);
        fs::remove_file(&aside)?;
        match linked {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_master_key_is_made_once_private_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let directory = DataDirectory::open(&folder.path().join("new/data")).unwrap();

        let first = directory.master_keys().unwrap().to_text();
        let second = directory.master_keys().unwrap().to_text();

        assert_eq!(first, second);
        let mode = fs::metadata(folder.path().join("new/data/master.key"))
            .unwrap()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let directory = DataDirectory::open(folder.path()).unwrap();
        directory.master_keys().unwrap();
        let path = folder.path().join("master.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

        assert!(matches!(
            directory.master_keys(),
            Err(DataDirectoryError::Exposed { .. })
        ));
    }
}
