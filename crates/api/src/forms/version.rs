//! The shapes of versions of forms on the wire.

use campaigns::{
    FieldKey, FieldOption, FieldRules, FieldType, FormDefinition, FormField, FormVersion,
    FormVersionCard, NewField,
};
use kernel::{Description, HttpsUrl};
use poem_openapi::Object;
use poem_openapi::types::Example;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, flag, integer, list, object, text, text_by};
use crate::schema::{DescriptionText, FieldKeyText, FieldTypeText, UrlText};

/// One of the options of a field.
#[derive(Clone, Debug, Object)]
pub(crate) struct OptionShape {
    /// What stands in the answer.
    value: String,
    /// What is shown; the value where nothing is said.
    #[oai(nullable)]
    label: Option<String>,
}

/// What a field demands of its answers. Which of it can be said depends on the field's type.
#[derive(Clone, Debug, Object)]
pub(crate) struct RulesShape {
    /// The smallest number, or the first day (`2026-01-31`).
    #[oai(nullable)]
    min: Option<String>,
    /// The largest number, or the last day.
    #[oai(nullable)]
    max: Option<String>,
    /// The fewest characters of a text.
    #[oai(nullable, validator(minimum(value = "0"), maximum(value = "10000")))]
    min_length: Option<u32>,
    /// The most characters of a text.
    #[oai(nullable, validator(minimum(value = "0"), maximum(value = "10000")))]
    max_length: Option<u32>,
    /// A regular expression that a whole line of text has to match.
    #[oai(nullable)]
    pattern: Option<String>,
    /// What can be chosen.
    #[oai(nullable, validator(max_items = 200))]
    options: Option<Vec<OptionShape>>,
    /// The fewest options that have to be chosen.
    #[oai(nullable, validator(minimum(value = "0"), maximum(value = "10000")))]
    min_choices: Option<u32>,
    /// The most options that can be chosen.
    #[oai(nullable, validator(minimum(value = "0"), maximum(value = "10000")))]
    max_choices: Option<u32>,
}

/// A field of a form.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct FieldShape {
    /// Its name among answers.
    field_key: FieldKeyText,
    /// What is shown beside it; of a consent the text that is agreed to.
    field_label: DescriptionText,
    /// What it asks for.
    field_type: FieldTypeText,
    /// Whether an answer has to be given; of a box or a consent, whether it has to be yes.
    #[oai(nullable)]
    required: Option<bool>,
    /// Whether answers can be filtered and sorted by; where nothing is said, all but long text can.
    #[oai(nullable)]
    is_indexed: Option<bool>,
    /// What it demands of its answers.
    #[oai(nullable)]
    validation_rules: Option<RulesShape>,
}

/// What a version of a form asks.
#[derive(Object)]
#[oai(example)]
pub(crate) struct PublishFormVersionRequest {
    /// The fields, in this order.
    #[oai(validator(min_items = 1, max_items = 100))]
    fields: Vec<FieldShape>,
    /// What a person reads who has answered.
    #[oai(nullable)]
    thank_you_message: Option<DescriptionText>,
    /// Where a person goes who has answered.
    #[oai(nullable)]
    redirect_url: Option<UrlText>,
}

/// A version of a form; it is never changed.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct FormVersionAnswer {
    /// Its id.
    id: Uuid,
    /// The form.
    form_id: Uuid,
    /// Which one of the form's versions, from 1.
    version_number: i32,
    /// The fields in their order.
    fields: Vec<FieldShape>,
    /// What a person reads who has answered.
    thank_you_message: DescriptionText,
    /// Where a person goes who has answered.
    redirect_url: Option<UrlText>,
    /// When it was made.
    created_at: OffsetDateTime,
}

/// A version of a form without what it asks.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct FormVersionCardAnswer {
    /// Its id.
    id: Uuid,
    /// Which one of the form's versions, from 1.
    version_number: i32,
    /// When it was made.
    created_at: OffsetDateTime,
}

/// Reads what a form asks: `fields`, `thank_you_message` and `redirect_url`.
pub(crate) fn read_definition(fields: &mut Fields<'_>) -> Option<FormDefinition> {
    let asked = fields.required(
        "fields",
        list(1..=FormDefinition::MAX_FIELDS, object(field)),
    );
    let thank_you = fields.optional("thank_you_message", text::<Description>);
    let redirect = fields.optional("redirect_url", text::<HttpsUrl>);
    let thank_you = thank_you?.unwrap_or_else(Description::empty);
    match FormDefinition::new(asked?, thank_you, redirect?) {
        Ok(definition) => Some(definition),
        Err(errors) => fields.refuse_each(&errors),
    }
}

