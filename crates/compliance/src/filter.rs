//! Which entries of the audit log are wanted.

use kernel::{AuditAction, FieldFault, RequestId, Timestamp, UserId};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::{AuditRecord, EntityType};

/// Which entries are wanted: those that fit every part that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who did it.
    pub actor: Option<UserId>,
    /// To what kind of thing.
    pub entity_type: Option<EntityType>,
    /// To which thing.
    pub entity: Option<Uuid>,
    /// What was done.
    pub action: Option<AuditAction>,
    /// In which piece of bulk work.
    pub batch: Option<Uuid>,
    /// In which request.
    pub request: Option<RequestId>,
    /// When.
    pub time: TimeRange,
}

/// A range of time: from `since`, included, until `until`, excluded; open where one is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// The range ends before it begins, or as it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the range of time ends before it begins")]
pub struct InvalidTimeRange;

impl TimeRange {
    /// The range between two instants.
    pub fn new(
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Self, InvalidTimeRange> {
        match (since, until) {
            (Some(since), Some(until)) if since >= until => Err(InvalidTimeRange),
            _ => Ok(Self { since, until }),
        }
    }

    /// From when on.
    #[must_use]
    pub const fn since(self) -> Option<Timestamp> {
        self.since
    }

    /// Until when.
    #[must_use]
    pub const fn until(self) -> Option<Timestamp> {
        self.until
    }

    /// Whether the instant lies in the range.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until)
    }

    /// The part of the range that is over at `end`; empty where it has not begun by then.
    #[must_use]
    pub(crate) fn ending_by(self, end: Timestamp) -> Self {
        Self {
            since: self.since,
            until: Some(self.until.map_or(end, |until| until.min(end))),
        }
    }
}

impl AuditFilter {
    /// Whether the record is wanted; the rule that every adapter applies.
    #[must_use]
    pub fn accepts(&self, record: &AuditRecord) -> bool {
        self.actor.is_none_or(|actor| record.actor == Some(actor))
            && (self.entity_type.as_ref()).is_none_or(|kind| record.entity_type == kind.as_str())
            && (self.entity).is_none_or(|entity| record.entity == Some(entity))
            && self.action.is_none_or(|action| record.action == action)
            && self.batch.is_none_or(|batch| record.batch == Some(batch))
            && (self.request).is_none_or(|request| record.request == request)
            && self.time.contains(record.at)
    }

    /// The filter in words, as the audit log tells what was taken away: `action=login&since=…`.
    #[must_use]
    pub(crate) fn describe(&self) -> String {
        let instant = |at: Timestamp| at.format(&Rfc3339).unwrap_or_default();
        let parts = [
            ("user_id", self.actor.map(|actor| actor.to_string())),
            (
                "entity_type",
                self.entity_type.as_ref().map(ToString::to_string),
            ),
            ("entity_id", self.entity.map(|entity| entity.to_string())),
            (
                "action",
                self.action.map(|action| action.as_str().to_owned()),
            ),
            ("batch_id", self.batch.map(|batch| batch.to_string())),
            (
                "request_id",
                self.request.map(|request| request.to_string()),
            ),
            ("since", self.time.since.map(instant)),
            ("until", self.time.until.map(instant)),
        ];
        let told = parts
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", value?)))
            .collect::<Vec<_>>();
        if told.is_empty() {
            "everything".to_owned()
        } else {
            told.join("&")
        }
    }
}

impl From<InvalidTimeRange> for FieldFault {
    fn from(error: InvalidTimeRange) -> Self {
        Self::new("invalid-range", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn a_range_includes_its_beginning_and_excludes_its_end() {
        let end = START + Duration::DAY;
        let range = TimeRange::new(Some(START), Some(end)).unwrap();

        assert!(range.contains(START));
        assert!(!range.contains(end));
        assert!(!range.contains(START - Duration::MICROSECOND));
        assert!(TimeRange::default().contains(end));
    }

    #[test]
    fn a_range_ends_after_it_begins() {
        assert_eq!(
            TimeRange::new(Some(START), Some(START)),
            Err(InvalidTimeRange)
        );
        assert!(TimeRange::new(Some(START), None).is_ok());
    }

    #[test]
    fn a_range_can_be_cut_at_the_present() {
        let end = START + Duration::HOUR;

        assert_eq!(TimeRange::default().ending_by(end).until(), Some(end));
        let longer = TimeRange::new(None, Some(end + Duration::DAY)).unwrap();
        assert_eq!(longer.ending_by(end).until(), Some(end));
        let shorter = TimeRange::new(None, Some(START)).unwrap();
        assert_eq!(shorter.ending_by(end).until(), Some(START));
        let future = TimeRange::new(Some(end + Duration::DAY), None).unwrap();
        assert!(!future.ending_by(end).contains(end + Duration::DAY));
    }

    #[test]
    fn a_filter_is_told_in_words() {
        assert_eq!(AuditFilter::default().describe(), "everything");
        let filter = AuditFilter {
            action: Some(AuditAction::Login),
            time: TimeRange::new(Some(START), None).unwrap(),
            ..AuditFilter::default()
        };
        assert_eq!(filter.describe(), "action=login&since=1970-01-01T00:00:00Z");
    }
}
