//! Use cases: seeing a campaign's mail as one person gets it.

use std::sync::Arc;

use kernel::{CampaignId, Clock, ContactId, IdGenerator, KeyRing, Slug, StorageError, TenantScope};

use crate::campaigns::find_living;
use crate::ports::{CampaignStore, CampaignUnit};
use crate::template::{BuiltIn, Values, VariableName};
use crate::workbench::Workbench;
use crate::{Addressee, Campaign, CampaignError, MailLinks, OutgoingMail};

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
        let campaign = find_living(unit.as_ref(), campaign).await?;
        let addressee = find_addressee(unit.as_ref(), contact).await?;
        let reader = Reader::Recipient(contact, addressee);
        let mail = self
            .compose(unit.as_ref(), scope, &campaign, &reader)
            .await?;
        unit.commit().await?;
        Ok(mail)
    }

    /// The mail of a campaign as somebody reads it.
    pub(crate) async fn compose(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        campaign: &Campaign,
        reader: &Reader,
    ) -> Result<OutgoingMail, CampaignError> {
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
        let slug = state.landing_page.as_ref();
        let links = MailLinks {
            keys: &*self.keys,
            public_url: &self.public_url,
            organization: scope.organization(),
            campaign: campaign.id(),
            slug: slug.ok_or(CampaignError::NotFound("landing page"))?,
            contact: reader.contact(),
        };
        let mut own = Values::default();
        for (name, value) in [
            (BuiltIn::CampaignName, state.name.to_string()),
            (BuiltIn::LandingPageLink, links.landing_page()),
            (BuiltIn::UnsubscribeLink, links.unsubscribe()),
        ] {
            own.set(VariableName::BuiltIn(name), value);
        }
        let person = reader.addressee();
        let values = match person {
            Some(person) => letterhead.values().overlaid(person.values()),
            None => Values::sample().overlaid(letterhead.values()),
        };
        let locale = person.map_or_else(
            || letterhead.locale.clone(),
            |person| letterhead.locale_for(person),
        );
        let mail = version.content.render(&values.overlaid(own), &locale);
        let mail = mail.map_err(|unrenderable| CampaignError::Invalid(unrenderable.into()))?;
        Ok(links.apply(mail, None))
    }
}

/// Who reads a mail.
pub(crate) enum Reader {
    /// The contact that it was made for.
    Recipient(ContactId, Addressee),
    /// Somebody who tries it out, in a contact's place or nobody's.
    Tester(Option<Addressee>),
}

impl Reader {
    const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Recipient(contact, _) => Some(*contact),
            Self::Tester(_) => None,
        }
    }

    const fn addressee(&self) -> Option<&Addressee> {
        match self {
            Self::Recipient(_, addressee) => Some(addressee),
            Self::Tester(addressee) => addressee.as_ref(),
        }
    }
}

pub(crate) async fn find_addressee(
    unit: &dyn CampaignUnit,
    contact: ContactId,
) -> Result<Addressee, CampaignError> {
    let addressee = unit.people().find_addressee(contact).await?;
    addressee.ok_or(CampaignError::NotFound("contact"))
}
