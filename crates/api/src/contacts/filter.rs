//! The filters of a listing of contacts.

use contacts::{
    Classification, ContactFilter, ContactSearch, ContactSort, ContactSource, TimeRange,
    ValidationStatus,
};
use kernel::{FieldFault, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Parameters, Query, flag, id, instant, parameters, text, text_by};
use crate::problem::ApiError;
use crate::schema::{
    ClassificationText, ContactSortText, ContactSourceText, SearchText, ValidationStatusText,
};

/// The parameters that say which contacts are wanted.
pub(crate) struct Filter {
    pub(crate) q: Query<Option<SearchText>>,
    pub(crate) deleted: Query<Option<bool>>,
    pub(crate) list_id: Query<Option<Uuid>>,
    pub(crate) status: Query<Vec<ValidationStatusText>>,
    pub(crate) classification: Query<Vec<ClassificationText>>,
    pub(crate) source: Query<Option<ContactSourceText>>,
    pub(crate) suppressed: Query<Option<bool>>,
    pub(crate) created_since: Query<Option<OffsetDateTime>>,
    pub(crate) created_until: Query<Option<OffsetDateTime>>,
    pub(crate) validated_since: Query<Option<OffsetDateTime>>,
    pub(crate) validated_until: Query<Option<OffsetDateTime>>,
    pub(crate) attribute: Query<Vec<String>>,
}

impl Filter {
    /// The filter, or everything that is wrong with the parameters.
    pub(crate) fn read(&self) -> Result<ContactFilter, ApiError> {
        parameters(|query| {
            let search = query.optional(&self.q, text::<ContactSearch>);
            let deleted = query.optional(&self.deleted, flag);
            let list = query.optional(&self.list_id, id);
            let statuses = query.list(&self.status, text_by(word::<ValidationStatus>));
            let classifications = query.list(&self.classification, text_by(word::<Classification>));
            let source = query.optional(&self.source, text_by(word::<ContactSource>));
            let suppressed = query.optional(&self.suppressed, flag);
            let created = range(query, &self.created_since, &self.created_until);
            let validated = range(query, &self.validated_since, &self.validated_until);
            let attributes = query.list(&self.attribute, text_by(attribute));
            Some(ContactFilter {
                deleted: deleted?.unwrap_or_default(),
                list: list?,
                statuses: statuses?,
                classifications: classifications?,
                source: source?,
                suppressed: suppressed?,
                created: created?,
                validated: validated?,
                attributes: attributes?,
                search: search?,
            })
        })
    }
}

/// The order that is asked for; if none is, those that fit a search best come first.
pub(crate) fn order_of(
    sort: &Query<Option<ContactSortText>>,
    filter: &ContactFilter,
) -> Result<ContactSort, ApiError> {
    let sort = parameters(|query| query.optional(sort, text_by(order)))?;
    Ok(sort.unwrap_or(if filter.search.is_some() {
        ContactSort::Fit
    } else {
        ContactSort::Created
    }))
}

fn range(
    query: &mut Parameters<'_>,
    since: &Query<Option<OffsetDateTime>>,
    until: &Query<Option<OffsetDateTime>>,
) -> Option<TimeRange> {
    let from: Option<Option<Timestamp>> = query.optional(since, instant);
    let to = query.optional(until, instant);
    match TimeRange::new(from.flatten(), to.flatten()) {
        Ok(range) => {
            from?;
            to?;
            Some(range)
        }
        Err(error) => query.refuse(until, error),
    }
}

pub(crate) fn word<T: std::str::FromStr>(text: &str) -> Result<T, FieldFault> {
    text.parse().ok().ok_or_else(|| {
        FieldFault::new(
            "unknown-value",
            "this is not one of the values of this parameter",
        )
    })
}

/// An attribute is wanted as its name, a colon and its value.
pub(crate) fn attribute(text: &str) -> Result<(String, String), FieldFault> {
    match text.split_once(':') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(FieldFault::new(
            "invalid-attribute",
            "an attribute is wanted as its name, a colon and its value",
        )),
    }
}

fn order(text: &str) -> Result<ContactSort, FieldFault> {
    match text {
        "created_at" => Ok(ContactSort::Created),
        "-created_at" => Ok(ContactSort::CreatedDescending),
        "email" => Ok(ContactSort::Email),
        "-email" => Ok(ContactSort::EmailDescending),
        _ => Err(FieldFault::new(
            "unknown-value",
            "this is not an order of contacts",
        )),
    }
}
