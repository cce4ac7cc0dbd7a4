//! Texts as the document shows them: with format, limits and pattern.
//!
//! These types are for schemas and answers alone. What was sent is parsed by the domain's own types,
//! whose limits are quoted here so that there is only one place where a limit is set.

use std::borrow::Cow;

use analytics::metrics::FunnelStep;
use analytics::schedule::PeriodicJob;
use analytics::{FileFormat, ViewName};
use campaigns::{
    CampaignStatus, EmailContent, EventType, Exclusion, FieldKey, FieldType, LeadSource,
    LeadStatus, PastSchedule, RecipientStatus, SavedQuery,
};
use compliance::EntityType;
use contacts::{
    BulkKind, Classification, ContactEmail, ContactSearch, ContactSource, ContactText, EmailChecks,
    Encoding, ImportStatus, LeftReason, ListStatus, Meaning, OnDuplicate, OnInvalid, Reason,
    RejectionCode, RuleResult, RuleType, SuppressionReason, SuppressionSource, ValidationStatus,
};
use kernel::{AuditAction, Description, EmailAddress, HttpsUrl, JobStatus, Name, Origin, Slug};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;
use tenancy::NewPassword;

/// The most characters that the name of a kind of jobs has.
pub(crate) const MAX_JOB_KIND: usize = 64;

/// Defines texts with a schema of their own; each can be made from anything that shows as text.
///
/// Those of a closed list stand in the document by name, so that a generated client has one type for each.
macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident { $($field:ident: $value:expr,)* })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The text as an answer or an example shows it.
            pub fn new(text: impl ToString) -> Self {
                Self(text.to_string())
            }

            fn schema() -> MetaSchema {
                MetaSchema {
                    $($field: $value,)*
                    ..MetaSchema::new("string")
                }
            }

            /// The name in the document, where it has one: this one's, without what it says of Rust.
            fn schema_name() -> &'static str {
                let name = stringify!($name);
                name.strip_suffix("Text").unwrap_or(name)
            }
        }

        impl Type for $name {
            const IS_REQUIRED: bool = true;

            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                let schema = Self::schema();
                if schema.enum_items.is_empty() {
                    MetaSchemaRef::Inline(Box::new(schema))
                } else {
                    MetaSchemaRef::Reference(Self::schema_name().to_owned())
                }
            }

            fn register(registry: &mut Registry) {
                let schema = Self::schema();
                if !schema.enum_items.is_empty() {
                    registry.create_schema::<Self, _>(Self::schema_name().to_owned(), |_| MetaSchema {
                        description: Some(concat!($($doc, "\n"),+).trim()),
                        ..schema
                    });
                }
            }

            fn as_raw_value(&self) -> Option<&Self::RawValueType> {
                Some(self)
            }

            fn raw_element_iter<'a>(
                &'a self,
            ) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        // poem-openapi wants this of every field of an object; bodies are never read with it.
        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value {
                    Some(Value::String(text)) => Ok(Self(text)),
                    _ => Err(ParseError::expected_input()),
                }
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                Some(Value::String(self.0.clone()))
            }
        }
    )+};
}

