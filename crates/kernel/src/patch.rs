//! Fields of a partial update.

/// One field of a partial update: left alone, or set (JSON merge patch, RFC 7396).
///
/// A field that can be cleared is a `Patch<Option<T>>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field is not mentioned.
    #[default]
    Keep,
    /// The field gets this value.
    Set(T),
}

impl<T> Patch<T> {
    /// The value that the field gets, if it gets one.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Keep => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T: Clone> Patch<T> {
    /// The value after the patch, given the one before it.
    #[must_use]
    pub fn apply(&self, present: &T) -> T {
        match self {
            Self::Keep => present.clone(),
            Self::Set(value) => value.clone(),
        }
    }
}
