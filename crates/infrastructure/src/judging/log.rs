//! `validation_logs`

use async_trait::async_trait;
use contacts::ports::ValidationLog;
use contacts::{Judgement, RuleCount, RuleOutcome, RuleResult, RuleType};
use kernel::{ContactId, ContactListId, Cursor, Page, PageRequest, StorageError, UserId};
use sea_orm::FromQueryResult;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::unit::PostgresUnit;

const APPEND: &str = include_str!("append_judgements.sql");
const SUMMARY: &str = include_str!("summary_of_list.sql");

/// A judgement as it is stored: rules of their first version, and that they have nothing to say, are left out.
#[derive(FromQueryResult)]
struct Row {
    created_at: OffsetDateTime,
    syntax_version: Option<i16>,
    domain_version: Option<i16>,
    classification_version: Option<i16>,
    syntax_result: Option<String>,
    domain_result: Option<String>,
    classification_result: Option<String>,
    details: Option<Value>,
    validated_by: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct Count {
    rule_type: String,
    rule_version: i16,
    result: String,
    contacts: i64,
}

#[async_trait]
impl ValidationLog for PostgresUnit {
    async fn append(&self, judgements: &[Judgement]) -> Result<(), StorageError> {
        let Some(first) = judgements.first() else {
            return Ok(());
        };
        let contacts = judgements
            .iter()
            .map(|judgement| judgement.contact.as_uuid())
            .collect::<Vec<_>>();
        let instants = judgements
            .iter()
            .map(|judgement| judgement.at)
            .collect::<Vec<_>>();
        let versions = |rule: usize| {
            judgements
                .iter()
                .map(|judgement| i16::try_from(judgement.outcomes[rule].version))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| StorageError::Unexpected(Box::new(error)))
        };
        let results = |rule: usize| {
            judgements
                .iter()
                .map(|judgement| judgement.outcomes[rule].result.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        let details = judgements
            .iter()
            .map(|judgement| match &judgement.details {
                Some(details) => serde_json::to_string(details),
                None => Ok(String::new()),
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
        let values = [
            self.organization().into(),
            contacts.into(),
            instants.into(),
            versions(0)?.into(),
            versions(1)?.into(),
            versions(2)?.into(),
            results(0).into(),
            results(1).into(),
            results(2).into(),
            details.into(),
            first.by.map(UserId::as_uuid).into(),
        ];
        self.execute_sql(APPEND, values).await.map(drop)
    }

    async fn list_of(
        &self,
        contact: ContactId,
        page: &PageRequest,
    ) -> Result<Page<Judgement>, StorageError> {
        let before = match &page.after {
            Some(Cursor::Time(at, _)) => Some(*at),
            _ => None,
        };
        let sql = "SELECT created_at, syntax_version, domain_version, classification_version, syntax_result, \
                   domain_result, classification_result, details, validated_by FROM validation_logs \
                   WHERE organization_id = $1 AND contact_id = $2 AND created_at < coalesce($3, 'infinity') \
                   ORDER BY created_at DESC LIMIT $4";
        let values = [
            self.organization().into(),
            contact.as_uuid().into(),
            before.into(),
            (i64::from(page.limit.get()) + 1).into(),
        ];
        let rows = self.all::<Row>(sql, values).await?;
        let judgements = rows
            .into_iter()
            .map(|row| row.judgement(contact))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(judgements, page.limit, |judgement| {
            Cursor::Time(judgement.at, contact.as_uuid())
        }))
    }

    async fn summary_of(&self, list: ContactListId) -> Result<Vec<RuleCount>, StorageError> {
        let values = [self.organization().into(), list.as_uuid().into()];
        let rows = self.all::<Count>(SUMMARY, values).await?;
        let mut counts = rows
            .into_iter()
            .map(RuleCount::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        counts.sort_unstable();
        Ok(counts)
    }
}

impl Row {
    fn judgement(self, contact: ContactId) -> Result<Judgement, StorageError> {
        let outcome = |rule, version: Option<i16>, result: Option<String>| {
            let result = result.as_deref();
            Ok::<_, StorageError>(RuleOutcome {
                rule,
                version: version_of(version.unwrap_or(1))?,
                result: result.map_or(Ok(RuleResult::Pass), result_named)?,
            })
        };
        Ok(Judgement {
            contact,
            at: self.created_at,
            outcomes: [
                outcome(RuleType::Syntax, self.syntax_version, self.syntax_result)?,
                outcome(RuleType::Domain, self.domain_version, self.domain_result)?,
                outcome(
                    RuleType::Classification,
                    self.classification_version,
                    self.classification_result,
                )?,
            ],
            details: self
                .details
                .map(serde_json::from_value)
                .transpose()
                .ok()
                .ok_or_else(|| corrupt("validation_logs.details"))?,
            by: self.validated_by.map(UserId::from_uuid),
        })
    }
}

impl TryFrom<Count> for RuleCount {
    type Error = StorageError;

    fn try_from(row: Count) -> Result<Self, StorageError> {
        Ok(Self {
            rule: row
                .rule_type
                .parse()
                .ok()
                .ok_or_else(|| corrupt("validation_logs.rule_type"))?,
            version: version_of(row.rule_version)?,
            result: result_named(&row.result)?,
            contacts: u64::try_from(row.contacts)
                .ok()
                .ok_or_else(|| corrupt("validation_logs.contacts"))?,
        })
    }
}

fn version_of(number: i16) -> Result<u32, StorageError> {
    u32::try_from(number)
        .ok()
        .ok_or_else(|| corrupt("validation_logs.version"))
}

fn result_named(name: &str) -> Result<RuleResult, StorageError> {
    RuleResult::ALL
        .iter()
        .copied()
        .find(|result| result.as_str() == name)
        .ok_or_else(|| corrupt("validation_logs.result"))
}
