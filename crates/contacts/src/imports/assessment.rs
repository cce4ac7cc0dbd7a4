//! Rows that were looked at, before anything is stored of them.

use kernel::Timestamp;

use super::person::{Person, stopped};
use super::{OnInvalid, Rejection};
use crate::{
    AddressHash, Column, ContactEmail, Judge, Judged, Knowledge, Meaning, ParsedRow, RejectedRow,
    RejectionCode, Rules, SuppressionReason, ValidationStatus,
};

/// A row that is about a person.
pub(super) struct PersonRow {
    pub(super) line: u64,
    pub(super) person: Person,
    /// What stands in the file.
    pub(super) original: String,
}

/// A row that is about a person, and what was thought of the address.
#[derive(Clone, Copy)]
pub(super) struct Assessed<'a> {
    pub(super) row: &'a PersonRow,
    pub(super) judged: &'a Judged,
}

/// A row that is refused. Mail is kept from its address all the same, where it says so.
pub(super) struct Refused<A> {
    pub(super) rejection: Rejection,
    pub(super) stop: Option<(A, SuppressionReason)>,
}

/// How rows are looked at.
pub(super) struct Assessment<'a> {
    pub(super) columns: &'a [Column],
    pub(super) invalid: OnInvalid,
}

impl Assessment<'_> {
    /// What a row says.
    pub(super) fn read(
        &self,
        row: Result<ParsedRow, RejectedRow>,
    ) -> Result<PersonRow, Refused<ContactEmail>> {
        let row = row.map_err(|row| Refused {
            rejection: Rejection::of(&row, self.columns),
            stop: row.stopped.and_then(|(email, stop)| stopped(&email, stop)),
        })?;
        let original = row.original.as_deref().unwrap_or_default();
        let person = Person::of(&row).map_err(|code| Refused {
            rejection: self.refused(row.line, code, original),
            stop: row.stop.and_then(|stop| stopped(&row.email, stop)),
        })?;
        Ok(PersonRow {
            line: row.line,
            person,
            original: row.original.unwrap_or_default(),
        })
    }

    /// Judges the address of a row, as through every other door.
    pub(super) fn judge(
        &self,
        row: &Result<PersonRow, Refused<ContactEmail>>,
        judge: &Judge,
        known: &Knowledge,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<Judged, Refused<AddressHash>> {
        let row = row.as_ref().map_err(|refused| {
            let hash = |email| judge.judge(email, known, rules, at).hash;
            Refused {
                rejection: refused.rejection.clone(),
                stop: refused
                    .stop
                    .as_ref()
                    .map(|(email, why)| (hash(email), *why)),
            }
        })?;
        let judged = judge.judge(&row.person.email, known, rules, at);
        let is_none = judged.validation.status == ValidationStatus::Invalid;
        if is_none && self.invalid == OnInvalid::Reject {
            let code = RejectionCode::InvalidAddress;
            let stops = row.person.stops.first();
            return Err(Refused {
                rejection: self.refused(row.line, code, &row.original),
                stop: stops.map(|why| (judged.hash, *why)),
            });
        }
        Ok(judged)
    }

    fn refused(&self, line: u64, code: RejectionCode, original: &str) -> Rejection {
        let row = RejectedRow {
            line,
            column: self.address_column(),
            code,
            original: original.to_owned(),
            stopped: None,
        };
        Rejection::of(&row, self.columns)
    }

    fn address_column(&self) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.meaning == Meaning::Email)
    }
}
