//! Compares what changed in all tables with what the audit log says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::exceptions::{
    COLUMNS_OF_ENTRIES, NAMES, ONLY_TOLD, PARTS, UNTOLD_COLUMNS, UNTOLD_TABLES,
};
use crate::stack::{Columns, Rows};

/// How a thing changed, or how the log says it did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    pub(super) organization: String,
    pub(super) entity_type: String,
    pub(super) entity: String,
    /// The changed fields as JSON, in one order and one way of writing instants.
    pub(super) changes: String,
}

/// An entry of the log with its payload.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) log: Columns,
    pub(super) payload: Columns,
}

/// The kind of a change, as far as rows show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Made,
    Changed,
    Deleted,
    Restored,
    Gone,
}

impl Kind {
    /// What may be said of such a change.
    pub(super) const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Made => &["create", "grant", "import", "login"],
            Self::Changed => &[
                "update",
                "import",
                "revoke",
                "logout",
                "launch",
                "pause",
                "resume",
                "complete",
                "anonymise",
                "erase",
            ],
            Self::Deleted => &["delete", "erase"],
            Self::Restored => &["restore"],
            Self::Gone => &["revoke", "purge"],
        }
    }
}

/// Everything that can have entries, by its kind, its id and the keys of its row.
#[derive(Debug)]
struct Things(BTreeMap<(String, String, String), Columns>);

impl Things {
    /// Those of which rows stand in these tables.
    fn of(rows: &Rows, tables: &BTreeSet<String>) -> Self {
        let mut lists = BTreeMap::<(&str, String), BTreeSet<String>>::new();
        for (table, row) in rows.within(|table| tables.contains(table)) {
            for part in PARTS.iter().filter(|part| part.table == table) {
                let list = lists.entry((part.field, text(&row[part.of]))).or_default();
                list.insert(text(&row[part.value]));
            }
        }
        let mut things = BTreeMap::new();
        for (table, row) in rows.within(|table| tables.contains(table)) {
            if UNTOLD_TABLES.iter().any(|(name, _)| *name == table)
                || PARTS.iter().any(|part| part.table == table)
            {
                continue;
            }
            let (entity_type, id) = name_of(table);
            let id = row
                .get(id)
                .unwrap_or_else(|| panic!("`{table}` has no column `{id}`: name it in NAMES"));
            let mut row = row.clone();
            for part in PARTS.iter().filter(|part| part.whole == table) {
                let list = lists.remove(&(part.field, text(id))).unwrap_or_default();
                row.insert(part.field.to_owned(), json!(list));
            }
            // A user has several roles, each a row; nothing else shares an id.
            let further = row.get("role").map(text).unwrap_or_default();
            things.insert((entity_type, text(id), further), told(table, row));
        }
        Self(things)
    }
}

/// What changed between two moments, as entries should tell it.
pub(super) fn changes(before: &Rows, after: &Rows) -> Vec<(Told, Kind)> {
    let touched = after.since(before);
    let mut tables: BTreeSet<_> = touched.into_iter().map(|change| change.table).collect();
    // What has parts changes with them, and is told with all of them.
    let wholes = PARTS.iter().filter(|part| tables.contains(part.table));
    let wholes: Vec<_> = wholes.map(|part| part.whole.to_owned()).collect();
    tables.extend(wholes);
    let parts = PARTS.iter().filter(|part| tables.contains(part.whole));
    let parts: Vec<_> = parts.map(|part| part.table.to_owned()).collect();
    tables.extend(parts);
    let (before, after) = (Things::of(before, &tables), Things::of(after, &tables));
    let keys = before.0.keys().chain(after.0.keys());
    let keys = keys.collect::<BTreeSet<_>>();
    let mut changes = Vec::new();
    for key in keys {
        let (old, new) = (before.0.get(key), after.0.get(key));
        let fields = differences(old, new);
        if fields.is_empty() {
            continue;
        }
        let row = new.or(old).expect("a key is of before or of after");
        let kind = match (old, new) {
            (None, _) => Kind::Made,
            (_, None) => Kind::Gone,
            (Some(old), Some(new)) => match (is_deleted(old), is_deleted(new)) {
                (false, true) => Kind::Deleted,
                (true, false) => Kind::Restored,
                _ => Kind::Changed,
            },
        };
        let told = Told {
            organization: row
                .get("organization_id")
                .map_or(Uuid::nil().to_string(), text),
            entity_type: key.0.clone(),
            entity: key.1.clone(),
            changes: Value::Object(fields).to_string(),
        };
        changes.push((told, kind));
    }
    changes.sort_by(|one, other| one.0.cmp(&other.0));
    changes
}

