//! A list of disposable domains in a file, which can be replaced while the program runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use contacts::{DisposableDomains, DisposableList, DisposableSource, InvalidDisposableDomains};
use tokio_util::sync::CancellationToken;

/// The most bytes of such a file: some ten times what the longest known list has.
const MAX_LEN: u64 = 32 << 20;

/// Why a file is no list of disposable domains.
#[derive(Debug, thiserror::Error)]
pub enum InvalidDisposableFile {
    /// It cannot be read.
    #[error("the list of disposable domains {path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is longer than any list is.
    #[error("the list of disposable domains {path} is longer than 32 MiB")]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It has something else in it.
    #[error("the list of disposable domains {path} is wrong: {source}")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What.
        source: InvalidDisposableDomains,
    },
}

/// A list of disposable domains in a file: a domain per line, `#` begins a comment.
///
/// It takes the place of the list that the program comes with, and is read again when it changes. A file that cannot be
/// used leaves the list in place that was read last.
#[derive(Debug)]
pub struct DisposableFile {
    path: PathBuf,
    read: RwLock<Read>,
}

#[derive(Debug)]
struct Read {
    mark: Mark,
    list: Arc<DisposableDomains>,
}

/// What tells one edition of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    modified: Option<SystemTime>,
    length: u64,
}

impl DisposableFile {
    /// How often the file is looked at.
    pub const EVERY: Duration = Duration::from_secs(5);

    /// Reads the file.
    pub fn open(path: PathBuf) -> Result<Self, InvalidDisposableFile> {
        let read = read(&path)?;
        tracing::info!(
            domains = read.list.len(),
            "read the list of disposable domains"
        );
        Ok(Self {
            path,
            read: RwLock::new(read),
        })
    }

    /// Reads the file again if it is another one by now; tells whether it was.
    pub fn refresh(&self) -> Result<bool, InvalidDisposableFile> {
        let present = mark(&self.path)?;
        if present
            == self
                .read
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .mark
        {
            return Ok(false);
        }
        let read = read(&self.path)?;
        tracing::info!(
            domains = read.list.len(),
            "read another list of disposable domains"
        );
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(true)
    }

    /// Looks at the file again and again until `stopping`.
    pub async fn watch(self: Arc<Self>, period: Duration, stopping: CancellationToken) {
        let mut ticks = tokio::time::interval(period);
        let mut told = false;
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let file = Arc::clone(&self);
            let refreshed = tokio::task::spawn_blocking(move || file.refresh()).await;
            match refreshed {
                Ok(Err(error)) if !told => {
                    told = true;
                    tracing::warn!(error = %error, "the list that was read before stays in use");
                }
                Ok(Ok(_)) => told = false,
                _ => {}
            }
        }
    }
}

impl DisposableSource for DisposableFile {
    fn current(&self) -> DisposableList {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        DisposableList::Own(Arc::clone(&read.list))
    }
}

fn mark(path: &Path) -> Result<Mark, InvalidDisposableFile> {
    let metadata = std::fs::metadata(path).map_err(|source| InvalidDisposableFile::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    if metadata.len() > MAX_LEN {
        return Err(InvalidDisposableFile::TooLong {
            path: path.to_owned(),
        });
    }
    Ok(Mark {
        modified: metadata.modified().ok(),
        length: metadata.len(),
    })
}

fn read(path: &Path) -> Result<Read, InvalidDisposableFile> {
    // Looked at before it is read: what is written in between is seen the next time.
    let mark = mark(path)?;
    let text =
        std::fs::read_to_string(path).map_err(|source| InvalidDisposableFile::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    let list = DisposableDomains::parse(&text).map_err(|source| InvalidDisposableFile::Wrong {
        path: path.to_owned(),
        source,
    })?;
    Ok(Read {
        mark,
        list: Arc::new(list),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(file: &DisposableFile, domain: &str) -> bool {
        file.current().domains().covers(domain)
    }

    #[test]
    fn a_file_that_changes_is_read_again_and_one_that_is_wrong_is_not_used() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("disposable.txt");
        std::fs::write(&path, "# ours\nthrowaway.example\n").unwrap();
        let file = DisposableFile::open(path.clone()).unwrap();
        assert!(covers(&file, "a.throwaway.example") && !covers(&file, "mailinator.com"));
        assert!(!file.refresh().unwrap());

        std::fs::write(&path, "another-throwaway.example\n").unwrap();
        assert!(file.refresh().unwrap());
        assert!(covers(&file, "another-throwaway.example"));
        assert!(!covers(&file, "throwaway.example"));

        std::fs::write(&path, "this is no domain\n").unwrap();
        assert!(file.refresh().is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(file.refresh().is_err());
        assert!(covers(&file, "another-throwaway.example"));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = DisposableFile::open(PathBuf::from("/nowhere/disposable.txt")).unwrap_err();

        assert!(error.to_string().contains("/nowhere/disposable.txt"));
    }

    #[tokio::test]
    async fn a_watched_file_is_read_again_by_itself() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("disposable.txt");
        std::fs::write(&path, "throwaway.example\n").unwrap();
        let file = Arc::new(DisposableFile::open(path.clone()).unwrap());
        let stopping = CancellationToken::new();
        let watching = Arc::clone(&file).watch(Duration::from_millis(1), stopping.clone());
        let watching = tokio::spawn(watching);

        std::fs::write(&path, "another-throwaway.example\n").unwrap();
        while !covers(&file, "another-throwaway.example") {
            tokio::task::yield_now().await;
        }
        stopping.cancel();

        watching.await.unwrap();
    }
}
