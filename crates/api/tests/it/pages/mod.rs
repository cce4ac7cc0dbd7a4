//! Pages for the people who are written to.

mod contents;
mod markup;

use api::pages::{LandingPage, Language, Publisher, Typed};
use campaigns::{AnswerErrors, FieldOption, FieldRules, FieldType, FormDefinition, NewField};
use kernel::Description;

fn field(key: &str, label: &str, field_type: FieldType, rules: FieldRules) -> NewField {
    NewField {
        key: key.parse().unwrap(),
        label: label.to_owned(),
        field_type,
        required: field_type != FieldType::Hidden,
        indexed: None,
        rules,
    }
}

/// A form with a field of each type.
fn form(label: &str, options: &[&str]) -> FormDefinition {
    let options: Vec<_> = options
        .iter()
        .enumerate()
        .map(|(index, label)| FieldOption {
            value: format!("o{index}"),
            label: (*label).to_owned(),
        })
        .collect();
    let fields = FieldType::ALL.iter().map(|field_type| {
        let rules = match field_type {
            FieldType::Select | FieldType::Multiselect => FieldRules {
                options: options.clone(),
                ..FieldRules::default()
            },
            FieldType::Text => FieldRules {
                min_length: Some(3),
                max_length: Some(20),
                ..FieldRules::default()
            },
            FieldType::Number => FieldRules {
                min: Some("1.5".to_owned()),
                ..FieldRules::default()
            },
            _ => FieldRules::default(),
        };
        field(field_type.as_str(), label, *field_type, rules)
    });
    FormDefinition::new(fields.collect(), description(""), None).unwrap()
}

fn description(text: &str) -> Description {
    text.parse().unwrap()
}

const PUBLISHER: Publisher<'static> = Publisher {
    name: "Harbour Brokers",
    imprint: Some("Harbour Brokers Ltd\n1 Quay Street"),
    privacy_url: Some("https://harbour.example/privacy"),
};

fn page<'a>(
    form: &'a FormDefinition,
    typed: &'a Typed,
    errors: &'a AnswerErrors,
    language: Language,
) -> LandingPage<'a> {
    LandingPage {
        language,
        publisher: PUBLISHER,
        title: "Insure your boat",
        text: "Three questions.",
        form,
        action: "/p/boat?t=abc",
        session: Some("A-visit_0"),
        typed,
        errors,
        notice: None,
    }
}
