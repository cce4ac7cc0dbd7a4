//! Formats of values.

use serde_json::{Value, json};

/// Calls a day a `date`, as OpenAPI's registry of formats does and client generators expect; poem-openapi calls it a
/// `naive-date`.
pub(super) fn name(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.get("format") == Some(&json!("naive-date")) {
                map.insert("format".to_owned(), json!("date"));
            }
            map.values_mut().for_each(name);
        }
        Value::Array(items) => items.iter_mut().for_each(name),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_date() {
        let mut parameters = json!([
            {"name": "from", "schema": {"type": "string", "format": "naive-date"}},
            {"name": "since", "schema": {"type": "string", "format": "date-time"}},
        ]);

        name(&mut parameters);

        assert_eq!(parameters[0]["schema"]["format"], "date");
        assert_eq!(parameters[1]["schema"]["format"], "date-time");
    }
}
