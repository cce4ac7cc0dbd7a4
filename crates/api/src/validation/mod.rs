//! Judging addresses: the rules, checks that store nothing, and what was judged.

mod check;
mod history;
mod rule;

use contacts::{EmailChecks, RuleType, ValidationRule, ValidationRules};
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;

pub(crate) use self::history::ValidationsApi;

use self::check::{EmailChecksAnswer, EmailChecksRequest, addresses};
use self::rule::{
    ClassificationRuleAnswer, DomainRuleAnswer, RuleVersionAnswer, SyntaxRuleAnswer,
    UpdateClassificationRuleRequest, UpdateDomainRuleRequest, UpdateSyntaxRuleRequest,
    ValidationRulesAnswer, classification_change, domain_change, rule_type_named, syntax_change,
};
use crate::answer::{Changed, Found};
use crate::input::{Body, OrganizationKey, Path, Query, parameters, text_by};
use crate::paging::{After, Limit, Listed};
use crate::problem::{ApiError, Failed, St};
use crate::schema::RuleTypeText;
use crate::{Caller, IfMatch, IfNoneMatch, Tag};

/// The most bytes of a list of addresses to check.
const CHECKS: usize = 1 << 20;

/// The most bytes of a change of the domains that are admitted and refused.
const DOMAINS: usize = 2 << 20;

/// The operations on how addresses are judged.
pub struct ValidationApi {
    rules: ValidationRules,
    checks: EmailChecks,
}

impl ValidationApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(rules: ValidationRules, checks: EmailChecks) -> Self {
        Self { rules, checks }
    }
}

