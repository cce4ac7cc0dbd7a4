//! The shapes of campaigns on the wire.

use campaigns::{
    AudiencePreview, CampaignChange, CampaignPlan, CountedCampaign, Engagement, NewCampaign,
    Recipient, RecipientMails, SendRate,
};
use kernel::{Description, FieldFault, Name, Timestamp};
use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, Input, id, instant, integer, list, text};
use crate::schema::{
    CampaignStatusText, DescriptionText, ExclusionText, NameText, PastScheduleText,
    RecipientReasonText, RecipientStatusText, SlugText, ValidationStatusText,
};

/// The most characters of a reason.
const MAX_REASON: usize = 64;

/// What happens to addresses that were judged risky.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename = "CampaignRisky", rename_all = "snake_case")]
pub(crate) enum RiskyShape {
    /// They are mailed.
    Include,
    /// They are left out.
    Exclude,
}

/// What a campaign is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateCampaignRequest {
    /// Its name.
    name: NameText,
    /// What it is for.
    description: Option<DescriptionText>,
    /// The lists of contacts that it goes to.
    #[oai(validator(max_items = 50))]
    list_ids: Option<Vec<Uuid>>,
    /// The version of a template that its mails are made from.
    email_template_version_id: Option<Uuid>,
    /// The version of a form that its landing page asks.
    form_version_id: Option<Uuid>,
    /// The address of its landing page under `/p/`, unique over the installation.
    landing_page_slug: Option<SlugText>,
    /// What stands above its landing page; the name of its form where it is absent.
    landing_title: Option<NameText>,
    /// What its landing page says.
    landing_text: Option<DescriptionText>,
    /// What happens to risky addresses, where it departs from what the organization does.
    risky_addresses: Option<RiskyShape>,
    /// What happens where it cannot begin at its time because the program was not running; `ask` at first.
    past_schedule: Option<PastScheduleText>,
    /// How many of its mails go out in a minute; as many as can be where it is absent.
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    send_rate: Option<i32>,
}

/// What changes about a campaign; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateCampaignRequest {
    /// Its name.
    name: MaybeUndefined<NameText>,
    /// What it is for; it may be empty.
    description: MaybeUndefined<DescriptionText>,
    /// The lists of contacts that it goes to, all of them.
    #[oai(validator(max_items = 50))]
    list_ids: MaybeUndefined<Vec<Uuid>>,
    /// The version of a template that its mails are made from; null for none.
    #[oai(nullable)]
    email_template_version_id: MaybeUndefined<Uuid>,
    /// The version of a form that its landing page asks; null for none.
    #[oai(nullable)]
    form_version_id: MaybeUndefined<Uuid>,
    /// The address of its landing page; null for none.
    #[oai(nullable)]
    landing_page_slug: MaybeUndefined<SlugText>,
    /// What stands above its landing page; null for nothing.
    #[oai(nullable)]
    landing_title: MaybeUndefined<NameText>,
    /// What its landing page says; it may be empty.
    landing_text: MaybeUndefined<DescriptionText>,
    /// What happens to risky addresses; null for what the organization does.
    #[oai(nullable)]
    risky_addresses: MaybeUndefined<RiskyShape>,
    /// What happens where it cannot begin at its time.
    past_schedule: MaybeUndefined<PastScheduleText>,
    /// How many of its mails go out in a minute; null for as many as can be.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "1000000")))]
    send_rate: MaybeUndefined<i32>,
}

/// What a copy of a campaign is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct DuplicateCampaignRequest {
    /// Its name; where there is none, it says whose copy it is.
    name: Option<NameText>,
}

/// When a campaign is to begin.
#[derive(Object)]
#[oai(example)]
pub(crate) struct ScheduleCampaignRequest {
    /// An instant to come.
    scheduled_at: OffsetDateTime,
}

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

/// How the recipients of a campaign stand.
#[derive(Clone, Debug, Object)]
pub(crate) struct CampaignCountsAnswer {
    /// People on its lists who were looked at, whatever came of it.
    assigned: u64,
    /// Those who are left out.
    skipped: u64,
    /// Those to whom a mail went out.
    sent: u64,
    /// Those of them whose mail came back.
    bounced: u64,
    /// Those to whom no mail could be sent.
    failed: u64,
    /// Those to whom a mail went out that did not come back.
    delivered: u64,
}

