//! The days that a field speaks of, as texts.

use kernel::FieldFault;
use time::Date;

/// The day of a text such as `2026-01-31`.
pub(crate) fn parse_date(text: &str) -> Result<Date, InvalidDate> {
    let text = text.trim();
    let mut parts = text.split('-');
    let mut digits = |length: usize| {
        let part = parts.next()?;
        let written = part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        written.then(|| part.parse::<u16>().ok()).flatten()
    };
    let date = (|| {
        let (year, month, day) = (digits(4)?, digits(2)?, digits(2)?);
        let month = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
        let day = u8::try_from(day).ok()?;
        (year > 0).then(|| Date::from_calendar_date(i32::from(year), month, day).ok())?
    })();
    if parts.next().is_some() {
        return Err(InvalidDate);
    }
    date.ok_or(InvalidDate)
}

/// The text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day such as 2026-01-31")]
pub(crate) struct InvalidDate;

impl From<InvalidDate> for FieldFault {
    fn from(error: InvalidDate) -> Self {
        Self::new("invalid-date", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_days_of_the_calendar() {
        assert!(parse_date(" 2024-02-29 ").is_ok());
        for bad in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "0000-01-01",
            "01.02.2026",
            "2026-01-01-01",
            "2026-01-01T00:00",
            "+026-01-01",
            "２026-01-01",
        ] {
            assert_eq!(parse_date(bad), Err(InvalidDate), "{bad}");
        }
    }
}
