//! The error type of operations: one body for all, with the statuses of each documented by type.

use std::marker::PhantomData;

use kernel::Classify;
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type as _;

use super::{ApiError, PROBLEM_JSON, Problem, Refusal};

/// A status that an operation documents.
#[derive(Debug)]
pub struct St<const STATUS: u16>;

/// A set of statuses, written as a type: `()`, `St<409>` or `(St<404>, St<409>)`.
pub trait Statuses: Send + Sync + 'static {
    /// Adds the statuses of the set.
    fn collect(into: &mut Vec<u16>);
}

impl Statuses for () {
    fn collect(_: &mut Vec<u16>) {}
}

impl<const STATUS: u16> Statuses for St<STATUS> {
    fn collect(into: &mut Vec<u16>) {
        into.push(STATUS);
    }
}

macro_rules! statuses_of_tuples {
    ($(($($set:ident),+))+) => {$(
        impl<$($set: Statuses),+> Statuses for ($($set,)+) {
            fn collect(into: &mut Vec<u16>) {
                $($set::collect(into);)+
            }
        }
    )+};
}

statuses_of_tuples! { (A, B) (A, B, C) (A, B, C, D) }

/// Why an operation failed, with the statuses `S` that its own use case can bring about.
///
/// The statuses that follow from an operation's form (its parameters, body, credentials) are added to
/// the document by [`crate::document`]; only what is left has to be named here: mostly 409.
pub struct Failed<S = ()> {
    error: ApiError,
    documented: PhantomData<fn() -> S>,
}

impl<S> Failed<S> {
    fn new(error: ApiError) -> Self {
        Self {
            error,
            documented: PhantomData,
        }
    }
}

impl<S> From<ApiError> for Failed<S> {
    fn from(error: ApiError) -> Self {
        Self::new(error)
    }
}

impl<S> From<Refusal> for Failed<S> {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.into())
    }
}

impl<S, E: Classify> From<E> for Failed<S> {
    fn from(error: E) -> Self {
        Self::new(error.into())
    }
}

impl<S> From<Failed<S>> for poem::Error {
    fn from(failed: Failed<S>) -> Self {
        failed.error.into()
    }
}

impl<S: Statuses> ApiResponse for Failed<S> {
    fn meta() -> MetaResponses {
        let mut statuses = Vec::new();
        S::collect(&mut statuses);
        MetaResponses {
            responses: statuses
                .into_iter()
                .map(|status| MetaResponse {
                    description: "",
                    status: Some(status),
                    status_range: None,
                    content: vec![MetaMediaType {
                        content_type: PROBLEM_JSON,
                        schema: Problem::schema_ref(),
                    }],
                    headers: Vec::new(),
                })
                .collect(),
        }
    }

    fn register(registry: &mut Registry) {
        Problem::register(registry);
    }
}
