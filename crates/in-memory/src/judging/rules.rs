//! The rules of the unit's organization.

use std::collections::BTreeMap;

use async_trait::async_trait;
use contacts::ports::ValidationRuleRepository;
use contacts::{ContactError, RuleType, ValidationRule};
use kernel::{Page, PageRequest, StorageError};

use crate::unit::MemoryUnit;

#[async_trait]
impl ValidationRuleRepository for MemoryUnit {
    async fn in_force(&self) -> Result<Vec<ValidationRule>, StorageError> {
        let latest = self.read(|tenant| {
            let mut latest = BTreeMap::<RuleType, ValidationRule>::new();
            for rule in tenant.validation_rules.values() {
                let present = latest.get(&rule.rule_type());
                if present.is_none_or(|present| present.version < rule.version) {
                    latest.insert(rule.rule_type(), rule.clone());
                }
            }
            latest
        });
        Ok(latest.into_values().collect())
    }

    async fn list(
        &self,
        rule_type: Option<RuleType>,
        page: &PageRequest,
    ) -> Result<Page<ValidationRule>, StorageError> {
        Ok(self.read(|tenant| {
            let wanted = tenant
                .validation_rules
                .values()
                .filter(|rule| rule_type.is_none_or(|wanted| rule.rule_type() == wanted))
                .cloned();
            self.page(wanted, page, |rule| rule.id.as_uuid())
        }))
    }

    async fn insert(&self, rule: &ValidationRule) -> Result<(), ContactError> {
        let taken = self.read(|tenant| {
            tenant
                .validation_rules
                .values()
                .any(|other| other.rule_type() == rule.rule_type() && other.version == rule.version)
        });
        if taken {
            return Err(ContactError::Stale);
        }
        self.write(|tenant| tenant.validation_rules.insert(rule.id, rule.clone()));
        Ok(())
    }
}
