//! Parameters in the query string.

use std::marker::PhantomData;

use kernel::{FieldErrors, FieldFault};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::fields::{Given, Input};
use super::pointer::Pointer;
use crate::problem::ApiError;

/// A parameter of the query string, documented with the schema of `T`: `Option<T>` where it can be
/// left out, `Vec<T>` where it can be repeated. It is read with [`parameters`].
#[derive(Clone, Debug)]
pub struct Query<T> {
    name: &'static str,
    values: Vec<String>,
    schema: PhantomData<fn() -> T>,
}

impl<'a, T: Type> ApiExtractor<'a> for Query<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = T::IS_REQUIRED;

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(T::schema_ref())
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        Ok(Self {
            name: options.name,
            values: values_of(request, options.name),
            schema: PhantomData,
        })
    }
}

/// All values of one query parameter, decoded.
pub(crate) fn values_of(request: &Request, name: &str) -> Vec<String> {
    pairs(request)
        .into_iter()
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value)
        .collect()
}

/// All query parameters, decoded.
pub(crate) fn pairs(request: &Request) -> Vec<(String, String)> {
    request.params().unwrap_or_default()
}

/// Reads query parameters, collecting every fault.
///
/// # Errors
///
/// 400 with the faults by the parameters' names. As with [`super::Fields`], read every parameter into
/// a variable before the first `?`.
pub fn parameters<V>(read: impl FnOnce(&mut Parameters<'_>) -> Option<V>) -> Result<V, ApiError> {
    let mut errors = FieldErrors::default();
    let value = read(&mut Parameters {
        errors: &mut errors,
    });
    match value {
        Some(value) if errors.is_empty() => Ok(value),
        _ => Err(ApiError::invalid_parameters(&errors)),
    }
}

/// Query parameters, each read by a shape.
pub struct Parameters<'a> {
    errors: &'a mut FieldErrors,
}

impl Parameters<'_> {
    fn shaped<V>(
        &mut self,
        name: &'static str,
        value: &str,
        shape: impl FnOnce(Input<'_>) -> Option<V>,
    ) -> Option<V> {
        shape(Input {
            given: Given::Text(value),
            pointer: Pointer::Parameter(name),
            errors: self.errors,
        })
    }

    /// Refuses a parameter for a reason that concerns several of them together.
    pub fn refuse<T, V>(&mut self, query: &Query<T>, fault: impl Into<FieldFault>) -> Option<V> {
        self.errors.push(query.name, fault.into());
        None
    }

    /// A parameter that must be there.
    pub fn required<T, V>(
        &mut self,
        query: &Query<T>,
        shape: impl FnOnce(Input<'_>) -> Option<V>,
    ) -> Option<V> {
        match query.values.first() {
            Some(value) => self.shaped(query.name, value, shape),
            None => self.refuse(
                query,
                FieldFault::new("required", "this parameter is required"),
            ),
        }
    }

    /// A parameter that may be left out: `Some(None)`.
    pub fn optional<T, V>(
        &mut self,
        query: &Query<T>,
        shape: impl FnOnce(Input<'_>) -> Option<V>,
    ) -> Option<Option<V>> {
        match query.values.first() {
            Some(value) => self.shaped(query.name, value, shape).map(Some),
            None => Some(None),
        }
    }

    /// A parameter that may be repeated, or left out.
    pub fn list<T, V>(
        &mut self,
        query: &Query<T>,
        mut shape: impl FnMut(Input<'_>) -> Option<V>,
    ) -> Option<Vec<V>> {
        let mut values = Vec::with_capacity(query.values.len());
        for value in &query.values {
            values.extend(self.shaped(query.name, value, &mut shape));
        }
        (values.len() == query.values.len()).then_some(values)
    }
}
