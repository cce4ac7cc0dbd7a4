//! Filters and changes as they are kept until a job has carried them out.

use kernel::{Patch, Timestamp};
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;

use crate::{
    AttributesChange, ContactFilter, ContactSearch, ContactSource, ProfileChange, TimeRange,
};

/// What is stored is none of what is written.
struct Corrupt;

impl ContactFilter {
    /// The filter as it is stored; personal data.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let range = |range: TimeRange| json!([instant(range.since()), instant(range.until())]);
        json!({
            "deleted": self.deleted,
            "list": self.list,
            "statuses": self.statuses.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
            "classifications": self.classifications.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
            "source": self.source.map(ContactSource::as_str),
            "suppressed": self.suppressed,
            "created": range(self.created),
            "validated": range(self.validated),
            "attributes": self.attributes,
            "search": self.search.as_ref().map(ContactSearch::as_str),
        })
    }

    /// A filter as it was stored.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        let words = |name: &str| json.get(name)?.as_array();
        let range = |name: &str| {
            let [since, until] = json.get(name)?.as_array()?.as_slice() else {
                return None;
            };
            TimeRange::new(read_instant(since).ok()?, read_instant(until).ok()?).ok()
        };
        Some(Self {
            deleted: json.get("deleted")?.as_bool()?,
            list: optional(json.get("list")?).ok()?,
            statuses: words("statuses")?.iter().map(word).collect::<Option<_>>()?,
            classifications: words("classifications")?
                .iter()
                .map(word)
                .collect::<Option<_>>()?,
            source: optional(json.get("source")?).ok()?,
            suppressed: match json.get("suppressed")? {
                Value::Null => None,
                value => Some(value.as_bool()?),
            },
            created: range("created")?,
            validated: range("validated")?,
            attributes: serde_json::from_value(json.get("attributes")?.clone()).ok()?,
            search: optional(json.get("search")?).ok()?,
        })
    }
}

impl ProfileChange {
    /// The change as it is stored: what is kept is not there, what is cleared is null. Personal data.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        let texts = [
            ("first_name", &self.first_name),
            ("last_name", &self.last_name),
            ("display_name", &self.display_name),
            ("phone", &self.phone),
            ("company", &self.company),
            ("job_title", &self.job_title),
        ];
        for (name, patch) in texts {
            put(&mut map, name, patch, |text| text.as_str());
        }
        put(&mut map, "locale", &self.locale, kernel::Locale::as_str);
        put(
            &mut map,
            "timezone",
            &self.timezone,
            kernel::TimeZoneName::as_str,
        );
        map.insert("attributes".to_owned(), self.attributes.to_json());
        Value::Object(map)
    }

    /// A change as it was stored.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        let Some(Value::Object(attributes)) = json.get("attributes") else {
            return None;
        };
        Some(Self {
            first_name: take(json, "first_name")?,
            last_name: take(json, "last_name")?,
            display_name: take(json, "display_name")?,
            phone: take(json, "phone")?,
            company: take(json, "company")?,
            job_title: take(json, "job_title")?,
            locale: take(json, "locale")?,
            timezone: take(json, "timezone")?,
            attributes: AttributesChange::new(attributes.clone()).ok()?,
        })
    }
}

fn put<T>(
    map: &mut Map<String, Value>,
    name: &str,
    patch: &Patch<Option<T>>,
    text: impl Fn(&T) -> &str,
) {
    if let Patch::Set(value) = patch {
        map.insert(name.to_owned(), json!(value.as_ref().map(text)));
    }
}

fn take<T: std::str::FromStr>(json: &Value, name: &str) -> Option<Patch<Option<T>>> {
    match json.get(name) {
        None => Some(Patch::Keep),
        Some(value) => optional(value).ok().map(Patch::Set),
    }
}

fn word<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

fn optional<T: std::str::FromStr>(value: &Value) -> Result<Option<T>, Corrupt> {
    match value {
        Value::Null => Ok(None),
        value => word(value).map(Some).ok_or(Corrupt),
    }
}

fn instant(at: Option<Timestamp>) -> Option<String> {
    at.and_then(|at| at.format(&Rfc3339).ok())
}

fn read_instant(value: &Value) -> Result<Option<Timestamp>, Corrupt> {
    match value {
        Value::Null => Ok(None),
        value => {
            let text = value.as_str().ok_or(Corrupt)?;
            let at = Timestamp::parse(text, &Rfc3339);
            at.ok().map(Some).ok_or(Corrupt)
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{Classification, ContactText, ValidationStatus};

    #[test]
    fn a_filter_is_read_as_it_was_kept() {
        let since = datetime!(2026-03-01 12:00:00.000_001 UTC);
        let full = ContactFilter {
            deleted: true,
            list: "019b6c3c-6a00-7000-8000-000000000011".parse().ok(),
            statuses: ValidationStatus::ALL.to_vec(),
            classifications: Classification::ALL.to_vec(),
            source: Some(ContactSource::Form),
            suppressed: Some(false),
            created: TimeRange::new(Some(since), None).unwrap(),
            validated: TimeRange::new(None, Some(since)).unwrap(),
            attributes: vec![("City".to_owned(), "Köln: \"Süd\"".to_owned())],
            search: "müller \"an der ruhr\" -gmail.com".parse().ok(),
        };

        assert!(full.search.is_some() && full.list.is_some());
        for filter in [full, ContactFilter::default()] {
            assert_eq!(ContactFilter::from_json(&filter.to_json()), Some(filter));
        }
        assert_eq!(ContactFilter::from_json(&json!({})), None);
    }

    #[test]
    fn a_change_is_read_as_it_was_kept() {
        let attributes = json!({ "City": "Köln", "n": 3, "old": null });
        let change = ProfileChange {
            first_name: Patch::Set(ContactText::lossy("Ada")),
            last_name: Patch::Set(None),
            locale: Patch::Set("de-AT".parse().ok()),
            timezone: Patch::Set("Europe/Vienna".parse().ok()),
            attributes: AttributesChange::new(attributes.as_object().cloned().unwrap()).unwrap(),
            ..ProfileChange::default()
        };

        for change in [change, ProfileChange::default()] {
            assert_eq!(ProfileChange::from_json(&change.to_json()), Some(change));
        }
        assert_eq!(ProfileChange::from_json(&json!({})), None);
    }
}
