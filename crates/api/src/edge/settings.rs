//! What the edge is configured with, and the ports it needs.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, IdGenerator, KeyRing, Quota, RateLimiter};
use tokio_util::sync::CancellationToken;

use super::{ForwardedHeader, RequestObserver, TrustedProxies};

/// How the edge behaves.
#[derive(Clone, Debug)]
pub struct EdgeSettings {
    /// Where people and mails reach this installation, e.g. `https://canvass.example.org`.
    pub public_url: String,
    /// Whose word on the client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// In which header those proxies give it.
    pub forwarded_header: ForwardedHeader,
    /// Origins of web pages that may read answers (`https://app.example.org`); none by default.
    pub cors_origins: Vec<String>,
    /// How long a request may take until its answer begins. Operations that read a stream are exempt.
    pub request_timeout: Duration,
    /// Cancelled when the program begins to stop: answers that go on by themselves have to end.
    pub stopping: CancellationToken,
    /// Cancelled when the program cannot wait any longer for the requests that are still open; these are
    /// told to come again. Without it a client would see its connection break.
    pub last_call: CancellationToken,
    /// How often one network may call one operation that needs no credentials.
    pub anonymous_quota: Quota,
    /// How often one network may answer one landing page.
    pub submission_quota: Quota,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:8080".to_owned(),
            trusted_proxies: TrustedProxies::default(),
            forwarded_header: ForwardedHeader::default(),
            cors_origins: Vec::new(),
            request_timeout: Duration::from_secs(30),
            stopping: CancellationToken::new(),
            last_call: CancellationToken::new(),
            anonymous_quota: Quota {
                burst: 30,
                interval: time::Duration::seconds(2),
            },
            submission_quota: Quota {
                burst: 20,
                interval: time::Duration::seconds(3),
            },
        }
    }
}

/// What the edge needs from the outside.
#[derive(Clone)]
pub struct EdgePorts {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes request ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Signs cursors, and names idempotency keys and rate limits.
    pub keys: Arc<dyn KeyRing>,
    /// Counts calls of operations that need no credentials.
    pub limiter: Arc<dyn RateLimiter>,
    /// Learns of every request and every failure.
    pub observer: Arc<dyn RequestObserver>,
}
