//! The shapes of organizations on the wire.

use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object};
use tenancy::{
    AudiencePolicy, NewOrganization, Organization, OrganizationChange, OrganizationSettings,
    RetentionOverrides, RiskyAddresses, SettingsChange, SubscriptionLevel,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, Input, id, integer, object, text, text_by};
use crate::schema::{
    DescriptionText, DomainText, EmailText, LocaleText, NameText, SlugText, TimeZoneText, UrlText,
};

/// What happens to addresses that were judged risky.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum Risky {
    /// They are mailed.
    Include,
    /// They are left out.
    Exclude,
}

/// What an organization pays for.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum Level {
    /// Nothing.
    Free,
    /// The smallest plan.
    Starter,
    /// The usual plan.
    Professional,
    /// The largest plan.
    Enterprise,
}

/// Who may be mailed by a campaign that says nothing else.
#[derive(Clone, Debug, Object)]
pub(crate) struct AudiencePolicyShape {
    /// What happens to addresses that were judged risky.
    risky: Risky,
}

/// Periods of retention that differ from the installation's; null where they do not.
#[derive(Clone, Debug, Object)]
pub(crate) struct RetentionShape {
    /// Days until addresses of clients and personal values inside events are nulled.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "3650")))]
    personal_values_days: Option<i32>,
    /// Days until soft-deleted rows are purged; 90 where there is no other period.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "3650")))]
    deleted_rows_days: Option<i32>,
    /// Months until validation logs are archived.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "120")))]
    validation_logs_months: Option<i32>,
    /// Months until raw events are archived.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "120")))]
    raw_events_months: Option<i32>,
}

/// What an organization can set for itself.
#[derive(Object)]
pub(crate) struct SettingsRequest {
    /// The zone whose days are the organization's days; UTC at first.
    timezone: MaybeUndefined<TimeZoneText>,
    /// The language of fixed texts; English at first.
    locale: MaybeUndefined<LocaleText>,
    /// The name that mails come from.
    #[oai(nullable)]
    sender_name: MaybeUndefined<NameText>,
    /// The address that mails come from.
    #[oai(nullable)]
    sender_address: MaybeUndefined<EmailText>,
    /// Who is responsible for the content of mails and landing pages.
    #[oai(nullable)]
    imprint: MaybeUndefined<DescriptionText>,
    /// Where the organization says how it treats personal data.
    #[oai(nullable)]
    privacy_url: MaybeUndefined<UrlText>,
    /// Who may be mailed.
    audience_policy: MaybeUndefined<AudiencePolicyShape>,
    /// Other periods of retention.
    retention: MaybeUndefined<RetentionShape>,
}

/// What an organization is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateOrganizationRequest {
    /// Its name.
    name: NameText,
    /// Its short name in URLs, unique over the installation.
    slug: SlugText,
    /// Its domain, unique over the installation.
    #[oai(nullable)]
    domain: Option<DomainText>,
    /// What it sets for itself.
    #[oai(nullable)]
    settings: Option<SettingsRequest>,
}

/// What changes about an organization; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateOrganizationRequest {
    /// Its name.
    name: MaybeUndefined<NameText>,
    /// Its short name in URLs.
    slug: MaybeUndefined<SlugText>,
    /// Its domain; null for none.
    #[oai(nullable)]
    domain: MaybeUndefined<DomainText>,
    /// The user who answers for it: a member with the owner role.
    owner_id: MaybeUndefined<Uuid>,
    /// What it sets for itself.
    #[oai(nullable)]
    settings: Option<SettingsRequest>,
}

/// What an organization has set for itself.
#[derive(Clone, Debug, Object)]
pub(crate) struct SettingsAnswer {
    /// The zone whose days are the organization's days.
    timezone: TimeZoneText,
    /// The language of fixed texts.
    locale: LocaleText,
    /// The name that mails come from.
    sender_name: Option<NameText>,
    /// The address that mails come from.
    sender_address: Option<EmailText>,
    /// Who is responsible for the content of mails and landing pages.
    imprint: Option<DescriptionText>,
    /// Where the organization says how it treats personal data.
    privacy_url: Option<UrlText>,
    /// Who may be mailed.
    audience_policy: AudiencePolicyShape,
    /// Other periods of retention.
    retention: RetentionShape,
}

/// An organization: a tenant.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct OrganizationAnswer {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// Its short name in URLs.
    slug: SlugText,
    /// Its domain.
    domain: Option<DomainText>,
    /// The user who answers for it.
    owner_id: Uuid,
    /// What it pays for.
    subscription_level: Level,
    /// What it set for itself.
    settings: SettingsAnswer,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
    /// When it was deleted.
    deleted_at: Option<OffsetDateTime>,
}

/// Reads what an organization is made from.
pub(crate) fn new_organization(fields: &mut Fields<'_>) -> Option<NewOrganization> {
    let name = fields.required("name", text);
    let slug = fields.required("slug", text);
    let domain = fields.optional("domain", text);
    let settings = fields.optional("settings", object(settings_change));
    Some(NewOrganization {
        name: name?,
        slug: slug?,
        domain: domain?,
        settings: settings?
            .unwrap_or_default()
            .apply(&OrganizationSettings::default()),
    })
}

/// Reads what changes about an organization.
pub(crate) fn organization_change(fields: &mut Fields<'_>) -> Option<OrganizationChange> {
    let name = fields.patch("name", text);
    let slug = fields.patch("slug", text);
    let domain = fields.clearable("domain", text);
    let owner = fields.patch("owner_id", id);
    let settings = fields.optional("settings", object(settings_change));
    Some(OrganizationChange {
        name: name?,
        slug: slug?,
        domain: domain?,
        owner: owner?,
        settings: settings?.unwrap_or_default(),
    })
}

