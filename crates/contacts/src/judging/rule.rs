//! Versions of an organization's rules.

use kernel::{Changes, IdGenerator, OrganizationId, Timestamp, UserId, ValidationRuleId, Version};
use serde_json::{Value, json};

use crate::{ClassificationConfig, DomainConfig, Rule, RuleType, Rules, SyntaxConfig};

/// What is set about one kind of rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleConfig {
    /// About the syntax.
    Syntax(SyntaxConfig),
    /// About domains.
    Domain(DomainConfig),
    /// About classification.
    Classification(ClassificationConfig),
}

impl RuleConfig {
    /// What every organization starts from.
    #[must_use]
    pub fn default_of(rule_type: RuleType) -> Self {
        match rule_type {
            RuleType::Syntax => Self::Syntax(SyntaxConfig::default()),
            RuleType::Domain => Self::Domain(DomainConfig::default()),
            RuleType::Classification => Self::Classification(ClassificationConfig::default()),
        }
    }

    /// Reads a document that [`RuleConfig::to_document`] made; `None` where it is none.
    #[must_use]
    pub fn from_document(rule_type: RuleType, document: Value) -> Option<Self> {
        match rule_type {
            RuleType::Syntax => serde_json::from_value(document).map(Self::Syntax),
            RuleType::Domain => serde_json::from_value(document).map(Self::Domain),
            RuleType::Classification => serde_json::from_value(document).map(Self::Classification),
        }
        .ok()
    }

    /// The document that is stored and shown.
    #[must_use]
    pub fn to_document(&self) -> Value {
        match self {
            Self::Syntax(config) => json!(config),
            Self::Domain(config) => json!(config),
            Self::Classification(config) => json!(config),
        }
    }

    /// What kind of rule it is about.
    #[must_use]
    pub const fn rule_type(&self) -> RuleType {
        match self {
            Self::Syntax(_) => RuleType::Syntax,
            Self::Domain(_) => RuleType::Domain,
            Self::Classification(_) => RuleType::Classification,
        }
    }
}

/// One version of a rule of an organization. The version with the highest number is in force; none is ever changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationRule {
    /// The version's own id.
    pub id: ValidationRuleId,
    /// Whose rule it is.
    pub organization: OrganizationId,
    /// Which version.
    pub version: Version,
    /// What is set.
    pub config: RuleConfig,
    /// Whether the rule says anything.
    pub enabled: bool,
    /// Whether it is the copy of what every organization starts from.
    pub from_template: bool,
    /// When it came into force.
    pub created_at: Timestamp,
    /// Who brought it into force.
    pub created_by: Option<UserId>,
}

impl ValidationRule {
    /// The most versions that a rule can have.
    pub const MAX_VERSION: i32 = i16::MAX as i32;

    /// The first version of a rule.
    #[must_use]
    pub fn from_template(
        id: ValidationRuleId,
        organization: OrganizationId,
        rule_type: RuleType,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self {
            id,
            organization,
            version: Version::FIRST,
            config: RuleConfig::default_of(rule_type),
            enabled: true,
            from_template: true,
            created_at: at,
            created_by: by,
        }
    }

    /// The version that follows this one.
    #[must_use]
    pub fn followed_by(
        &self,
        id: ValidationRuleId,
        config: RuleConfig,
        enabled: bool,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self {
            id,
            organization: self.organization,
            version: self.version.next(),
            config,
            enabled,
            from_template: false,
            created_at: at,
            created_by: by,
        }
    }

    /// What kind of rule it is.
    #[must_use]
    pub const fn rule_type(&self) -> RuleType {
        self.config.rule_type()
    }

    /// The key of the template that it was copied from.
    #[must_use]
    pub fn template_key(&self) -> Option<&'static str> {
        self.from_template.then(|| self.rule_type().as_str())
    }

    /// The version as the audit log tells it.
    #[must_use]
    pub fn changes(&self) -> Changes {
        Changes::none()
            .field("rule_type", Value::Null, self.rule_type().as_str())
            .field("rule_version", Value::Null, self.version.number())
            .field("rule_config", Value::Null, self.config.to_document())
            .field("enabled", Value::Null, self.enabled)
            .field("template_key", Value::Null, json!(self.template_key()))
    }
}

/// The first versions of all rules, which every organization starts from.
#[must_use]
pub fn starter_rules(
    organization: OrganizationId,
    ids: &dyn IdGenerator,
    at: Timestamp,
    by: Option<UserId>,
) -> Vec<ValidationRule> {
    RuleType::ALL
        .iter()
        .map(|rule_type| {
            let id = ValidationRuleId::from_uuid(ids.next());
            ValidationRule::from_template(id, organization, *rule_type, at, by)
        })
        .collect()
}

/// The rules in force, as addresses are judged by; where an organization has no version of one, what every
/// organization starts from.
#[must_use]
pub fn rules_of(in_force: Vec<ValidationRule>) -> Rules {
    let mut rules = Rules::default();
    for rule in in_force {
        let version = u32::try_from(rule.version.number()).unwrap_or(1);
        match rule.config {
            RuleConfig::Syntax(config) => {
                rules.syntax = Rule {
                    version,
                    enabled: rule.enabled,
                    config,
                };
            }
            RuleConfig::Domain(config) => {
                rules.domain = Rule {
                    version,
                    enabled: rule.enabled,
                    config,
                };
            }
            RuleConfig::Classification(config) => {
                rules.classification = Rule {
                    version,
                    enabled: rule.enabled,
                    config,
                };
            }
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    fn first(rule_type: RuleType) -> ValidationRule {
        ValidationRule::from_template(
            ValidationRuleId::from_uuid(Uuid::from_u128(1)),
            OrganizationId::from_uuid(Uuid::from_u128(2)),
            rule_type,
            datetime!(2026-01-15 12:00 UTC),
            None,
        )
    }

    #[test]
    fn every_kind_of_settings_is_read_back_from_its_document() {
        for rule_type in RuleType::ALL {
            let config = RuleConfig::default_of(*rule_type);

            let read = RuleConfig::from_document(*rule_type, config.to_document());

            assert_eq!(read, Some(config));
        }
        assert_eq!(
            RuleConfig::from_document(RuleType::Syntax, json!({ "admit": [] })),
            None
        );
    }

    #[test]
    fn rules_are_those_in_force_and_otherwise_what_everybody_starts_from() {
        let syntax = first(RuleType::Syntax);
        let config = SyntaxConfig {
            quoted_local_parts: false,
            ..SyntaxConfig::default()
        };
        let second = syntax.followed_by(
            syntax.id,
            RuleConfig::Syntax(config.clone()),
            false,
            syntax.created_at,
            None,
        );

        let rules = rules_of(vec![second]);

        assert_eq!(
            rules.syntax,
            Rule {
                version: 2,
                enabled: false,
                config
            }
        );
        assert_eq!(rules.domain, Rule::default());
    }
}
