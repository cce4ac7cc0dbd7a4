//! Listings of contacts: each reads an index that begins with the organization and, where it can, goes on
//! with what is asked for, in the order that is asked for.

use contacts::{Contact, ContactFilter, ContactSort, ValidationStatus};
use kernel::{Cursor, Page, PageRequest, StorageError};
use sea_orm::Value;

use super::rows::{COLUMNS, ContactRow, contacts_of};
use crate::unit::PostgresUnit;

/// A statement in the making.
struct Query {
    values: Vec<Value>,
}

impl Query {
    /// Binds a value and gives its name in the statement.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

impl PostgresUnit {
    pub(super) async fn list_contacts(
        &self,
        filter: &ContactFilter,
        sort: ContactSort,
        page: &PageRequest,
    ) -> Result<Page<Contact>, StorageError> {
        let (sql, values) = statement(self.organization(), filter, sort, page);
        let contacts = contacts_of(self.all::<ContactRow>(&sql, values).await?)?;
        Ok(Page::from_overfull(contacts, page.limit, |contact| {
            place_of(contact, sort)
        }))
    }
}

/// Where a contact stands in this order.
fn place_of(contact: &Contact, sort: ContactSort) -> Cursor {
    let id = contact.id().as_uuid();
    if sort.is_by_email() {
        Cursor::Text(contact.state().email_normalized.clone(), id)
    } else {
        Cursor::Id(id)
    }
}

fn statement(
    organization: uuid::Uuid,
    filter: &ContactFilter,
    sort: ContactSort,
    page: &PageRequest,
) -> (String, Vec<Value>) {
    let mut query = Query {
        values: vec![organization.into()],
    };
    let limit = query.bind(i64::from(page.limit.get()) + 1);
    let (direction, behind) = if sort.is_descending() {
        ("DESC", "<")
    } else {
        ("ASC", ">")
    };
    let order = if sort.is_by_email() {
        format!("c.email_normalized {direction}, c.id {direction}")
    } else {
        format!("c.id {direction}")
    };
    let mut conditions = conditions(filter, &mut query);
    match &page.after {
        Some(Cursor::Id(id)) if !sort.is_by_email() => {
            conditions.push(format!("c.id {behind} {}", query.bind(*id)));
        }
        Some(Cursor::Text(email, id)) if sort.is_by_email() => {
            let (email, id) = (query.bind(email.as_str()), query.bind(*id));
            conditions.push(format!(
                "(c.email_normalized, c.id) {behind} ({email}, {id})"
            ));
        }
        _ => {}
    }
    let list = filter.list.map(|list| query.bind(list.as_uuid()));

    // Indexes have the status before the id: each status is read in the order of ids for itself.
    let by_status =
        !sort.is_by_email() && !filter.deleted && (list.is_some() || !filter.statuses.is_empty());
    let branches = if by_status {
        let statuses = if filter.statuses.is_empty() {
            ValidationStatus::ALL
        } else {
            &filter.statuses
        };
        let mut statuses = statuses.to_vec();
        statuses.sort_unstable();
        statuses.dedup();
        statuses.into_iter().map(Some).collect()
    } else {
        vec![None]
    };
    let branches = branches
        .into_iter()
        .map(|status| {
            let mut wanted = conditions.clone();
            let mut from = "contacts c".to_owned();
            let table = if list.is_some() { "m" } else { "c" };
            if let Some(list) = &list {
                "contacts c JOIN contact_list_members m \
                 ON m.organization_id = c.organization_id AND m.contact_id = c.id"
                    .clone_into(&mut from);
                wanted.push(format!("m.organization_id = $1 AND m.list_id = {list}"));
                if !filter.deleted {
                    wanted.push("m.deleted_at IS NULL".to_owned());
                }
            }
            if let Some(status) = status {
                let status = query.bind(status.as_str());
                wanted.push(format!("{table}.validation_status = {status}"));
            } else if !filter.statuses.is_empty() {
                let statuses = words(&filter.statuses, ValidationStatus::as_str);
                let statuses = query.bind(statuses);
                wanted.push(format!("c.validation_status = ANY ({statuses})"));
            }
            // A list is read in the order of its own rows.
            let order = if list.is_some() && !sort.is_by_email() {
                format!("m.contact_id {direction}")
            } else {
                order.clone()
            };
            let wanted = wanted.join(" AND ");
            format!("SELECT {COLUMNS} FROM {from} WHERE {wanted} ORDER BY {order} LIMIT {limit}")
        })
        .collect::<Vec<_>>();
    let sql = match branches.as_slice() {
        [one] => one.clone(),
        several => {
            let union = several.join(") UNION ALL (");
            format!("SELECT {COLUMNS} FROM (({union})) AS c ORDER BY {order} LIMIT {limit}")
        }
    };
    (sql, query.values)
}

/// What the filter demands, but for list and status.
fn conditions(filter: &ContactFilter, query: &mut Query) -> Vec<String> {
    let mut wanted = vec!["c.organization_id = $1".to_owned()];
    wanted.push(if filter.deleted {
        "c.deleted_at IS NOT NULL".to_owned()
    } else {
        "c.deleted_at IS NULL".to_owned()
    });
    if !filter.classifications.is_empty() {
        let kinds = words(&filter.classifications, contacts::Classification::as_str);
        wanted.push(format!("c.classification = ANY ({})", query.bind(kinds)));
    }
    if let Some(source) = filter.source {
        wanted.push(format!("c.source = {}", query.bind(source.as_str())));
    }
    if let Some(suppressed) = filter.suppressed {
        let not = if suppressed { "" } else { "NOT " };
        wanted.push(format!(
            "{not}EXISTS (SELECT FROM suppressions s WHERE s.organization_id = $1 AND s.address_hash = c.email_hash)"
        ));
    }
    for (column, range) in [
        ("c.created_at", filter.created),
        ("c.last_validated_at", filter.validated),
    ] {
        if let Some(since) = range.since() {
            wanted.push(format!("{column} >= {}", query.bind(since)));
        }
        if let Some(until) = range.until() {
            wanted.push(format!("{column} < {}", query.bind(until)));
        }
    }
    for (name, value) in &filter.attributes {
        let (name, value) = (query.bind(name.as_str()), query.bind(value.as_str()));
        wanted.push(format!(
            "EXISTS (SELECT FROM jsonb_each_text(c.attributes) AS a \
             WHERE left(lower(a.key), 100) = left(lower({name}), 100) \
             AND left(lower(a.value), 200) = left(lower({value}), 200))"
        ));
    }
    wanted
}

fn words<T: Copy>(words: &[T], text: impl Fn(T) -> &'static str) -> Vec<String> {
    words.iter().map(|word| text(*word).to_owned()).collect()
}
