//! The shapes of rules on the wire.

use contacts::{
    ClassificationConfig, DomainConfig, DomainList, RuleChange, RuleConfig, RuleType,
    SettingsChange, SyntaxConfig, ValidationRule,
};
use kernel::{FieldFault, Patch, UserId};
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, flag, integer, list, text_by};
use crate::schema::{DomainText, RuleTypeText};

/// The rules in force.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ValidationRulesAnswer {
    /// What is an address.
    pub(crate) syntax: SyntaxRuleAnswer,
    /// Which domains take mail.
    pub(crate) domain: DomainRuleAnswer,
    /// Whose an address is, and what makes it risky.
    pub(crate) classification: ClassificationRuleAnswer,
}

/// The rule about syntax, in the version in force.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct SyntaxRuleAnswer {
    /// Which version.
    version: i32,
    /// Whether the rule says anything. What is no address stays none all the same.
    enabled: bool,
    /// Whether quoted local parts are risky rather than invalid. They are never valid.
    quoted_local_parts: bool,
    /// Whether local parts with letters beyond ASCII are risky rather than invalid.
    non_ascii_local_parts: bool,
    /// When it came into force.
    created_at: OffsetDateTime,
    /// Who brought it into force.
    created_by: Option<Uuid>,
}

/// The rule about domains, in the version in force.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct DomainRuleAnswer {
    /// Which version.
    version: i32,
    /// Whether the rule says anything.
    enabled: bool,
    /// Domains, with everything below them, that are taken for existing and for no throw-away ones.
    admit: Vec<DomainText>,
    /// Domains, with everything below them, that are never mailed to; it goes before `admit`.
    refuse: Vec<DomainText>,
    /// When it came into force.
    created_at: OffsetDateTime,
    /// Who brought it into force.
    created_by: Option<Uuid>,
}

/// The rule about classification, in the version in force.
#[derive(Clone, Debug, Object)]
#[oai(example)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub(crate) struct ClassificationRuleAnswer {
    /// Which version.
    version: i32,
    /// Whether the rule says anything.
    enabled: bool,
    /// Whether throw-away domains are told.
    disposable: bool,
    /// Whether mailboxes of functions are told.
    role_accounts: bool,
    /// Whether likely typos get a suggestion.
    suggestions: bool,
    /// From which risk score on an address is risky, 1 to 100.
    risky_from: u8,
    /// When it came into force.
    created_at: OffsetDateTime,
    /// Who brought it into force.
    created_by: Option<Uuid>,
}

/// A version of a rule.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct RuleVersionAnswer {
    /// The version's id.
    id: Uuid,
    /// Which rule.
    rule_type: RuleTypeText,
    /// Which version of it.
    version: i32,
    /// Whether the rule says anything.
    enabled: bool,
    /// Its settings, by name.
    config: Value,
    /// When it came into force.
    created_at: OffsetDateTime,
    /// Who brought it into force.
    created_by: Option<Uuid>,
}

/// What changes about the rule; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateSyntaxRuleRequest {
    /// Whether the rule says anything.
    enabled: MaybeUndefined<bool>,
    /// Whether quoted local parts are risky rather than invalid.
    quoted_local_parts: MaybeUndefined<bool>,
    /// Whether local parts with letters beyond ASCII are risky rather than invalid.
    non_ascii_local_parts: MaybeUndefined<bool>,
}

/// What changes about the rule; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateDomainRuleRequest {
    /// Whether the rule says anything.
    enabled: MaybeUndefined<bool>,
    /// All domains that are taken for existing, at most 10,000.
    #[oai(validator(max_items = 10000))]
    admit: MaybeUndefined<Vec<DomainText>>,
    /// All domains that are never mailed to, at most 10,000.
    #[oai(validator(max_items = 10000))]
    refuse: MaybeUndefined<Vec<DomainText>>,
}

