//! What is known of a contact besides the columns that every contact has.

use std::collections::BTreeMap;

use kernel::FieldFault;
use serde_json::{Map, Value};

/// Free fields of a contact: texts, numbers and truth values by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attributes(Map<String, Value>);

/// Changes of attributes by name: a value sets one, none removes it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AttributesChange(BTreeMap<String, Option<Value>>);

/// Why attributes were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAttributes {
    /// Too many of them.
    #[error("there are more than {} attributes", Attributes::MAX)]
    TooMany,
    /// A name that is empty, too long, or has control characters.
    #[error(
        "an attribute's name has 1 to {} characters and no control characters",
        Attributes::MAX_NAME
    )]
    Name,
    /// A text that is too long or has the character NUL.
    #[error(
        "an attribute's text has at most {} characters and not the character NUL",
        Attributes::MAX_TEXT
    )]
    Text,
    /// A list or an object.
    #[error("an attribute is a text, a number or a truth value")]
    Kind,
}

impl Attributes {
    /// The most attributes of a contact.
    pub const MAX: usize = 200;
    /// The longest name, in characters.
    pub const MAX_NAME: usize = 100;
    /// The longest text, in characters.
    pub const MAX_TEXT: usize = 10_000;

    /// Attributes of these names and values.
    pub fn new(attributes: Map<String, Value>) -> Result<Self, InvalidAttributes> {
        if attributes.len() > Self::MAX {
            return Err(InvalidAttributes::TooMany);
        }
        for (name, value) in &attributes {
            check(name, value)?;
        }
        Ok(Self(attributes))
    }

    /// The attributes by name.
    #[must_use]
    pub const fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// These attributes after a change; refused where there would be too many.
    pub fn changed(&self, change: &AttributesChange) -> Result<Self, InvalidAttributes> {
        let mut map = self.0.clone();
        for (name, value) in &change.0 {
            match value {
                Some(value) => map.insert(name.clone(), value.clone()),
                None => map.remove(name),
            };
        }
        if map.len() > Self::MAX {
            return Err(InvalidAttributes::TooMany);
        }
        Ok(Self(map))
    }

    /// Whether an attribute of this name has this value, in any case of both; what is longer than is searched
    /// counts as far as it is.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        let wanted = (searched(name, 100), searched(value, 200));
        self.0.iter().any(|(name, value)| {
            let value = match value {
                Value::String(text) => searched(text, 200),
                other => searched(&other.to_string(), 200),
            };
            (searched(name, 100), value) == wanted
        })
    }
}

/// Letter by letter, as storage does it: the small form of a letter is one letter, wherever it stands.
fn searched(text: &str, length: usize) -> String {
    let small = |letter: char| letter.to_lowercase().next().unwrap_or(letter);
    text.chars().map(small).take(length).collect()
}

fn check(name: &str, value: &Value) -> Result<(), InvalidAttributes> {
    let length = name.chars().count();
    if length == 0 || length > Attributes::MAX_NAME || name.chars().any(char::is_control) {
        return Err(InvalidAttributes::Name);
    }
    match value {
        Value::String(text)
            if text.chars().count() > Attributes::MAX_TEXT || text.contains('\0') =>
        {
            Err(InvalidAttributes::Text)
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Ok(()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(InvalidAttributes::Kind),
    }
}

impl AttributesChange {
    /// A change that merges this object into the attributes (RFC 7396): null removes.
    pub fn new(merged: Map<String, Value>) -> Result<Self, InvalidAttributes> {
        if merged.len() > Attributes::MAX {
            return Err(InvalidAttributes::TooMany);
        }
        let mut change = BTreeMap::new();
        for (name, value) in merged {
            let value = if value.is_null() {
                None
            } else {
                check(&name, &value)?;
                Some(value)
            };
            change.insert(name, value);
        }
        Ok(Self(change))
    }

    /// The object that would be merged.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let values = self.0.iter().map(|(name, value)| {
            let value = value.clone().unwrap_or(Value::Null);
            (name.clone(), value)
        });
        Value::Object(values.collect())
    }
}

impl std::fmt::Debug for Attributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attributes({} of them)", self.0.len())
    }
}

impl std::fmt::Debug for AttributesChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AttributesChange({} of them)", self.0.len())
    }
}

impl From<InvalidAttributes> for FieldFault {
    fn from(error: InvalidAttributes) -> Self {
        let code = match error {
            InvalidAttributes::TooMany => "too-many",
            InvalidAttributes::Name => "invalid-name",
            InvalidAttributes::Text => "too-long",
            InvalidAttributes::Kind => "wrong-type",
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else {
            panic!("an object");
        };
        map
    }

    #[test]
    fn a_change_sets_and_removes_and_leaves_the_rest() {
        let before = Attributes::new(map(json!({"a": "1", "b": 2, "c": true}))).unwrap();
        let change = AttributesChange::new(map(json!({"a": null, "b": "3", "x": null}))).unwrap();

        let after = before.changed(&change).unwrap();

        assert_eq!(after.as_map(), &map(json!({"b": "3", "c": true})));
    }

    #[test]
    fn an_attribute_is_found_by_name_and_value_in_any_case() {
        let attributes = Attributes::new(map(json!({"City": "München", "n": 3}))).unwrap();

        assert!(attributes.has("CITY", "MÜNCHEN") && attributes.has("n", "3"));
        assert!(!attributes.has("City", "Münche") && !attributes.has("München", "City"));
    }

    #[test]
    fn what_is_no_attribute_is_refused() {
        for (value, error) in [
            (json!({"": "x"}), InvalidAttributes::Name),
            (json!({"a\u{1f}": "x"}), InvalidAttributes::Name),
            (json!({"a": "\0"}), InvalidAttributes::Text),
            (json!({"a": []}), InvalidAttributes::Kind),
            (json!({"a": null}), InvalidAttributes::Kind),
        ] {
            assert_eq!(Attributes::new(map(value)), Err(error));
        }
        let many = (0..=Attributes::MAX).map(|n| (n.to_string(), json!("x")));
        assert_eq!(
            Attributes::new(many.collect()),
            Err(InvalidAttributes::TooMany)
        );
    }
}
