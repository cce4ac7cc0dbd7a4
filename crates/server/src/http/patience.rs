//! How long the server waits for clients.

use std::time::Duration;

/// How long the server waits for clients before it hangs up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the whole head of a request, from the end of the one before. Proxies keep idle connections
    /// for a minute.
    pub(crate) head: Duration,
    /// For a client that takes nothing of its answer.
    pub(crate) writing: Duration,
    /// For open requests to end by themselves, when the server stops.
    pub(crate) stop: Duration,
    /// For open requests to be told that they will not be answered any more.
    pub(crate) last_call: Duration,
}

impl Patience {
    /// What the program has.
    pub(crate) const STANDARD: Self = Self {
        head: Duration::from_secs(75),
        writing: Duration::from_secs(30),
        stop: Duration::from_secs(5),
        last_call: Duration::from_secs(1),
    };
}
