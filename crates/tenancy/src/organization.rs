//! Organizations: the tenants.

use std::fmt;
use std::str::FromStr;

use kernel::{
    Changes, DomainName, EmailAddress, FieldFault, HttpsUrl, Locale, Name, OrganizationId, Patch,
    Slug, Stamps, StorageError, TimeZoneName, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What an organization pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionLevel {
    /// Nothing.
    Free,
    /// The smallest plan.
    Starter,
    /// The usual plan.
    Professional,
    /// The largest plan.
    Enterprise,
}

impl SubscriptionLevel {
    /// Every level, from the smallest.
    pub const ALL: &'static [Self] = &[
        Self::Free,
        Self::Starter,
        Self::Professional,
        Self::Enterprise,
    ];

    /// The level's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Professional => "professional",
            Self::Enterprise => "enterprise",
        }
    }
}

/// The text names no level of subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of free, starter, professional, enterprise")]
pub struct UnknownSubscriptionLevel;

impl FromStr for SubscriptionLevel {
    type Err = UnknownSubscriptionLevel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|level| level.as_str() == text)
            .ok_or(UnknownSubscriptionLevel)
    }
}

impl fmt::Display for SubscriptionLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<UnknownSubscriptionLevel> for FieldFault {
    fn from(error: UnknownSubscriptionLevel) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

/// Whether addresses that were judged risky are mailed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskyAddresses {
    /// They are mailed.
    Include,
    /// They are left out.
    #[default]
    Exclude,
}

/// Who may be mailed by a campaign that says nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudiencePolicy {
    /// What happens to addresses that were judged risky.
    pub risky: RiskyAddresses,
}

/// Periods after which data goes, where the organization chose others than the installation's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionOverrides {
    /// Days until addresses of clients and personal values inside events are nulled.
    pub personal_values_days: Option<u16>,
    /// Days until soft-deleted rows are purged; 90 where there is no other period.
    pub deleted_rows_days: Option<u16>,
    /// Months until validation logs are archived.
    pub validation_logs_months: Option<u16>,
    /// Months until raw events are archived.
    pub raw_events_months: Option<u16>,
}

/// What an organization can set for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationSettings {
    /// The zone whose days are the organization's days.
    pub timezone: TimeZoneName,
    /// The language of fixed texts.
    pub locale: Locale,
    /// The name that mails come from.
    pub sender_name: Option<Name>,
    /// The address that mails come from.
    pub sender_address: Option<EmailAddress>,
    /// Who is responsible for the content of mails and landing pages.
    pub imprint: Option<kernel::Description>,
    /// Where the organization says how it treats personal data.
    pub privacy_url: Option<HttpsUrl>,
    /// Who may be mailed.
    pub audience_policy: AudiencePolicy,
    /// Other periods of retention.
    pub retention: RetentionOverrides,
}

impl Default for OrganizationSettings {
    fn default() -> Self {
        Self {
            timezone: TimeZoneName::utc(),
            locale: Locale::english(),
            sender_name: None,
            sender_address: None,
            imprint: None,
            privacy_url: None,
            audience_policy: AudiencePolicy::default(),
            retention: RetentionOverrides::default(),
        }
    }
}

/// All that an organization is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationState {
    /// The organization's id: the tenant key.
    pub id: OrganizationId,
    /// Its name.
    pub name: Name,
    /// Its short name in URLs, unique over the installation among the living.
    pub slug: Slug,
    /// Its domain, unique over the installation among the living where set.
    pub domain: Option<DomainName>,
    /// Who answers for it; a member with the owner role.
    pub owner: UserId,
    /// What it pays for.
    pub subscription_level: SubscriptionLevel,
    /// What it set for itself.
    pub settings: OrganizationSettings,
    /// Its history.
    pub stamps: Stamps,
}

/// An organization: a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization(OrganizationState);

/// What it takes to make an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrganization {
    /// Its name.
    pub name: Name,
    /// Its short name in URLs.
    pub slug: Slug,
    /// Its domain.
    pub domain: Option<DomainName>,
    /// What it sets for itself.
    pub settings: OrganizationSettings,
}

