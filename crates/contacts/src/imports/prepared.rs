//! Rows that were read and judged before the batch that they are written in begins.

use kernel::{JobFailure, Timestamp};

use super::assessment::{Assessed, Assessment, PersonRow, Refused};
use super::giving_way::give_way;
use super::rows::{Place, Rows};
use crate::{AddressHash, ContactEmail, Judge, Judged, Knowledge, Rules};

/// How many rows are looked at without a pause.
const AT_A_TIME: usize = 200;

/// What was thought of the address of a row.
type Opinion = Result<Judged, Refused<AddressHash>>;

/// The rows of a batch, and what was thought of their addresses.
pub(super) struct Prepared {
    rows: Vec<Result<PersonRow, Refused<ContactEmail>>>,
    opinions: Vec<Opinion>,
    known: Knowledge,
    /// Those by which the addresses were judged.
    rules: Rules,
    /// When they were.
    pub(super) at: Timestamp,
    /// How many bytes of the file come before them, about.
    pub(super) from: u64,
    /// How many bytes of the file come before what follows, about.
    pub(super) bytes: u64,
    /// Where the file can be read on behind them.
    pub(super) place: Option<Place>,
}

impl Prepared {
    /// Reads and judges up to `size` of the next rows; `None` at the end of the file.
    ///
    /// Name servers are asked: no unit may be held for it. Where it is done beside something else, that goes first.
    pub(super) async fn next(
        rows: &mut Rows<'_>,
        size: usize,
        assessment: &Assessment<'_>,
        judge: &Judge,
        rules: Rules,
    ) -> Result<Option<Self>, JobFailure> {
        let from = rows.bytes_given_out();
        let read = rows.next(size).await?;
        if read.is_empty() {
            return Ok(None);
        }
        let at = rows.now();
        let mut people = Vec::with_capacity(read.len());
        for row in read {
            people.push(assessment.read(row));
            if people.len().is_multiple_of(AT_A_TIME) {
                give_way().await;
            }
        }
        let addresses = people.iter().flatten();
        let known = judge
            .look_up(
                addresses.map(|row| row.person.email.as_str()),
                Judge::PATIENCE_OF_JOBS,
            )
            .await;
        let mut prepared = Self {
            opinions: Vec::with_capacity(people.len()),
            rows: people,
            known,
            rules,
            at,
            from,
            bytes: rows.bytes_given_out(),
            place: rows.place(),
        };
        for place in 0..prepared.rows.len() {
            prepared
                .opinions
                .push(prepared.judge(place, assessment, judge));
            if place.is_multiple_of(AT_A_TIME) {
                give_way().await;
            }
        }
        Ok(Some(prepared))
    }

    /// How many rows there are.
    pub(super) const fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Judges the addresses again, where these rules are others.
    pub(super) fn apply(&mut self, rules: &Rules, assessment: &Assessment<'_>, judge: &Judge) {
        if *rules == self.rules {
            return;
        }
        self.rules = rules.clone();
        let places = 0..self.rows.len();
        self.opinions = places
            .map(|place| self.judge(place, assessment, judge))
            .collect();
    }

    fn judge(&self, place: usize, assessment: &Assessment<'_>, judge: &Judge) -> Opinion {
        assessment.judge(&self.rows[place], judge, &self.known, &self.rules, self.at)
    }

    /// The rows as they are written.
    pub(super) fn assessed(&self) -> Vec<Result<Assessed<'_>, &Refused<AddressHash>>> {
        let pairs = self.rows.iter().zip(&self.opinions);
        pairs
            .filter_map(|(row, opinion)| match (row, opinion) {
                (_, Err(refused)) => Some(Err(refused)),
                (Ok(row), Ok(judged)) => Some(Ok(Assessed { row, judged })),
                // Whoever refuses a row has no opinion of its address.
                (Err(_), Ok(_)) => None,
            })
            .collect()
    }
}
