//! What mails say, on the wire.

use campaigns::{EmailContent, Variable, VariableName, Variables};
use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::input::{Fields, flag, list, object, text, text_by};
use crate::schema::VariableNameText;

/// A variable that a template declares.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct VariableShape {
    /// Its name: a word of its own, a built-in such as `first_name`, or an attribute such as `attributes.city`.
    name: VariableNameText,
    /// What stands in a mail where the variable has no value.
    #[oai(nullable)]
    default: Option<String>,
    /// Whether no mail goes out without a value or a default; true where nothing is said.
    #[oai(nullable)]
    required: Option<bool>,
}

/// Reads what a mail says: `subject`, `html_content`, `text_content` and `variables`.
pub(crate) fn read_content(fields: &mut Fields<'_>) -> Option<EmailContent> {
    let owned = || text_by(|text| Ok(text.to_owned()));
    let subject = fields.required("subject", owned());
    let html = fields.required("html_content", owned());
    let text = fields.optional("text_content", owned());
    let variables = fields.optional("variables", list(0..=Variables::MAX, object(variable)));
    let variables = match Variables::new(variables?.unwrap_or_default()) {
        Ok(variables) => variables,
        Err(errors) => return fields.refuse_each(&errors),
    };
    match EmailContent::new(&subject?, &html?, text?.as_deref(), variables) {
        Ok(content) => Some(content),
        Err(errors) => fields.refuse_each(&errors),
    }
}

fn variable(fields: &mut Fields<'_>) -> Option<Variable> {
    let name = fields.required("name", text::<VariableName>);
    let default = fields.optional("default", text_by(|text| Ok(text.to_owned())));
    let required = fields.optional("required", flag);
    Some(Variable {
        name: name?,
        default: default?,
        required: required?.unwrap_or(true),
    })
}

impl From<&Variable> for VariableShape {
    fn from(variable: &Variable) -> Self {
        Self {
            name: VariableNameText::new(&variable.name),
            default: variable.default.clone(),
            required: Some(variable.required),
        }
    }
}

impl Example for VariableShape {
    fn example() -> Self {
        Self {
            name: VariableNameText::new("code"),
            default: Some("SPRING".to_owned()),
            required: Some(true),
        }
    }
}
