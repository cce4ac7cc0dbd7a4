//! What is known of a person by a row, or the reason why it is refused.

mod addresses;
mod interpreting;

use super::stop::Stop;

pub(super) use interpreting::interpret;

/// What a row says of a person. Texts are trimmed; nothing is there that the row does not say.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ParsedRow {
    /// The line of the file at which the row begins.
    pub line: u64,
    /// The address as it was given, right or not.
    pub email: String,
    /// Further addresses, in their order.
    pub more_emails: Vec<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The whole name.
    pub full_name: Option<String>,
    /// The telephone number as it was given.
    pub phone: Option<String>,
    /// Whom the person works for.
    pub company: Option<String>,
    /// What the person is there.
    pub job_title: Option<String>,
    /// The language as it was given.
    pub locale: Option<String>,
    /// The time zone as it was given.
    pub timezone: Option<String>,
    /// Every other column that is not empty, by its name.
    pub attributes: Vec<(String, String)>,
    /// Why the address must not be mailed to, where another system said so.
    pub stop: Option<Stop>,
    /// What stands in the file, where the reader was asked to keep it.
    pub original: Option<String>,
}

/// A row that is refused.
#[derive(Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// The line of the file at which the row begins.
    pub line: u64,
    /// The column that is to blame, counted from 0.
    pub column: Option<usize>,
    /// Why.
    pub code: RejectionCode,
    /// What stands in the file.
    pub original: String,
    /// The address that the row tells not to mail to, although the row itself is refused.
    pub stopped: Option<(String, Stop)>,
}

/// Why a row is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectionCode {
    /// No address anywhere in the row.
    NoAddress,
    /// An address of more than 320 bytes.
    AddressTooLong,
    /// A cell of more than 10,000 characters.
    CellTooLong,
    /// A row of more than 256 KiB.
    RowTooLong,
    /// A quote that is opened and never closed.
    UnclosedQuote,
    /// More attributes than a contact can have.
    TooManyAttributes,
    /// An address that is none, where the import refuses those.
    InvalidAddress,
}

impl RejectionCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::NoAddress,
        Self::AddressTooLong,
        Self::CellTooLong,
        Self::RowTooLong,
        Self::UnclosedQuote,
        Self::TooManyAttributes,
        Self::InvalidAddress,
    ];

    /// The code that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::AddressTooLong => "address_too_long",
            Self::CellTooLong => "cell_too_long",
            Self::RowTooLong => "row_too_long",
            Self::UnclosedQuote => "unclosed_quote",
            Self::TooManyAttributes => "too_many_attributes",
            Self::InvalidAddress => "invalid_address",
        }
    }

    /// A sentence for people.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::NoAddress => "The row has no address.",
            Self::AddressTooLong => "The address is longer than 320 bytes.",
            Self::CellTooLong => "A cell is longer than 10,000 characters.",
            Self::RowTooLong => "The row is longer than 256 KiB.",
            Self::UnclosedQuote => "A quote is opened and never closed.",
            Self::TooManyAttributes => "The contact would have more than 200 attributes.",
            Self::InvalidAddress => "The address is not one that mail can be sent to.",
        }
    }
}

impl std::fmt::Debug for ParsedRow {
    /// Shows where the row is, and nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParsedRow")
            .field("line", &self.line)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for RejectedRow {
    /// Shows where the row is, and nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RejectedRow")
            .field("line", &self.line)
            .field("column", &self.column)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}
