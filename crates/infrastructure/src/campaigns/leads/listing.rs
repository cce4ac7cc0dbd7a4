//! Listings of leads.
//!
//! What is frequent is found soonest where leads are read in their order, what is rare through the index of its
//! values. How frequent something is shows when the first leads are read.

use campaigns::{FieldKey, Lead, LeadFilter, LeadSort, OwnedBy, SortPlace, Test, ValueKind};
use kernel::{Cursor, Page, PageRequest, StorageError};
use uuid::Uuid;

use super::finding::documents;
use super::rows::{PlaceRow, PlacedRow};
use crate::binds::Binds;
use crate::unit::PostgresUnit;

/// How many leads are read at first, in their order.
const FIRST: i64 = 1_000;
/// Of how many leads it is worth the while to find all that meet a condition.
const FEW: usize = 20_000;
/// How many leads are read for a page at most, in their order.
const MOST: i64 = 10_000;

/// That a lead, `l`, meets all conditions of a document.
const MEETS: &str = "NOT EXISTS (SELECT FROM jsonb_to_recordset({document}) AS f (field_key text, test text, \
    texts text[], fragment text, numbers bigint[], least bigint, greatest bigint, dates date[], first date, last date, \
    flags boolean[]) CROSS JOIN LATERAL (SELECT bool_or((v.value_folded = ANY (f.texts) \
    OR strpos(v.value_folded, f.fragment) > 0 OR v.value_number = ANY (f.numbers) \
    OR v.value_number BETWEEN f.least AND f.greatest OR v.value_date = ANY (f.dates) \
    OR v.value_date BETWEEN f.first AND f.last OR v.value_bool = ANY (f.flags)) IS TRUE) AS met \
    FROM lead_field_values v WHERE v.organization_id = $1 AND v.lead_id = l.id AND v.field_key = f.field_key) AS m \
    WHERE NOT CASE f.test WHEN 'exists' THEN m.met IS NOT NULL WHEN 'absent' THEN m.met IS NULL \
    WHEN 'any' THEN m.met IS TRUE ELSE m.met IS FALSE END)";

