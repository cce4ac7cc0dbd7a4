//! The body of every answer that is not a success.

use poem_openapi::Object;
use uuid::Uuid;

/// The media type of a problem (RFC 9457, section 3).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not carried out, as RFC 9457 describes it.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Problem {
    /// `/problems/` and the code: a relative reference that names the kind of problem.
    #[oai(rename = "type")]
    pub kind: String,
    /// What kind of problem it is, in words; always the same for one code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time. It never repeats what was sent, and is withheld for faults of ours.
    pub detail: Option<String>,
    /// The request in which it happened, as a URN. It is not the path, which can hold ids and tokens.
    pub instance: String,
    /// The stable code of the problem, for programs.
    pub code: String,
    /// The id of the request, also in the header `X-Request-Id`.
    pub request_id: Uuid,
    /// The faults of single fields or parameters, all at once.
    pub errors: Option<Vec<Fault>>,
    /// The id of what stands in the way: the thing that has the name, or the one that was made before and
    /// whose secret cannot be shown again.
    pub id: Option<Uuid>,
}

/// What is wrong with one field of the body, or with one parameter.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Fault {
    /// JSON pointer into the body, as a URI fragment (RFC 6901, section 6): `#/settings/timezone`.
    pub pointer: Option<String>,
    /// The name of the query parameter or header.
    pub parameter: Option<String>,
    /// The stable code of the fault: `required`, `too-long`, `unknown-field`.
    pub code: String,
    /// What is wrong and what would be right; never what was sent.
    pub detail: String,
}
