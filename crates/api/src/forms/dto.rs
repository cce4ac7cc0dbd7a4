//! The shapes of forms on the wire.

use campaigns::{Form, FormChange, NewForm};
use kernel::Description;
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use time::OffsetDateTime;
use uuid::Uuid;

use super::version::{FieldShape, read_definition};
use crate::input::{Fields, text};
use crate::schema::{DescriptionText, NameText, UrlText};

/// What a form is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateFormRequest {
    /// Its name.
    name: NameText,
    /// What it is for.
    #[oai(nullable)]
    description: Option<DescriptionText>,
    /// What its first version asks, in this order.
    #[oai(validator(min_items = 1, max_items = 100))]
    fields: Vec<FieldShape>,
    /// What a person reads who has answered.
    #[oai(nullable)]
    thank_you_message: Option<DescriptionText>,
    /// Where a person goes who has answered.
    #[oai(nullable)]
    redirect_url: Option<UrlText>,
}

/// What changes about a form; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateFormRequest {
    /// Its name.
    name: MaybeUndefined<NameText>,
    /// What it is for; it may be empty.
    description: MaybeUndefined<DescriptionText>,
}

/// A form.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct FormAnswer {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// What it is for.
    description: DescriptionText,
    /// Its last version, which is the one that is shown.
    current_version_id: Uuid,
    /// How many versions it has.
    versions: i32,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
    /// When it was deleted.
    deleted_at: Option<OffsetDateTime>,
}

/// Reads what a form is made from.
pub(crate) fn new_form(fields: &mut Fields<'_>) -> Option<NewForm> {
    let name = fields.required("name", text);
    let description = fields.optional("description", text);
    let definition = read_definition(fields);
    Some(NewForm {
        name: name?,
        description: description?.unwrap_or_else(Description::empty),
        definition: definition?,
    })
}

/// Reads what changes about a form.
pub(crate) fn form_change(fields: &mut Fields<'_>) -> Option<FormChange> {
    let name = fields.patch("name", text);
    let description = fields.patch("description", text);
    Some(FormChange {
        name: name?,
        description: description?,
    })
}

impl From<&Form> for FormAnswer {
    fn from(form: &Form) -> Self {
        let state = form.state();
        Self {
            id: state.id.as_uuid(),
            name: NameText::new(&state.name),
            description: DescriptionText::new(&state.description),
            current_version_id: state.current_version.as_uuid(),
            versions: state.versions.number(),
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
            deleted_at: state.stamps.deleted_at,
        }
    }
}

impl Example for CreateFormRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Contact us"),
            description: None,
            fields: vec![FieldShape::example()],
            thank_you_message: Some(DescriptionText::new("Thank you. We will write to you.")),
            redirect_url: None,
        }
    }
}

impl Example for UpdateFormRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Value(NameText::new("Write to us")),
            description: MaybeUndefined::Undefined,
        }
    }
}

impl Example for FormAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0031),
            name: NameText::new("Contact us"),
            description: DescriptionText::new(""),
            current_version_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0032),
            versions: 1,
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}
