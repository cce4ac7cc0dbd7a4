//! The one door through which every address is judged.

use kernel::{KeyRing, Timestamp};

use crate::{AddressHash, ContactEmail, Validation};

/// An address that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The form under which contacts are compared.
    pub normalized: String,
    /// What it would be suppressed under.
    pub hash: AddressHash,
    /// What was found out about it.
    pub validation: Validation,
}

/// Judges an address. Whatever a contact comes from, its address goes through here.
#[must_use]
pub fn judge(keys: &dyn KeyRing, email: &ContactEmail, _at: Timestamp) -> Judged {
    let normalized = email.as_str().to_lowercase();
    Judged {
        hash: AddressHash::of(keys, &normalized),
        normalized,
        validation: Validation::pending(),
    }
}
