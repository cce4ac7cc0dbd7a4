//! The shapes of work on all contacts that a filter lets through.

use contacts::{
    Classification, ContactBulkOperation, ContactFilter, ContactSearch, ContactSource,
    ProfileChange, TimeRange, ValidationStatus, selection,
};
use kernel::Timestamp;
use poem_openapi::Object;
use poem_openapi::types::Example;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::contacts::{ProfileChanges, attribute_named, profile_change, word};
use crate::input::{Fields, flag, id, instant, list, object, text, text_by};
use crate::schema::{
    BulkKindText, ClassificationText, ContactSourceText, SearchText, ValidationStatusText,
};

/// How many values one part of a filter can have.
const MOST: usize = 50;

/// Which contacts are wanted: those that fit every part that is there. Parts that are lists fit where one of their
/// values does, but for `attribute`, of which every one has to fit.
#[derive(Object)]
#[oai(example)]
pub(crate) struct MatchingFilter {
    /// What they are searched for, as in the listing of contacts.
    #[oai(nullable)]
    q: Option<SearchText>,
    /// On this list.
    #[oai(nullable)]
    list_id: Option<Uuid>,
    /// What may be done with the address.
    #[oai(nullable, validator(max_items = 50))]
    status: Option<Vec<ValidationStatusText>>,
    /// Whose the address is.
    #[oai(nullable, validator(max_items = 50))]
    classification: Option<Vec<ClassificationText>>,
    /// Where the contact came from.
    #[oai(nullable)]
    source: Option<ContactSourceText>,
    /// Whether the address must not be mailed.
    #[oai(nullable)]
    suppressed: Option<bool>,
    /// Made from when on, included.
    #[oai(nullable)]
    created_since: Option<OffsetDateTime>,
    /// Made until when, excluded.
    #[oai(nullable)]
    created_until: Option<OffsetDateTime>,
    /// Judged from when on, included.
    #[oai(nullable)]
    validated_since: Option<OffsetDateTime>,
    /// Judged until when, excluded.
    #[oai(nullable)]
    validated_until: Option<OffsetDateTime>,
    /// Attributes as name, colon and value, in any case: `city:Berlin`.
    #[oai(nullable, validator(max_items = 50))]
    attribute: Option<Vec<String>>,
}

/// Which contacts are meant.
#[derive(Object)]
#[oai(example)]
pub(crate) struct MatchingContactsRequest {
    /// Those that fit this filter.
    #[oai(nullable)]
    filter: Option<MatchingFilter>,
    /// Whether all contacts are meant, and there is no filter.
    #[oai(nullable)]
    all: Option<bool>,
}

/// Which contacts to change, and how.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateMatchingContactsRequest {
    /// Those that fit this filter.
    #[oai(nullable)]
    filter: Option<MatchingFilter>,
    /// Whether all contacts are meant, and there is no filter.
    #[oai(nullable)]
    all: Option<bool>,
    /// What changes about all of them.
    changes: ProfileChanges,
}

/// That a job does something to all contacts that fit a filter.
#[derive(Clone, Debug, Object)]
#[oai(rename = "ContactBulkOperation", example)]
pub(crate) struct BulkOperationAnswer {
    /// The job that does it. In the end its `result` tells how many contacts were reached (`matched`), to how many it was
    /// done (`changed`), how many were like that already (`unchanged`), and how many were `refused`.
    job_id: Uuid,
    /// What it does.
    kind: BulkKindText,
}

/// Reads which contacts are meant.
pub(crate) fn matching(fields: &mut Fields<'_>) -> Option<ContactFilter> {
    let filter = fields.optional("filter", object(filter));
    let all = fields.optional("all", flag);
    match selection(filter?.unwrap_or_default(), all?.unwrap_or_default()) {
        Ok(filter) => Some(filter),
        Err(error) => fields.refuse("filter", error),
    }
}

/// Reads which contacts to change, and how.
pub(crate) fn change_of_matching(
    fields: &mut Fields<'_>,
) -> Option<(ContactFilter, ProfileChange)> {
    let filter = matching(fields);
    let changes = fields.required("changes", object(profile_change));
    Some((filter?, changes?))
}

fn filter(fields: &mut Fields<'_>) -> Option<ContactFilter> {
    let search = fields.optional("q", text::<ContactSearch>);
    let on_list = fields.optional("list_id", id);
    let statuses = fields.optional("status", list(0..=MOST, text_by(word::<ValidationStatus>)));
    let kinds = list(0..=MOST, text_by(word::<Classification>));
    let classifications = fields.optional("classification", kinds);
    let source = fields.optional("source", text_by(word::<ContactSource>));
    let suppressed = fields.optional("suppressed", flag);
    let created = range(fields, "created_since", "created_until");
    let validated = range(fields, "validated_since", "validated_until");
    let attributes = fields.optional("attribute", list(0..=MOST, text_by(attribute_named)));
    Some(ContactFilter {
        deleted: false,
        list: on_list?,
        statuses: statuses?.unwrap_or_default(),
        classifications: classifications?.unwrap_or_default(),
        source: source?,
        suppressed: suppressed?,
        created: created?,
        validated: validated?,
        attributes: attributes?.unwrap_or_default(),
        search: search?,
    })
}

fn range(fields: &mut Fields<'_>, since: &'static str, until: &'static str) -> Option<TimeRange> {
    let from: Option<Option<Timestamp>> = fields.optional(since, instant);
    let to = fields.optional(until, instant);
    match TimeRange::new(from.flatten(), to.flatten()) {
        Ok(range) => {
            from?;
            to?;
            Some(range)
        }
        Err(error) => fields.refuse(until, error),
    }
}

impl From<&ContactBulkOperation> for BulkOperationAnswer {
    fn from(operation: &ContactBulkOperation) -> Self {
        Self {
            job_id: operation.id().as_uuid(),
            kind: BulkKindText::new(operation.state().kind.as_str()),
        }
    }
}

impl Example for MatchingFilter {
    fn example() -> Self {
        Self {
            q: Some(SearchText::new("analytical -gmail.com")),
            list_id: Some(Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0012)),
            status: Some(vec![ValidationStatusText::new("risky")]),
            classification: None,
            source: None,
            suppressed: None,
            created_since: Some(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454)),
            created_until: None,
            validated_since: None,
            validated_until: None,
            attribute: Some(vec!["city:Berlin".to_owned()]),
        }
    }
}

impl Example for MatchingContactsRequest {
    fn example() -> Self {
        Self {
            filter: Some(MatchingFilter::example()),
            all: None,
        }
    }
}

impl Example for UpdateMatchingContactsRequest {
    fn example() -> Self {
        Self {
            filter: Some(MatchingFilter::example()),
            all: None,
            changes: ProfileChanges::example(),
        }
    }
}

impl Example for BulkOperationAnswer {
    fn example() -> Self {
        Self {
            job_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021),
            kind: BulkKindText::new("update"),
        }
    }
}
