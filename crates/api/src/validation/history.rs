//! How contacts and lists were judged, and having them judged again.

use contacts::{Contact, Judgement, ListValidation, RuleCount, ValidationStatus, Validations};
use kernel::{ContactId, ContactListId, UserId};
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use tenancy::Permission;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::answer::{Accepted, Answer, Finished};
use crate::input::{OrganizationKey, Path};
use crate::paging::{After, Limit, Listed};
use crate::problem::Failed;
use crate::schema::{
    ClassificationText, RuleResultText, RuleTypeText, ValidationReasonText, ValidationStatusText,
};
use crate::{Caller, IdempotencyKey, Tag};

/// The operations on the validation of contacts and lists.
pub struct ValidationsApi {
    validations: Validations,
}

/// What one rule said.
#[derive(Clone, Debug, Object)]
pub(crate) struct RuleOutcomeAnswer {
    /// Which rule.
    rule_type: RuleTypeText,
    /// Which version of it.
    rule_version: u32,
    /// What it said.
    result: RuleResultText,
}

/// How an address was judged.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ValidationLogAnswer {
    /// When.
    validated_at: OffsetDateTime,
    /// Who had it judged; nobody where the system did.
    validated_by: Option<Uuid>,
    /// What it came to.
    status: ValidationStatusText,
    /// How much speaks against the address.
    risk_score: u8,
    /// What speaks against it.
    reasons: Vec<ValidationReasonText>,
    /// What each rule said.
    rules: Vec<RuleOutcomeAnswer>,
}

/// What is known of a contact's address.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ContactValidationAnswer {
    /// The contact.
    contact_id: Uuid,
    /// What may be done with the address.
    status: ValidationStatusText,
    /// Whose address it is.
    classification: ClassificationText,
    /// Whether it is written as addresses are.
    syntax_ok: Option<bool>,
    /// Whether its domain exists; null where that is unknown, because nobody was asked or nobody answered.
    domain_exists: Option<bool>,
    /// Whether its domain names a mail server; null where that is unknown.
    mx_found: Option<bool>,
    /// How much speaks against it: 0 nothing, 100 a certainty.
    risk_score: u8,
    /// What speaks against it.
    reasons: Vec<ValidationReasonText>,
    /// The domain that was probably meant.
    suggestion: Option<String>,
    /// When it was judged.
    validated_at: Option<OffsetDateTime>,
}

/// That a list is being judged again.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ListValidationAnswer {
    /// The list.
    list_id: Uuid,
    /// The job that does it.
    job_id: Uuid,
}

/// Of how many members of a list a rule said something.
#[derive(Clone, Debug, Object)]
pub(crate) struct RuleCountAnswer {
    /// Which rule.
    rule_type: RuleTypeText,
    /// Which version of it.
    rule_version: u32,
    /// What it said.
    result: RuleResultText,
    /// Of how many.
    contacts: u64,
}

/// How the members of a list were judged last.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ValidationSummaryAnswer {
    /// By rule, version and result; members that were never judged are in none.
    counts: Vec<RuleCountAnswer>,
}

impl ValidationsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(validations: Validations) -> Self {
        Self { validations }
    }
}

#[OpenApi(tag = "Tag::Validation")]
impl ValidationsApi {
    /// List how a contact's address was judged
    ///
    /// The latest first. Needs the permission `contact.view`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/:contact/validations",
        method = "get",
        operation_id = "listContactValidations"
    )]
    async fn history(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact: Path<ContactId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<ValidationLogAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactView)
            .await?;
        let page = self
            .validations
            .history(member.scope(), contact.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |judgement| ValidationLogAnswer::from(&judgement)))
    }

    /// Judge a contact's address again
    ///
    /// By the rules in force and what is known of its domain now. Needs the permission `contact.validate`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/:contact/validation",
        method = "post",
        operation_id = "validateContact"
    )]
    async fn validate_contact(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact: Path<ContactId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<ContactValidationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactValidate)
            .await?;
        let rendering = Finished::rendering(|contact: &Contact| Answer {
            location: None,
            version: Some(contact.state().stamps.version),
            body: ContactValidationAnswer::from(contact),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .validations
            .validate_contact(member.scope(), contact.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Judge the members of a list again
    ///
    /// By a job, which tells how far it is; the list is `validating` until it ends. Name servers that do not answer
    /// leave their addresses `pending`, and are asked again later. Needs the permission `contact.validate`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/validation",
        method = "post",
        operation_id = "validateContactList"
    )]
    async fn validate_list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Accepted<ListValidationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactValidate)
            .await?;
        let of = member.scope().organization();
        let rendering = Accepted::rendering(move |started: &ListValidation| Answer {
            location: Some(format!("/v1/organizations/{of}/jobs/{}", started.job)),
            version: None,
            body: ListValidationAnswer {
                list_id: started.list.as_uuid(),
                job_id: started.job.as_uuid(),
            },
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .validations
            .validate_list(member.scope(), contact_list.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Sum up how the members of a list were judged
    ///
    /// Tells of how many members each version of each rule said what when they were judged last. Needs the permission
    /// `contact_list.view`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/validation-summary",
        method = "get",
        operation_id = "readContactListValidationSummary"
    )]
    async fn summary(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
    ) -> Result<Json<ValidationSummaryAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListView)
            .await?;
        let counts = self
            .validations
            .summary(member.scope(), contact_list.0)
            .await?;
        Ok(Json(ValidationSummaryAnswer {
            counts: counts.iter().map(RuleCountAnswer::from).collect(),
        }))
    }
}

