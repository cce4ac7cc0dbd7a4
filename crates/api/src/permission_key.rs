//! Keys of permissions on the wire: one enum in the document, from the catalogue.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;
use tenancy::Permission;

/// The key of a permission, as answers and the document show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PermissionKey(pub(crate) Permission);

impl Type for PermissionKey {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "PermissionKey".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(Self::name().into_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>(Self::name().into_owned(), |_| MetaSchema {
            description: Some("The key of a permission."),
            enum_items: Permission::ALL
                .iter()
                .map(|permission| permission.key().into())
                .collect(),
            ..MetaSchema::new("string")
        });
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
impl ParseFromJSON for PermissionKey {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value.as_ref().and_then(Value::as_str).map(str::parse) {
            Some(Ok(permission)) => Ok(Self(permission)),
            _ => Err(ParseError::expected_input()),
        }
    }
}

impl ToJSON for PermissionKey {
    fn to_json(&self) -> Option<Value> {
        Some(Value::from(self.0.key()))
    }
}
