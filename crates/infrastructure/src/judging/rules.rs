//! `validation_rules`

use async_trait::async_trait;
use contacts::ports::ValidationRuleRepository;
use contacts::{ContactError, RuleConfig, RuleType, ValidationRule};
use kernel::{
    Cursor, OrganizationId, Page, PageRequest, StorageError, UserId, ValidationRuleId, Version,
};
use sea_orm::FromQueryResult;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Row {
    organization_id: Uuid,
    id: Uuid,
    rule_type: String,
    rule_version: i16,
    rule_config: Value,
    enabled: bool,
    template_key: Option<String>,
    created_at: OffsetDateTime,
    created_by: Option<Uuid>,
}

#[async_trait]
impl ValidationRuleRepository for PostgresUnit {
    async fn in_force(&self) -> Result<Vec<ValidationRule>, StorageError> {
        let sql = "SELECT DISTINCT ON (rule_type) * FROM validation_rules WHERE organization_id = $1 \
                   ORDER BY rule_type, rule_version DESC";
        let rows = self.all::<Row>(sql, [self.organization().into()]).await?;
        let mut rules = rows
            .into_iter()
            .map(ValidationRule::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        rules.sort_unstable_by_key(ValidationRule::rule_type);
        Ok(rules)
    }

    async fn list(
        &self,
        rule_type: Option<RuleType>,
        page: &PageRequest,
    ) -> Result<Page<ValidationRule>, StorageError> {
        let (after, most) = bounds(page);
        let sql = "SELECT * FROM validation_rules WHERE organization_id = $1 AND id > $2 \
                   AND ($3 = '' OR rule_type = $3) ORDER BY id LIMIT $4";
        let values = [
            self.organization().into(),
            after.into(),
            rule_type.map_or("", RuleType::as_str).into(),
            most.into(),
        ];
        let rows = self.all::<Row>(sql, values).await?;
        let rules = rows
            .into_iter()
            .map(ValidationRule::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(rules, page.limit, |rule| {
            Cursor::Id(rule.id.as_uuid())
        }))
    }

    async fn insert(&self, rule: &ValidationRule) -> Result<(), ContactError> {
        let version = i16::try_from(rule.version.number())
            .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
        let sql = "INSERT INTO validation_rules (organization_id, id, rule_type, rule_version, rule_config, enabled, \
                   template_key, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                   ON CONFLICT (organization_id, rule_type, rule_version) DO NOTHING";
        let values = [
            self.organization().into(),
            rule.id.as_uuid().into(),
            rule.rule_type().as_str().into(),
            version.into(),
            rule.config.to_document().into(),
            rule.enabled.into(),
            rule.template_key().map(str::to_owned).into(),
            rule.created_at.into(),
            rule.created_by.map(UserId::as_uuid).into(),
        ];
        if self.execute_sql(sql, values).await? == 1 {
            Ok(())
        } else {
            Err(ContactError::Stale)
        }
    }
}

impl TryFrom<Row> for ValidationRule {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let rule_type = row
            .rule_type
            .parse()
            .ok()
            .ok_or_else(|| corrupt("validation_rules.rule_type"))?;
        Ok(Self {
            id: ValidationRuleId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            version: Version::from_number(row.rule_version.into()),
            config: RuleConfig::from_document(rule_type, row.rule_config)
                .ok_or_else(|| corrupt("validation_rules.rule_config"))?,
            enabled: row.enabled,
            from_template: row.template_key.is_some(),
            created_at: row.created_at,
            created_by: row.created_by.map(UserId::from_uuid),
        })
    }
}
