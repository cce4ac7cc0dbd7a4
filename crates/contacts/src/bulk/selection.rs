//! Which contacts a bulk operation concerns.

use kernel::FieldFault;

use crate::ContactFilter;

/// Why a selection was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSelection {
    /// The filter lets everything through, and nobody said that this is meant.
    #[error("the filter is empty; say `all` if all contacts are meant")]
    Empty,
    /// All contacts are meant, and some.
    #[error("there is a filter, and `all` contacts are meant")]
    Contradictory,
}

impl From<InvalidSelection> for FieldFault {
    fn from(error: InvalidSelection) -> Self {
        let code = match error {
            InvalidSelection::Empty => "empty-filter",
            InvalidSelection::Contradictory => "contradictory",
        };
        Self::new(code, error.to_string())
    }
}

/// The contacts that the filter lets through; all of them are meant only where that is said.
pub fn selection(filter: ContactFilter, all: bool) -> Result<ContactFilter, InvalidSelection> {
    match (filter == ContactFilter::default(), all) {
        (true, false) => Err(InvalidSelection::Empty),
        (false, true) => Err(InvalidSelection::Contradictory),
        _ => Ok(filter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_contacts_are_meant_only_where_that_is_said() {
        let everything = ContactFilter::default;
        let some = || ContactFilter {
            suppressed: Some(true),
            ..everything()
        };

        assert_eq!(selection(everything(), false), Err(InvalidSelection::Empty));
        assert_eq!(selection(everything(), true), Ok(everything()));
        assert_eq!(selection(some(), false), Ok(some()));
        assert_eq!(
            selection(some(), true),
            Err(InvalidSelection::Contradictory)
        );
    }
}
