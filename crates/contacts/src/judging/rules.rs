//! Use cases: reading and changing how an organization judges addresses.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, Checked, Clock, Expected, IdGenerator, Page,
    PageRequest, Patch, StorageError, TenantScope, Timestamp, ValidationRuleId,
};

use super::{RuleConfig, ValidationRule};
use crate::ports::{ContactStore, ContactUnit};
use crate::{ClassificationConfig, ContactError, DomainConfig, DomainList, RuleType, SyntaxConfig};

/// What changes about a rule; what is not mentioned stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// Whether the rule says anything.
    pub enabled: Patch<bool>,
    /// Its settings.
    pub settings: SettingsChange,
}

/// What changes about the settings of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsChange {
    /// Of the rule about syntax.
    Syntax {
        /// See [`SyntaxConfig::quoted_local_parts`].
        quoted_local_parts: Patch<bool>,
        /// See [`SyntaxConfig::non_ascii_local_parts`].
        non_ascii_local_parts: Patch<bool>,
    },
    /// Of the rule about domains.
    Domain {
        /// See [`DomainConfig::admit`].
        admit: Patch<DomainList>,
        /// See [`DomainConfig::refuse`].
        refuse: Patch<DomainList>,
    },
    /// Of the rule about classification.
    Classification {
        /// See [`ClassificationConfig::disposable`].
        disposable: Patch<bool>,
        /// See [`ClassificationConfig::role_accounts`].
        role_accounts: Patch<bool>,
        /// See [`ClassificationConfig::suggestions`].
        suggestions: Patch<bool>,
        /// See [`ClassificationConfig::risky_from`].
        risky_from: Patch<u8>,
    },
}

impl SettingsChange {
    /// The settings after the change; those of another kind of rule stay as they are.
    fn apply(&self, present: &RuleConfig) -> RuleConfig {
        match (self, present) {
            (
                Self::Syntax {
                    quoted_local_parts,
                    non_ascii_local_parts,
                },
                RuleConfig::Syntax(config),
            ) => RuleConfig::Syntax(SyntaxConfig {
                quoted_local_parts: quoted_local_parts.apply(&config.quoted_local_parts),
                non_ascii_local_parts: non_ascii_local_parts.apply(&config.non_ascii_local_parts),
            }),
            (Self::Domain { admit, refuse }, RuleConfig::Domain(config)) => {
                RuleConfig::Domain(DomainConfig {
                    admit: admit.apply(&config.admit),
                    refuse: refuse.apply(&config.refuse),
                })
            }
            (
                Self::Classification {
                    disposable,
                    role_accounts,
                    suggestions,
                    risky_from,
                },
                RuleConfig::Classification(config),
            ) => RuleConfig::Classification(ClassificationConfig {
                disposable: disposable.apply(&config.disposable),
                role_accounts: role_accounts.apply(&config.role_accounts),
                suggestions: suggestions.apply(&config.suggestions),
                risky_from: risky_from.apply(&config.risky_from),
            }),
            (_, present) => present.clone(),
        }
    }
}

/// Use cases on the rules by which addresses are judged.
#[derive(Clone)]
pub struct ValidationRules {
    store: Arc<dyn ContactStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl ValidationRules {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn ContactStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { store, clock, ids }
    }

    /// The version in force of each rule.
    pub async fn in_force(&self, scope: &TenantScope) -> Result<Vec<ValidationRule>, ContactError> {
        let unit = self.store.begin(scope).await?;
        let rules = self.complete(unit.as_ref(), scope).await?;
        unit.commit().await?;
        Ok(rules)
    }

    /// The version in force of one rule.
    pub async fn read(
        &self,
        scope: &TenantScope,
        rule_type: RuleType,
    ) -> Result<ValidationRule, ContactError> {
        let rules = self.in_force(scope).await?;
        of_type(rules, rule_type)
    }