texts! {
    /// A name that people see.
    NameText {
        min_length: Some(1),
        max_length: Some(Name::MAX_LEN),
    }
    /// A text of several lines.
    DescriptionText {
        max_length: Some(Description::MAX_LEN),
    }
    /// An email address.
    EmailText {
        format: Some("email"),
        max_length: Some(EmailAddress::MAX_LEN),
    }
    /// A short name in a URL.
    SlugText {
        min_length: Some(Slug::MIN_LEN),
        max_length: Some(Slug::MAX_LEN),
        pattern: Some("^[a-z0-9]+(-[a-z0-9]+)*$".to_owned()),
    }
    /// The name of a domain.
    DomainText {
        format: Some("hostname"),
    }
    /// An address on the web that is reached over HTTPS.
    UrlText {
        format: Some("uri"),
        max_length: Some(HttpsUrl::MAX_LEN),
        pattern: Some("^https://".to_owned()),
    }
    /// A language with an optional region.
    LocaleText {
        pattern: Some("^[A-Za-z]{2,3}(-[A-Za-z]{2})?$".to_owned()),
        example: Some("de-AT".into()),
    }
    /// A password that is to be set.
    PasswordText {
        format: Some("password"),
        min_length: Some(NewPassword::MIN_LEN),
        max_length: Some(NewPassword::MAX_LEN),
    }
    /// The token of an API key.
    ApiKeyText {
        format: Some("password"),
        pattern: Some("^cvk_[0-9A-Za-z]{57}$".to_owned()),
    }
    /// A password or a token.
    SecretText {
        format: Some("password"),
    }
    /// What was done.
    AuditActionText {
        enum_items: AuditAction::ALL.iter().map(|action| action.as_str().into()).collect(),
    }
    /// What kind of actor did it.
    ActorKindText {
        enum_items: ["user", "api_key", "anonymous", "job", "operator"].map(Value::from).into(),
    }
    /// A kind of thing, as a singular noun.
    EntityTypeText {
        max_length: Some(EntityType::MAX_LEN),
        pattern: Some("^[a-z0-9_]+$".to_owned()),
        example: Some("team".into()),
    }
    /// A kind of long work.
    JobKindText {
        max_length: Some(MAX_JOB_KIND),
        pattern: Some("^[a-z0-9_]+$".to_owned()),
        example: Some("send_invitation".into()),
    }
    /// Where a job stands.
    JobStatusText {
        enum_items: JobStatus::ALL.map(|status| status.as_str().into()).into(),
    }
    /// Where a campaign stands.
    CampaignStatusText {
        enum_items: CampaignStatus::ALL.map(|status| status.as_str().into()).into(),
    }
    /// Why somebody on a campaign's lists does not get its mail.
    ExclusionText {
        enum_items: Exclusion::BEFORE.map(|reason| reason.as_str().into()).into(),
    }
    /// How a recipient of a campaign stands.
    RecipientStatusText {
        enum_items: RecipientStatus::ALL.map(|status| status.as_str().into()).into(),
    }
    /// Why a recipient of a campaign stands like that.
    RecipientReasonText {
        min_length: Some(1),
        max_length: Some(64),
        pattern: Some("^[a-z-]+$".to_owned()),
        example: Some("unsubscribed".into()),
    }
    /// What happens to a campaign that could not begin at its time.
    PastScheduleText {
        enum_items: PastSchedule::ALL.map(|policy| policy.as_str().into()).into(),
    }
    /// A text that may be an email address.
    AddressText {
        max_length: Some(EmailChecks::MAX_LEN),
        example: Some("ada@example.org".into()),
    }
    /// A kind of validation rule.
    RuleTypeText {
        enum_items: RuleType::ALL.iter().map(|rule| rule.as_str().into()).collect(),
    }
    /// What a validation rule said.
    RuleResultText {
        enum_items: RuleResult::ALL.iter().map(|result| result.as_str().into()).collect(),
    }
    /// The subject of a mail, with variables.
    MailSubject {
        min_length: Some(1),
        max_length: Some(EmailContent::MAX_SUBJECT),
    }
    /// A mail as HTML, with variables.
    MailHtml {
        min_length: Some(1),
        max_length: Some(EmailContent::MAX_HTML),
    }
    /// A mail as plain text, with variables.
    MailText {
        max_length: Some(EmailContent::MAX_TEXT),
    }
    /// The name of a variable in mails.
    VariableNameText {
        min_length: Some(1),
        example: Some("first_name".into()),
    }
    /// The name of a field among answers.
    FieldKeyText {
        min_length: Some(1),
        max_length: Some(FieldKey::MAX_LEN),
        pattern: Some("^[a-z][a-z0-9_]*$".to_owned()),
    }
    /// What a field of a form asks for.
    FieldTypeText {
        enum_items: FieldType::ALL.iter().map(|it| it.as_str().into()).collect(),
    }
    /// How far a lead has come.
    LeadStatusText {
        enum_items: words(LeadStatus::ALL, LeadStatus::as_str),
    }
    /// How far somebody went.
    FunnelStepText {
        enum_items: words(&FunnelStep::ALL, FunnelStep::as_str),
    }
    /// A view of figures that a table can be made of.
    MetricsViewText {
        enum_items: words(&ViewName::ALL, ViewName::as_str),
    }
    /// What kind of file figures are put into.
    FileFormatText {
        enum_items: words(&FileFormat::ALL, FileFormat::as_str),
    }
    /// Where leads come from.
    LeadSourceText {
        enum_items: words(LeadSource::ALL, LeadSource::as_str),
    }
    /// What is asked of a field of leads.
    LeadConditionText {
        min_length: Some(1),
        example: Some("team_size:gte:10".into()),
    }
    /// An order of leads.
    LeadSortText {
        min_length: Some(1),
        example: Some("-created_at".into()),
    }
    /// A search of leads, as the parameters of an address.
    LeadQueryText {
        max_length: Some(SavedQuery::MAX_LEN),
        example: Some("status=new&field=team_size:gte:10&sort=-created_at".into()),
    }
    /// A job that runs again and again.
    PeriodicJobText {
        enum_items: words(&PeriodicJob::ALL, PeriodicJob::as_str),
    }
    /// What happened to a mail or on a landing page.
    EventTypeText {
        enum_items: words(&EventType::ALL, EventType::as_str),
    }
    /// How a program names itself.
    UserAgentText {
        max_length: Some(Origin::MAX_USER_AGENT),
        example: Some("Mozilla/5.0 (X11; Linux x86_64)".into()),
    }
    /// An address of a client.
    IpText {
        example: Some("192.0.2.7".into()),
    }
    /// An address as it was given, be it one or not.
    ContactEmailText {
        min_length: Some(1),
        max_length: Some(ContactEmail::MAX_LEN),
    }
    /// A line of text.
    LineText {
        min_length: Some(1),
        max_length: Some(ContactText::MAX_LEN),
    }
    /// What may be done with an address.
    ValidationStatusText {
        enum_items: words(ValidationStatus::ALL, ValidationStatus::as_str),
    }
    /// Whose an address is.
    ClassificationText {
        enum_items: words(Classification::ALL, Classification::as_str),
    }
    /// What speaks against an address.
    ValidationReasonText {
        enum_items: words(Reason::ALL, Reason::as_str),
    }
    /// Where contacts come from.
    ContactSourceText {
        enum_items: words(ContactSource::ALL, ContactSource::as_str),
    }
    /// What is done to all contacts that fit a filter.
    BulkKindText {
        enum_items: words(BulkKind::ALL, BulkKind::as_str),
    }
    /// How far the validation of a list's addresses is.
    ListStatusText {
        enum_items: words(ListStatus::ALL, ListStatus::as_str),
    }
    /// Why an address must not be mailed.
    SuppressionReasonText {
        enum_items: words(SuppressionReason::ALL, SuppressionReason::as_str),
    }
    /// Where a suppression came from.
    SuppressionSourceText {
        enum_items: words(SuppressionSource::ALL, SuppressionSource::as_str),
    }
    /// How far an import is.
    ImportStatusText {
        enum_items: words(ImportStatus::ALL, ImportStatus::as_str),
    }
    /// What becomes of a row whose address is that of a contact that was there before.
    OnDuplicateText {
        enum_items: words(OnDuplicate::ALL, OnDuplicate::as_str),
    }
    /// What becomes of a row whose address is none.
    OnInvalidText {
        enum_items: words(OnInvalid::ALL, OnInvalid::as_str),
    }
    /// What a column of a file holds.
    MeaningText {
        enum_items: words(Meaning::ALL, Meaning::as_str),
    }
    /// How the text of a file is written in bytes.
    EncodingText {
        enum_items: words(Encoding::ALL, Encoding::as_str),
    }
    /// What stands between two cells of a file.
    DelimiterText {
        min_length: Some(1),
        max_length: Some(1),
        example: Some(";".into()),
    }
    /// Why a row is refused.
    RejectionCodeText {
        enum_items: words(RejectionCode::ALL, RejectionCode::as_str),
    }
    /// Why an undo left something.
    LeftReasonText {
        enum_items: words(LeftReason::ALL, LeftReason::as_str),
    }
    /// What contacts are searched for.
    SearchText {
        min_length: Some(1),
        max_length: Some(ContactSearch::MAX_LEN),
        example: Some("müller -gmail.com".into()),
    }
    /// An order of contacts.
    ContactSortText {
        enum_items: ["created_at", "-created_at", "email", "-email"].map(Value::from).into(),
    }
    /// The name of a time zone in the IANA database.
    TimeZoneText {
        example: Some("Europe/Berlin".into()),
    }
}

/// The words of a closed list.
fn words<T: Copy>(all: &[T], text: impl Fn(T) -> &'static str) -> Vec<Value> {
    all.iter().map(|word| text(*word).into()).collect()
}
