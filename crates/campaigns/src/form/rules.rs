//! The rules of a field as they are written and stored.

use serde::{Deserialize, Serialize};

/// What a field demands of its answers. Which of it can be said depends on the field's type; what cannot is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FieldRules {
    /// The smallest number or the first day (`2026-01-31`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The largest number or the last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The fewest characters of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// The most characters of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// A regular expression that a whole line of text has to match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<FieldOption>,
    /// The fewest options that have to be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_choices: Option<u32>,
    /// The most options that can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_choices: Option<u32>,
}

/// One of the options of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldOption {
    /// What stands in the answer.
    pub value: String,
    /// What is shown.
    pub label: String,
}