fn field(fields: &mut Fields<'_>) -> Option<NewField> {
    let key = fields.required("field_key", text::<FieldKey>);
    let label = fields.required("field_label", text_by(|text| Ok(text.to_owned())));
    let field_type = fields.required("field_type", text::<FieldType>);
    let required = fields.optional("required", flag);
    let indexed = fields.optional("is_indexed", flag);
    let rules = fields.optional("validation_rules", object(rules));
    Some(NewField {
        key: key?,
        label: label?,
        field_type: field_type?,
        required: required?.unwrap_or(false),
        indexed: indexed?,
        rules: rules?.unwrap_or_default(),
    })
}

fn rules(fields: &mut Fields<'_>) -> Option<FieldRules> {
    let owned = || text_by(|text| Ok(text.to_owned()));
    let count = || integer(0..=i64::from(FormField::MAX_TEXTAREA));
    let min = fields.optional("min", owned());
    let max = fields.optional("max", owned());
    let min_length = fields.optional("min_length", count());
    let max_length = fields.optional("max_length", count());
    let pattern = fields.optional("pattern", owned());
    let options = fields.optional("options", list(0..=FormField::MAX_OPTIONS, object(option)));
    let min_choices = fields.optional("min_choices", count());
    let max_choices = fields.optional("max_choices", count());
    let number = |count: Option<i64>| count.and_then(|count| u32::try_from(count).ok());
    Some(FieldRules {
        min: min?,
        max: max?,
        min_length: number(min_length?),
        max_length: number(max_length?),
        pattern: pattern?,
        options: options?.unwrap_or_default(),
        min_choices: number(min_choices?),
        max_choices: number(max_choices?),
    })
}

fn option(fields: &mut Fields<'_>) -> Option<FieldOption> {
    let value = fields.required("value", text_by(|text| Ok(text.to_owned())));
    let label = fields.optional("label", text_by(|text| Ok(text.to_owned())));
    let value = value?;
    Some(FieldOption {
        label: label?.unwrap_or_else(|| value.clone()),
        value,
    })
}

impl From<&FormField> for FieldShape {
    fn from(field: &FormField) -> Self {
        Self {
            field_key: FieldKeyText::new(field.key()),
            field_label: DescriptionText::new(field.label()),
            field_type: FieldTypeText::new(field.field_type()),
            required: Some(field.is_required()),
            is_indexed: Some(field.is_indexed()),
            validation_rules: Some(RulesShape::from(field.rules())),
        }
    }
}

impl From<&FieldRules> for RulesShape {
    fn from(rules: &FieldRules) -> Self {
        let option = |option: &FieldOption| OptionShape {
            value: option.value.clone(),
            label: Some(option.label.clone()),
        };
        let options: Vec<_> = rules.options.iter().map(option).collect();
        Self {
            min: rules.min.clone(),
            max: rules.max.clone(),
            min_length: rules.min_length,
            max_length: rules.max_length,
            pattern: rules.pattern.clone(),
            options: (!options.is_empty()).then_some(options),
            min_choices: rules.min_choices,
            max_choices: rules.max_choices,
        }
    }
}

impl From<&FormVersion> for FormVersionAnswer {
    fn from(version: &FormVersion) -> Self {
        let definition = &version.definition;
        Self {
            id: version.id.as_uuid(),
            form_id: version.form.as_uuid(),
            version_number: version.number.number(),
            fields: definition.fields().iter().map(FieldShape::from).collect(),
            thank_you_message: DescriptionText::new(definition.thank_you()),
            redirect_url: definition.redirect().map(|url| UrlText::new(url.as_str())),
            created_at: version.created_at,
        }
    }
}

impl From<&FormVersionCard> for FormVersionCardAnswer {
    fn from(card: &FormVersionCard) -> Self {
        Self {
            id: card.id.as_uuid(),
            version_number: card.number.number(),
            created_at: card.created_at,
        }
    }
}

const FORM: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0031);
const VERSION: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0032);

fn at() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454)
}

impl Example for FieldShape {
    fn example() -> Self {
        Self {
            field_key: FieldKeyText::new("email"),
            field_label: DescriptionText::new("Your address"),
            field_type: FieldTypeText::new("email"),
            required: Some(true),
            is_indexed: Some(true),
            validation_rules: None,
        }
    }
}

impl Example for PublishFormVersionRequest {
    fn example() -> Self {
        Self {
            fields: vec![FieldShape::example()],
            thank_you_message: Some(DescriptionText::new("Thank you. We will write to you.")),
            redirect_url: None,
        }
    }
}

impl Example for FormVersionAnswer {
    fn example() -> Self {
        Self {
            id: VERSION,
            form_id: FORM,
            version_number: 1,
            fields: vec![FieldShape::example()],
            thank_you_message: DescriptionText::new("Thank you. We will write to you."),
            redirect_url: None,
            created_at: at(),
        }
    }
}

impl Example for FormVersionCardAnswer {
    fn example() -> Self {
        Self {
            id: VERSION,
            version_number: 1,
            created_at: at(),
        }
    }
}