/// A campaign.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Campaign", example)]
pub(crate) struct CampaignAnswer {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// What it is for.
    description: DescriptionText,
    /// Where it stands.
    status: CampaignStatusText,
    /// The lists of contacts that it goes to.
    list_ids: Vec<Uuid>,
    /// The version of a template that its mails are made from.
    email_template_version_id: Option<Uuid>,
    /// The version of a form that its landing page asks.
    form_version_id: Option<Uuid>,
    /// The address of its landing page under `/p/`.
    landing_page_slug: Option<SlugText>,
    /// Where its landing page is, for whoever finds it by themselves; the mails have links that tell who follows them.
    landing_page_url: Option<String>,
    /// What stands above its landing page.
    landing_title: Option<NameText>,
    /// What its landing page says.
    landing_text: DescriptionText,
    /// What happens to risky addresses; null for what the organization does.
    risky_addresses: Option<RiskyShape>,
    /// What happens where it cannot begin at its time because the program was not running.
    past_schedule: PastScheduleText,
    /// How many of its mails go out in a minute; null for as many as can be.
    send_rate: Option<u32>,
    /// For when it is scheduled.
    scheduled_at: Option<OffsetDateTime>,
    /// When it was found that this time had been missed.
    missed_at: Option<OffsetDateTime>,
    /// When it began.
    started_at: Option<OffsetDateTime>,
    /// When it ended.
    ended_at: Option<OffsetDateTime>,
    /// Since when it is paused.
    paused_at: Option<OffsetDateTime>,
    /// How its recipients stand.
    counts: CampaignCountsAnswer,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
    /// When it was deleted.
    deleted_at: Option<OffsetDateTime>,
}

/// How many places on the lists are left out for one reason.
#[derive(Clone, Debug, Object)]
pub(crate) struct ExclusionAnswer {
    /// Why.
    reason: ExclusionText,
    /// How many.
    count: u64,
}

/// Whom a campaign would reach: `members` is `mailed` and all of `excluded` together.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CampaignAudience", example)]
pub(crate) struct AudienceAnswer {
    /// Places on its lists; whoever is on two of them has two.
    members: u64,
    /// How many people would be mailed.
    mailed: u64,
    /// Everybody else, reason by reason; whoever fits several is counted for the first.
    excluded: Vec<ExclusionAnswer>,
}

fn rate(input: Input<'_>) -> Option<SendRate> {
    let range = i64::from(SendRate::MIN)..=i64::from(SendRate::MAX);
    let mails = integer(range)(input)?;
    SendRate::per_minute(u32::try_from(mails).ok()?).ok()
}

/// Reads what a campaign is made from.
pub(crate) fn new_campaign(fields: &mut Fields<'_>) -> Option<NewCampaign> {
    let name = fields.required("name", text);
    let description = fields.optional("description", text);
    let lists = fields.optional("list_ids", list(0..=CampaignPlan::MAX_LISTS, id));
    let template = fields.optional("email_template_version_id", id);
    let form = fields.optional("form_version_id", id);
    let landing_page = fields.optional("landing_page_slug", text);
    let landing_title = fields.optional("landing_title", text);
    let landing_text = fields.optional("landing_text", text);
    let risky = fields.optional("risky_addresses", text);
    let past_schedule = fields.optional("past_schedule", text);
    let rate = fields.optional("send_rate", rate);
    Some(NewCampaign {
        name: name?,
        description: description?.unwrap_or_else(Description::empty),
        landing_page: landing_page?,
        landing_title: landing_title?,
        landing_text: landing_text?.unwrap_or_else(Description::empty),
        plan: CampaignPlan {
            lists: lists?.unwrap_or_default(),
            email_template_version: template?,
            form_version: form?,
            risky_addresses: risky?,
            past_schedule: past_schedule?.unwrap_or_default(),
            send_rate: rate?,
        },
    })
}

/// Reads what changes about a campaign.
pub(crate) fn campaign_change(fields: &mut Fields<'_>) -> Option<CampaignChange> {
    let name = fields.patch("name", text);
    let description = fields.patch("description", text);
    let lists = fields.patch("list_ids", list(0..=CampaignPlan::MAX_LISTS, id));
    let template = fields.clearable("email_template_version_id", id);
    let form = fields.clearable("form_version_id", id);
    let landing_page = fields.clearable("landing_page_slug", text);
    let landing_title = fields.clearable("landing_title", text);
    let landing_text = fields.patch("landing_text", text);
    let risky = fields.clearable("risky_addresses", text);
    let past_schedule = fields.patch("past_schedule", text);
    let rate = fields.clearable("send_rate", rate);
    Some(CampaignChange {
        name: name?,
        description: description?,
        landing_page: landing_page?,
        landing_title: landing_title?,
        landing_text: landing_text?,
        lists: lists?,
        email_template_version: template?,
        form_version: form?,
        risky_addresses: risky?,
        past_schedule: past_schedule?,
        send_rate: rate?,
    })
}

/// Reads the name of a copy.
#[expect(
    clippy::option_option,
    reason = "the outer one tells whether it could be read"
)]
pub(crate) fn name_of_copy(fields: &mut Fields<'_>) -> Option<Option<Name>> {
    fields.optional("name", text)
}

