//! What is wrong with an answer, in the reader's language.

use campaigns::{FieldType, FormField};
use kernel::FieldFault;

use super::language::Language;

/// The sentence for a fault of an answer to this field. The figures in it are those of the field's rules.
pub(super) fn sentence(language: Language, field: &FormField, fault: &FieldFault) -> String {
    let texts = &language.texts().faults;
    let rules = field.rules();
    let figure = |text: &str, figure: Option<String>| match figure {
        Some(figure) => text.replace("{}", &figure),
        None => texts.other.to_owned(),
    };
    let count = |text: &str, count: Option<u32>| figure(text, count.map(|it| it.to_string()));
    let is_day = field.field_type() == FieldType::Date;
    match fault.code {
        "required" => match field.field_type() {
            FieldType::Checkbox | FieldType::Consent => texts.agree.to_owned(),
            FieldType::Select | FieldType::Multiselect => texts.option.to_owned(),
            _ => texts.required.to_owned(),
        },
        "invalid-email" => texts.email.to_owned(),
        "invalid-phone" => texts.phone.to_owned(),
        "invalid-number" => texts.number.to_owned(),
        "invalid-date" => texts.date.to_owned(),
        "too-small" if is_day => figure(texts.not_before, rules.min.clone()),
        "too-large" if is_day => figure(texts.not_after, rules.max.clone()),
        "too-small" => figure(texts.at_least, rules.min.clone()),
        "too-large" => figure(texts.at_most, rules.max.clone()),
        "too-short" => count(texts.too_short, rules.min_length),
        "too-long" => figure(texts.too_long, field.max_length().map(|it| it.to_string())),
        "pattern" => texts.pattern.to_owned(),
        "control-character" => texts.control.to_owned(),
        "unknown-option" => texts.option.to_owned(),
        "too-few" => count(texts.too_few, Some(rules.min_choices.unwrap_or(1))),
        "too-many" => count(texts.too_many, rules.max_choices),
        _ => texts.other.to_owned(),
    }
}
