//! One cluster: prepared once, launched as often as needed.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{
    EmbeddedError, EmbeddedOptions,
    account::Account,
    binaries::Binaries,
    control::Control,
    handed::HandedDirectory,
    initdb,
    layout::Layout,
    lock::OwnerLock,
    log::{self, Mark, ServerLog},
    orphans,
    settings::{self, Extras},
    socket::SocketDirectory,
    tied::Tie,
};

/// How long a start may take: after a crash, up to `max_wal_size` has to be replayed first.
const START_PATIENCE: Duration = Duration::from_mins(10);

/// How often a starting server is looked at.
const START_POLL: Duration = Duration::from_millis(2);

/// A cluster that this process owns.
#[derive(Debug)]
pub(super) struct Cluster {
    options: EmbeddedOptions,
    layout: Layout,
    account: Account,
    binaries: Binaries,
    socket: SocketDirectory,
    log: ServerLog,
    tie: Tie,
    extras: Extras,
    is_new: bool,
    // Last, so that it is released when everything else is put away.
    _lock: OwnerLock,
}

impl Cluster {
    /// Takes the data directory, clears what a killed owner left, and makes the cluster if need be.
    pub(super) fn prepare(options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let layout = Layout::prepare(options.data_directory())?;
        let lock = OwnerLock::take(&layout.lock(), layout.data_dir())?;
        let data = layout.data();
        let account = Account::choose(&data, options.wanted_user())?;
        let version = initdb::version(&data)?;
        let binaries = Binaries::find(options.bin_directory(), (&data, version), &account)?;
        let socket = SocketDirectory::make(&layout, &account)?;
        orphans::clear(&layout, &account, &socket)?;
        let tie = Tie::find(&account);
        if version.is_none() {
            initdb::create(&layout, &account, &binaries, &tie)?;
        }
        Ok(Self {
            log: ServerLog::at(layout.log()),
            tie,
            extras: Extras::ALL,
            is_new: version.is_none(),
            options,
            layout,
            account,
            binaries,
            socket,
            _lock: lock,
        })
    }

    pub(super) fn socket_directory(&self) -> &Path {
        self.socket.path()
    }

    /// Whether the cluster was made by this value.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    pub(super) fn has_statistics(&self) -> bool {
        self.extras.statistics
    }

    pub(super) fn log(&self) -> &ServerLog {
        &self.log
    }

    /// Starts the server anew after it ended unasked.
    pub(super) fn relaunch(&mut self, control: &Control) -> Result<(), EmbeddedError> {
        orphans::clear(&self.layout, &self.account, &self.socket)?;
        self.launch(control)
    }

    /// Starts the server and waits until it accepts connections.
    pub(super) fn launch(&mut self, control: &Control) -> Result<(), EmbeddedError> {
        loop {
            let reason = match self.try_launch(control) {
                Err(EmbeddedError::NotStarted(reason)) => reason,
                other => return other,
            };
            let Some(fewer) = self.extras.without_what(&reason) else {
                return Err(EmbeddedError::NotStarted(reason));
            };
            self.extras = fewer;
        }
    }

    fn try_launch(&self, control: &Control) -> Result<(), EmbeddedError> {
        let mark = self.spawn(control)?;
        let begin = Instant::now();
        let mut next_notice = Duration::from_secs(10);
        loop {
            let ended = control
                .reap()
                .map_err(EmbeddedError::io("wait for", self.layout.data()))?;
            if ended.is_some() {
                return Err(self.explain(control, mark));
            }
            if self.is_ready(control.postmaster_pid()) {
                return Ok(());
            }
            if begin.elapsed() > next_notice {
                tracing::info!(
                    waited_s = begin.elapsed().as_secs(),
                    "the database server is still starting"
                );
                next_notice *= 2;
            }
            if begin.elapsed() > START_PATIENCE {
                give_up(control);
                return Err(EmbeddedError::StartTimedOut(begin.elapsed().as_secs()));
            }
            std::thread::sleep(START_POLL);
        }
    }

    fn spawn(&self, control: &Control) -> Result<Mark, EmbeddedError> {
        let data = HandedDirectory::open(&self.layout.data(), &self.account)?;
        let socket = HandedDirectory::open(self.socket.path(), &self.account)?;
        let (log, mark) = self.log.open()?;
        let log_copy = log
            .try_clone()
            .map_err(EmbeddedError::io("open", self.layout.log()))?;

        let program = self.binaries.program("postgres");
        let mut command = self.tie.command(&self.account, &program, "INT");
        command
            .arg("-D")
            .arg(data.path())
            .args(settings::arguments(
                &self.options,
                &self.layout.cluster_name(),
                socket.path(),
                self.extras,
            ))
            .stdout(log_copy)
            .stderr(log);
        let postmaster = command
            .spawn()
            .map_err(EmbeddedError::io("run", &program))?;
        control.hold(postmaster);
        Ok(mark)
    }

    /// The server says so in the eighth line of its pid file; the first tells that it is this one.
    fn is_ready(&self, pid: Option<u32>) -> bool {
        let Ok(text) = fs::read_to_string(self.layout.data().join("postmaster.pid")) else {
            return false;
        };
        let mut lines = text.lines();
        let written_by = lines.next().and_then(|line| line.trim().parse().ok());
        written_by.is_some()
            && written_by == pid
            && lines.nth(6).is_some_and(|it| it.trim() == "ready")
    }

    fn explain(&self, control: &Control, mark: Mark) -> EmbeddedError {
        let output = self.log.since(mark);
        if control.is_stopping() {
            EmbeddedError::Interrupted
        } else if log::tells_of_a_full_disk(&output) {
            EmbeddedError::DiskFull(self.layout.data_dir().to_owned())
        } else {
            EmbeddedError::NotStarted(log::reason(&output))
        }
    }
}

/// Ends a server that does not become ready. Nobody waits for it, so nothing is lost.
fn give_up(control: &Control) {
    control.signal(Signal::KILL);
    while matches!(control.reap(), Ok(None)) && control.postmaster_pid().is_some() {
        std::thread::sleep(START_POLL);
    }
}