/// A partial update of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganizationChange {
    /// Its name.
    pub name: Patch<Name>,
    /// Its short name in URLs.
    pub slug: Patch<Slug>,
    /// Its domain.
    pub domain: Patch<Option<DomainName>>,
    /// Who answers for it.
    pub owner: Patch<UserId>,
    /// What it sets for itself.
    pub settings: SettingsChange,
}

/// A partial update of an organization's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// The zone whose days are the organization's days.
    pub timezone: Patch<TimeZoneName>,
    /// The language of fixed texts.
    pub locale: Patch<Locale>,
    /// The name that mails come from.
    pub sender_name: Patch<Option<Name>>,
    /// The address that mails come from.
    pub sender_address: Patch<Option<EmailAddress>>,
    /// Who is responsible for the content of mails and landing pages.
    pub imprint: Patch<Option<kernel::Description>>,
    /// Where the organization says how it treats personal data.
    pub privacy_url: Patch<Option<HttpsUrl>>,
    /// Who may be mailed.
    pub audience_policy: Patch<AudiencePolicy>,
    /// Other periods of retention.
    pub retention: Patch<RetentionOverrides>,
}

impl SettingsChange {
    /// The settings after the change.
    #[must_use]
    pub fn apply(&self, present: &OrganizationSettings) -> OrganizationSettings {
        OrganizationSettings {
            timezone: self.timezone.apply(&present.timezone),
            locale: self.locale.apply(&present.locale),
            sender_name: self.sender_name.apply(&present.sender_name),
            sender_address: self.sender_address.apply(&present.sender_address),
            imprint: self.imprint.apply(&present.imprint),
            privacy_url: self.privacy_url.apply(&present.privacy_url),
            audience_policy: self.audience_policy.apply(&present.audience_policy),
            retention: self.retention.apply(&present.retention),
        }
    }
}

impl Organization {
    /// A new organization, which belongs to its creator.
    #[must_use]
    pub fn found(id: OrganizationId, new: NewOrganization, at: Timestamp, creator: UserId) -> Self {
        Self(OrganizationState {
            id,
            name: new.name,
            slug: new.slug,
            domain: new.domain,
            owner: creator,
            subscription_level: SubscriptionLevel::Free,
            settings: new.settings,
            stamps: Stamps::new(at, Some(creator)),
        })
    }

    /// An organization as it was stored.
    pub fn restore(state: OrganizationState) -> Result<Self, StorageError> {
        if state.id == OrganizationId::PLATFORM {
            return Err(StorageError::Corrupt(
                "the platform is no organization".to_owned(),
            ));
        }
        Ok(Self(state))
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &OrganizationState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> OrganizationId {
        self.0.id
    }

    /// Applies a partial update.
    pub fn change(&mut self, change: &OrganizationChange, at: Timestamp, by: Option<UserId>) {
        self.0.name = change.name.apply(&self.0.name);
        self.0.slug = change.slug.apply(&self.0.slug);
        self.0.domain = change.domain.apply(&self.0.domain);
        self.0.owner = change.owner.apply(&self.0.owner);
        self.0.settings = change.settings.apply(&self.0.settings);
        self.0.stamps.touch(at, by);
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
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field(
                "name",
                json!(old.map(|o| o.name.as_str())),
                json!(new.name.as_str()),
            )
            .field(
                "slug",
                json!(old.map(|o| o.slug.as_str())),
                json!(new.slug.as_str()),
            )
            .field(
                "domain",
                json!(old.and_then(|o| o.domain.as_ref())),
                json!(new.domain),
            )
            .field("owner_id", json!(old.map(|o| o.owner)), json!(new.owner))
            .field(
                "subscription_level",
                json!(old.map(|o| o.subscription_level.as_str())),
                json!(new.subscription_level.as_str()),
            )
            .field(
                "settings",
                json!(old.map(|o| &o.settings)),
                json!(new.settings),
            )
    }
}
