//! The server's log file.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::EmbeddedError;

/// At this size the log is set aside, and the one that was set aside before is dropped.
const LARGEST: u64 = 16 * 1024 * 1024;

/// How much of the log's end is looked through for the reason of a failure.
const EXCERPT: u64 = 64 * 1024;

/// The file that the server writes its log to.
#[derive(Debug)]
pub(super) struct ServerLog {
    path: PathBuf,
}

/// A place in the log: what follows was written later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(u64);

impl ServerLog {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Opens the log for a server that is about to start.
    pub(super) fn open(&self) -> Result<(File, Mark), EmbeddedError> {
        self.rotate_if_large();
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(EmbeddedError::io("open", &self.path))?;
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        Ok((file, Mark(length)))
    }

    /// Copies a large log aside and empties it. The server appends, so it needs no telling.
    pub(super) fn rotate_if_large(&self) {
        if fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() > LARGEST) {
            let emptied = fs::copy(&self.path, self.path.with_extension("log.1"))
                .and_then(|_| OpenOptions::new().write(true).open(&self.path))
                .and_then(|file| file.set_len(0));
            if let Err(error) = emptied {
                tracing::warn!(error = %error, "cannot rotate the log of the database server");
            }
        }
    }

    /// What the server wrote since `mark`, or the end of it.
    pub(super) fn since(&self, mark: Mark) -> String {
        read_from(&self.path, mark.0).unwrap_or_default()
    }
}

fn read_from(path: &Path, start: u64) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(start.max(length.saturating_sub(EXCERPT))))?;
    let mut bytes = Vec::new();
    file.take(EXCERPT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The one line of a program's output that says why it failed.
pub(super) fn reason(output: &str) -> String {
    let marked = output.lines().find_map(|line| {
        ["FATAL:", "PANIC:", "error:"]
            .iter()
            .find_map(|mark| line.split_once(mark).map(|(_, reason)| reason))
    });
    marked
        .or_else(|| output.lines().rev().find(|line| !line.trim().is_empty()))
        .unwrap_or("it gave no reason")
        .trim()
        .to_owned()
}

/// Whether a program's output says that the disk is full.
pub(super) fn tells_of_a_full_disk(output: &str) -> bool {
    output.contains("No space left on device")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_first_fatal_line() {
        let output = "2026-01-01 [1] LOG:  starting\n2026-01-01 [1] FATAL:  lock file exists\n2026-01-01 [1] LOG:  bye\n";

        assert_eq!(reason(output), "lock file exists");
    }

    #[test]
    fn without_a_fatal_line_the_reason_is_the_last_line() {
        assert_eq!(
            reason("one\npostgres: not found\n\n"),
            "postgres: not found"
        );
        assert_eq!(reason(""), "it gave no reason");
    }
}
