//! Campaigns for cases.

use kernel::{CampaignId, ContactListId, Description, OrganizationId, Patch, Slug};
use time::Duration;
use uuid::Uuid;

use super::Subject;
use super::tenant::{LATER, NOW, Tenant, id};
use crate::{
    Campaign, CampaignChange, CampaignPlan, CampaignState, CampaignStatus, CampaignTimes,
    NewCampaign, PastSchedule, RiskyAddresses, SendRate,
};

/// The address of a landing page that nobody has.
pub(super) fn a_slug() -> Slug {
    format!("page-{}", id(Uuid::simple)).parse().unwrap()
}

impl Tenant {
    /// The organization's id.
    pub(super) const fn id(&self) -> OrganizationId {
        self.scope.organization()
    }

    /// A draft that is not stored yet.
    pub(super) fn a_campaign(&self, name: &str, slug: Option<&Slug>) -> Campaign {
        let new = NewCampaign {
            name: name.parse().unwrap(),
            description: Description::empty(),
            landing_page: slug.cloned(),
            landing_title: None,
            landing_text: Description::empty(),
            plan: CampaignPlan::default(),
        };
        let by = self.scope.actor().user();
        Campaign::draft(id(CampaignId::from_uuid), self.id(), new, NOW, by)
    }

    /// A campaign with everything that one can have, that is not stored yet.
    pub(super) async fn a_full_campaign<S: Subject>(&self, subject: &S, name: &str) -> Campaign {
        let (_, template) = self.add(subject, "Template").await;
        let (_, form) = self.add_form(subject, "Form").await;
        let mut lists = vec![
            subject.add_list(self.id(), true, &[]).await,
            subject.add_list(self.id(), false, &[]).await,
        ];
        lists.sort_unstable();
        let draft = self.a_campaign(name, Some(&a_slug()));
        Campaign::restore(CampaignState {
            description: "What it is for.\nIn two lines.".parse().unwrap(),
            status: CampaignStatus::Paused,
            run: 7,
            landing_title: Some("Frühling & \"Sommer\"".parse().unwrap()),
            landing_text: "Guten Tag.\n\n<b>Bold</b> is not.".parse().unwrap(),
            plan: CampaignPlan {
                lists,
                email_template_version: Some(template.id),
                form_version: Some(form.id),
                risky_addresses: Some(RiskyAddresses::Include),
                past_schedule: PastSchedule::Skip,
                send_rate: Some(SendRate::per_minute(600).unwrap()),
            },
            times: CampaignTimes {
                scheduled_at: Some(NOW),
                missed_at: Some(NOW + Duration::microseconds(1)),
                started_at: Some(NOW + Duration::microseconds(2)),
                ended_at: Some(NOW + Duration::microseconds(3)),
                paused_at: Some(NOW + Duration::microseconds(4)),
                delay: Duration::milliseconds(86_400_001),
            },
            ..draft.state().clone()
        })
    }

    /// Adds a draft.
    pub(super) async fn add_campaign<S: Subject>(
        &self,
        subject: &S,
        name: &str,
        slug: Option<&Slug>,
    ) -> Campaign {
        let campaign = self.a_campaign(name, slug);
        let unit = self.begin(subject).await;
        if let Some(slug) = slug {
            unit.landing_pages().claim(slug, NOW).await.unwrap();
        }
        unit.campaigns().insert(&campaign).await.unwrap();
        unit.commit().await.unwrap();
        campaign
    }
}

/// The campaign with another name and other lists.
pub(super) fn changed(campaign: &Campaign, name: &str, lists: Vec<ContactListId>) -> Campaign {
    let mut campaign = campaign.clone();
    let change = CampaignChange {
        name: Patch::Set(name.parse().unwrap()),
        lists: Patch::Set(lists),
        ..CampaignChange::default()
    };
    campaign.change(&change, LATER, None);
    campaign
}

/// The campaign after its deletion.
pub(super) fn without(campaign: &Campaign) -> Campaign {
    let mut campaign = campaign.clone();
    campaign.delete(LATER, None);
    campaign
}
