//! The shapes of contacts on the wire.

use std::collections::HashMap;

use contacts::{
    Attributes, AttributesChange, Contact, ContactCard, ContactChange, ContactSource, ContactText,
    NewContact, Profile, ProfileChange, SuppressionReason,
};
use kernel::{FieldFault, Locale, Patch, TimeZoneName};
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::attribute_value::AttributeValue;
use crate::input::{Fields, json_object, text};
use crate::schema::{
    ClassificationText, ContactEmailText, ContactSourceText, LineText, LocaleText,
    SuppressionReasonText, TimeZoneText, ValidationReasonText, ValidationStatusText,
};

/// What a contact is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateContactRequest {
    /// The address. What is no address is kept and marked as invalid.
    email: ContactEmailText,
    /// The first name, or names.
    #[oai(nullable)]
    first_name: Option<LineText>,
    /// The last name.
    #[oai(nullable)]
    last_name: Option<LineText>,
    /// The name as the person is called.
    #[oai(nullable)]
    display_name: Option<LineText>,
    /// A phone number.
    #[oai(nullable)]
    phone: Option<LineText>,
    /// For whom the person works.
    #[oai(nullable)]
    company: Option<LineText>,
    /// As what.
    #[oai(nullable)]
    job_title: Option<LineText>,
    /// The language to write in.
    #[oai(nullable)]
    locale: Option<LocaleText>,
    /// The time zone.
    #[oai(nullable)]
    timezone: Option<TimeZoneText>,
    /// Everything else: texts, numbers and truth values by name.
    #[oai(nullable)]
    attributes: Option<HashMap<String, AttributeValue>>,
    /// Where the contact comes from; `api` where nothing is said.
    #[oai(nullable)]
    source: Option<ContactSourceText>,
}

/// What changes about a contact; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateContactRequest {
    /// The address, which is judged anew.
    email: MaybeUndefined<ContactEmailText>,
    /// The first name, or names.
    #[oai(nullable)]
    first_name: MaybeUndefined<LineText>,
    /// The last name.
    #[oai(nullable)]
    last_name: MaybeUndefined<LineText>,
    /// The name as the person is called.
    #[oai(nullable)]
    display_name: MaybeUndefined<LineText>,
    /// A phone number.
    #[oai(nullable)]
    phone: MaybeUndefined<LineText>,
    /// For whom the person works.
    #[oai(nullable)]
    company: MaybeUndefined<LineText>,
    /// As what.
    #[oai(nullable)]
    job_title: MaybeUndefined<LineText>,
    /// The language to write in.
    #[oai(nullable)]
    locale: MaybeUndefined<LocaleText>,
    /// The time zone.
    #[oai(nullable)]
    timezone: MaybeUndefined<TimeZoneText>,
    /// What changes about everything else, by name: a value sets an attribute, null removes it.
    attributes: MaybeUndefined<HashMap<String, AttributeValue<true>>>,
}

/// What was found out about an address.
#[derive(Clone, Debug, Object)]
pub(crate) struct ValidationAnswer {
    /// What may be done with it.
    status: ValidationStatusText,
    /// Whose it is.
    classification: ClassificationText,
    /// Whether it is written as addresses are.
    syntax_ok: Option<bool>,
    /// Whether its domain exists; null where that is unknown, because nobody was asked or nobody answered.
    domain_exists: Option<bool>,
    /// Whether its domain names a mail server; null where that is unknown.
    mx_found: Option<bool>,
    /// 0, harmless, to 100.
    risk_score: i32,
    /// What speaks against it.
    reasons: Vec<ValidationReasonText>,
    /// What was probably meant.
    suggestion: Option<String>,
    /// When that was found out.
    validated_at: Option<OffsetDateTime>,
}

/// A contact: a person as the organization knows them.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ContactAnswer {
    /// Its id.
    id: Uuid,
    /// The address as it was given.
    email: ContactEmailText,
    /// The first name, or names.
    first_name: Option<LineText>,
    /// The last name.
    last_name: Option<LineText>,
    /// The name as the person is called.
    display_name: Option<LineText>,
    /// A phone number.
    phone: Option<LineText>,
    /// For whom the person works.
    company: Option<LineText>,
    /// As what.
    job_title: Option<LineText>,
    /// The language to write in.
    locale: Option<LocaleText>,
    /// The time zone.
    timezone: Option<TimeZoneText>,
    /// Everything else: texts, numbers and truth values by name.
    attributes: HashMap<String, AttributeValue>,
    /// Where the contact came from.
    source: ContactSourceText,
    /// The import that made it.
    import_id: Option<Uuid>,
    /// What was found out about the address.
    validation: ValidationAnswer,
    /// Why the address must not be mailed; empty where it may.
    suppressions: Vec<SuppressionReasonText>,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
    /// When it was deleted.
    deleted_at: Option<OffsetDateTime>,
}

