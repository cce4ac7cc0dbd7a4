//! The shapes of suppressions on the wire.

use contacts::{
    ContactEmail, NewSuppressions, SuppressedAddress, Suppression, SuppressionReason, Suppressions,
};
use kernel::FieldFault;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, list, text, text_by};
use crate::schema::{ContactEmailText, SuppressionReasonText, SuppressionSourceText};

/// Which addresses to suppress, and why.
#[derive(Object)]
#[oai(example)]
pub(crate) struct SuppressRequest {
    /// The addresses, whether or not there are contacts with them.
    #[oai(validator(min_items = 1, max_items = 1000))]
    emails: Vec<ContactEmailText>,
    /// Why they must not be mailed: any reason but `erased`; `manual` where nothing is said.
    #[oai(nullable)]
    reason: Option<SuppressionReasonText>,
}

/// Which addresses to look up.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CheckSuppressionsRequest {
    /// The addresses.
    #[oai(validator(min_items = 1, max_items = 1000))]
    emails: Vec<ContactEmailText>,
}

/// That an address must not be mailed. The address itself is not kept.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct SuppressionAnswer {
    /// Its id.
    id: Uuid,
    /// Why.
    reason: SuppressionReasonText,
    /// Where it came from.
    source: SuppressionSourceText,
    /// The import, campaign or simulation that it came from.
    source_id: Option<Uuid>,
    /// Since when.
    created_at: OffsetDateTime,
}

/// What became of one address.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum SuppressedOutcome {
    /// It is suppressed now.
    Added,
    /// It was suppressed for this reason before.
    AlreadySuppressed,
}

/// What became of one address.
#[derive(Clone, Debug, Object)]
pub(crate) struct SuppressedAnswer {
    /// What became of it.
    outcome: SuppressedOutcome,
    /// The new suppression.
    id: Option<Uuid>,
}

/// What became of each address, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct SuppressedAddressesAnswer {
    /// One outcome per address.
    items: Vec<SuppressedAnswer>,
}

/// What is known of one address.
#[derive(Clone, Debug, Object)]
pub(crate) struct CheckedAddressAnswer {
    /// Whether it must not be mailed.
    suppressed: bool,
    /// Why.
    suppressions: Vec<SuppressionAnswer>,
}

/// What is known of each address, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct CheckedSuppressionsAnswer {
    /// One result per address.
    items: Vec<CheckedAddressAnswer>,
}

/// Reads which addresses to suppress, and why.
pub(crate) fn new_suppressions(fields: &mut Fields<'_>) -> Option<NewSuppressions> {
    let emails = fields.required("emails", list(1..=Suppressions::MOST_AT_ONCE, text));
    let reason = fields.optional("reason", text_by(reason));
    Some(NewSuppressions {
        emails: emails?,
        reason: reason?.unwrap_or(SuppressionReason::Manual),
    })
}

/// Reads which addresses to look up.
pub(crate) fn addresses(fields: &mut Fields<'_>) -> Option<Vec<ContactEmail>> {
    fields.required("emails", list(1..=Suppressions::MOST_AT_ONCE, text))
}

/// A reason that people can give: what was erased is told by erasures alone.
fn reason(text: &str) -> Result<SuppressionReason, FieldFault> {
    match text.parse() {
        Ok(SuppressionReason::Erased) | Err(_) => Err(FieldFault::new(
            "unknown-value",
            "this is not a reason that can be given",
        )),
        Ok(reason) => Ok(reason),
    }
}

impl From<&Suppression> for SuppressionAnswer {
    fn from(suppression: &Suppression) -> Self {
        let state = suppression.state();
        Self {
            id: state.id.as_uuid(),
            reason: SuppressionReasonText::new(state.reason.as_str()),
            source: SuppressionSourceText::new(state.source.as_str()),
            source_id: state.source_id,
            created_at: state.created_at,
        }
    }
}

impl From<&Vec<SuppressedAddress>> for SuppressedAddressesAnswer {
    fn from(outcomes: &Vec<SuppressedAddress>) -> Self {
        let items = outcomes.iter().map(|outcome| match outcome {
            SuppressedAddress::Added(id) => SuppressedAnswer {
                outcome: SuppressedOutcome::Added,
                id: Some(id.as_uuid()),
            },
            SuppressedAddress::AlreadySuppressed => SuppressedAnswer {
                outcome: SuppressedOutcome::AlreadySuppressed,
                id: None,
            },
        });
        Self {
            items: items.collect(),
        }
    }
}

impl From<Vec<Vec<Suppression>>> for CheckedSuppressionsAnswer {
    fn from(found: Vec<Vec<Suppression>>) -> Self {
        let items = found.iter().map(|suppressions| CheckedAddressAnswer {
            suppressed: !suppressions.is_empty(),
            suppressions: suppressions.iter().map(SuppressionAnswer::from).collect(),
        });
        Self {
            items: items.collect(),
        }
    }
}

impl Example for SuppressRequest {
    fn example() -> Self {
        Self {
            emails: vec![ContactEmailText::new("ada@example.com")],
            reason: Some(SuppressionReasonText::new("unsubscribed")),
        }
    }
}

impl Example for CheckSuppressionsRequest {
    fn example() -> Self {
        Self {
            emails: vec![ContactEmailText::new("ada@example.com")],
        }
    }
}

impl Example for SuppressionAnswer {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0013),
            reason: SuppressionReasonText::new("unsubscribed"),
            source: SuppressionSourceText::new("api"),
            source_id: None,
            created_at: OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454),
        }
    }
}

impl Example for SuppressedAddressesAnswer {
    fn example() -> Self {
        Self {
            items: vec![SuppressedAnswer {
                outcome: SuppressedOutcome::Added,
                id: Some(SuppressionAnswer::example().id),
            }],
        }
    }
}

impl Example for CheckedSuppressionsAnswer {
    fn example() -> Self {
        Self {
            items: vec![CheckedAddressAnswer {
                suppressed: true,
                suppressions: vec![SuppressionAnswer::example()],
            }],
        }
    }
}