fn settings_change(fields: &mut Fields<'_>) -> Option<SettingsChange> {
    let timezone = fields.patch("timezone", text);
    let locale = fields.patch("locale", text);
    let sender_name = fields.clearable("sender_name", text);
    let sender_address = fields.clearable("sender_address", text);
    let imprint = fields.clearable("imprint", text);
    let privacy_url = fields.clearable("privacy_url", text);
    let audience_policy = fields.patch("audience_policy", object(audience_policy));
    let retention = fields.patch("retention", object(retention));
    Some(SettingsChange {
        timezone: timezone?,
        locale: locale?,
        sender_name: sender_name?,
        sender_address: sender_address?,
        imprint: imprint?,
        privacy_url: privacy_url?,
        audience_policy: audience_policy?,
        retention: retention?,
    })
}

fn audience_policy(fields: &mut Fields<'_>) -> Option<AudiencePolicy> {
    let risky = fields.required(
        "risky",
        text_by(|text| match text {
            "include" => Ok(RiskyAddresses::Include),
            "exclude" => Ok(RiskyAddresses::Exclude),
            _ => Err(kernel::FieldFault::new(
                "unknown-value",
                "not one of include, exclude",
            )),
        }),
    );
    Some(AudiencePolicy { risky: risky? })
}

fn retention(fields: &mut Fields<'_>) -> Option<RetentionOverrides> {
    let personal_values_days = fields.optional("personal_values_days", period(3_650));
    let deleted_rows_days = fields.optional("deleted_rows_days", period(3_650));
    let validation_logs_months = fields.optional("validation_logs_months", period(120));
    let raw_events_months = fields.optional("raw_events_months", period(120));
    Some(RetentionOverrides {
        personal_values_days: personal_values_days?,
        deleted_rows_days: deleted_rows_days?,
        validation_logs_months: validation_logs_months?,
        raw_events_months: raw_events_months?,
    })
}

/// A whole number of days or months, up to `longest`.
fn period(longest: i64) -> impl FnMut(Input<'_>) -> Option<u16> {
    let mut number = integer(1..=longest);
    move |input| number(input).and_then(|number| u16::try_from(number).ok())
}

impl From<&Organization> for OrganizationAnswer {
    fn from(organization: &Organization) -> Self {
        let state = organization.state();
        Self {
            id: state.id.as_uuid(),
            name: NameText::new(&state.name),
            slug: SlugText::new(&state.slug),
            domain: state.domain.as_ref().map(DomainText::new),
            owner_id: state.owner.as_uuid(),
            subscription_level: match state.subscription_level {
                SubscriptionLevel::Free => Level::Free,
                SubscriptionLevel::Starter => Level::Starter,
                SubscriptionLevel::Professional => Level::Professional,
                SubscriptionLevel::Enterprise => Level::Enterprise,
            },
            settings: SettingsAnswer::from(&state.settings),
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
            deleted_at: state.stamps.deleted_at,
        }
    }
}

impl From<&OrganizationSettings> for SettingsAnswer {
    fn from(settings: &OrganizationSettings) -> Self {
        Self {
            timezone: TimeZoneText::new(&settings.timezone),
            locale: LocaleText::new(&settings.locale),
            sender_name: settings.sender_name.as_ref().map(NameText::new),
            sender_address: settings.sender_address.as_ref().map(EmailText::new),
            imprint: settings.imprint.as_ref().map(DescriptionText::new),
            privacy_url: settings
                .privacy_url
                .as_ref()
                .map(|url| UrlText::new(url.as_str())),
            audience_policy: AudiencePolicyShape {
                risky: match settings.audience_policy.risky {
                    RiskyAddresses::Include => Risky::Include,
                    RiskyAddresses::Exclude => Risky::Exclude,
                },
            },
            retention: RetentionShape {
                personal_values_days: settings.retention.personal_values_days.map(i32::from),
                deleted_rows_days: settings.retention.deleted_rows_days.map(i32::from),
                validation_logs_months: settings.retention.validation_logs_months.map(i32::from),
                raw_events_months: settings.retention.raw_events_months.map(i32::from),
            },
        }
    }
}

impl Example for CreateOrganizationRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Acme Brokers"),
            slug: SlugText::new("acme-brokers"),
            domain: Some(DomainText::new("acme.example")),
            settings: Some(SettingsRequest {
                timezone: MaybeUndefined::Value(TimeZoneText::new("Europe/Berlin")),
                locale: MaybeUndefined::Value(LocaleText::new("de-DE")),
                sender_name: MaybeUndefined::Value(NameText::new("Acme Brokers")),
                sender_address: MaybeUndefined::Value(EmailText::new("hello@acme.example")),
                imprint: MaybeUndefined::Undefined,
                privacy_url: MaybeUndefined::Value(UrlText::new("https://acme.example/privacy")),
                audience_policy: MaybeUndefined::Undefined,
                retention: MaybeUndefined::Undefined,
            }),
        }
    }
}

impl Example for UpdateOrganizationRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Value(NameText::new("Acme & Partners")),
            slug: MaybeUndefined::Undefined,
            domain: MaybeUndefined::Null,
            owner_id: MaybeUndefined::Undefined,
            settings: None,
        }
    }
}

impl Example for OrganizationAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0001),
            name: NameText::new("Acme Brokers"),
            slug: SlugText::new("acme-brokers"),
            domain: Some(DomainText::new("acme.example")),
            owner_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0002),
            subscription_level: Level::Free,
            settings: SettingsAnswer::from(&OrganizationSettings::default()),
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}
