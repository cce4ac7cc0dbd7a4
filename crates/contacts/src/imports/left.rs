//! What an undo left as it was.

use kernel::ContactId;

use crate::source::words;

words! {
    /// Why an undo left a contact, or fields of one, as they were.
    LeftReason {
        /// It was changed since.
        Changed = "changed",
        /// Others put it on other lists since.
        OnOtherLists = "on_other_lists",
        /// It was deleted since.
        Deleted = "deleted",
    }
}

/// A contact of which an undo left something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftContact {
    /// The contact.
    pub contact: ContactId,
    /// Why.
    pub reason: LeftReason,
    /// The fields that were left; empty where the whole contact was.
    pub fields: Vec<String>,
}
