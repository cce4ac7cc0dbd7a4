//! The shapes of campaigns on the wire.

mod audience;
mod examples;
mod recipients;

use campaigns::{
    CampaignChange, CampaignPlan, CountedCampaign, NewCampaign, RecipientMails, SendRate,
};
use kernel::{Description, Name, Timestamp};
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{Enum, Object};
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) use self::audience::AudienceAnswer;
pub(super) use self::recipients::{RecipientAnswer, reason};
use crate::input::{Fields, Input, id, instant, integer, list, text};
use crate::schema::{CampaignStatusText, DescriptionText, NameText, PastScheduleText, SlugText};

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
    #[oai(nullable)]
    description: Option<DescriptionText>,
    /// The lists of contacts that it goes to.
    #[oai(nullable, validator(max_items = 50))]
    list_ids: Option<Vec<Uuid>>,
    /// The version of a template that its mails are made from.
    #[oai(nullable)]
    email_template_version_id: Option<Uuid>,
    /// The version of a form that its landing page asks.
    #[oai(nullable)]
    form_version_id: Option<Uuid>,
    /// The address of its landing page under `/p/`, unique over the installation.
    #[oai(nullable)]
    landing_page_slug: Option<SlugText>,
    /// What stands above its landing page; the name of its form where it is absent.
    #[oai(nullable)]
    landing_title: Option<NameText>,
    /// What its landing page says.
    #[oai(nullable)]
    landing_text: Option<DescriptionText>,
    /// What happens to risky addresses, where it departs from what the organization does.
    #[oai(nullable)]
    risky_addresses: Option<RiskyShape>,
    /// What happens where it cannot begin at its time because the program was not running; `ask` at first.
    #[oai(nullable)]
    past_schedule: Option<PastScheduleText>,
    /// How many of its mails go out in a minute; as many as can be where it is absent.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "1000000")))]
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
    #[oai(nullable)]
    name: Option<NameText>,
}

/// When a campaign is to begin.
#[derive(Object)]
#[oai(example)]
pub(crate) struct ScheduleCampaignRequest {
    /// An instant to come.
    scheduled_at: OffsetDateTime,
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
