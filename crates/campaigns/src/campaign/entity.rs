//! A campaign, and what it is made from and changed by.

use kernel::{
    CampaignId, Changes, ContactListId, Description, EmailTemplateVersionId, FormVersionId, Name,
    OrganizationId, Patch, Slug, Stamps, Timestamp, UserId,
};
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::{CampaignStatus, PastSchedule, RiskyAddresses, SendRate};

/// What a campaign mails, to whom and how fast.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignPlan {
    /// The lists of contacts that it goes to, in the order of their ids, each once.
    pub lists: Vec<ContactListId>,
    /// What its mails say.
    pub email_template_version: Option<EmailTemplateVersionId>,
    /// What its landing page asks.
    pub form_version: Option<FormVersionId>,
    /// Whether it mails risky addresses, where it departs from what the organization does.
    pub risky_addresses: Option<RiskyAddresses>,
    /// What happens where its time is missed.
    pub past_schedule: PastSchedule,
    /// How fast its mails go out; as fast as can be where there is none.
    pub send_rate: Option<SendRate>,
}

/// When what happened to a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CampaignTimes {
    /// For when it is scheduled.
    pub scheduled_at: Option<Timestamp>,
    /// When it was found that this time had been missed.
    pub missed_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Since when it is paused.
    pub paused_at: Option<Timestamp>,
    /// How long it was paused altogether, by which its mails go out later than planned.
    pub delay: Duration,
}

/// All that a campaign is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignState {
    /// The campaign's id.
    pub id: CampaignId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Where it stands.
    pub status: CampaignStatus,
    /// How often it was begun, gone on with and ended: only the job of the present run acts.
    pub run: u32,
    /// The address of its landing page, unique over the installation among the living.
    pub landing_page: Option<Slug>,
    /// What stands above its landing page; its own name is not for the public.
    pub landing_title: Option<Name>,
    /// What its landing page says.
    pub landing_text: Description,
    /// What it mails, to whom and how fast.
    pub plan: CampaignPlan,
    /// When what happened to it.
    pub times: CampaignTimes,
    /// Its history.
    pub stamps: Stamps,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign(pub(super) CampaignState);

/// What it takes to make a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCampaign {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// The address of its landing page.
    pub landing_page: Option<Slug>,
    /// What stands above its landing page.
    pub landing_title: Option<Name>,
    /// What its landing page says.
    pub landing_text: Description,
    /// What it mails, to whom and how fast.
    pub plan: CampaignPlan,
}

/// A partial update of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignChange {
    /// Its name.
    pub name: Patch<Name>,
    /// What it is for.
    pub description: Patch<Description>,
    /// The address of its landing page.
    pub landing_page: Patch<Option<Slug>>,
    /// What stands above its landing page.
    pub landing_title: Patch<Option<Name>>,
    /// What its landing page says.
    pub landing_text: Patch<Description>,
    /// The lists of contacts that it goes to.
    pub lists: Patch<Vec<ContactListId>>,
    /// What its mails say.
    pub email_template_version: Patch<Option<EmailTemplateVersionId>>,
    /// What its landing page asks.
    pub form_version: Patch<Option<FormVersionId>>,
    /// Whether it mails risky addresses.
    pub risky_addresses: Patch<Option<RiskyAddresses>>,
    /// What happens where its time is missed.
    pub past_schedule: Patch<PastSchedule>,
    /// How fast its mails go out.
    pub send_rate: Patch<Option<SendRate>>,
}

/// How many recipients of a campaign stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CampaignCounts {
    /// People on its lists who were looked at, whatever came of it.
    pub assigned: u64,
    /// Those who are left out.
    pub skipped: u64,
    /// Those to whom a mail went out.
    pub sent: u64,
    /// Those of them whose mail came back.
    pub bounced: u64,
    /// Those to whom no mail could be sent.
    pub failed: u64,
}

impl CampaignCounts {
    /// Those whose mail went out and did not come back.
    #[must_use]
    pub const fn delivered(&self) -> u64 {
        self.sent.saturating_sub(self.bounced)
    }
}

/// A campaign and how its recipients stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedCampaign {
    /// The campaign.
    pub campaign: Campaign,
    /// How its recipients stand.
    pub counts: CampaignCounts,
}

/// Which campaigns are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// The deleted ones instead of the living.
    pub deleted: bool,
    /// Those with this status.
    pub status: Option<CampaignStatus>,
    /// Those in whose names this text stands, in any case.
    pub name: Option<Name>,
}

impl CampaignPlan {
    /// The most lists of a campaign.
    pub const MAX_LISTS: usize = 50;
}