/// What changes about the rule; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateClassificationRuleRequest {
    /// Whether the rule says anything.
    enabled: MaybeUndefined<bool>,
    /// Whether throw-away domains are told.
    disposable: MaybeUndefined<bool>,
    /// Whether mailboxes of functions are told.
    role_accounts: MaybeUndefined<bool>,
    /// Whether likely typos get a suggestion.
    suggestions: MaybeUndefined<bool>,
    /// From which risk score on an address is risky.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    risky_from: MaybeUndefined<u8>,
}

/// The kind of rule that a parameter names.
pub(crate) fn rule_type_named(text: &str) -> Result<RuleType, FieldFault> {
    text.parse().map_err(|error: contacts::UnknownRuleType| {
        FieldFault::new("unknown-rule-type", error.to_string())
    })
}

/// Reads what changes about the rule about syntax.
pub(crate) fn syntax_change(fields: &mut Fields<'_>) -> Option<RuleChange> {
    let enabled = fields.patch("enabled", flag);
    let quoted_local_parts = fields.patch("quoted_local_parts", flag);
    let non_ascii_local_parts = fields.patch("non_ascii_local_parts", flag);
    Some(RuleChange {
        enabled: enabled?,
        settings: SettingsChange::Syntax {
            quoted_local_parts: quoted_local_parts?,
            non_ascii_local_parts: non_ascii_local_parts?,
        },
    })
}

/// Reads what changes about the rule about domains.
pub(crate) fn domain_change(fields: &mut Fields<'_>) -> Option<RuleChange> {
    let enabled = fields.patch("enabled", flag);
    let admit = domains(fields, "admit");
    let refuse = domains(fields, "refuse");
    Some(RuleChange {
        enabled: enabled?,
        settings: SettingsChange::Domain {
            admit: admit?,
            refuse: refuse?,
        },
    })
}

/// Reads what changes about the rule about classification.
pub(crate) fn classification_change(fields: &mut Fields<'_>) -> Option<RuleChange> {
    let enabled = fields.patch("enabled", flag);
    let disposable = fields.patch("disposable", flag);
    let role_accounts = fields.patch("role_accounts", flag);
    let suggestions = fields.patch("suggestions", flag);
    let risky_from = fields.patch("risky_from", |input| {
        integer(1..=100)(input).and_then(|number| u8::try_from(number).ok())
    });
    Some(RuleChange {
        enabled: enabled?,
        settings: SettingsChange::Classification {
            disposable: disposable?,
            role_accounts: role_accounts?,
            suggestions: suggestions?,
            risky_from: risky_from?,
        },
    })
}

/// Reads a list of domains; every entry that is none is told by its place.
fn domains(fields: &mut Fields<'_>, name: &'static str) -> Option<Patch<DomainList>> {
    let domain = text_by(|text| {
        let text = text.to_owned();
        match DomainList::try_from(vec![text.clone()]) {
            Ok(_) => Ok(text),
            Err(_) => Err(FieldFault::new(
                "invalid-domain",
                "this is not the name of a domain, such as example.com",
            )),
        }
    });
    let entries = fields.patch(name, list(0..=DomainList::MAX_LEN, domain))?;
    match entries {
        Patch::Keep => Some(Patch::Keep),
        Patch::Set(entries) => match DomainList::try_from(entries) {
            Ok(list) => Some(Patch::Set(list)),
            Err(error) => fields.refuse(name, FieldFault::new("invalid-domain", error.to_string())),
        },
    }
}

/// When a version came into force, and through whom.
fn stamps(rule: &ValidationRule) -> (OffsetDateTime, Option<Uuid>) {
    (rule.created_at, rule.created_by.map(UserId::as_uuid))
}

impl From<&ValidationRule> for SyntaxRuleAnswer {
    fn from(rule: &ValidationRule) -> Self {
        let config = match &rule.config {
            RuleConfig::Syntax(config) => config.clone(),
            _ => SyntaxConfig::default(),
        };
        let (created_at, created_by) = stamps(rule);
        Self {
            version: rule.version.number(),
            enabled: rule.enabled,
            quoted_local_parts: config.quoted_local_parts,
            non_ascii_local_parts: config.non_ascii_local_parts,
            created_at,
            created_by,
        }
    }
}

