//! Listings of contacts: each reads an index that begins with the organization and, where it can, goes on
//! with what is asked for, in the order that is asked for.

use contacts::{Contact, ContactFilter, ContactSort, ValidationStatus};
use kernel::{Cursor, Page, PageRequest, StorageError};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::rows::{COLUMNS, ContactRow, contacts_of};
use crate::binds::Binds;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// The order of the rows of a listing, whose columns are those of the table called `c`.
#[derive(Clone, Copy)]
pub(super) struct Order {
    pub(super) is_by_email: bool,
    pub(super) is_descending: bool,
}

impl Order {
    /// Those that fit a search alike are in the order of their ids.
    pub(super) const fn of(sort: ContactSort) -> Self {
        Self {
            is_by_email: sort.is_by_email(),
            is_descending: sort.is_descending(),
        }
    }

    const fn direction(self) -> &'static str {
        if self.is_descending { "DESC" } else { "ASC" }
    }

    /// What to sort by.
    pub(super) fn sql(self) -> String {
        let direction = self.direction();
        if self.is_by_email {
            format!("c.email_normalized {direction}, c.id {direction}")
        } else {
            format!("c.id {direction}")
        }
    }

    /// The other way round.
    pub(super) const fn reversed(self) -> Self {
        Self {
            is_by_email: self.is_by_email,
            is_descending: !self.is_descending,
        }
    }

    /// The condition that a row stands behind that place.
    pub(super) fn behind(
        self,
        filter: &ContactFilter,
        after: Option<&Cursor>,
        binds: &mut Binds,
    ) -> Option<String> {
        let behind = if self.is_descending { "<" } else { ">" };
        match after {
            Some(Cursor::Id(id)) if !self.is_by_email => {
                Some(format!("{} {behind} {}", id_of(filter), binds.bind(*id)))
            }
            Some(Cursor::Text(email, id)) if self.is_by_email => {
                let (email, id) = (binds.bind(email.as_str()), binds.bind(*id));
                Some(format!(
                    "(c.email_normalized, c.id) {behind} ({email}, {id})"
                ))
            }
            _ => None,
        }
    }

    /// The place of a row.
    pub(super) fn place(self, email: &str, id: Uuid) -> Cursor {
        if self.is_by_email {
            Cursor::Text(email.to_owned(), id)
        } else {
            Cursor::Id(id)
        }
    }
}

impl PostgresUnit {
    pub(super) async fn list_contacts(
        &self,
        filter: &ContactFilter,
        sort: ContactSort,
        page: &PageRequest,
    ) -> Result<Page<Contact>, StorageError> {
        if filter.search.is_some() || !filter.attributes.is_empty() || sort == ContactSort::Fit {
            return self.find_page_of_contacts(filter, sort, page).await;
        }
        let order = Order::of(sort);
        let mut binds = Binds::of(self);
        let limit = binds.bind(i64::from(page.limit.get()) + 1);
        let mut wanted = conditions(filter, &mut binds);
        wanted.extend(order.behind(filter, page.after.as_ref(), &mut binds));
        let sql = rows(filter, order, &wanted, COLUMNS, &limit, &mut binds);
        let contacts = contacts_of(self.all::<ContactRow>(&sql, binds.values).await?)?;
        Ok(Page::from_overfull(contacts, page.limit, |contact| {
            let state = contact.state();
            order.place(&state.email_normalized, state.id.as_uuid())
        }))
    }

    /// The first ids of contacts that the filter lets through, behind one and up to another.
    pub(super) async fn contact_ids_behind(
        &self,
        filter: &ContactFilter,
        after: Option<Uuid>,
        until: Uuid,
        limit: u16,
    ) -> Result<Vec<Uuid>, StorageError> {
        let after = after.map(Cursor::Id);
        if filter.search.is_some() || !filter.attributes.is_empty() {
            let mut ids = self.find_ids_of_contacts(filter, after, limit).await?;
            ids.retain(|id| *id <= until);
            return Ok(ids);
        }
        let order = Order::of(ContactSort::Created);
        let mut binds = Binds::of(self);
        let limit = binds.bind(i64::from(limit));
        let mut wanted = conditions(filter, &mut binds);
        wanted.extend(order.behind(filter, after.as_ref(), &mut binds));
        wanted.push(format!("{} <= {}", id_of(filter), binds.bind(until)));
        let sql = rows(filter, order, &wanted, "c.id", &limit, &mut binds);
        let found = self.all::<Id>(&sql, binds.values).await?;
        Ok(found.into_iter().map(|found| found.id).collect())
    }
}