#[OpenApi(tag = "Tag::Validation")]
impl ValidationApi {
    /// Check email addresses
    ///
    /// Tells of up to 1,000 texts, in their order, what every other door would say of them: of contacts that are made,
    /// changed or imported. Nothing is stored. Needs the permission `contact.validate`.
    #[oai(
        path = "/v1/organizations/:organization/email-checks",
        method = "post",
        operation_id = "checkEmails"
    )]
    async fn check(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<EmailChecksRequest, CHECKS>,
    ) -> Result<Json<EmailChecksAnswer>, Failed<St<429>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactValidate)
            .await?;
        let texts = body.decode(addresses)?;
        let checked = self.checks.check(member.scope(), texts).await?;
        Ok(Json(EmailChecksAnswer::from(checked)))
    }

    /// Read the validation rules
    ///
    /// Gives the version in force of each rule. Needs the permission `validation_rule.view`.
    #[oai(
        path = "/v1/organizations/:organization/validation-rules",
        method = "get",
        operation_id = "readValidationRules"
    )]
    async fn read_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
    ) -> Result<Json<ValidationRulesAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ValidationRuleView)
            .await?;
        let scope = member.scope();
        Ok(Json(ValidationRulesAnswer {
            syntax: (&self.rules.read(scope, RuleType::Syntax).await?).into(),
            domain: (&self.rules.read(scope, RuleType::Domain).await?).into(),
            classification: (&self.rules.read(scope, RuleType::Classification).await?).into(),
        }))
    }

    /// List the versions of the validation rules
    ///
    /// In the order in which they came into force. Needs the permission `validation_rule.view`.
    #[oai(
        path = "/v1/organizations/:organization/validation-rules/versions",
        method = "get",
        operation_id = "listValidationRuleVersions"
    )]
    async fn versions(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// Of this rule only.
        rule_type: Query<Option<RuleTypeText>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<RuleVersionAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ValidationRuleView)
            .await?;
        let rule_type = parameters(|query| query.optional(&rule_type, text_by(rule_type_named)))?;
        let page = self
            .rules
            .history(member.scope(), rule_type, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |rule| RuleVersionAnswer::from(&rule)))
    }

    /// Read the rule about syntax
    ///
    /// Needs the permission `validation_rule.view`.
    #[oai(
        path = "/v1/organizations/:organization/validation-rules/syntax",
        method = "get",
        operation_id = "readSyntaxRule"
    )]
    async fn read_syntax(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<SyntaxRuleAnswer>, Failed<()>> {
        let rule = self
            .read(&caller, &organization.0, RuleType::Syntax)
            .await?;
        Ok(Found::new((&rule).into(), rule.version, &if_none_match)?)
    }

    /// Change the rule about syntax
    ///
    /// Brings a new version into force, with what is mentioned changed. What is known of contacts stays until they are
    /// judged again. Needs the permission `validation_rule.update`.
    #[oai(
        path = "/v1/organizations/:organization/validation-rules/syntax",
        method = "patch",
        operation_id = "updateSyntaxRule"
    )]
    async fn update_syntax(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_match: IfMatch,
        body: Body<UpdateSyntaxRuleRequest>,
    ) -> Result<Changed<SyntaxRuleAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ValidationRuleUpdate)
            .await?;
        let change = body.decode(syntax_change)?;
        let expected = if_match.expected()?;
        let rule = self
            .rules
            .change(member.scope(), RuleType::Syntax, &expected, change)
            .await?;
        Ok(Changed::new((&rule).into(), rule.version))
    }

    /// Read the rule about domains
    ///
    /// Needs the permission `validation_rule.view`.
    #[oai(
        path = "/v1/organizations/:organization/validation-rules/domain",
        method = "get",
        operation_id = "readDomainRule"
    )]
    async fn read_domain(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<DomainRuleAnswer>, Failed<()>> {
        let rule = self
            .read(&caller, &organization.0, RuleType::Domain)
            .await?;
        Ok(Found::new((&rule).into(), rule.version, &if_none_match)?)
    }

    /// Change the rule about domains
    ///
    /// Brings a new version into force, with what is mentioned changed. What is known of contacts stays until they are
    /// judged again. Needs the permission `validation_rule.update`.
    #[oai(
        path = "/v1/organizations/:organization/validation-rules/domain",
        method = "patch",
        operation_id = "updateDomainRule"
    )]
    async fn update_domain(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_match: IfMatch,
        body: Body<UpdateDomainRuleRequest, DOMAINS>,
    ) -> Result<Changed<DomainRuleAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ValidationRuleUpdate)
            .await?;
        let change = body.decode(domain_change)?;
        let expected = if_match.expected()?;
        let rule = self
            .rules
            .change(member.scope(), RuleType::Domain, &expected, change)
            .await?;
        Ok(Changed::new((&rule).into(), rule.version))
    }

    /// Read the rule about classification
    ///
    /// Needs the permission `validation_rule.view`.
    #[oai(
        path = "/v1/organizations/:organization/validation-rules/classification",
        method = "get",
        operation_id = "readClassificationRule"
    )]
    async fn read_classification(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<ClassificationRuleAnswer>, Failed<()>> {
        let rule = self
            .read(&caller, &organization.0, RuleType::Classification)
            .await?;
        Ok(Found::new((&rule).into(), rule.version, &if_none_match)?)
    }

    /// Change the rule about classification
    ///
    /// Brings a new version into force, with what is mentioned changed. What is known of contacts stays until they are
    /// judged again. Needs the permission `validation_rule.update`.
    #[oai(
        path = "/v1/organizations/:organization/validation-rules/classification",
        method = "patch",
        operation_id = "updateClassificationRule"
    )]
    async fn update_classification(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_match: IfMatch,
        body: Body<UpdateClassificationRuleRequest>,
    ) -> Result<Changed<ClassificationRuleAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ValidationRuleUpdate)
            .await?;
        let change = body.decode(classification_change)?;
        let expected = if_match.expected()?;
        let rule = self
            .rules
            .change(member.scope(), RuleType::Classification, &expected, change)
            .await?;
        Ok(Changed::new((&rule).into(), rule.version))
    }
}

impl ValidationApi {
    async fn read(
        &self,
        caller: &Caller,
        organization: &OrganizationKey,
        rule_type: RuleType,
    ) -> Result<ValidationRule, ApiError> {
        let member = caller
            .authorize(organization, Permission::ValidationRuleView)
            .await?;
        Ok(self.rules.read(member.scope(), rule_type).await?)
    }
}