impl From<&ValidationRule> for DomainRuleAnswer {
    fn from(rule: &ValidationRule) -> Self {
        let config = match &rule.config {
            RuleConfig::Domain(config) => config.clone(),
            _ => DomainConfig::default(),
        };
        let texts = |list: DomainList| {
            Vec::<String>::from(list)
                .iter()
                .map(DomainText::new)
                .collect()
        };
        let (created_at, created_by) = stamps(rule);
        Self {
            version: rule.version.number(),
            enabled: rule.enabled,
            admit: texts(config.admit),
            refuse: texts(config.refuse),
            created_at,
            created_by,
        }
    }
}

impl From<&ValidationRule> for ClassificationRuleAnswer {
    fn from(rule: &ValidationRule) -> Self {
        let config = match &rule.config {
            RuleConfig::Classification(config) => config.clone(),
            _ => ClassificationConfig::default(),
        };
        let (created_at, created_by) = stamps(rule);
        Self {
            version: rule.version.number(),
            enabled: rule.enabled,
            disposable: config.disposable,
            role_accounts: config.role_accounts,
            suggestions: config.suggestions,
            risky_from: config.risky_from,
            created_at,
            created_by,
        }
    }
}

impl From<&ValidationRule> for RuleVersionAnswer {
    fn from(rule: &ValidationRule) -> Self {
        let (created_at, created_by) = stamps(rule);
        Self {
            id: rule.id.as_uuid(),
            rule_type: RuleTypeText::new(rule.rule_type()),
            version: rule.version.number(),
            enabled: rule.enabled,
            config: rule.config.to_document(),
            created_at,
            created_by,
        }
    }
}

const fn an_instant() -> OffsetDateTime {
    time::macros::datetime!(2026-01-01 12:00 UTC)
}

impl Example for ValidationRulesAnswer {
    fn example() -> Self {
        Self {
            syntax: SyntaxRuleAnswer::example(),
            domain: DomainRuleAnswer::example(),
            classification: ClassificationRuleAnswer::example(),
        }
    }
}

impl Example for SyntaxRuleAnswer {
    fn example() -> Self {
        Self {
            version: 1,
            enabled: true,
            quoted_local_parts: true,
            non_ascii_local_parts: true,
            created_at: an_instant(),
            created_by: None,
        }
    }
}

impl Example for DomainRuleAnswer {
    fn example() -> Self {
        Self {
            version: 2,
            enabled: true,
            admit: vec![DomainText::new("example.com")],
            refuse: vec![DomainText::new("competitor.example")],
            created_at: an_instant(),
            created_by: Some(Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0001)),
        }
    }
}

impl Example for ClassificationRuleAnswer {
    fn example() -> Self {
        Self {
            version: 1,
            enabled: true,
            disposable: true,
            role_accounts: true,
            suggestions: true,
            risky_from: 50,
            created_at: an_instant(),
            created_by: None,
        }
    }
}

impl Example for RuleVersionAnswer {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021),
            rule_type: RuleTypeText::new("domain"),
            version: 2,
            enabled: true,
            config: json!({ "admit": ["example.com"], "refuse": [] }),
            created_at: an_instant(),
            created_by: None,
        }
    }
}

impl Example for UpdateSyntaxRuleRequest {
    fn example() -> Self {
        Self {
            enabled: MaybeUndefined::Undefined,
            quoted_local_parts: MaybeUndefined::Value(false),
            non_ascii_local_parts: MaybeUndefined::Undefined,
        }
    }
}

impl Example for UpdateDomainRuleRequest {
    fn example() -> Self {
        Self {
            enabled: MaybeUndefined::Undefined,
            admit: MaybeUndefined::Undefined,
            refuse: MaybeUndefined::Value(vec![DomainText::new("competitor.example")]),
        }
    }
}

impl Example for UpdateClassificationRuleRequest {
    fn example() -> Self {
        Self {
            enabled: MaybeUndefined::Undefined,
            disposable: MaybeUndefined::Undefined,
            role_accounts: MaybeUndefined::Undefined,
            suggestions: MaybeUndefined::Undefined,
            risky_from: MaybeUndefined::Value(40),
        }
    }
}
