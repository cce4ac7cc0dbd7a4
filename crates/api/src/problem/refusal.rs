//! What the HTTP edge refuses by itself, before or beside the use cases.

use poem::http::StatusCode;

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $status:ident, $code:literal, $detail:literal;)+) => {
        /// A refusal of the HTTP edge; each has one status, one code and one sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $($(#[$doc])* $variant,)+
        }

        impl Refusal {
            /// Every refusal there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$variant => StatusCode::$status,)+
                }
            }

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// What went wrong, without anything that was sent.
            #[must_use]
            pub const fn detail(self) -> &'static str {
                match self {
                    $(Self::$variant => $detail,)+
                }
            }
        }
    };
}

refusals! {
    /// Anything about the request that HTTP itself forbids.
    MalformedRequest = BAD_REQUEST, "malformed-request", "the request is malformed";
    /// The body is not JSON.
    MalformedJson = BAD_REQUEST, "malformed-json", "the body is not valid JSON in UTF-8, names a member of an object twice, or is nested too deeply";
    /// The body ended before it was complete.
    IncompleteBody = BAD_REQUEST, "incomplete-body", "the body ended before it was complete";
    /// The query string cannot be decoded.
    MalformedQuery = BAD_REQUEST, "malformed-query", "the query string is not percent-encoded UTF-8, or holds a NUL character";
    /// A query parameter that the operation does not have.
    UnknownParameter = BAD_REQUEST, "unknown-parameter", "the query has a parameter that this operation does not know";
    /// A query parameter stands there more than once.
    RepeatedParameter = BAD_REQUEST, "repeated-parameter", "a query parameter is given more than once";
    /// A parameter's value is refused.
    InvalidParameter = BAD_REQUEST, "invalid-parameter", "a parameter is invalid";
    /// A cursor that was altered, or made for another listing.
    InvalidCursor = BAD_REQUEST, "invalid-cursor", "the cursor was altered, or belongs to another listing, filter or order";
    /// `If-Match` or `If-None-Match` is not a list of entity tags.
    MalformedPrecondition = BAD_REQUEST, "malformed-precondition", "If-Match and If-None-Match hold `*` or a list of entity tags in double quotes";
    /// `Idempotency-Key` is too short, too long, or has other characters.
    MalformedIdempotencyKey = BAD_REQUEST, "malformed-idempotency-key", "an Idempotency-Key has 8 to 128 visible ASCII characters";
    /// Nobody proved who they are.
    Unauthenticated = UNAUTHORIZED, "unauthenticated", "a valid access token or API key is needed";
    /// No such address.
    NoSuchRoute = NOT_FOUND, "no-such-route", "there is nothing at this address";
    /// The address exists, but not with this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method-not-allowed", "this address does not know this method; Allow lists those it knows";
    /// The answer to the first request held a secret that is shown only once.
    SecretNotRepeatable = CONFLICT, "idempotency-secret-not-repeatable", "the first request with this Idempotency-Key succeeded, and its answer held a secret that is shown only once";
    /// The body is longer than this operation takes.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body-too-large", "the body is longer than this operation takes";
    /// The body's media type is not one that this operation takes.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "this operation takes a body of another media type; JSON is sent as application/json in UTF-8";
    /// Fields of the body are refused.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "fields of the body are invalid";
    /// Too many requests from one network.
    TooManyRequests = TOO_MANY_REQUESTS, "rate-limited", "too many requests came from this network; Retry-After says when the next is taken";
    /// Another status that the HTTP library chose.
    Refused = BAD_REQUEST, "refused", "the request was refused";
    /// A fault of ours.
    Internal = INTERNAL_SERVER_ERROR, "internal", "the fault is ours; the request id names it in our logs";
    /// A part that is needed does not answer.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "a part of the service does not answer now; another try may succeed";
    /// The answer took longer than the time allowed for one.
    TimedOut = SERVICE_UNAVAILABLE, "request-timeout", "the request took longer than the time allowed for it";
    /// The program cannot take requests yet, or any more.
    NotReady = SERVICE_UNAVAILABLE, "not-ready", "the service is not ready to take requests";
}