    /// All versions, or those of one rule, in the order in which they came into force.
    pub async fn history(
        &self,
        scope: &TenantScope,
        rule_type: Option<RuleType>,
        page: &PageRequest,
    ) -> Result<Page<ValidationRule>, ContactError> {
        let unit = self.store.begin(scope).await?;
        self.complete(unit.as_ref(), scope).await?;
        let versions = unit.validation_rules().list(rule_type, page).await?;
        unit.commit().await?;
        Ok(versions)
    }

    /// Brings a new version of a rule into force; where nothing changes, the present one stays.
    pub async fn change(
        &self,
        scope: &TenantScope,
        rule_type: RuleType,
        expected: &Expected,
        change: Checked<RuleChange>,
    ) -> Result<ValidationRule, ContactError> {
        let unit = self.store.begin(scope).await?;
        let rules = self.complete(unit.as_ref(), scope).await?;
        let present = of_type(rules, rule_type)?;
        if !expected.accepts(present.version) {
            return Err(ContactError::Stale);
        }
        let change = change?;
        let config = change.settings.apply(&present.config);
        let enabled = change.enabled.apply(&present.enabled);
        if config == present.config && enabled == present.enabled {
            unit.commit().await?;
            return Ok(present);
        }
        if present.version.number() >= ValidationRule::MAX_VERSION {
            return Err(StorageError::Unexpected("a rule has no more versions".into()).into());
        }
        let next = present.followed_by(
            ValidationRuleId::from_uuid(self.ids.next()),
            config,
            enabled,
            self.clock.now(),
            scope.actor().user(),
        );
        match unit.validation_rules().insert(&next).await {
            // Somebody else was faster: whoever said which version they mean is told so, and nobody else expects it.
            Err(ContactError::Stale) if *expected == Expected::Any => {
                return Err(StorageError::Contended(None).into());
            }
            done => done?,
        }
        self.note(unit.as_ref(), scope, &[&next], next.created_at)
            .await?;
        unit.commit().await?;
        Ok(next)
    }

    /// The rules in force, after those that the organization does not have yet were copied into it.
    async fn complete(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
    ) -> Result<Vec<ValidationRule>, ContactError> {
        let present = unit.validation_rules().in_force().await?;
        let at = self.clock.now();
        let missing = RuleType::ALL
            .iter()
            .filter(|rule_type| !present.iter().any(|rule| rule.rule_type() == **rule_type))
            .map(|rule_type| {
                ValidationRule::from_template(
                    ValidationRuleId::from_uuid(self.ids.next()),
                    scope.organization(),
                    *rule_type,
                    at,
                    scope.actor().user(),
                )
            })
            .collect::<Vec<_>>();
        if missing.is_empty() {
            return Ok(present);
        }
        let mut copied = Vec::new();
        for rule in &missing {
            match unit.validation_rules().insert(rule).await {
                Ok(()) => copied.push(rule),
                // Another unit copied it meanwhile.
                Err(ContactError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        self.note(unit, scope, &copied, at).await?;
        Ok(unit.validation_rules().in_force().await?)
    }

    async fn note(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        made: &[&ValidationRule],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let entries = made
            .iter()
            .map(|rule| {
                let id = AuditEntryId::from_uuid(self.ids.next());
                AuditEntry::new(id, at, scope, creation_of(rule))
            })
            .collect::<Vec<_>>();
        unit.audit().append(&entries).await
    }
}

/// How the audit log tells that a version of a rule came into force.
#[must_use]
pub fn creation_of(rule: &ValidationRule) -> AuditDraft {
    AuditDraft::new(
        "validation_rule",
        rule.id.as_uuid(),
        AuditAction::Create,
        rule.changes(),
    )
}

fn of_type(
    rules: Vec<ValidationRule>,
    rule_type: RuleType,
) -> Result<ValidationRule, ContactError> {
    rules
        .into_iter()
        .find(|rule| rule.rule_type() == rule_type)
        .ok_or(ContactError::NotFound("validation rule"))
}
