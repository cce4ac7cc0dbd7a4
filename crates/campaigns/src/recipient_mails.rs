//! Use cases: seeing a campaign's mail as one person gets it.

use std::sync::Arc;

use kernel::{CampaignId, Clock, ContactId, IdGenerator, KeyRing, Slug, StorageError, TenantScope};

use crate::ports::CampaignStore;
use crate::template::{BuiltIn, Values, VariableName};
use crate::workbench::Workbench;
use crate::{CampaignError, MailLinks, OutgoingMail};

/// Use cases on the mails of campaigns, one by one. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct RecipientMails {
    bench: Workbench,
    keys: Arc<dyn KeyRing>,
    public_url: Arc<str>,
}

impl RecipientMails {
    /// Use cases on what is in `store`; `keys` sign links, which begin with `public_url`.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        keys: Arc<dyn KeyRing>,
        public_url: &str,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            keys,
            public_url: public_url.trim_end_matches('/').into(),
        }
    }

    /// The address of a landing page, as it can be published.
    #[must_use]
    pub fn landing_page_url(&self, slug: &Slug) -> String {
        format!("{}/p/{slug}", self.public_url)
    }

    /// The mail of a campaign as this contact gets it, with their own links: whoever follows them is taken for the contact.
    pub async fn preview(
        &self,
        scope: &TenantScope,
        campaign: CampaignId,
        contact: ContactId,
    ) -> Result<OutgoingMail, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let found = unit.campaigns().find(campaign).await?;
        let campaign = found
            .filter(|campaign| !campaign.state().stamps.is_deleted())
            .ok_or(CampaignError::NotFound("campaign"))?;
        let addressee = unit.people().find_addressee(contact).await?;
        let addressee = addressee.ok_or(CampaignError::NotFound("contact"))?;
        let letterhead = unit.people().find_letterhead().await?;
        let letterhead = letterhead.ok_or_else(|| {
            StorageError::Corrupt("a unit of work has no organization".to_owned())
        })?;
        let state = campaign.state();
        let version = match state.plan.email_template_version {
            Some(version) => unit.email_templates().find_published(version).await?,
            None => None,
        };
        let version = version.ok_or(CampaignError::NotFound("email template version"))?;
        unit.commit().await?;
        let slug = state.landing_page.as_ref();
        let links = MailLinks {
            keys: &*self.keys,
            public_url: &self.public_url,
            organization: scope.organization(),
            campaign: campaign.id(),
            slug: slug.ok_or(CampaignError::NotFound("landing page"))?,
            contact: Some(contact),
        };
        let mut own = Values::default();
        for (name, value) in [
            (BuiltIn::CampaignName, state.name.to_string()),
            (BuiltIn::LandingPageLink, links.landing_page()),
            (BuiltIn::UnsubscribeLink, links.unsubscribe()),
        ] {
            own.set(VariableName::BuiltIn(name), value);
        }
        let values = letterhead
            .values()
            .overlaid(addressee.values())
            .overlaid(own);
        let locale = letterhead.locale_for(&addressee);
        let mail = version.content.render(&values, &locale);
        let mail = mail.map_err(|unrenderable| CampaignError::Invalid(unrenderable.into()))?;
        Ok(links.apply(mail, None))
    }
}