/// The entries that were written between two moments about one request.
pub(super) fn entries(before: &Rows, after: &Rows, request: &str) -> Vec<Entry> {
    let mut payloads = BTreeMap::new();
    let mut logs = BTreeMap::new();
    for change in after.since(before) {
        let Some(new) = change.new else { continue };
        match change.table.as_str() {
            "audit_logs" => {
                logs.insert(text(&new["id"]), new);
            }
            "audit_payloads" => {
                payloads.insert(text(&new["id"]), new);
            }
            _ => {}
        }
    }
    logs.into_iter()
        .filter(|(_, log)| log["request_id"] == request)
        .map(|(id, log)| Entry {
            log,
            payload: payloads
                .remove(&id)
                .unwrap_or_else(|| panic!("the entry {id} has no payload")),
        })
        .collect()
}

impl Entry {
    /// What it says.
    pub(super) fn told(&self) -> Told {
        let changes = self.payload["changes"].as_object().expect("an object");
        let mut named = changes.keys().cloned().map(Value::from).collect::<Vec<_>>();
        let mut fields = self.log["fields"].as_array().cloned().unwrap_or_default();
        named.sort_by_key(Value::to_string);
        fields.sort_by_key(Value::to_string);
        assert_eq!(named, fields, "the fields that the entry names: {self:?}");
        let changes = changes.iter().map(|(name, change)| {
            let mut change = normal(change);
            if PARTS.iter().any(|part| part.field == name) {
                for side in ["old", "new"] {
                    if let Some(list) = change[side].as_array_mut() {
                        list.sort_by_key(Value::to_string);
                    }
                }
            }
            (name.clone(), change)
        });
        Told {
            organization: text(&self.log["organization_id"]),
            entity_type: text(&self.log["entity_type"]),
            entity: text(&self.log["entity_id"]),
            changes: Value::Object(changes.collect()).to_string(),
        }
    }

    /// What was done.
    pub(super) fn action(&self) -> String {
        text(&self.log["action"])
    }

    /// Why.
    pub(super) fn reason(&self) -> String {
        text(&self.payload["reason"])
    }

    /// Whether it tells of no change.
    pub(super) fn is_event(&self) -> bool {
        self.payload["changes"]
            .as_object()
            .is_some_and(Map::is_empty)
    }
}

/// What entries call the table's rows, and the column that says which one it is.
fn name_of(table: &str) -> (String, &'static str) {
    match NAMES.iter().find(|(name, ..)| *name == table) {
        Some((_, entity_type, id)) => ((*entity_type).to_owned(), id),
        None => (table.strip_suffix('s').unwrap_or(table).to_owned(), "id"),
    }
}

/// The columns that are told, and those that say whose the row is and whether it is deleted.
fn told(table: &str, mut row: Columns) -> Columns {
    // An address that was given as it is compared stands in one column.
    if table == "contacts"
        && row.get("email").is_some_and(Value::is_null)
        && let Some(address) = row.get("email_normalized").cloned()
    {
        row.insert("email".to_owned(), address);
    }
    let only = ONLY_TOLD.iter().find(|(of, ..)| *of == table);
    row.into_iter()
        .filter(|(column, _)| {
            let column = column.as_str();
            let is_untold = UNTOLD_COLUMNS
                .iter()
                .any(|(of, name, _)| *of == table && *name == column);
            let is_told = only.is_none_or(|(_, told, _)| {
                told.contains(&column) || COLUMNS_OF_ENTRIES.contains(&column)
            });
            is_told && !is_untold
        })
        .collect()
}

fn is_deleted(row: &Columns) -> bool {
    row.get("deleted_at").is_some_and(|at| !at.is_null())
}

fn differences(old: Option<&Columns>, new: Option<&Columns>) -> Map<String, Value> {
    let columns = old.into_iter().chain(new).flat_map(Columns::keys);
    let columns = columns.collect::<BTreeSet<_>>();
    let mut fields = Map::new();
    for column in columns {
        if COLUMNS_OF_ENTRIES.contains(&column.as_str()) {
            continue;
        }
        let value = |row: Option<&Columns>| {
            let value = row.and_then(|row| row.get(column));
            normal(value.unwrap_or(&Value::Null))
        };
        let (old, new) = (value(old), value(new));
        if old == new {
            continue;
        }
        let change = if is_secret(column, &old) || is_secret(column, &new) {
            match (old.is_null(), new.is_null()) {
                (true, _) => json!({ "old": null, "new": "set" }),
                (false, true) => json!({ "old": "set", "new": null }),
                (false, false) => json!({ "old": "set", "new": "changed" }),
            }
        } else {
            json!({ "old": old, "new": new })
        };
        fields.insert(column.clone(), change);
    }
    fields
}

/// Hashes and whatever else is kept as bytes.
pub(super) fn is_secret(column: &str, value: &Value) -> bool {
    column.ends_with("_hash") || value.as_str().is_some_and(|text| text.starts_with("\\x"))
}

/// The same value however it is written: PostgreSQL ends instants in another way than RFC 3339 does in UTC.
fn normal(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.strip_suffix("+00:00") {
            Some(instant) => json!(format!("{instant}Z")),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            Value::Object(
                fields
                    .map(|(name, value)| (name.clone(), normal(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
