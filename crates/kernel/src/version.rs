//! Optimistic concurrency.

/// How often an entity was changed, starting at 1: its `ETag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i32);

impl Version {
    /// The version of an entity that was just made.
    pub const FIRST: Self = Self(1);

    /// Wraps a stored number.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// The bare number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The version after one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What the caller believes the present version to be (`If-Match`, RFC 9110 section 13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing is believed, or `*` was sent: the last write wins.
    Any,
    /// One of these versions; an empty list matches nothing.
    OneOf(Vec<Version>),
}

impl Expected {
    /// Whether `present` is what the caller believes.
    #[must_use]
    pub fn accepts(&self, present: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&present),
        }
    }
}