/// From where leads are read.
#[derive(Clone, Copy)]
enum Through<'a> {
    /// All in their order, or the first so many of them.
    Order(Option<i64>),
    /// All in their order up to this place.
    UpTo(&'a Cursor),
    /// These.
    Ids(&'a [Uuid]),
}

/// An order of rows.
#[derive(Clone, Copy)]
struct Order<'a> {
    field: Option<(&'a FieldKey, ValueKind)>,
    is_descending: bool,
}

impl PostgresUnit {
    pub(super) async fn list_leads(
        &self,
        filter: &LeadFilter,
        sort: &LeadSort,
        page: &PageRequest,
    ) -> Result<Page<Lead>, StorageError> {
        let order = Order::of(sort);
        let wanted = usize::from(page.limit.get()) + 1;
        // In the order of ids, a lead's own columns are asked before leads are counted off: a page's worth is enough.
        let is_exact = filter.conditions.is_empty() && order.field.is_none();
        let first = if is_exact {
            i64::from(page.limit.get()) + 1
        } else {
            FIRST
        };
        let mut found = self
            .read(filter, order, page, Through::Order(Some(first)))
            .await?;
        let mut end = None;
        if !is_exact && found.len() < wanted {
            let mut few = self.leads_that_meet_one(&filter.conditions, FEW).await?;
            // By a field, values are counted off before a lead's own columns are asked.
            if few.is_none() && order.field.is_some() {
                few = self.leads_that_fit(filter, FEW).await?;
            }
            if few.is_none() {
                end = self.place_of_last(filter, order, page).await?;
            }
            let through = match (&few, &end) {
                (Some(few), _) => Through::Ids(few),
                (None, Some(end)) => Through::UpTo(end),
                (None, None) => Through::Order(None),
            };
            found = self.read(filter, order, page, through).await?;
        }
        let leads = found
            .into_iter()
            .map(|row| {
                let place = row.place();
                Ok((Lead::try_from(row.lead)?, place))
            })
            .collect::<Result<Vec<_>, StorageError>>()?;
        let mut page = Page::from_overfull(leads, page.limit, |(lead, place)| {
            let id = lead.id().as_uuid();
            place.as_ref().map_or(Cursor::Id(id), |it| it.cursor(id))
        });
        // Where not all were read, the next page goes on behind the last one that was.
        page.next = page.next.or(end);
        Ok(page.map(|(lead, _)| lead))
    }

    /// The place of the last lead that is read for a page, where there are more.
    async fn place_of_last(
        &self,
        filter: &LeadFilter,
        order: Order<'_>,
        page: &PageRequest,
    ) -> Result<Option<Cursor>, StorageError> {
        let mut binds = Binds::of(self);
        let (after, direction) = (page.after.as_ref(), order.direction());
        let sql = if let Some((key, kind)) = order.field {
            let mut values = values(key, kind, filter, &mut binds);
            values.extend(order.behind("v.lead_id", Some(kind), after, &mut binds));
            let (column, values) = (column(kind), values.join(" AND "));
            let skipped = MOST - 1;
            format!(
                "SELECT v.lead_id AS id, v.value_folded, v.value_number, v.value_date, v.value_bool \
                 FROM lead_field_values v WHERE {values} \
                 ORDER BY v.{column} {direction}, v.lead_id {direction} LIMIT 1 OFFSET {skipped}"
            )
        } else {
            let mut own = conditions(filter, &mut binds);
            own.extend(order.behind("l.id", None, after, &mut binds));
            let (own, place) = (own.join(" AND "), place(None));
            let skipped = MOST - 1;
            format!(
                "SELECT l.id, {place} FROM leads l WHERE {own} ORDER BY l.id {direction} LIMIT 1 OFFSET {skipped}"
            )
        };
        let row = self.one::<PlaceRow>(&sql, binds.values).await?;
        Ok(row.map(|row| row.cursor()))
    }

    async fn read(
        &self,
        filter: &LeadFilter,
        order: Order<'_>,
        page: &PageRequest,
        through: Through<'_>,
    ) -> Result<Vec<PlacedRow>, StorageError> {
        let mut binds = Binds::of(self);
        let limit = binds.bind(i64::from(page.limit.get()) + 1);
        let mut wanted = conditions(filter, &mut binds);
        let after = page.after.as_ref();
        let place = place(order.field.map(|(_, kind)| kind));
        // In the order of ids, leads are read once; by a field, its values are read first.
        let from = match (order.field, through) {
            (None, Through::Order(_) | Through::UpTo(_)) => {
                wanted.extend(order.behind("l.id", None, after, &mut binds));
                wanted.extend(order.up_to("l.id", None, through.end(), &mut binds));
                let direction = order.direction();
                let reads = through.limit();
                let own = wanted.join(" AND ");
                wanted.clear();
                format!(
                    "(SELECT l.*, {place} FROM leads l WHERE {own} ORDER BY l.id {direction} LIMIT {reads}) AS l"
                )
            }
            (None, Through::Ids(ids)) => {
                let ids = binds.bind(ids.to_vec());
                let behind = order.behind("w.id", None, after, &mut binds);
                let behind = behind.map_or_else(String::new, |it| format!("WHERE {it}"));
                let direction = order.direction();
                format!(
                    "(SELECT w.id FROM unnest({ids}) AS w (id) {behind} ORDER BY w.id {direction}) AS w \
                     CROSS JOIN LATERAL (SELECT l.*, {place} FROM leads l \
                     WHERE l.organization_id = $1 AND l.id = w.id OFFSET 0) AS l"
                )
            }
            (Some((key, kind)), through) => {
                let column = column(kind);
                let mut values = values(key, kind, filter, &mut binds);
                values.extend(order.behind("v.lead_id", Some(kind), after, &mut binds));
                values.extend(order.up_to("v.lead_id", Some(kind), through.end(), &mut binds));
                if let Through::Ids(ids) = through {
                    values.push(format!("v.lead_id = ANY ({})", binds.bind(ids.to_vec())));
                }
                let (values, reads) = (values.join(" AND "), through.limit());
                let direction = order.direction();
                format!(
                    "(SELECT v.lead_id, v.{column} AS value FROM lead_field_values v WHERE {values} \
                     ORDER BY v.{column} {direction}, v.lead_id {direction} LIMIT {reads}) AS w \
                     CROSS JOIN LATERAL (SELECT l.*, {place} FROM leads l \
                     WHERE l.organization_id = $1 AND l.id = w.lead_id OFFSET 0) AS l"
                )
            }
        };
        if !filter.conditions.is_empty() {
            let document = binds.bind(documents(&filter.conditions));
            wanted.push(MEETS.replace("{document}", &document));
        }
        let wanted = if wanted.is_empty() {
            "true".to_owned()
        } else {
            wanted.join(" AND ")
        };
        let direction = order.direction();
        let by = match (order.field, through) {
            (Some(_), _) => format!("w.value {direction}, w.lead_id {direction}"),
            (None, Through::Ids(_)) => format!("w.id {direction}"),
            (None, Through::Order(_) | Through::UpTo(_)) => format!("l.id {direction}"),
        };
        let sql = format!("SELECT l.* FROM {from} WHERE {wanted} ORDER BY {by} LIMIT {limit}");
        self.all::<PlacedRow>(&sql, binds.values).await
    }
}

impl<'a> Through<'a> {
    /// How many are read in their order at most, in words of the statement: in a plan for all values, a bound number would be
    /// taken for a tenth of all rows.
    fn limit(self) -> String {
        match self {
            Self::Order(Some(reads)) => reads.to_string(),
            Self::Order(None) | Self::UpTo(_) | Self::Ids(_) => "ALL".to_owned(),
        }
    }

    /// Up to where.
    const fn end(self) -> Option<&'a Cursor> {
        match self {
            Self::UpTo(end) => Some(end),
            Self::Order(_) | Self::Ids(_) => None,
        }
    }
}

