//! Answers to requests that create or start something, and their repetition.

use std::marker::PhantomData;

use kernel::{Done, IdempotencyRequest, Once, StoredAnswer, Version};
use poem::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};
use uuid::Uuid;

use crate::conditional::etag;
use crate::problem::{ApiError, Cause, Refusal};

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The answer to a request that may be repeated under an idempotency key.
pub struct Made<T, const STATUS: u16> {
    answer: StoredAnswer,
    replayed: bool,
    schema: PhantomData<fn() -> T>,
}

/// 201: something was created.
pub type Created<T> = Made<T, 201>;

/// 202: a job was started.
pub type Accepted<T> = Made<T, 202>;

/// 200: something was done that is not a resource.
pub type Finished<T> = Made<T, 200>;

/// What an answer is made of.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The body.
    pub body: T,
    /// The version of the resource in the body, for `ETag`.
    pub version: Option<Version>,
    /// The path of the resource, for `Location`.
    pub location: Option<String>,
}

type Render<'a, D> = Box<dyn Fn(&D) -> StoredAnswer + Send + Sync + 'a>;

/// How the outcome of a use case looks as an answer: now, and when the request is repeated.
pub struct Rendering<'a, D, T, const STATUS: u16> {
    now: Render<'a, D>,
    repeated: Option<Render<'a, D>>,
    schema: PhantomData<fn() -> T>,
}

impl<T: ToJSON, const STATUS: u16> Made<T, STATUS> {
    /// An answer that a repetition gets word for word.
    pub fn rendering<'a, D>(
        render: impl Fn(&D) -> Answer<T> + Send + Sync + 'a,
    ) -> Rendering<'a, D, T, STATUS> {
        Rendering {
            now: Box::new(move |outcome| whole(STATUS, render(outcome))),
            repeated: None,
            schema: PhantomData,
        }
    }

    /// An answer that holds a secret: a repetition gets 409 with the id that `id` tells.
    pub fn rendering_secret<'a, D>(
        id: impl Fn(&D) -> Uuid + Send + Sync + 'a,
        render: impl Fn(&D) -> Answer<T> + Send + Sync + 'a,
    ) -> Rendering<'a, D, T, STATUS> {
        Rendering {
            now: Box::new(move |outcome| whole(STATUS, render(outcome))),
            repeated: Some(Box::new(move |outcome| StoredAnswer::Withheld {
                id: id(outcome),
            })),
            schema: PhantomData,
        }
    }
}

fn whole<T: ToJSON>(status: u16, answer: Answer<T>) -> StoredAnswer {
    StoredAnswer::Whole {
        status,
        etag: answer.version.map(etag),
        location: answer.location,
        body: answer.body.to_json_string(),
    }
}

impl<D, T, const STATUS: u16> Rendering<'_, D, T, STATUS> {
    /// What the use case needs to make sure that the request takes effect once.
    #[must_use]
    pub fn once(&self, request: Option<IdempotencyRequest>) -> Once<'_, D> {
        Once {
            request,
            render: &**self.repeated.as_ref().unwrap_or(&self.now),
        }
    }

    /// The answer to what came of it.
    pub fn answer(&self, done: Done<D>) -> Result<Made<T, STATUS>, ApiError> {
        let (answer, replayed) = match done {
            Done::Fresh(outcome) => ((self.now)(&outcome), false),
            Done::Replayed(StoredAnswer::Withheld { id }) => {
                return Err(ApiError::from(Refusal::SecretNotRepeatable).about(id));
            }
            Done::Replayed(answer) => (answer, true),
        };
        Ok(Made {
            answer,
            replayed,
            schema: PhantomData,
        })
    }
}

impl<T: Send, const STATUS: u16> IntoResponse for Made<T, STATUS> {
    fn into_response(self) -> Response {
        self.respond()
            .unwrap_or_else(|error| poem::Error::from(error).into_response())
    }
}

impl<T, const STATUS: u16> Made<T, STATUS> {
    fn respond(self) -> Result<Response, ApiError> {
        let StoredAnswer::Whole {
            status,
            etag,
            location,
            body,
        } = self.answer
        else {
            return Err(corrupt());
        };
        let status = StatusCode::from_u16(status).map_err(|_invalid| corrupt())?;

        let mut response = Response::builder().status(status).body(body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [(ETAG, etag), (LOCATION, location)] {
            if let Some(value) = value {
                let value = HeaderValue::try_from(value).map_err(|_invalid| corrupt())?;
                headers.insert(name, value);
            }
        }
        if self.replayed {
            headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
        }
        Ok(response)
    }
}

fn corrupt() -> ApiError {
    ApiError::internal(Cause::new("a stored answer is not one"))
}

impl<T: ToJSON, const STATUS: u16> ApiResponse for Made<T, STATUS> {
    fn meta() -> MetaResponses {
        let header = |name: &str, description: &str| MetaHeader {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            required: false,
            deprecated: false,
            schema: String::schema_ref(),
        };
        MetaResponses {
            responses: vec![MetaResponse {
                description: match STATUS {
                    201 => "It was created.",
                    202 => "It was started.",
                    _ => "It was done.",
                },
                status: Some(STATUS),
                status_range: None,
                content: vec![MetaMediaType {
                    content_type: "application/json",
                    schema: T::schema_ref(),
                }],
                headers: vec![
                    header("ETag", "The version of the resource."),
                    header("Location", "Where the resource is."),
                    header(
                        "Idempotency-Replayed",
                        "`true` when this is the answer of an earlier request with the same Idempotency-Key.",
                    ),
                ],
            }],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}
