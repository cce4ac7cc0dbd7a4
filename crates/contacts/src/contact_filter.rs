//! Which contacts are wanted, and in which order.

use kernel::{ContactListId, FieldFault, Timestamp};

use crate::{Classification, Contact, ContactSearch, ContactSource, Fit, ValidationStatus};

/// A range of time: from `since`, included, until `until`, excluded; open where one is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// The range ends before it begins, or as it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the range of time ends before it begins")]
pub struct InvalidTimeRange;

impl TimeRange {
    /// The range between two instants.
    pub fn new(
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Self, InvalidTimeRange> {
        match (since, until) {
            (Some(since), Some(until)) if since >= until => Err(InvalidTimeRange),
            _ => Ok(Self { since, until }),
        }
    }

    /// From when on.
    #[must_use]
    pub const fn since(self) -> Option<Timestamp> {
        self.since
    }

    /// Until when.
    #[must_use]
    pub const fn until(self) -> Option<Timestamp> {
        self.until
    }

    /// Whether the range is open at both ends.
    #[must_use]
    pub const fn is_open(self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// Whether the instant lies in the range; what never happened lies in the open range only.
    #[must_use]
    pub fn contains(self, at: Option<Timestamp>) -> bool {
        match at {
            Some(at) => {
                self.since.is_none_or(|since| since <= at)
                    && self.until.is_none_or(|until| at < until)
            }
            None => self.is_open(),
        }
    }
}

impl From<InvalidTimeRange> for FieldFault {
    fn from(error: InvalidTimeRange) -> Self {
        Self::new("invalid-range", error.to_string())
    }
}

/// Which contacts are wanted: those that fit every part that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// The deleted ones instead of the living.
    pub deleted: bool,
    /// On this list.
    pub list: Option<ContactListId>,
    /// Of one of these statuses; of any where empty.
    pub statuses: Vec<ValidationStatus>,
    /// Of one of these kinds; of any where empty.
    pub classifications: Vec<Classification>,
    /// From here.
    pub source: Option<ContactSource>,
    /// Whether their address is suppressed.
    pub suppressed: Option<bool>,
    /// When they were made.
    pub created: TimeRange,
    /// When their address was last judged.
    pub validated: TimeRange,
    /// Attributes that they have: name and value, in any case.
    pub attributes: Vec<(String, String)>,
    /// What they are searched for.
    pub search: Option<ContactSearch>,
}

impl ContactFilter {
    /// Which parts are set, as the audit log tells what was taken away, `all=true` where none is. What is searched for
    /// and values of attributes are left out: they may be personal.
    pub(crate) fn describe(&self) -> String {
        let mut parts = Vec::new();
        if self.deleted {
            parts.push("deleted=true".to_owned());
        }
        if let Some(list) = self.list {
            parts.push(format!("list_id={list}"));
        }
        let statuses = self.statuses.iter();
        parts.extend(statuses.map(|status| format!("status={status}")));
        let kinds = self.classifications.iter();
        parts.extend(kinds.map(|kind| format!("classification={kind}")));
        if let Some(source) = self.source {
            parts.push(format!("source={}", source.as_str()));
        }
        if let Some(suppressed) = self.suppressed {
            parts.push(format!("suppressed={suppressed}"));
        }
        for (name, range) in [("created", self.created), ("validated", self.validated)] {
            if !range.is_open() {
                parts.push(format!("{name} within a range"));
            }
        }
        if !self.attributes.is_empty() {
            parts.push("attribute=…".to_owned());
        }
        if self.search.is_some() {
            parts.push("q=…".to_owned());
        }
        if parts.is_empty() {
            parts.push("all=true".to_owned());
        }
        parts.join("&")
    }

    /// Whether the contact fits every part that concerns it alone, which is all but list and suppression; the
    /// rule that every adapter applies.
    #[must_use]
    pub fn accepts(&self, contact: &Contact) -> bool {
        let state = contact.state();
        let validation = &state.validation;
        state.stamps.is_deleted() == self.deleted
            && (self.statuses.is_empty() || self.statuses.contains(&validation.status))
            && (self.classifications.is_empty()
                || self.classifications.contains(&validation.classification))
            && self.source.is_none_or(|source| state.source == source)
            && self.created.contains(Some(state.stamps.created_at))
            && self.validated.contains(validation.at)
            && self
                .attributes
                .iter()
                .all(|(name, value)| state.profile.attributes.has(name, value))
            && self.fit(contact).is_some()
    }

    /// How well the contact fits what is searched for; perfectly where nothing is.
    #[must_use]
    pub fn fit(&self, contact: &Contact) -> Option<Fit> {
        match &self.search {
            Some(search) => search.fit(&contact.search_text()),
            None => Some(Fit::Words),
        }
    }
}

/// The order of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContactSort {
    /// Oldest first.
    #[default]
    Created,
    /// Newest first.
    CreatedDescending,
    /// By normalised address.
    Email,
    /// By normalised address, backwards.
    EmailDescending,
    /// By how well they fit what is searched for; those that fit alike, oldest first.
    Fit,
}

impl ContactSort {
    /// Whether the order is by address.
    #[must_use]
    pub const fn is_by_email(self) -> bool {
        matches!(self, Self::Email | Self::EmailDescending)
    }

    /// Whether it is backwards.
    #[must_use]
    pub const fn is_descending(self) -> bool {
        matches!(self, Self::CreatedDescending | Self::EmailDescending)
    }
}
