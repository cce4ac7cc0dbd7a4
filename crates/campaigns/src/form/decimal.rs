//! Numbers as people write them.

use std::fmt;
use std::str::FromStr;

use kernel::FieldFault;

/// A decimal number: at most 12 digits before and 6 behind the point, 15 that count in all, so that JSON carries it
/// exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal {
    millionths: i64,
}

/// The text is no such number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a number such as 12.5, with at most {} digits before and {} behind the point, {} in all",
    Decimal::WHOLE_DIGITS,
    Decimal::FRACTION_DIGITS,
    Decimal::DIGITS
)]
pub struct InvalidDecimal;

impl Decimal {
    /// The most digits before the point.
    pub const WHOLE_DIGITS: usize = 12;
    /// The most digits behind the point.
    pub const FRACTION_DIGITS: usize = 6;
    /// The most digits between the first and the last that is not zero.
    pub const DIGITS: usize = 15;

    /// The number in millionths.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.millionths
    }

    /// A number of so many millionths; `None` where that has too many digits.
    #[must_use]
    pub fn from_millionths(millionths: i64) -> Option<Self> {
        let mut digits = millionths.unsigned_abs();
        let whole = digits / 1_000_000;
        while digits > 0 && digits.is_multiple_of(10) {
            digits /= 10;
        }
        let fits = whole < 10_u64.pow(12) && digits < 10_u64.pow(15);
        fits.then_some(Self { millionths })
    }

    /// The number in JSON.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        if self.millionths % 1_000_000 == 0 {
            return (self.millionths / 1_000_000).into();
        }
        // 15 digits survive binary floating point, so what is read back is the same number.
        let number = self.to_string().parse::<f64>().ok();
        number.into()
    }
}

impl FromStr for Decimal {
    type Err = InvalidDecimal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(InvalidDecimal);
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        if whole.len() > Self::WHOLE_DIGITS || fraction.len() > Self::FRACTION_DIGITS {
            return Err(InvalidDecimal);
        }
        let written = format!("0{whole}{fraction:0<6}");
        let Ok(millionths) = written.parse::<i64>() else {
            return Err(InvalidDecimal);
        };
        Self::from_millionths(if negative { -millionths } else { millionths }).ok_or(InvalidDecimal)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.millionths < 0 { "-" } else { "" };
        let size = self.millionths.unsigned_abs();
        let written = format!("{:06}", size % 1_000_000);
        let fraction = written.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{fraction}", size / 1_000_000)
    }
}

impl From<InvalidDecimal> for FieldFault {
    fn from(error: InvalidDecimal) -> Self {
        Self::new("invalid-number", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_without_zeros_that_say_nothing() {
        for (text, written) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("+007.50", "7.5"),
            (" 12 ", "12"),
            ("-0.000001", "-0.000001"),
            ("999999999999.123", "999999999999.123"),
            ("1.", "1"),
        ] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), written);
        }
        for bad in [
            "",
            "-",
            ".5",
            "1,5",
            "1e3",
            "0x1",
            "1 000",
            "NaN",
            "1.0000001",
            "1000000000000",
            "999999999999.1234",
            "--1",
            "١",
        ] {
            assert_eq!(bad.parse::<Decimal>(), Err(InvalidDecimal), "{bad}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_their_size() {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        assert!(number("-2") < number("-1.5") && number("9") < number("10"));
    }

    proptest! {
        #[test]
        fn json_carries_every_number(text in "-?[0-9]{1,12}(\\.[0-9]{1,6})?") {
            if let Ok(number) = text.parse::<Decimal>() {
                let json = serde_json::to_string(&number.to_json()).unwrap();
                let read: serde_json::Value = serde_json::from_str(&json).unwrap();
                prop_assert_eq!(read.to_string().parse::<Decimal>().ok(), Some(number), "{} as {}", text, json);
                prop_assert_eq!(number.to_string().parse(), Ok(number));
            }
        }
    }
}
