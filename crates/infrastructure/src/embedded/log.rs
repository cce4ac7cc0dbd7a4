//! The server's log file.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use super::EmbeddedError;

/// At this size the log is set aside, and the one that was set aside before is dropped.
const LARGEST: u64 = 16 * 1024 * 1024;

/// How much of the log's end is looked through for the reason of a failure.
const EXCERPT: u64 = 64 * 1024;

#[expect(
    clippy::cast_possible_wrap,
    reason = "the standard library takes the kernel's flags as a signed number"
)]
const NO_FOLLOW: i32 = OFlags::NOFOLLOW.bits() as i32;

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
        let file = open_own(OpenOptions::new().append(true).create(true), &self.path)
            .map_err(EmbeddedError::io("open", &self.path))?;
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        Ok((file, Mark(length)))
    }

    /// Copies a large log aside and empties it. The server appends, so it needs no telling.
    pub(super) fn rotate_if_large(&self) {
        if fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() > LARGEST)
            && let Err(error) = self.rotate()
        {
            tracing::warn!(error = %error, "cannot rotate the log of the database server");
        }
    }

    fn rotate(&self) -> io::Result<()> {
        let aside = self.path.with_extension("log.1");
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut log = open_own(OpenOptions::new().read(true).write(true), &self.path)?;
        let mut copy = open_own(OpenOptions::new().write(true).create_new(true), &aside)?;
        io::copy(&mut log, &mut copy)?;
        log.set_len(0)
    }

    /// What the server wrote since `mark`, or the end of it.
    pub(super) fn since(&self, mark: Mark) -> String {
        read_from(&self.path, mark.0).unwrap_or_default()
    }
}

/// Opens a file for the program's user alone. Symbolic links are not followed: root may be working
/// in a directory that belongs to an ordinary user.
pub(super) fn open_own(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.mode(0o600).custom_flags(NO_FOLLOW).open(path)
}

fn read_from(path: &Path, start: u64) -> io::Result<String> {
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

/// Whether a program's output says that the disk is full. The second form is what PostgreSQL makes of
/// a write that was cut short.
pub(super) fn tells_of_a_full_disk(output: &str) -> bool {
    output.contains("No space left on device") || output.contains("wrote only ")
}

#[cfg(test)]
mod tests {
    use std::{io::Write, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn a_large_log_is_set_aside_once() {
        let directory = tempfile::tempdir().unwrap();
        let log = ServerLog::at(directory.path().join("postgresql.log"));
        let (mut file, start) = log.open().unwrap();
        file.set_len(LARGEST + 1).unwrap();

        log.rotate_if_large();
        log.rotate_if_large();
        file.write_all(b"later").unwrap();

        assert_eq!(log.since(start), "later");
        let aside = fs::metadata(directory.path().join("postgresql.log.1")).unwrap();
        assert_eq!(aside.len(), LARGEST + 1);
    }

    #[test]
    fn a_log_that_is_a_symbolic_link_is_not_written_to() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("postgresql.log");
        symlink("elsewhere", &link).unwrap();

        assert!(ServerLog::at(link).open().is_err());
        assert!(!directory.path().join("elsewhere").exists());
    }

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
