//! What the fields of a form have before somebody types, where their link tells who they are.

use crate::{Addressee, FieldKey, FieldType, FormDefinition, FormField};

/// What is known of a person, by the fields that ask for it.
pub(crate) fn answers(
    form: &FormDefinition,
    addressee: Option<&Addressee>,
) -> Vec<(FieldKey, String)> {
    let Some(addressee) = addressee else {
        return Vec::new();
    };
    let fields = form.fields().iter();
    let known = |field: &FormField| Some((field.key().clone(), answer(field, addressee)?));
    fields.filter_map(known).collect()
}

fn answer(field: &FormField, addressee: &Addressee) -> Option<String> {
    match field.field_type() {
        FieldType::Email => Some(addressee.email.clone()),
        FieldType::Phone => addressee.phone.clone(),
        FieldType::Text => match field.key().as_str() {
            "name" | "full_name" | "display_name" => whole_name(addressee),
            "first_name" => addressee.first_name.clone(),
            "last_name" => addressee.last_name.clone(),
            "company" => addressee.company.clone(),
            "job_title" => addressee.job_title.clone(),
            _ => None,
        },
        _ => None,
    }
}

fn whole_name(addressee: &Addressee) -> Option<String> {
    let parts = [&addressee.first_name, &addressee.last_name];
    let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
    let joined = (!parts.is_empty()).then(|| parts.join(" "));
    addressee.display_name.clone().or(joined)
}

#[cfg(test)]
mod tests {
    use kernel::Description;

    use super::*;
    use crate::{FieldRules, NewField};

    #[test]
    fn fields_have_what_is_known_of_the_person_and_others_nothing() {
        let field = |(key, field_type): (&str, FieldType)| NewField {
            key: key.parse().unwrap(),
            label: "Label".to_owned(),
            field_type,
            required: false,
            indexed: None,
            rules: FieldRules::default(),
        };
        let fields = [
            ("address", FieldType::Email),
            ("call_me", FieldType::Phone),
            ("name", FieldType::Text),
            ("last_name", FieldType::Text),
            ("company", FieldType::Text),
            ("job_title", FieldType::Textarea),
            ("note", FieldType::Text),
        ];
        let form = fields.into_iter().map(field).collect();
        let form = FormDefinition::new(form, Description::empty(), None).unwrap();
        let addressee = Addressee {
            email: "ada@example.com".to_owned(),
            first_name: Some("Ada".to_owned()),
            last_name: Some("Lovelace".to_owned()),
            job_title: Some("Analyst".to_owned()),
            ..Addressee::default()
        };

        let known = answers(&form, Some(&addressee));

        let told: Vec<_> = known
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let expected = [
            ("address", "ada@example.com"),
            ("name", "Ada Lovelace"),
            ("last_name", "Lovelace"),
        ];
        assert_eq!(told, expected);
        assert_eq!(answers(&form, None), []);
    }
}