/// Reads when a campaign is to begin.
pub(crate) fn schedule(fields: &mut Fields<'_>) -> Option<Timestamp> {
    fields.required("scheduled_at", instant)
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

impl CampaignAnswer {
    /// A campaign, whose landing page has the address that `mails` gives it.
    pub(super) fn of(counted: &CountedCampaign, mails: &RecipientMails) -> Self {
        let state = counted.campaign.state();
        let (plan, times) = (&state.plan, &state.times);
        let counts = &counted.counts;
        Self {
            id: state.id.as_uuid(),
            name: NameText::new(&state.name),
            description: DescriptionText::new(&state.description),
            status: CampaignStatusText::new(state.status),
            list_ids: plan.lists.iter().map(|list| list.as_uuid()).collect(),
            email_template_version_id: plan
                .email_template_version
                .map(kernel::EmailTemplateVersionId::as_uuid),
            form_version_id: plan.form_version.map(kernel::FormVersionId::as_uuid),
            landing_page_slug: state.landing_page.as_ref().map(SlugText::new),
            landing_page_url: state
                .landing_page
                .as_ref()
                .map(|slug| mails.landing_page_url(slug)),
            landing_title: state.landing_title.as_ref().map(NameText::new),
            landing_text: DescriptionText::new(&state.landing_text),
            risky_addresses: plan.risky_addresses.map(|policy| match policy {
                campaigns::RiskyAddresses::Include => RiskyShape::Include,
                campaigns::RiskyAddresses::Exclude => RiskyShape::Exclude,
            }),
            past_schedule: PastScheduleText::new(plan.past_schedule.as_str()),
            send_rate: plan.send_rate.map(SendRate::mails),
            scheduled_at: times.scheduled_at,
            missed_at: times.missed_at,
            started_at: times.started_at,
            ended_at: times.ended_at,
            paused_at: times.paused_at,
            counts: CampaignCountsAnswer {
                assigned: counts.assigned,
                skipped: counts.skipped,
                sent: counts.sent,
                bounced: counts.bounced,
                failed: counts.failed,
                delivered: counts.delivered(),
            },
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
            deleted_at: state.stamps.deleted_at,
        }
    }
}

impl From<AudiencePreview> for AudienceAnswer {
    fn from(preview: AudiencePreview) -> Self {
        let excluded = preview.excluded.into_iter();
        let excluded = excluded.map(|(reason, count)| ExclusionAnswer {
            reason: ExclusionText::new(reason),
            count,
        });
        Self {
            members: preview.memberships,
            mailed: preview.mailed,
            excluded: excluded.collect(),
        }
    }
}

impl Example for CreateCampaignRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Spring offer"),
            description: None,
            list_ids: Some(vec![Uuid::from_u128(
                0x019b_6c3c_6a00_7000_8000_0000_0000_0021,
            )]),
            email_template_version_id: Some(Uuid::from_u128(
                0x019b_6c3c_6a00_7000_8000_0000_0000_0022,
            )),
            form_version_id: None,
            landing_page_slug: Some(SlugText::new("spring-offer")),
            landing_title: Some(NameText::new("Our offer for spring")),
            landing_text: None,
            risky_addresses: None,
            past_schedule: None,
            send_rate: Some(600),
        }
    }
}

impl Example for UpdateCampaignRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Undefined,
            description: MaybeUndefined::Undefined,
            list_ids: MaybeUndefined::Undefined,
            email_template_version_id: MaybeUndefined::Undefined,
            form_version_id: MaybeUndefined::Value(Uuid::from_u128(
                0x019b_6c3c_6a00_7000_8000_0000_0000_0032,
            )),
            landing_page_slug: MaybeUndefined::Undefined,
            landing_title: MaybeUndefined::Undefined,
            landing_text: MaybeUndefined::Undefined,
            risky_addresses: MaybeUndefined::Undefined,
            past_schedule: MaybeUndefined::Undefined,
            send_rate: MaybeUndefined::Null,
        }
    }
}

impl Example for ScheduleCampaignRequest {
    fn example() -> Self {
        Self {
            scheduled_at: OffsetDateTime::UNIX_EPOCH + time::Duration::days(21_000),
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

impl Example for DuplicateCampaignRequest {
    fn example() -> Self {
        Self {
            name: Some(NameText::new("Summer offer")),
        }
    }
}

impl Example for CampaignAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0041),
            name: NameText::new("Spring offer"),
            description: DescriptionText::new(""),
            status: CampaignStatusText::new("draft"),
            list_ids: vec![Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021)],
            email_template_version_id: Some(Uuid::from_u128(
                0x019b_6c3c_6a00_7000_8000_0000_0000_0022,
            )),
            form_version_id: None,
            landing_page_slug: Some(SlugText::new("spring-offer")),
            landing_page_url: Some("https://canvass.example/p/spring-offer".to_owned()),
            landing_title: Some(NameText::new("Our offer for spring")),
            landing_text: DescriptionText::new("Have a look."),
            risky_addresses: None,
            past_schedule: PastScheduleText::new("ask"),
            send_rate: Some(600),
            scheduled_at: None,
            missed_at: None,
            started_at: None,
            ended_at: None,
            paused_at: None,
            counts: CampaignCountsAnswer {
                assigned: 0,
                skipped: 0,
                sent: 0,
                bounced: 0,
                failed: 0,
                delivered: 0,
            },
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}

impl Example for AudienceAnswer {
    fn example() -> Self {
        let excluded = |reason: &str, count| ExclusionAnswer {
            reason: ExclusionText::new(reason),
            count,
        };
        Self {
            members: 1_000,
            mailed: 950,
            excluded: vec![excluded("unsubscribed", 20), excluded("invalid", 30)],
        }
    }
}
