//! What a form asks.

use kernel::{Description, FieldErrors, FieldFault, HttpsUrl};
use serde_json::{Map, Value};

use super::address::ReadAddress;
use super::answer::Response;
use super::check;
use super::field::{FieldPartFault, FormField, NewField};
use super::key::FieldKey;

/// What a form asks, and what happens afterwards. It is read by whatever takes answers: the API, the landing page, the
/// search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormDefinition {
    fields: Vec<FormField>,
    thank_you: Description,
    redirect: Option<HttpsUrl>,
}

/// What happens to answers to fields that the form does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownAnswers {
    /// They are errors: a program that sends them is mistaken.
    Refused,
    /// They are ignored: browsers and their extensions send more than a page asks for.
    Ignored,
}

/// What is wrong with answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerErrors {
    /// What is wrong with the answer to a field, by the form's own key.
    pub fields: Vec<(FieldKey, FieldFault)>,
    /// How many answers are to fields that the form does not have.
    pub unknown: usize,
}

impl AnswerErrors {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.unknown == 0
    }

    /// What is wrong with the answer to this field.
    #[must_use]
    pub fn find(&self, key: &FieldKey) -> Option<&FieldFault> {
        let found = self.fields.iter().find(|(of, _)| of == key);
        found.map(|(_, fault)| fault)
    }

    /// The errors with pointers below `base` (`#/answers`). Unknown keys are counted and not quoted.
    #[must_use]
    pub fn into_field_errors(self, base: &str) -> FieldErrors {
        let mut errors = FieldErrors::default();
        for (key, fault) in self.fields {
            errors.push(format!("{base}/{key}"), fault);
        }
        if self.unknown > 0 {
            let detail = format!(
                "{} of the answers are to fields that the form does not have",
                self.unknown
            );
            errors.push(base, FieldFault::new("unknown-field", detail));
        }
        errors
    }
}

impl FormDefinition {
    /// The most fields of a form.
    pub const MAX_FIELDS: usize = 100;

    /// A form of these fields, in this order. The errors' pointers are `#/fields/{index}/…`.
    pub fn new(
        fields: Vec<NewField>,
        thank_you: Description,
        redirect: Option<HttpsUrl>,
    ) -> Result<Self, FieldErrors> {
        Self::read(fields, thank_you, redirect, FormField::new)
    }

    /// A form as it was stored. Its patterns are compiled when answers come.
    pub fn restore(
        fields: Vec<NewField>,
        thank_you: Description,
        redirect: Option<HttpsUrl>,
    ) -> Result<Self, FieldErrors> {
        Self::read(fields, thank_you, redirect, FormField::restore)
    }

    fn read(
        fields: Vec<NewField>,
        thank_you: Description,
        redirect: Option<HttpsUrl>,
        field_of: fn(NewField) -> Result<FormField, Vec<FieldPartFault>>,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if fields.is_empty() || fields.len() > Self::MAX_FIELDS {
            let code = if fields.is_empty() {
                "required"
            } else {
                "too-many"
            };
            let detail = format!("a form has 1 to {} fields", Self::MAX_FIELDS);
            errors.push("#/fields", FieldFault::new(code, detail));
            return Err(errors);
        }
        let mut made: Vec<FormField> = Vec::with_capacity(fields.len());
        let mut keys = Vec::with_capacity(fields.len());
        for (index, field) in fields.into_iter().enumerate() {
            if keys.contains(&field.key) {
                let fault = FieldFault::new("duplicate", "another field has this key");
                errors.push(format!("#/fields/{index}/field_key"), fault);
            }
            keys.push(field.key.clone());
            match field_of(field) {
                Ok(field) => made.push(field),
                Err(faults) => {
                    for (part, fault) in faults {
                        errors.push(format!("#/fields/{index}/{}", on_the_wire(&part)), fault);
                    }
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            fields: made,
            thank_you,
            redirect,
        })
    }

    /// The fields in their order.
    #[must_use]
    pub fn fields(&self) -> &[FormField] {
        &self.fields
    }

    /// The field of this key.
    #[must_use]
    pub fn find(&self, key: &FieldKey) -> Option<&FormField> {
        self.fields.iter().find(|field| field.key() == key)
    }

    /// What a person reads who has answered; it may be empty.
    #[must_use]
    pub const fn thank_you(&self) -> &Description {
        &self.thank_you
    }

    /// Where a person goes who has answered.
    #[must_use]
    pub const fn redirect(&self) -> Option<&HttpsUrl> {
        self.redirect.as_ref()
    }

    /// The answers that the form accepts, or everything that is wrong with them.
    ///
    /// Answers are as JSON has them, or all texts as a browser sends them: `"on"` for a box, `"12.5"` for a number, one
    /// text or a list of them for options. White space around them does not count, and an answer of nothing else is none.
    /// Whether an answer is an address is for `read_address` to say.
    pub fn validate(
        &self,
        answers: &Map<String, Value>,
        unknown: UnknownAnswers,
        read_address: ReadAddress,
    ) -> Result<Response, AnswerErrors> {
        let mut response = Response::default();
        let mut errors = AnswerErrors::default();
        for field in &self.fields {
            let given = answers.get(field.key().as_str());
            match check::answer(field, given, read_address) {
                Ok(Some(answer)) => {
                    response.answers.push((field.key().clone(), answer));
                    if field.is_indexed() {
                        response.indexed.push(field.key().clone());
                    }
                }
                Ok(None) => {}
                Err(fault) => errors.fields.push((field.key().clone(), fault)),
            }
        }
        if unknown == UnknownAnswers::Refused {
            let known = |key: &String| self.fields.iter().any(|it| it.key().as_str() == key);
            errors.unknown = answers.keys().filter(|key| !known(key)).count();
        }
        if errors.is_empty() {
            Ok(response)
        } else {
            Err(errors)
        }
    }
}

/// How a part of a field is called in requests.
fn on_the_wire(part: &str) -> String {
    match part.strip_prefix("rules") {
        Some(rest) => format!("validation_rules{rest}"),
        None => format!("field_{part}"),
    }
}
