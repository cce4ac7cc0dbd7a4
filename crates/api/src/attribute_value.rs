//! Values of attributes of contacts, as the document shows them.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;

/// A text, a number or a truth value; where it is `CLEARABLE`, null as well, which removes the attribute.
///
/// What was sent is checked by the domain; this type is for the document and for answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AttributeValue<const CLEARABLE: bool = false>(Value);

impl<const CLEARABLE: bool> AttributeValue<CLEARABLE> {
    /// The value as an answer or an example shows it.
    pub(crate) fn new(value: impl Into<Value>) -> Self {
        Self(value.into())
    }
}

impl<const CLEARABLE: bool> Type for AttributeValue<CLEARABLE> {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "AttributeValue".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let inline = |schema| MetaSchemaRef::Inline(Box::new(schema));
        let kinds = ["string", "number", "boolean"].map(|kind| inline(MetaSchema::new(kind)));
        let null = CLEARABLE.then(|| {
            inline(MetaSchema {
                enum_items: vec![Value::Null],
                ..MetaSchema::ANY
            })
        });
        inline(MetaSchema {
            one_of: kinds.into_iter().chain(null).collect(),
            ..MetaSchema::ANY
        })
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }

    fn raw_element_iter<'a>(
        &'a self,
    ) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
        Box::new(std::iter::once(self))
    }
}

// poem-openapi wants this of every field of an object; bodies are never read with it.
impl<const CLEARABLE: bool> ParseFromJSON for AttributeValue<CLEARABLE> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        value.map(Self).ok_or_else(ParseError::expected_input)
    }
}

impl<const CLEARABLE: bool> ToJSON for AttributeValue<CLEARABLE> {
    fn to_json(&self) -> Option<Value> {
        Some(self.0.clone())
    }
}
