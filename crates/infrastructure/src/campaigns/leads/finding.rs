//! Finding the leads that meet a condition, through the index of its values.

use campaigns::{Condition, Matches, Test};
use kernel::StorageError;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use time::Date;
use uuid::Uuid;

use crate::unit::PostgresUnit;

/// Of so few leads, it is not worth the while to look for fewer.
const FEW_ENOUGH: usize = 1_000;

#[derive(FromQueryResult)]
struct Hit {
    lead_id: Uuid,
}

impl PostgresUnit {
    /// All leads that may meet one of the conditions, and some that do not, deleted ones included: of one that no more than
    /// `most` values match, and few where several are. `None` where each of them is matched by more, or tells what a lead
    /// has not.
    pub(super) async fn leads_that_meet_one(
        &self,
        conditions: &[Condition],
        most: usize,
    ) -> Result<Option<Vec<Uuid>>, StorageError> {
        let mut fewest: Option<Vec<Uuid>> = None;
        for condition in conditions {
            let key = condition.key.as_str();
            let few = match &condition.test {
                Test::Any(matches) => self.matching(key, matches, most).await?,
                // Whoever answered something else answered.
                Test::Exists | Test::Other(_) => self.answering(key, most).await?,
                Test::Absent => None,
            };
            if let Some(few) = few
                && fewest.as_ref().is_none_or(|it| few.len() < it.len())
            {
                let is_enough = few.len() <= FEW_ENOUGH;
                fewest = Some(few);
                if is_enough {
                    break;
                }
            }
        }
        Ok(fewest)
    }

    /// The leads that have a value of the field, whichever.
    async fn answering(&self, key: &str, most: usize) -> Result<Option<Vec<Uuid>>, StorageError> {
        // One per kind: each has an index of its own. In the order of that index, or else few statistics would have the
        // table read from end to end.
        const ANSWERING: [&str; 4] = [
            "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
             AND value_folded IS NOT NULL ORDER BY value_folded, lead_id LIMIT $3",
            "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
             AND value_number IS NOT NULL ORDER BY value_number, lead_id LIMIT $3",
            "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
             AND value_date IS NOT NULL ORDER BY value_date, lead_id LIMIT $3",
            "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
             AND value_bool IS NOT NULL ORDER BY value_bool, lead_id LIMIT $3",
        ];
        let ask = ANSWERING.map(|sql| (sql, Vec::new()));
        self.lead_ids(key, ask.into(), most).await
    }

    async fn matching(
        &self,
        key: &str,
        matches: &Matches,
        most: usize,
    ) -> Result<Option<Vec<Uuid>>, StorageError> {
        let mut ask: Vec<(&str, Vec<sea_orm::Value>)> = Vec::new();
        if !matches.texts.is_empty() {
            let sql = "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
                       AND value_folded = ANY ($3) LIMIT $4";
            ask.push((sql, vec![matches.texts.clone().into()]));
        }
        if let Some(fragment) = &matches.fragment {
            let sql = "SELECT lead_id FROM search_lead_values($1, $2, $3, $4) AS lead_id";
            ask.push((sql, vec![fragment.as_str().into()]));
        }
        if !matches.numbers.is_empty() {
            let sql = "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
                       AND value_number = ANY ($3) LIMIT $4";
            ask.push((sql, vec![matches.numbers.clone().into()]));
        }
        if let Some((least, greatest)) = matches.numbers_between {
            let sql = "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
                       AND value_number >= $3 AND value_number <= $4 LIMIT $5";
            ask.push((sql, vec![least.into(), greatest.into()]));
        }
        if !matches.dates.is_empty() {
            let sql = "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
                       AND value_date = ANY ($3::date[]) LIMIT $4";
            let dates: Vec<_> = matches.dates.iter().map(Date::to_string).collect();
            ask.push((sql, vec![dates.into()]));
        }
        if let Some((first, last)) = matches.dates_between {
            let sql = "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
                       AND value_date >= $3 AND value_date <= $4 LIMIT $5";
            ask.push((sql, vec![first.into(), last.into()]));
        }
        if !matches.flags.is_empty() {
            let sql = "SELECT lead_id FROM lead_field_values WHERE organization_id = $1 AND field_key = $2 \
                       AND value_bool = ANY ($3) LIMIT $4";
            ask.push((sql, vec![matches.flags.clone().into()]));
        }
        self.lead_ids(key, ask, most).await
    }

    /// The leads that any of these statements finds, each once; `None` where they are more than `most`. Each takes the
    /// organization and the key before its operands, and the limit behind them.
    async fn lead_ids(
        &self,
        key: &str,
        statements: Vec<(&str, Vec<sea_orm::Value>)>,
        most: usize,
    ) -> Result<Option<Vec<Uuid>>, StorageError> {
        let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
        let mut found = Vec::new();
        for (sql, operands) in statements {
            let mut values: Vec<sea_orm::Value> = vec![self.organization().into(), key.into()];
            values.extend(operands);
            values.push(limit.into());
            let hits = self.all::<Hit>(sql, values).await?;
            found.extend(hits.into_iter().map(|hit| hit.lead_id));
            if found.len() > most {
                return Ok(None);
            }
        }
        // Several choices of a lead may match.
        found.sort_unstable();
        found.dedup();
        Ok(Some(found))
    }
}

/// Conditions as a statement reads them.
pub(super) fn documents(conditions: &[Condition]) -> Value {
    conditions.iter().map(document).collect()
}

fn document(condition: &Condition) -> Value {
    let (test, matches) = match &condition.test {
        Test::Exists => ("exists", None),
        Test::Absent => ("absent", None),
        Test::Any(matches) => ("any", Some(matches)),
        Test::Other(matches) => ("other", Some(matches)),
    };
    let mut document = json!({ "field_key": condition.key, "test": test });
    if let Some(matches) = matches {
        let days = |dates: &[Date]| -> Value { dates.iter().map(Date::to_string).collect() };
        document["texts"] = matches.texts.as_slice().into();
        document["fragment"] = json!(matches.fragment);
        document["numbers"] = matches.numbers.as_slice().into();
        document["least"] = json!(matches.numbers_between.map(|(least, _)| least));
        document["greatest"] = json!(matches.numbers_between.map(|(_, greatest)| greatest));
        document["dates"] = days(&matches.dates);
        document["first"] = json!(matches.dates_between.map(|(first, _)| first.to_string()));
        document["last"] = json!(matches.dates_between.map(|(_, last)| last.to_string()));
        document["flags"] = matches.flags.as_slice().into();
    }
    document
}
