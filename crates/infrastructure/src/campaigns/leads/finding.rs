//! Finding the leads that meet a condition, through the index of its values.

use campaigns::{Condition, FieldKey, LeadFilter, Matches, OwnedBy, Test};
use kernel::StorageError;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use time::Date;
use uuid::Uuid;

use super::listing;
use crate::binds::Binds;
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
                Test::Any(matches) => {
                    let matches = narrowed(matches, &condition.key, conditions);
                    self.matching(key, &matches, most).await?
                }
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

    /// Leads among which are all whose own columns are as the filter demands: those that fit the one part of it, of those
    /// with an index, that the fewest fit. `None` where more than `most` fit each of them.
    pub(super) async fn leads_that_fit(
        &self,
        filter: &LeadFilter,
        most: usize,
    ) -> Result<Option<Vec<Uuid>>, StorageError> {
        let mut fewest: Option<Vec<Uuid>> = None;
        for part in parts(filter) {
            // What more leads fit is of no use once fewer are known.
            let most = fewest.as_ref().map_or(most, Vec::len);
            if let Some(few) = self.fitting(&part, most).await? {
                let is_enough = few.len() <= FEW_ENOUGH;
                fewest = Some(few);
                if is_enough {
                    break;
                }
            }
        }
        Ok(fewest)
    }

    /// The leads that fit one of these filters, each of which an index answers by itself: no more rows are read than are
    /// counted.
    async fn fitting(
        &self,
        filters: &[LeadFilter],
        most: usize,
    ) -> Result<Option<Vec<Uuid>>, StorageError> {
        let limit = most + 1;
        let mut found = Vec::new();
        for filter in filters {
            let mut binds = Binds::of(self);
            let own = listing::conditions(filter, &mut binds).join(" AND ");
            // In the order of the index, or else few statistics would have the table read from end to end.
            let order = if is_about_time(filter) {
                "l.created_at, l.id"
            } else {
                "l.id"
            };
            let sql = format!(
                "SELECT l.id AS lead_id FROM leads l WHERE {own} ORDER BY {order} LIMIT {limit}"
            );
            let hits = self.all::<Hit>(&sql, binds.values).await?;
            found.extend(hits.into_iter().map(|hit| hit.lead_id));
            if found.len() > most {
                return Ok(None);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(Some(found))
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
            // The index would tell all values.
            if !has_trigram(fragment) {
                return Ok(None);
            }
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

/// The parts of a filter that an index answers by itself, each as filters one of which a lead has to fit.
fn parts(filter: &LeadFilter) -> Vec<Vec<LeadFilter>> {
    let all = || LeadFilter {
        deleted: filter.deleted,
        ..LeadFilter::default()
    };
    let mut parts = Vec::new();
    if filter.contact.is_some() {
        parts.push(vec![LeadFilter {
            contact: filter.contact,
            ..all()
        }]);
    }
    if filter.deleted {
        // The other indexes have the living alone.
        parts.push(vec![all()]);
        return parts;
    }
    if let Some(owner @ (OwnedBy::Person(_) | OwnedBy::Team(_))) = filter.owner {
        parts.push(vec![LeadFilter {
            owner: Some(owner),
            ..all()
        }]);
    }
    if filter.campaign.is_some() {
        parts.push(vec![LeadFilter {
            campaign: filter.campaign,
            ..all()
        }]);
    }
    if is_about_time(filter) {
        parts.push(vec![LeadFilter {
            created_since: filter.created_since,
            created_until: filter.created_until,
            ..all()
        }]);
    }
    if !filter.statuses.is_empty() {
        let each = filter.statuses.iter().map(|status| LeadFilter {
            statuses: vec![*status],
            ..all()
        });
        parts.push(each.collect());
    }
    parts
}

const fn is_about_time(filter: &LeadFilter) -> bool {
    filter.created_since.is_some() || filter.created_until.is_some()
}

/// What a condition matches, within the bounds that the others set to the same field, which has one number or one day.
fn narrowed(matches: &Matches, key: &FieldKey, conditions: &[Condition]) -> Matches {
    let mut narrowed = matches.clone();
    for condition in conditions.iter().filter(|it| it.key == *key) {
        let Test::Any(other) = &condition.test else {
            continue;
        };
        if other.numbers.is_empty() {
            let bounds = other.numbers_between;
            narrowed.numbers_between = within(narrowed.numbers_between, bounds);
        }
        if other.dates.is_empty() {
            narrowed.dates_between = within(narrowed.dates_between, other.dates_between);
        }
    }
    narrowed
}

/// What of a range, where there is one, is within these bounds, where there are any.
fn within<T: Ord>(range: Option<(T, T)>, bounds: Option<(T, T)>) -> Option<(T, T)> {
    match (range, bounds) {
        (Some((from, to)), Some((least, greatest))) => Some((from.max(least), to.min(greatest))),
        (range, _) => range,
    }
}

/// Whether there is something in a fragment that the index of trigrams knows: three letters of a word, or fewer with its
/// beginning or its end, where it has two blanks or one.
fn has_trigram(fragment: &str) -> bool {
    let words: Vec<_> = fragment
        .split(|letter: char| !letter.is_alphanumeric())
        .collect();
    words.iter().enumerate().any(|(at, word)| {
        let begins = if at > 0 { 2 } else { 0 };
        let ends = usize::from(at + 1 < words.len());
        !word.is_empty() && begins + word.chars().count() + ends >= 3
    })
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

#[cfg(test)]
mod tests {
    use campaigns::{LeadSource, LeadStatus};

    use super::*;

    #[test]
    fn each_part_of_a_filter_that_has_an_index_is_asked_for_by_itself() {
        let statuses = vec![LeadStatus::New, LeadStatus::Qualified];
        let one = |status: LeadStatus| LeadFilter {
            statuses: vec![status],
            ..LeadFilter::default()
        };
        let made = LeadFilter {
            created_since: Some(time::OffsetDateTime::UNIX_EPOCH),
            ..LeadFilter::default()
        };
        let filter = LeadFilter {
            statuses: statuses.clone(),
            source: Some(LeadSource::Api),
            owner: Some(OwnedBy::Nobody),
            ..made.clone()
        };

        let each = statuses.into_iter().map(one).collect();
        assert_eq!(parts(&filter), [vec![made], each]);
        let deleted = LeadFilter {
            deleted: true,
            ..LeadFilter::default()
        };
        let filter = LeadFilter {
            deleted: true,
            ..filter
        };
        assert_eq!(parts(&filter), [vec![deleted]]);
        assert!(parts(&LeadFilter::default()).is_empty());
    }

    fn numbers(least: i64, greatest: i64) -> Condition {
        Condition {
            key: "size".parse().unwrap(),
            test: Test::Any(Matches {
                numbers_between: Some((least, greatest)),
                ..Matches::default()
            }),
        }
    }

    fn one_of(numbers: &[i64]) -> Condition {
        Condition {
            key: "size".parse().unwrap(),
            test: Test::Any(Matches {
                numbers: numbers.to_vec(),
                ..Matches::default()
            }),
        }
    }

    #[test]
    fn two_bounds_of_a_field_are_looked_for_as_one_range() {
        let mut elsewhere = numbers(7, 8);
        elsewhere.key = "rank".parse().unwrap();
        let conditions = [
            numbers(10, i64::MAX),
            elsewhere,
            one_of(&[9, 12]),
            numbers(i64::MIN, 11),
        ];

        for (condition, expected) in
            conditions
                .iter()
                .zip([Some((10, 11)), Some((7, 8)), None, Some((10, 11))])
        {
            let Test::Any(matches) = &condition.test else {
                panic!("it is about values");
            };
            let narrowed = narrowed(matches, &condition.key, &conditions);
            assert_eq!(narrowed.numbers_between, expected);
            assert_eq!(narrowed.numbers, matches.numbers);
        }
    }

    #[test]
    fn the_index_of_trigrams_knows_three_letters_and_ends_of_words() {
        for fragment in ["ber", "łód", "a b", "ab ", " a", "12-34", "c++ and"] {
            assert!(has_trigram(fragment), "{fragment}");
        }
        for fragment in ["a", "be", "%", "c++", "---", "a "] {
            assert!(!has_trigram(fragment), "{fragment}");
        }
    }
}