/// Reads what a contact is made from, and what would change about one that is known already.
pub(crate) fn contact(fields: &mut Fields<'_>) -> Option<(NewContact, ContactChange)> {
    let email = fields.required("email", text);
    let first_name = fields.optional("first_name", text::<ContactText>);
    let last_name = fields.optional("last_name", text::<ContactText>);
    let display_name = fields.optional("display_name", text::<ContactText>);
    let phone = fields.optional("phone", text::<ContactText>);
    let company = fields.optional("company", text::<ContactText>);
    let job_title = fields.optional("job_title", text::<ContactText>);
    let locale = fields.optional("locale", text::<Locale>);
    let timezone = fields.optional("timezone", text::<TimeZoneName>);
    let attributes = match fields.optional("attributes", json_object) {
        Some(Some(map)) => checked(fields, map, Attributes::new),
        Some(None) => Some(Attributes::default()),
        None => None,
    };
    let source = fields.optional("source", text::<ContactSource>);
    let profile = Profile {
        first_name: first_name?,
        last_name: last_name?,
        display_name: display_name?,
        phone: phone?,
        company: company?,
        job_title: job_title?,
        locale: locale?,
        timezone: timezone?,
        attributes: attributes?,
    };
    let change = ContactChange {
        email: Patch::Keep,
        profile: ProfileChange {
            first_name: told(profile.first_name.as_ref()),
            last_name: told(profile.last_name.as_ref()),
            display_name: told(profile.display_name.as_ref()),
            phone: told(profile.phone.as_ref()),
            company: told(profile.company.as_ref()),
            job_title: told(profile.job_title.as_ref()),
            locale: told(profile.locale.as_ref()),
            timezone: told(profile.timezone.as_ref()),
            attributes: AttributesChange::new(profile.attributes.as_map().clone()).ok()?,
        },
    };
    let new = NewContact {
        email: email?,
        profile,
        source: source?.unwrap_or(ContactSource::Api),
    };
    Some((new, change))
}

/// Reads what a contact is made from.
pub(crate) fn new_contact(fields: &mut Fields<'_>) -> Option<NewContact> {
    contact(fields).map(|(new, _)| new)
}

/// Reads what changes about a contact.
pub(crate) fn contact_change(fields: &mut Fields<'_>) -> Option<ContactChange> {
    let email = fields.patch("email", text);
    let profile = profile_change(fields);
    Some(ContactChange {
        email: email?,
        profile: profile?,
    })
}

/// Reads what changes about what is known of a person.
pub(crate) fn profile_change(fields: &mut Fields<'_>) -> Option<ProfileChange> {
    let first_name = fields.clearable("first_name", text::<ContactText>);
    let last_name = fields.clearable("last_name", text::<ContactText>);
    let display_name = fields.clearable("display_name", text::<ContactText>);
    let phone = fields.clearable("phone", text::<ContactText>);
    let company = fields.clearable("company", text::<ContactText>);
    let job_title = fields.clearable("job_title", text::<ContactText>);
    let locale = fields.clearable("locale", text::<Locale>);
    let timezone = fields.clearable("timezone", text::<TimeZoneName>);
    let attributes = match fields.patch("attributes", json_object) {
        Some(Patch::Set(map)) => checked(fields, map, AttributesChange::new),
        Some(Patch::Keep) => Some(AttributesChange::default()),
        None => None,
    };
    Some(ProfileChange {
        first_name: first_name?,
        last_name: last_name?,
        display_name: display_name?,
        phone: phone?,
        company: company?,
        job_title: job_title?,
        locale: locale?,
        timezone: timezone?,
        attributes: attributes?,
    })
}

/// A value that was told is set, one that was not is kept.
fn told<T: Clone>(value: Option<&T>) -> Patch<Option<T>> {
    match value {
        Some(value) => Patch::Set(Some(value.clone())),
        None => Patch::Keep,
    }
}

