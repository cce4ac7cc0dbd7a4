//! What the handle and the supervising thread share.

use std::{
    io,
    process::{Child, ExitStatus},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use super::EmbeddedError;

/// How the embedded server is.
#[derive(Clone, Debug)]
pub enum EmbeddedState {
    /// It is starting, or being restarted after it ended unasked: connections fail for now.
    Starting,
    /// It accepts connections.
    Ready,
    /// It could not be restarted; nothing more is tried.
    Failed(Arc<EmbeddedError>),
    /// It was told to stop and has.
    Stopped,
}

impl EmbeddedState {
    /// Whether this is the last state.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Stopped)
    }
}

/// The running server, and the wish that it stop.
#[derive(Debug)]
pub(super) struct Control {
    shared: Mutex<Shared>,
    changed: Condvar,
    state: watch::Sender<EmbeddedState>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Present until it is reaped, so its pid is never another process's.
    postmaster: Option<Child>,
    is_stopping: bool,
}

impl Control {
    pub(super) fn new() -> Self {
        Self {
            shared: Mutex::default(),
            changed: Condvar::new(),
            state: watch::Sender::new(EmbeddedState::Starting),
        }
    }

    /// Takes charge of a new postmaster.
    pub(super) fn hold(&self, postmaster: Child) {
        let mut shared = self.lock();
        if shared.is_stopping {
            send(&postmaster, Signal::INT);
        }
        shared.postmaster = Some(postmaster);
    }

    /// Asks for a fast stop: sessions are ended, what is committed is on disk.
    pub(super) fn request_stop(&self) {
        let mut shared = self.lock();
        if !shared.is_stopping {
            shared.is_stopping = true;
            shared
                .postmaster
                .iter()
                .for_each(|it| send(it, Signal::INT));
        }
        self.changed.notify_all();
    }

    pub(super) fn signal(&self, signal: Signal) {
        self.lock()
            .postmaster
            .iter()
            .for_each(|it| send(it, signal));
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.lock().is_stopping
    }

    pub(super) fn postmaster_pid(&self) -> Option<u32> {
        self.lock().postmaster.as_ref().map(Child::id)
    }

    /// The postmaster's end, if it has ended since the last call.
    pub(super) fn reap(&self) -> io::Result<Option<ExitStatus>> {
        let mut shared = self.lock();
        let Some(postmaster) = shared.postmaster.as_mut() else {
            return Ok(None);
        };
        let ended = postmaster.try_wait()?;
        if ended.is_some() {
            shared.postmaster = None;
        }
        Ok(ended)
    }

    /// Waits until something changes, `longest` at most.
    pub(super) fn pause(&self, longest: Duration) {
        let shared = self.lock();
        drop(
            self.changed
                .wait_timeout(shared, longest)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    pub(super) fn announce(&self, state: EmbeddedState) {
        self.state.send_replace(state);
        // The lock makes sure that whoever looked before is waiting by now.
        drop(self.lock());
        self.changed.notify_all();
    }

    pub(super) fn watch(&self) -> watch::Receiver<EmbeddedState> {
        self.state.subscribe()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state.borrow().is_final()
    }

    /// Blocks until the last state is reached, `longest` at most; says whether it is.
    pub(super) fn wait_for_the_end(&self, longest: Duration) -> bool {
        let shared = self.lock();
        let (_shared, waited) = self
            .changed
            .wait_timeout_while(shared, longest, |_| !self.has_ended())
            .unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn send(postmaster: &Child, signal: Signal) {
    let _ended_already = kill_process(Pid::from_child(postmaster), signal);
}