impl<'a> Order<'a> {
    const fn of(sort: &'a LeadSort) -> Self {
        match sort {
            LeadSort::Created => Self {
                field: None,
                is_descending: false,
            },
            LeadSort::CreatedDescending => Self {
                field: None,
                is_descending: true,
            },
            LeadSort::Field {
                key,
                kind,
                descending,
            } => Self {
                field: Some((key, *kind)),
                is_descending: *descending,
            },
        }
    }

    const fn direction(self) -> &'static str {
        if self.is_descending { "DESC" } else { "ASC" }
    }

    /// The condition that a row stands behind a place.
    fn behind(
        self,
        id_column: &str,
        kind: Option<ValueKind>,
        after: Option<&Cursor>,
        binds: &mut Binds,
    ) -> Option<String> {
        let sign = if self.is_descending { "<" } else { ">" };
        beside(sign, id_column, kind, after, binds)
    }

    /// The condition that a row stands at a place or before it.
    fn up_to(
        self,
        id_column: &str,
        kind: Option<ValueKind>,
        end: Option<&Cursor>,
        binds: &mut Binds,
    ) -> Option<String> {
        let sign = if self.is_descending { ">=" } else { "<=" };
        beside(sign, id_column, kind, end, binds)
    }
}

/// The condition that a row stands on one side of a place.
fn beside(
    sign: &str,
    id_column: &str,
    kind: Option<ValueKind>,
    place: Option<&Cursor>,
    binds: &mut Binds,
) -> Option<String> {
    match (place, kind) {
        (Some(Cursor::Id(id)), None) => Some(format!("{id_column} {sign} {}", binds.bind(*id))),
        (Some(place), Some(kind)) => {
            let (place, id) = SortPlace::read(place)?;
            let value = match place {
                SortPlace::Text(text) => binds.bind(text),
                SortPlace::Number(number) => binds.bind(number),
                SortPlace::Date(date) => binds.bind(date),
                SortPlace::Flag(flag) => binds.bind(flag),
            };
            let (column, id) = (column(kind), binds.bind(id));
            Some(format!("(v.{column}, {id_column}) {sign} ({value}, {id})"))
        }
        _ => None,
    }
}

