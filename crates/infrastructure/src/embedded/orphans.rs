//! What a former owner that was killed left behind.
//!
//! To be used under the owner's lock only. A killed owner leaves a running server; a killed server
//! leaves its pid file, and perhaps backends that are busy. The pid in the file proves nothing: it may
//! belong to a zombie or to another program by now, and PostgreSQL would refuse to start for it. What
//! proves a process to be of this cluster is its working directory, which is the cluster's, or its
//! owner and title (the kernel does not show the former to root without `CAP_SYS_PTRACE`, as in
//! containers).
//! Only when no such process is left is the pid file removed: sooner, it would take away PostgreSQL's
//! own guard against two servers on one directory.

use std::{
    fs, io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{EmbeddedError, account::Account, layout::Layout, socket::SocketDirectory};

/// What to send, and how long to wait for everybody to be gone: a fast stop by the postmaster, an
/// immediate one by each, the end.
const FAST_STOP: Duration = Duration::from_secs(20);
const IMMEDIATE_STOP: Duration = Duration::from_secs(3);
const KILL: Duration = Duration::from_secs(5);

/// Stops every process of a former run and removes the traces that would hinder the next.
pub(super) fn clear(
    layout: &Layout,
    account: &Account,
    socket: &SocketDirectory,
) -> Result<(), EmbeddedError> {
    if !Path::new("/proc/self/cwd").exists() {
        // Without a process table to look at, PostgreSQL's own judgement of its pid file stands.
        return Ok(());
    }
    let family = Family::of(layout, account);
    let left = family.members()?;
    let pid_file = layout.data().join("postmaster.pid");
    if !left.is_empty() {
        tracing::warn!(
            processes = left.len(),
            "stopping a database server that outlived its owner"
        );
        family.end(postmaster(&pid_file))?;
    }
    remove_if_there(&pid_file)?;
    socket.clear()
}

/// Removes a file that need not exist.
pub(super) fn remove_if_there(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EmbeddedError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// The processes of one cluster.
struct Family<'a> {
    account: &'a Account,
    data: PathBuf,
    new_data: PathBuf,
    cluster_name: String,
}

impl<'a> Family<'a> {
    fn of(layout: &Layout, account: &'a Account) -> Self {
        Self {
            account,
            data: layout.data(),
            new_data: layout.new_data(),
            cluster_name: layout.cluster_name(),
        }
    }

    fn members(&self) -> Result<Vec<Pid>, EmbeddedError> {
        let entries = fs::read_dir("/proc").map_err(EmbeddedError::io("read", "/proc"))?;
        Ok(entries
            .flatten()
            .filter_map(|entry| {
                let pid = entry.file_name().to_str()?.parse().ok()?;
                self.is_member(&entry.path()).then(|| Pid::from_raw(pid))?
            })
            .collect())
    }

    /// A zombie has neither directory nor title.
    fn is_member(&self, process: &Path) -> bool {
        match fs::read_link(process.join("cwd")) {
            Ok(directory) if directory == self.data || directory == self.new_data => true,
            Err(error) if error.kind() != io::ErrorKind::PermissionDenied => false,
            _ => {
                fs::metadata(process).is_ok_and(|found| found.uid() == self.account.uid())
                    && fs::read(process.join("cmdline")).is_ok_and(|title| {
                        is_title_of(&self.cluster_name, &title)
                            || is_initdb_for(&self.new_data, &title)
                    })
            }
        }
    }

    fn end(&self, postmaster: Option<Pid>) -> Result<(), EmbeddedError> {
        if let Some(postmaster) = postmaster.filter(|pid| self.is_alive(*pid)) {
            send(postmaster, Signal::INT);
            // A stopped process would keep the signal for later.
            send(postmaster, Signal::CONT);
            if self.are_gone_within(FAST_STOP)?.is_none() {
                return Ok(());
            }
        }
        let mut last = None;
        for (signal, patience) in [(Signal::QUIT, IMMEDIATE_STOP), (Signal::KILL, KILL)] {
            for pid in self.members()? {
                send(pid, signal);
                send(pid, Signal::CONT);
            }
            last = self.are_gone_within(patience)?;
            if last.is_none() {
                break;
            }
        }
        last.map_or(Ok(()), |pid| {
            Err(EmbeddedError::LeftOver {
                directory: self.data.clone(),
                pid: pid.as_raw_nonzero().get(),
            })
        })
    }

    fn is_alive(&self, pid: Pid) -> bool {
        self.is_member(Path::new(&format!("/proc/{}", pid.as_raw_nonzero())))
    }

    /// `None` when all are gone, else one that is not.
    fn are_gone_within(&self, patience: Duration) -> Result<Option<Pid>, EmbeddedError> {
        let begin = Instant::now();
        loop {
            match self.members()?.first() {
                None => return Ok(None),
                Some(pid) if begin.elapsed() > patience => return Ok(Some(*pid)),
                Some(_) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

/// A process that is gone by now needs no signal.
fn send(pid: Pid, signal: Signal) {
    let _gone_already = kill_process(pid, signal);
}

fn postmaster(pid_file: &Path) -> Option<Pid> {
    let text = fs::read_to_string(pid_file).ok()?;
    Pid::from_raw(text.lines().next()?.trim().parse().ok()?)
}

/// Whether a command line is that of the cluster's postmaster, or the title that a backend gave
/// itself (`postgres: NAME: checkpointer`).
fn is_title_of(cluster_name: &str, command_line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(command_line);
    line.starts_with(&format!("postgres: {cluster_name}: "))
        || line
            .split('\0')
            .any(|argument| argument == format!("cluster_name={cluster_name}"))
}

/// Whether a command line is that of an `initdb` at work on `directory`. Until it has children it
/// shows in no other way; it would clear away the directory under the next one's hands.
fn is_initdb_for(directory: &Path, command_line: &[u8]) -> bool {
    let mut arguments = command_line.split(|byte| *byte == 0);
    arguments.next().is_some_and(|it| it.ends_with(b"initdb"))
        && arguments.any(|argument| argument == directory.as_os_str().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postmaster_and_backends_of_the_cluster_are_known_by_their_titles() {
        let name = "canvass-00ff";

        assert!(is_title_of(
            name,
            b"postgres: canvass-00ff: checkpointer \0"
        ));
        assert!(is_title_of(
            name,
            b"/bin/postgres\0-c\0cluster_name=canvass-00ff\0"
        ));
        assert!(!is_title_of(
            name,
            b"postgres: canvass-00fe: checkpointer \0"
        ));
        assert!(!is_title_of(
            name,
            b"grep\0postgres: canvass-00ff: checkpointer\0"
        ));
        assert!(!is_title_of(name, b""));
    }

    #[test]
    fn an_initdb_is_known_by_its_directory() {
        let directory = Path::new("/d/data.new");

        assert!(is_initdb_for(
            directory,
            b"/bin/initdb\0--pgdata\0/d/data.new\0"
        ));
        assert!(!is_initdb_for(directory, b"/bin/initdb\0/d/data\0"));
        assert!(!is_initdb_for(directory, b"ls\0/d/data.new\0"));
    }
}
