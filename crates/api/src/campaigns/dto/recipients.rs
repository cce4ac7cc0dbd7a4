//! The shapes of recipients on the wire.

use campaigns::{Engagement, Recipient};
use kernel::FieldFault;
use poem_openapi::Object;
use poem_openapi::types::Example;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::schema::{RecipientReasonText, RecipientStatusText, ValidationStatusText};

/// The most characters of a reason.
const MAX_REASON: usize = 64;

/// How often a recipient did something, and when first and last.
#[derive(Clone, Debug, Object)]
pub(crate) struct EngagementAnswer {
    /// How often.
    count: u32,
    /// When first.
    first: Option<OffsetDateTime>,
    /// When last.
    last: Option<OffsetDateTime>,
}

/// A recipient of a campaign.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CampaignRecipient", example)]
pub(crate) struct RecipientAnswer {
    /// The contact.
    contact_id: Uuid,
    /// How they stand.
    status: RecipientStatusText,
    /// Why, where there is more to tell: an exclusion, how the mail came back, `deleted` where the
    /// person was before it could go out, or `ended` where the campaign was completed before.
    reason: Option<RecipientReasonText>,
    /// What was known of the address when the mail went out, or when it was decided that none does.
    validation_status: ValidationStatusText,
    /// When the mail goes out, but for the campaign's pauses.
    scheduled_send_time: Option<OffsetDateTime>,
    /// When it went out.
    sent_at: Option<OffsetDateTime>,
    /// Opening the mail.
    opens: EngagementAnswer,
    /// Following links in it.
    clicks: EngagementAnswer,
    /// Seeing the landing page.
    views: EngagementAnswer,
    /// Answering its form.
    submits: EngagementAnswer,
    /// When it was decided whether they are mailed.
    assigned_at: OffsetDateTime,
}

/// A reason by its name; one that nobody has is a name all the same.
pub(crate) fn reason(text: &str) -> Result<String, FieldFault> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    if (1..=MAX_REASON).contains(&text.len()) && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err(FieldFault::new("unknown-value", "this cannot be a reason"))
    }
}

impl From<Engagement> for EngagementAnswer {
    fn from(engagement: Engagement) -> Self {
        Self {
            count: engagement.count,
            first: engagement.first,
            last: engagement.last,
        }
    }
}

impl From<Recipient> for RecipientAnswer {
    fn from(recipient: Recipient) -> Self {
        Self {
            contact_id: recipient.contact.as_uuid(),
            status: RecipientStatusText::new(recipient.status),
            reason: recipient.reason.map(RecipientReasonText::new),
            validation_status: ValidationStatusText::new(recipient.validation.as_str()),
            scheduled_send_time: recipient.scheduled_send_time,
            sent_at: recipient.sent_at,
            opens: recipient.opens.into(),
            clicks: recipient.clicks.into(),
            views: recipient.views.into(),
            submits: recipient.submits.into(),
            assigned_at: recipient.assigned_at,
        }
    }
}

impl Example for RecipientAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        let never = EngagementAnswer {
            count: 0,
            first: None,
            last: None,
        };
        Self {
            contact_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0011),
            status: RecipientStatusText::new("sent"),
            reason: None,
            validation_status: ValidationStatusText::new("valid"),
            scheduled_send_time: Some(at),
            sent_at: Some(at),
            opens: EngagementAnswer {
                count: 1,
                first: Some(at),
                last: Some(at),
            },
            clicks: never.clone(),
            views: never.clone(),
            submits: never,
            assigned_at: at,
        }
    }
}