/// What is demanded of the values that leads are sorted by. A field has one number or one day: where that has to be within
/// bounds, values outside of them are not read.
fn values(key: &FieldKey, kind: ValueKind, filter: &LeadFilter, binds: &mut Binds) -> Vec<String> {
    let mut wanted = vec![
        "v.organization_id = $1".to_owned(),
        format!("v.field_key = {}", binds.bind(key.as_str())),
        format!("v.position = 0 AND v.{} IS NOT NULL", column(kind)),
    ];
    let own = filter.conditions.iter().filter(|it| it.key == *key);
    for condition in own {
        let Test::Any(matches) = &condition.test else {
            continue;
        };
        let bounds = match kind {
            ValueKind::Number => matches
                .numbers_between
                .map(|(least, greatest)| (binds.bind(least), binds.bind(greatest))),
            ValueKind::Date => matches
                .dates_between
                .map(|(first, last)| (binds.bind(first), binds.bind(last))),
            ValueKind::Text | ValueKind::Flag => None,
        };
        if let Some((least, greatest)) = bounds {
            wanted.push(format!("v.{} BETWEEN {least} AND {greatest}", column(kind)));
        }
    }
    wanted
}

const fn column(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Text => "value_folded",
        ValueKind::Number => "value_number",
        ValueKind::Date => "value_date",
        ValueKind::Flag => "value_bool",
    }
}

/// The value that a row is sorted by, which is `w.value`, in the column of its kind.
fn place(kind: Option<ValueKind>) -> String {
    let columns = [
        (ValueKind::Text, "text"),
        (ValueKind::Number, "bigint"),
        (ValueKind::Date, "date"),
        (ValueKind::Flag, "boolean"),
    ];
    let columns = columns.map(|(its, sql_type)| {
        let name = column(its);
        if kind == Some(its) {
            format!("w.value AS {name}")
        } else {
            format!("NULL::{sql_type} AS {name}")
        }
    });
    columns.join(", ")
}

/// What the filter demands of a lead's own columns.
pub(super) fn conditions(filter: &LeadFilter, binds: &mut Binds) -> Vec<String> {
    let mut wanted = vec!["l.organization_id = $1".to_owned()];
    let living = if filter.deleted {
        "l.deleted_at IS NOT NULL"
    } else {
        "l.deleted_at IS NULL"
    };
    wanted.push(living.to_owned());
    match filter.statuses.as_slice() {
        [] => {}
        [one] => wanted.push(format!("l.status = {}", binds.bind(one.as_str()))),
        several => {
            let words = several.iter().map(|status| status.as_str().to_owned());
            let words = binds.bind(words.collect::<Vec<_>>());
            wanted.push(format!("l.status = ANY ({words})"));
        }
    }
    if let Some(source) = filter.source {
        wanted.push(format!("l.source = {}", binds.bind(source.as_str())));
    }
    if let Some(campaign) = filter.campaign {
        wanted.push(format!(
            "l.campaign_id = {}",
            binds.bind(campaign.as_uuid())
        ));
    }
    if let Some(contact) = filter.contact {
        wanted.push(format!("l.contact_id = {}", binds.bind(contact.as_uuid())));
    }
    match filter.owner {
        None => {}
        Some(OwnedBy::Person(user)) => {
            wanted.push(format!(
                "l.assigned_user_id = {}",
                binds.bind(user.as_uuid())
            ));
        }
        Some(OwnedBy::Team(team)) => {
            wanted.push(format!(
                "l.assigned_team_id = {}",
                binds.bind(team.as_uuid())
            ));
        }
        Some(OwnedBy::Nobody) => {
            wanted.push("l.assigned_user_id IS NULL AND l.assigned_team_id IS NULL".to_owned());
        }
    }
    if let Some(since) = filter.created_since {
        wanted.push(format!("l.created_at >= {}", binds.bind(since)));
    }
    if let Some(until) = filter.created_until {
        wanted.push(format!("l.created_at < {}", binds.bind(until)));
    }
    wanted
}