impl From<&Judgement> for ValidationLogAnswer {
    fn from(judgement: &Judgement) -> Self {
        let details = judgement.details.as_ref();
        let status = details.map_or(ValidationStatus::Valid, |details| details.status);
        Self {
            validated_at: judgement.at,
            validated_by: judgement.by.map(UserId::as_uuid),
            status: ValidationStatusText::new(status),
            risk_score: details.map_or(0, |details| details.risk_score),
            reasons: details
                .iter()
                .flat_map(|details| &details.reasons)
                .map(ValidationReasonText::new)
                .collect(),
            rules: judgement
                .outcomes
                .iter()
                .map(|outcome| RuleOutcomeAnswer {
                    rule_type: RuleTypeText::new(outcome.rule),
                    rule_version: outcome.version,
                    result: RuleResultText::new(outcome.result.as_str()),
                })
                .collect(),
        }
    }
}

impl From<&Contact> for ContactValidationAnswer {
    fn from(contact: &Contact) -> Self {
        let validation = &contact.state().validation;
        Self {
            contact_id: contact.id().as_uuid(),
            status: ValidationStatusText::new(validation.status),
            classification: ClassificationText::new(validation.classification),
            syntax_ok: validation.syntax_ok,
            domain_exists: validation.domain_exists,
            mx_found: validation.mx_found,
            risk_score: validation.risk_score,
            reasons: validation
                .reasons
                .iter()
                .map(ValidationReasonText::new)
                .collect(),
            suggestion: validation.suggestion.clone(),
            validated_at: validation.at,
        }
    }
}

impl From<&RuleCount> for RuleCountAnswer {
    fn from(count: &RuleCount) -> Self {
        Self {
            rule_type: RuleTypeText::new(count.rule),
            rule_version: count.version,
            result: RuleResultText::new(count.result.as_str()),
            contacts: count.contacts,
        }
    }
}

const A_CONTACT: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0031);

impl Example for ValidationLogAnswer {
    fn example() -> Self {
        let outcome = |rule, result| RuleOutcomeAnswer {
            rule_type: RuleTypeText::new(rule),
            rule_version: 1,
            result: RuleResultText::new(result),
        };
        Self {
            validated_at: time::macros::datetime!(2026-01-01 12:00 UTC),
            validated_by: None,
            status: ValidationStatusText::new("valid"),
            risk_score: 30,
            reasons: vec![ValidationReasonText::new("role_account")],
            rules: vec![
                outcome("syntax", "pass"),
                outcome("domain", "unknown"),
                outcome("classification", "fail"),
            ],
        }
    }
}

impl Example for ContactValidationAnswer {
    fn example() -> Self {
        Self {
            contact_id: A_CONTACT,
            status: ValidationStatusText::new("valid"),
            classification: ClassificationText::new("business"),
            syntax_ok: Some(true),
            domain_exists: Some(true),
            mx_found: Some(true),
            risk_score: 0,
            reasons: Vec::new(),
            suggestion: None,
            validated_at: Some(time::macros::datetime!(2026-01-01 12:00 UTC)),
        }
    }
}

impl Example for ListValidationAnswer {
    fn example() -> Self {
        Self {
            list_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0032),
            job_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0033),
        }
    }
}

impl Example for ValidationSummaryAnswer {
    fn example() -> Self {
        Self {
            counts: vec![RuleCountAnswer {
                rule_type: RuleTypeText::new("domain"),
                rule_version: 1,
                result: RuleResultText::new("pass"),
                contacts: 812,
            }],
        }
    }
}
