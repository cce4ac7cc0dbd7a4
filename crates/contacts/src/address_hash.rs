//! The keyed hash under which an address is suppressed.

use kernel::{KeyPurpose, KeyRing};

/// The id of a key, and the first 128 bits of HMAC-SHA-256 of a normalised address under it.
///
/// The key is the oldest of the ring, so that hashes can still be compared after a rotation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressHash([u8; AddressHash::LEN]);

impl AddressHash {
    /// The number of bytes.
    pub const LEN: usize = 17;

    /// The hash of a normalised address.
    #[must_use]
    pub fn of(keys: &dyn KeyRing, normalized: &str) -> Self {
        let mac = keys.lasting_mac(KeyPurpose::Suppression, normalized.as_bytes());
        let mut bytes = [mac.key_id; Self::LEN];
        bytes[1..].copy_from_slice(&mac.tag[..Self::LEN - 1]);
        Self(bytes)
    }

    /// A hash as it was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl std::fmt::Debug for AddressHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressHash(…)")
    }
}
