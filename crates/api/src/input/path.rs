//! Parameters in paths.

use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use uuid::Uuid;

use super::TypedId;

/// A segment of the path. Reading it never fails: what is malformed names nothing.
///
/// The parameter has to be spelled `Path<…>` in a handler: poem-openapi tells path parameters by that name.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

/// What a segment of a path can name.
pub trait Segment: Send + Sync + Sized + 'static {
    /// Its schema in the document.
    fn schema() -> MetaSchema;

    /// What the decoded segment names.
    fn from_segment(segment: &str) -> Self;
}

/// No entity has this id, because ids are UUIDv7: a malformed id is looked up as this one, so that it
/// gets the same answer, after the same checks, as an id that does not exist.
const NOBODY: Uuid = Uuid::max();

impl<I: TypedId> Segment for I {
    fn schema() -> MetaSchema {
        MetaSchema::new_with_format("string", "uuid")
    }

    fn from_segment(segment: &str) -> Self {
        I::from_uuid(super::ids::parse(segment).unwrap_or(NOBODY))
    }
}

impl Segment for String {
    fn schema() -> MetaSchema {
        MetaSchema::new("string")
    }

    fn from_segment(segment: &str) -> Self {
        segment.to_owned()
    }
}

/// How a path names an organization: by id or by slug. Whether it names one at all is for
/// authorization to find out, which answers alike when it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationKey(String);

impl OrganizationKey {
    /// The segment as it was sent, decoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Segment for OrganizationKey {
    fn schema() -> MetaSchema {
        MetaSchema {
            description: Some("The id or the slug of an organization."),
            ..MetaSchema::new("string")
        }
    }

    fn from_segment(segment: &str) -> Self {
        Self(segment.to_owned())
    }
}

impl<'a, T: Segment> ApiExtractor<'a> for Path<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Path)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(T::schema())))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        // The router leaves out a segment that is no UTF-8 when decoded.
        let segment = request.raw_path_param(options.name).unwrap_or_default();
        Ok(Self(T::from_segment(segment)))
    }
}

#[cfg(test)]
mod tests {
    use kernel::TeamId;

    use super::*;

    #[test]
    fn a_malformed_id_names_nobody() {
        let id = "018f0000-0000-7000-8000-000000000001";

        assert_eq!(TeamId::from_segment(id).to_string(), id);
        for bad in ["", "7", "\0", &id.replace('-', ""), &format!("{{{id}}}")] {
            assert_eq!(TeamId::from_segment(bad).as_uuid(), NOBODY, "{bad:?}");
        }
    }
}
