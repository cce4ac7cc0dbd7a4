//! Commands whose processes end with the thread that spawned them.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::account::Account;

/// Wraps commands so that the kernel signals the process when its parent thread ends, however that
/// ends (`PR_SET_PDEATHSIG`, set by util-linux's `setpriv`: setting it between fork and exec would
/// take unsafe code).
///
/// A convenience: where `setpriv` is missing or cannot do it, commands run bare, and what outlives a
/// killed owner is stopped at the next start.
#[derive(Debug)]
pub(super) struct Tie {
    setpriv: Option<PathBuf>,
}

impl Tie {
    /// Looks for a `setpriv` that can do it.
    pub(super) fn find(account: &Account) -> Self {
        let setpriv = PathBuf::from("/usr/bin/setpriv");
        let can_tie = account
            .command(&setpriv)
            .args(["--pdeathsig", "INT", "--", "/bin/true"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        Self {
            setpriv: can_tie.then_some(setpriv),
        }
    }

    /// A command of the cluster's user that gets `signal` (`INT`, `KILL`) when this thread ends.
    pub(super) fn command(&self, account: &Account, program: &Path, signal: &str) -> Command {
        match &self.setpriv {
            Some(setpriv) => {
                let mut command = account.command(setpriv);
                command.args(["--pdeathsig", signal, "--"]).arg(program);
                command
            }
            None => account.command(program),
        }
    }
}
