//! The parameters of a listing, and its answer.

use std::borrow::Cow;
use std::sync::Arc;

use kernel::{KeyRing, Page, PageLimit, PageRequest};
use poem::{IntoResponse, Request, RequestBody, Response};
use poem_openapi::payload::Json;
use poem_openapi::registry::{MetaParamIn, MetaResponses, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions};
use serde_json::{Map, Value};

use super::seal;
use crate::edge::RequestContext;
use crate::input::{self, Query};
use crate::problem::{ApiError, Refusal};

/// The parameter `limit`: how many items a page has.
pub struct Limit(Query<Option<i32>>);

/// The parameter `cursor`: behind which item the page starts. It also seals the cursor of the next page.
///
/// A cursor is good for the address and the other parameters that it was made with, and for nothing else.
pub struct After {
    token: Option<String>,
    binding: Vec<u8>,
    keys: Arc<dyn KeyRing>,
}

impl After {
    /// The page that is asked for. Ask after authorizing.
    pub fn page(&self, limit: &Limit) -> Result<PageRequest, ApiError> {
        let limit = input::parameters(|query| {
            query.optional(&limit.0, input::integer(1..=i64::from(PageLimit::MAX)))
        })?;
        let limit = limit
            .and_then(|limit| u16::try_from(limit).ok())
            .and_then(PageLimit::new)
            .unwrap_or(PageLimit::DEFAULT);

        let after = match &self.token {
            Some(token) => {
                Some(seal::open(&*self.keys, &self.binding, token).ok_or(Refusal::InvalidCursor)?)
            }
            None => None,
        };
        Ok(PageRequest { limit, after })
    }

    /// The answer with this page, its items rendered by `render`.
    pub fn listed<T, I>(&self, page: Page<I>, render: impl FnMut(I) -> T) -> Listed<T> {
        let page = page.map(render);
        Listed(PageAnswer {
            items: page.items,
            next_cursor: page
                .next
                .map(|cursor| seal::seal(&*self.keys, &self.binding, &cursor)),
        })
    }
}

/// One page of a listing.
#[derive(Clone, Debug)]
pub struct PageAnswer<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// 200 with a page.
#[derive(Clone, Debug)]
pub struct Listed<T>(PageAnswer<T>);

impl<'a> ApiExtractor<'a> for Limit {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some("How many items a page has."),
            minimum: Some(1.0),
            maximum: Some(f64::from(PageLimit::MAX)),
            default: Some(PageLimit::DEFAULT.get().into()),
            ..MetaSchema::new_with_format("integer", "int32")
        })))
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        Query::from_request(request, body, options).await.map(Self)
    }
}

impl<'a> ApiExtractor<'a> for After {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some(
                "The `next_cursor` of the page before; opaque, and good only with the same filter and order.",
            ),
            min_length: Some(1),
            pattern: Some("^[A-Za-z0-9_-]+$".to_owned()),
            ..MetaSchema::new("string")
        })))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let mut others = input::pairs(request);
        others.retain(|(name, _)| name != "limit" && name != options.name);
        others.sort();
        Ok(Self {
            token: input::values_of(request, options.name).pop(),
            // `Debug` quotes its texts, so that no two lists of pairs look alike.
            binding: format!("{:?} {others:?}", request.uri().path()).into_bytes(),
            keys: Arc::clone(RequestContext::of(request)?.keys()),
        })
    }
}

impl<T: Type> Type for PageAnswer<T> {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(Self::name().into_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>(Self::name().into_owned(), |registry| {
            T::register(registry);
            let items = MetaSchema {
                description: Some("The items, in the listing's order."),
                items: Some(Box::new(T::schema_ref())),
                ..MetaSchema::new("array")
            };
            let next_cursor = MetaSchema {
                description: Some("The `cursor` of the next page; null on the last one."),
                nullable: true,
                ..MetaSchema::new("string")
            };
            MetaSchema {
                description: Some("One page of a listing."),
                required: vec!["items"],
                properties: vec![
                    ("items", MetaSchemaRef::Inline(Box::new(items))),
                    ("next_cursor", MetaSchemaRef::Inline(Box::new(next_cursor))),
                ],
                ..MetaSchema::new("object")
            }
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

impl<T: ToJSON> ToJSON for PageAnswer<T> {
    fn to_json(&self) -> Option<Value> {
        Some(Value::Object(Map::from_iter([
            ("items".to_owned(), self.items.to_json()?),
            ("next_cursor".to_owned(), self.next_cursor.to_json()?),
        ])))
    }
}

impl<T: ToJSON> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl<T: ToJSON> ApiResponse for Listed<T> {
    fn meta() -> MetaResponses {
        Json::<PageAnswer<T>>::meta()
    }

    fn register(registry: &mut Registry) {
        PageAnswer::<T>::register(registry);
    }
}
