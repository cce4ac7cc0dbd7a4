//! Where the parts of the embedded database lie.

use std::{
    fmt::Write as _,
    fs::{self, DirBuilder},
    io,
    os::unix::{ffi::OsStrExt, fs::DirBuilderExt},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::EmbeddedError;

/// The paths of one data directory; absolute, without symbolic links.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    data_dir: PathBuf,
    home: PathBuf,
}

impl Layout {
    /// Makes the directories that belong to the program itself.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, EmbeddedError> {
        if let Some(parent) = data_dir.parent() {
            fs::create_dir_all(parent).map_err(EmbeddedError::io("create", parent))?;
        }
        make_private_directory(data_dir)?;
        let data_dir = data_dir
            .canonicalize()
            .map_err(EmbeddedError::io("open", data_dir))?;
        let home = data_dir.join("postgres");
        make_private_directory(&home)?;
        Ok(Self { data_dir, home })
    }

    /// The directories in a data directory that is there already.
    pub(super) fn find(data_dir: &Path) -> Option<Self> {
        let data_dir = data_dir.canonicalize().ok()?;
        let home = data_dir.join("postgres");
        home.is_dir().then_some(Self { data_dir, home })
    }

    /// The program's data directory, of which the database is one part.
    pub(super) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The directory of everything that belongs to the database.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.home.join("owner.lock")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.home.join("postgresql.log")
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.home.join("socket")
    }

    /// The cluster (`PGDATA`).
    pub(super) fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// The cluster while it is being made.
    pub(super) fn new_data(&self) -> PathBuf {
        self.home.join("data.new")
    }

    /// A short name that no other data directory on this machine has: the server shows it in its
    /// process titles.
    pub(super) fn cluster_name(&self) -> String {
        let digest = Sha256::digest(self.home.as_os_str().as_bytes());
        digest[..8]
            .iter()
            .fold(String::from("canvass-"), |mut name, byte| {
                let _infallible = write!(name, "{byte:02x}");
                name
            })
    }
}

/// Makes `path`, for the program's user alone, unless it exists.
pub(super) fn make_private_directory(path: &Path) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(EmbeddedError::io("create", path)(error))
        }
        _ => Ok(()),
    }
}
