//! The one door through which every address is judged.

use kernel::{KeyRing, Timestamp};

use crate::{AddressHash, ContactEmail, Facts, Rules, Validation, decide};

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
pub fn judge(
    keys: &dyn KeyRing,
    email: &ContactEmail,
    facts: &Facts<'_>,
    rules: &Rules,
    at: Timestamp,
) -> Judged {
    let verdict = decide(email.as_str(), facts, rules);
    Judged {
        hash: AddressHash::of(keys, verdict.normalized()),
        validation: Validation::of(&verdict, at),
        normalized: verdict.into_normalized(),
    }
}
