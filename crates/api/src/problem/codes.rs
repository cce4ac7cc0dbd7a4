//! All codes of problems, with the constant title of each.

use analytics::AnalyticsError;
use analytics::runs::ScheduleError;
use campaigns::CampaignError;
use compliance::ComplianceError;
use contacts::ContactError;
use kernel::{IdempotencyError, StorageError};
use tenancy::TenancyError;

use super::Refusal;

/// The codes of the errors that operations can end with, one list per error type.
const CATALOGUES: &[&[(&str, &str)]] = &[
    StorageError::CODES,
    IdempotencyError::CODES,
    TenancyError::CODES,
    ComplianceError::CODES,
    ContactError::CODES,
    CampaignError::CODES,
    AnalyticsError::CODES,
    ScheduleError::CODES,
];

/// Every code that a problem can have, in alphabetical order.
#[must_use]
pub fn all_codes() -> Vec<&'static str> {
    let refusals = Refusal::ALL.iter().map(|refusal| refusal.code());
    let mut codes = CATALOGUES
        .iter()
        .flat_map(|catalogue| catalogue.iter().map(|(code, _)| *code))
        .chain(refusals)
        .collect::<Vec<_>>();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The title of a code, the same for all its occurrences: the catalogue's, or the code in words.
#[must_use]
pub fn title(code: &str) -> String {
    let listed = CATALOGUES
        .iter()
        .flat_map(|catalogue| catalogue.iter())
        .find(|(known, _)| *known == code);
    if let Some((_, title)) = listed {
        return (*title).to_owned();
    }

    let mut words = code.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_that_of_the_catalogue_or_the_code_in_words() {
        assert_eq!(title("team-name-taken"), "The team's name is taken");
        assert_eq!(title("body-too-large"), "Body too large");
    }
}