fn checked<V, E: Into<FieldFault>>(
    fields: &mut Fields<'_>,
    map: Map<String, Value>,
    read: impl FnOnce(Map<String, Value>) -> Result<V, E>,
) -> Option<V> {
    match read(map) {
        Ok(value) => Some(value),
        Err(error) => fields.refuse("attributes", error),
    }
}

impl From<&ContactCard> for ContactAnswer {
    fn from(card: &ContactCard) -> Self {
        let line = |text: Option<&ContactText>| text.map(LineText::new);
        let state = Contact::state(card.contact());
        let profile = &state.profile;
        let validation = &state.validation;
        let attributes = profile.attributes.as_map().iter();
        Self {
            id: state.id.as_uuid(),
            email: ContactEmailText::new(&state.email),
            first_name: line(profile.first_name.as_ref()),
            last_name: line(profile.last_name.as_ref()),
            display_name: line(profile.display_name.as_ref()),
            phone: line(profile.phone.as_ref()),
            company: line(profile.company.as_ref()),
            job_title: line(profile.job_title.as_ref()),
            locale: profile.locale.as_ref().map(LocaleText::new),
            timezone: profile.timezone.as_ref().map(TimeZoneText::new),
            attributes: attributes
                .map(|(name, value)| (name.clone(), AttributeValue::new(value.clone())))
                .collect(),
            source: ContactSourceText::new(state.source.as_str()),
            import_id: state.import.map(kernel::ContactImportId::as_uuid),
            validation: ValidationAnswer {
                status: ValidationStatusText::new(validation.status),
                classification: ClassificationText::new(validation.classification),
                syntax_ok: validation.syntax_ok,
                domain_exists: validation.domain_exists,
                mx_found: validation.mx_found,
                risk_score: i32::from(validation.risk_score),
                reasons: validation
                    .reasons
                    .iter()
                    .map(|reason| ValidationReasonText::new(reason.as_str()))
                    .collect(),
                suggestion: validation.suggestion.clone(),
                validated_at: validation.at,
            },
            suppressions: card
                .suppressed()
                .iter()
                .copied()
                .map(|reason| SuppressionReasonText::new(SuppressionReason::as_str(reason)))
                .collect(),
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
            deleted_at: state.stamps.deleted_at,
        }
    }
}

impl Example for CreateContactRequest {
    fn example() -> Self {
        Self {
            email: ContactEmailText::new("ada@example.com"),
            first_name: Some(LineText::new("Ada")),
            last_name: Some(LineText::new("Lovelace")),
            display_name: None,
            phone: None,
            company: Some(LineText::new("Analytical Engines")),
            job_title: None,
            locale: Some(LocaleText::new("en-GB")),
            timezone: Some(TimeZoneText::new("Europe/London")),
            attributes: Some(HashMap::from([(
                "city".to_owned(),
                AttributeValue::new("London"),
            )])),
            source: None,
        }
    }
}

impl Example for UpdateContactRequest {
    fn example() -> Self {
        Self {
            email: MaybeUndefined::Undefined,
            first_name: MaybeUndefined::Undefined,
            last_name: MaybeUndefined::Value(LineText::new("King")),
            display_name: MaybeUndefined::Undefined,
            phone: MaybeUndefined::Null,
            company: MaybeUndefined::Undefined,
            job_title: MaybeUndefined::Undefined,
            locale: MaybeUndefined::Undefined,
            timezone: MaybeUndefined::Undefined,
            attributes: MaybeUndefined::Value(HashMap::from([(
                "city".to_owned(),
                AttributeValue::new(Value::Null),
            )])),
        }
    }
}

impl Example for ContactAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0011),
            email: ContactEmailText::new("ada@example.com"),
            first_name: Some(LineText::new("Ada")),
            last_name: Some(LineText::new("Lovelace")),
            display_name: None,
            phone: None,
            company: Some(LineText::new("Analytical Engines")),
            job_title: None,
            locale: Some(LocaleText::new("en-GB")),
            timezone: Some(TimeZoneText::new("Europe/London")),
            attributes: HashMap::from([("city".to_owned(), AttributeValue::new("London"))]),
            source: ContactSourceText::new("api"),
            import_id: None,
            validation: ValidationAnswer {
                status: ValidationStatusText::new("nonexistent"),
                classification: ClassificationText::new("business"),
                syntax_ok: Some(true),
                domain_exists: Some(false),
                mx_found: None,
                risk_score: 100,
                reasons: vec![ValidationReasonText::new("special_use_domain")],
                suggestion: None,
                validated_at: Some(at),
            },
            suppressions: Vec::new(),
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}
