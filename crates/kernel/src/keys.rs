//! Keys and chance, injected.

/// What a key is used for; each purpose has a key of its own, derived from the master key (RFC 5869).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// Access and refresh tokens of sessions.
    SessionToken,
    /// Tokens of invitations.
    InvitationToken,
    /// Tokens in links of mails and landing pages.
    LinkToken,
    /// Cursors of listings.
    Cursor,
    /// Names of idempotency keys and fingerprints of their requests.
    Idempotency,
    /// Names of rate limits.
    RateLimit,
    /// Hashes of suppressed addresses.
    Suppression,
    /// Checkpoints of the audit log.
    AuditCheckpoint,
    /// Hashes of the networks that clients come from.
    ClientAddress,
}

impl KeyPurpose {
    /// The label under which the purpose's key is derived; changing one invalidates what it signed.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::SessionToken => "canvass/session-token/1",
            Self::InvitationToken => "canvass/invitation-token/1",
            Self::LinkToken => "canvass/link-token/1",
            Self::Cursor => "canvass/cursor/1",
            Self::Idempotency => "canvass/idempotency/1",
            Self::RateLimit => "canvass/rate-limit/1",
            Self::Suppression => "canvass/suppression/1",
            Self::AuditCheckpoint => "canvass/audit-checkpoint/1",
            Self::ClientAddress => "canvass/client-address/1",
        }
    }
}

/// A message authentication code and the id of the key that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mac {
    /// Which master key it was derived from.
    pub key_id: u8,
    /// HMAC-SHA-256 (RFC 2104).
    pub tag: [u8; 32],
}

/// Makes and verifies message authentication codes under keys that never leave the adapter.
pub trait KeyRing: Send + Sync {
    /// The code of `data` under the newest key of this purpose.
    fn mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac;

    /// The code of `data` under a certain key; `None` when the ring does not have that key.
    fn mac_with(&self, purpose: KeyPurpose, key_id: u8, data: &[u8]) -> Option<Mac>;

    /// The code of `data` under the oldest key of this purpose: the same before and after a rotation, for
    /// codes that are looked up by what they are.
    fn lasting_mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac;

    /// Whether `mac` is the code of `data`, compared in constant time; older keys still verify.
    fn verify(&self, purpose: KeyPurpose, data: &[u8], mac: &Mac) -> bool;
}

/// A source of unpredictable bytes.
pub trait RandomBytes: Send + Sync {
    /// 32 bytes that nobody can guess.
    fn bytes(&self) -> [u8; 32];
}