/// Where the id of a contact is compared: a list is read by an index of its own rows.
const fn id_of(filter: &ContactFilter) -> &'static str {
    if filter.list.is_some() {
        "m.contact_id"
    } else {
        "c.id"
    }
}

/// Of which statuses a listing is read one by one: indexes have the status before the id, so each is read in the order
/// of ids for itself.
pub(super) fn statuses_apart(filter: &ContactFilter, order: Order) -> Vec<ValidationStatus> {
    if order.is_by_email || filter.deleted || filter.list.is_none() && filter.statuses.is_empty() {
        return Vec::new();
    }
    let mut statuses = match filter.statuses.as_slice() {
        [] => ValidationStatus::ALL.to_vec(),
        some => some.to_vec(),
    };
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

/// Reads the first rows that have the filter's list and statuses and meet the other conditions.
pub(super) fn rows(
    filter: &ContactFilter,
    order: Order,
    conditions: &[String],
    columns: &str,
    limit: &str,
    binds: &mut Binds,
) -> String {
    let list = filter.list.map(|list| binds.bind(list.as_uuid()));
    let mut branches = statuses_apart(filter, order)
        .into_iter()
        .map(Some)
        .collect::<Vec<_>>();
    if branches.is_empty() {
        branches.push(None);
    }
    let branches = branches
        .into_iter()
        .map(|status| {
            let mut wanted = vec![
                "c.organization_id = $1".to_owned(),
                living(filter).to_owned(),
            ];
            wanted.extend_from_slice(conditions);
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
                let status = binds.bind(status.as_str());
                wanted.push(format!("{table}.validation_status = {status}"));
            } else if !filter.statuses.is_empty() {
                let statuses = words(&filter.statuses, ValidationStatus::as_str);
                let statuses = binds.bind(statuses);
                wanted.push(format!("c.validation_status = ANY ({statuses})"));
            }
            // A list is read in the order of its own rows.
            let order = if list.is_some() && !order.is_by_email {
                format!("m.contact_id {}", order.direction())
            } else {
                order.sql()
            };
            let wanted = wanted.join(" AND ");
            format!("SELECT {columns} FROM {from} WHERE {wanted} ORDER BY {order} LIMIT {limit}")
        })
        .collect::<Vec<_>>();
    match branches.as_slice() {
        [one] => one.clone(),
        several => {
            let union = several.join(") UNION ALL (");
            let order = order.sql();
            format!("SELECT {columns} FROM (({union})) AS c ORDER BY {order} LIMIT {limit}")
        }
    }
}

const fn living(filter: &ContactFilter) -> &'static str {
    if filter.deleted {
        "c.deleted_at IS NOT NULL"
    } else {
        "c.deleted_at IS NULL"
    }
}

/// What the filter demands of a contact's own columns and of its address, but for status, attributes and what is
/// searched for.
pub(super) fn conditions(filter: &ContactFilter, binds: &mut Binds) -> Vec<String> {
    let mut wanted = Vec::new();
    if !filter.classifications.is_empty() {
        let kinds = words(&filter.classifications, contacts::Classification::as_str);
        wanted.push(format!("c.classification = ANY ({})", binds.bind(kinds)));
    }
    if let Some(source) = filter.source {
        wanted.push(format!("c.source = {}", binds.bind(source.as_str())));
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
            wanted.push(format!("{column} >= {}", binds.bind(since)));
        }
        if let Some(until) = range.until() {
            wanted.push(format!("{column} < {}", binds.bind(until)));
        }
    }
    wanted
}

/// What the filter demands of attributes, row by row.
pub(super) fn attribute_conditions(filter: &ContactFilter, binds: &mut Binds) -> Vec<String> {
    let attributes = filter.attributes.iter();
    attributes
        .map(|(name, value)| {
            let (name, value) = (binds.bind(name.as_str()), binds.bind(value.as_str()));
            format!(
                "EXISTS (SELECT FROM jsonb_each_text(c.attributes) AS a \
                 WHERE left(lower(a.key), 100) = left(lower({name}), 100) \
                 AND left(lower(a.value), 200) = left(lower({value}), 200))"
            )
        })
        .collect()
}

pub(super) fn words<T: Copy>(words: &[T], text: impl Fn(T) -> &'static str) -> Vec<String> {
    words.iter().map(|word| text(*word).to_owned()).collect()
}