impl Campaign {
    /// A new draft.
    #[must_use]
    pub fn draft(
        id: CampaignId,
        organization: OrganizationId,
        new: NewCampaign,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        let mut plan = new.plan;
        plan.lists = in_order(plan.lists);
        Self(CampaignState {
            id,
            organization,
            name: new.name,
            description: new.description,
            status: CampaignStatus::Draft,
            run: 0,
            landing_page: new.landing_page,
            landing_title: new.landing_title,
            landing_text: new.landing_text,
            plan,
            times: CampaignTimes::default(),
            stamps: Stamps::new(at, by),
        })
    }

    /// A campaign as it was stored.
    #[must_use]
    pub const fn restore(state: CampaignState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &CampaignState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> CampaignId {
        self.0.id
    }

    /// Applies a partial update; that it is still open to one is up to the caller.
    pub fn change(&mut self, change: &CampaignChange, at: Timestamp, by: Option<UserId>) {
        let state = &mut self.0;
        state.name = change.name.apply(&state.name);
        state.description = change.description.apply(&state.description);
        state.landing_page = change.landing_page.apply(&state.landing_page);
        state.landing_title = change.landing_title.apply(&state.landing_title);
        state.landing_text = change.landing_text.apply(&state.landing_text);
        let plan = &mut state.plan;
        plan.lists = in_order(change.lists.apply(&plan.lists));
        plan.email_template_version = change
            .email_template_version
            .apply(&plan.email_template_version);
        plan.form_version = change.form_version.apply(&plan.form_version);
        plan.risky_addresses = change.risky_addresses.apply(&plan.risky_addresses);
        plan.past_schedule = change.past_schedule.apply(&plan.past_schedule);
        plan.send_rate = change.send_rate.apply(&plan.send_rate);
        state.stamps.touch(at, by);
    }

    /// Whether more is different from what it was before than what people read about the campaign.
    #[must_use]
    pub fn is_replanned_since(&self, before: &Self) -> bool {
        let state = &self.0;
        let read_anew = CampaignState {
            name: state.name.clone(),
            description: state.description.clone(),
            stamps: state.stamps.clone(),
            ..before.0.clone()
        };
        *state != read_anew
    }

    /// Deletes it, restorably.
    pub const fn delete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// Takes the deletion back.
    pub const fn undelete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.restore(at, by);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map_or_else(Vec::new, Self::told);
        let mut old = old.into_iter().map(|(_, value)| value);
        self.told()
            .into_iter()
            .fold(Changes::none(), |changes, (name, new)| {
                changes.field(name, old.next().unwrap_or(Value::Null), new)
            })
    }

    /// Its fields by the names of their columns.
    fn told(&self) -> Vec<(&'static str, Value)> {
        let state = &self.0;
        let (plan, times) = (&state.plan, &state.times);
        vec![
            ("name", json!(state.name.as_str())),
            ("description", json!(state.description.as_str())),
            ("status", json!(state.status.as_str())),
            ("run", json!(state.run)),
            ("lists", json!(plan.lists)),
            (
                "email_template_version_id",
                json!(plan.email_template_version),
            ),
            ("form_version_id", json!(plan.form_version)),
            (
                "landing_page_slug",
                json!(state.landing_page.as_ref().map(Slug::as_str)),
            ),
            (
                "landing_title",
                json!(state.landing_title.as_ref().map(Name::as_str)),
            ),
            ("landing_text", json!(state.landing_text.as_str())),
            (
                "risky_addresses",
                json!(plan.risky_addresses.map(RiskyAddresses::as_str)),
            ),
            ("past_schedule", json!(plan.past_schedule.as_str())),
            ("send_rate", json!(plan.send_rate.map(SendRate::mails))),
            ("scheduled_at", instant(times.scheduled_at)),
            ("missed_at", instant(times.missed_at)),
            ("started_at", instant(times.started_at)),
            ("ended_at", instant(times.ended_at)),
            ("paused_at", instant(times.paused_at)),
            ("delay_ms", json!(delay_ms(times.delay))),
        ]
    }
}

/// A delay in whole milliseconds, as it is kept.
fn delay_ms(delay: Duration) -> i64 {
    i64::try_from(delay.whole_milliseconds()).unwrap_or(i64::MAX)
}

fn instant(at: Option<Timestamp>) -> Value {
    json!(at.and_then(|at| at.format(&Rfc3339).ok()))
}

fn in_order(mut lists: Vec<ContactListId>) -> Vec<ContactListId> {
    lists.sort_unstable();
    lists.dedup();
    lists
}
