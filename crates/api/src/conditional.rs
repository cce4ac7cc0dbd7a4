//! Conditional requests (RFC 9110, section 13): `ETag`, `If-Match`, `If-None-Match`.

use kernel::{Expected, Version};
use poem::http::{HeaderMap, HeaderName, header};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::problem::{ApiError, Refusal};

/// The strong entity tag of a version: its number in double quotes.
#[must_use]
pub fn etag(version: Version) -> String {
    format!("\"{}\"", version.number())
}

/// The header `If-Match`: what the client believes the present version to be.
#[derive(Clone, Debug)]
pub struct IfMatch(Result<Expected, Refusal>);

impl IfMatch {
    /// What is expected; [`Expected::Any`] without the header. Ask after authorizing.
    pub fn expected(&self) -> Result<Expected, ApiError> {
        self.0.clone().map_err(ApiError::from)
    }
}

/// The header `If-None-Match`: which version the client has already.
#[derive(Clone, Debug)]
pub struct IfNoneMatch(Result<Tags, Refusal>);

impl IfNoneMatch {
    /// Whether the client has this version already, so that 304 is all it needs.
    pub fn has(&self, version: Version) -> Result<bool, ApiError> {
        match &self.0 {
            Ok(Tags::Absent) => Ok(false),
            Ok(Tags::Any) => Ok(true),
            Ok(Tags::List(tags)) => {
                let present = version.number().to_string();
                Ok(tags.iter().any(|tag| tag.opaque == present))
            }
            Err(refusal) => Err((*refusal).into()),
        }
    }
}

/// The entity tags in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    Absent,
    Any,
    List(Vec<Tag>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    weak: bool,
    opaque: String,
}

impl Tags {
    fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Self, Refusal> {
        let mut texts = Vec::new();
        for value in headers.get_all(name) {
            let text = value
                .to_str()
                .map_err(|_invisible| Refusal::MalformedPrecondition)?;
            texts.push(text);
        }
        if texts.is_empty() {
            return Ok(Self::Absent);
        }

        let text = texts.join(",");
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        list(&text)
            .map(Self::List)
            .ok_or(Refusal::MalformedPrecondition)
    }
}

/// A comma-separated list of entity tags, with at least one in it.
fn list(text: &str) -> Option<Vec<Tag>> {
    let mut tags = Vec::new();
    let mut rest = text.trim_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if opaque.bytes().any(|b| !b.is_ascii_graphic()) {
            return None;
        }
        tags.push(Tag {
            weak,
            opaque: opaque.to_owned(),
        });

        let after = after.trim_start_matches([' ', '\t']);
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    (!tags.is_empty()).then_some(tags)
}

impl Tags {
    /// What `If-Match` expects: weak tags and tags that are no version match nothing.
    fn expected(self) -> Expected {
        match self {
            Self::Absent | Self::Any => Expected::Any,
            Self::List(tags) => Expected::OneOf(
                tags.into_iter()
                    .filter(|tag| !tag.weak)
                    .filter_map(|tag| tag.opaque.parse().ok())
                    .map(Version::from_number)
                    .collect(),
            ),
        }
    }
}

/// `*`, or entity tags in double quotes with commas between them.
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#;

fn schema(description: &'static str) -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(MetaSchema {
        description: Some(description),
        pattern: Some(TAGS.to_owned()),
        example: Some("\"1\"".into()),
        ..MetaSchema::new("string")
    }))
}

impl<'a> ApiExtractor<'a> for IfMatch {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(schema(
            "The `ETag` of the version that is to be changed; 412 when it is not the present one. \
             Without it the last write wins.",
        ))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let tags = Tags::read(request.headers(), &header::IF_MATCH);
        Ok(Self(tags.map(Tags::expected)))
    }
}

impl<'a> ApiExtractor<'a> for IfNoneMatch {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(schema(
            "The `ETag` of the version at hand; 304 when it is the present one.",
        ))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let tags = Tags::read(request.headers(), &header::IF_NONE_MATCH);
        Ok(Self(tags))
    }
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    fn expected(values: &[&str]) -> Result<Expected, Refusal> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, HeaderValue::from_str(value).unwrap());
        }
        Tags::read(&headers, &header::IF_MATCH).map(Tags::expected)
    }

    #[test]
    fn an_entity_tag_is_read_back_as_the_version_it_was_made_from() {
        let tag = etag(Version::from_number(7));

        assert_eq!(
            expected(&[&tag]),
            Ok(Expected::OneOf(vec![Version::from_number(7)]))
        );
    }

    #[test]
    fn if_match_is_a_list_a_star_or_absent() {
        let one_of = |numbers: &[i32]| {
            let versions = numbers.iter().copied().map(Version::from_number);
            Ok(Expected::OneOf(versions.collect()))
        };
        let table: &[(&[&str], _)] = &[
            (&[], Ok(Expected::Any)),
            (&["*"], Ok(Expected::Any)),
            (&["\"1\", \"2\""], one_of(&[1, 2])),
            (&["\"1\"", "\"2\""], one_of(&[1, 2])),
            (&[" ,\"1\" , ,\"2\","], one_of(&[1, 2])),
            (&["W/\"1\", \"a,b\", \"\""], one_of(&[])),
            (&["1"], Err(Refusal::MalformedPrecondition)),
            (&[""], Err(Refusal::MalformedPrecondition)),
            (&["\"1"], Err(Refusal::MalformedPrecondition)),
            (&["\"1\" \"2\""], Err(Refusal::MalformedPrecondition)),
            (&["\"1\"", "*"], Err(Refusal::MalformedPrecondition)),
            (&["w/\"1\""], Err(Refusal::MalformedPrecondition)),
        ];
        for (values, wanted) in table {
            assert_eq!(&expected(values), wanted, "{values:?}");
        }
    }
}
