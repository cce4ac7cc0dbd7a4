//! The endpoint around the router.

use std::any::Any;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use kernel::{Origin, RequestId};
use poem::http::header::{ALLOW, CONTENT_TYPE, USER_AGENT};
use poem::http::{HeaderValue, Method, StatusCode};
use poem::{Endpoint, IntoResponse as _, Request, Response};
use tracing::Instrument as _;

use super::client::client_address;
use super::context::RequestContext;
use super::cors::Cors;
use super::observe::{FailureLevel, FailureRecord};
use super::recording::Recording;
use super::routes::{Address, Operation, RouteTable};
use super::settings::{EdgePorts, EdgeSettings};
use super::{convert, headers, limit, query};
use crate::problem::{ApiError, Cause, PROBLEM_JSON, Refusal};
use crate::visits::SpeaksForItself;

/// Everything that stands around the router; see the module's description for the order.
pub struct Edge<E> {
    inner: E,
    routes: RouteTable,
    cors: Cors,
    encrypted: bool,
    settings: EdgeSettings,
    ports: EdgePorts,
}

impl<E: Endpoint> Edge<E> {
    /// Puts the edge around a router whose addresses are `routes`.
    pub fn new(inner: E, routes: RouteTable, settings: EdgeSettings, ports: EdgePorts) -> Self {
        Self {
            inner,
            routes,
            cors: Cors::new(&settings.cors_origins),
            encrypted: settings.public_url.starts_with("https://"),
            settings,
            ports,
        }
    }

    fn context(&self, request: &Request, address: Option<&Address>) -> RequestContext {
        let peer = request.remote_addr().as_socket_addr().map(SocketAddr::ip);
        let user_agent = request
            .headers()
            .get(USER_AGENT)
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .map(|text| {
                text.chars()
                    .filter(|c| !c.is_control())
                    .take(Origin::MAX_USER_AGENT)
                    .collect()
            });
        RequestContext {
            origin: Origin {
                request: RequestId::from_uuid(self.ports.ids.next()),
                ip: client_address(
                    peer,
                    request.headers(),
                    &self.settings.trusted_proxies,
                    self.settings.forwarded_header,
                ),
                user_agent,
            },
            at: self.ports.clock.now(),
            method: request.method().clone(),
            route: address.map(|address| Arc::clone(&address.template)),
            keys: Arc::clone(&self.ports.keys),
            user: OnceLock::new(),
            organization: OnceLock::new(),
            stopping: self.settings.stopping.clone(),
        }
    }

    /// Checks the request, runs its handler, and tells what went wrong as an [`ApiError`].
    async fn run(
        &self,
        request: Request,
        context: &RequestContext,
        operation: Option<&Operation>,
    ) -> Result<Response, ApiError> {
        if let Some(operation) = operation {
            query::check(request.uri().query(), operation)?;
            if operation.anonymous {
                limit::count(
                    &*self.ports.limiter,
                    &*self.ports.keys,
                    self.settings.anonymous_quota,
                    &operation.id,
                    context.origin.ip,
                    context.at,
                )
                .await?;
            }
        }

        let answer = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        let streams = operation.is_some_and(|operation| operation.streams);
        let timeout = async {
            if streams {
                std::future::pending::<()>().await;
            } else {
                tokio::time::sleep(self.settings.request_timeout).await;
            }
        };
        let answer = tokio::select! {
            biased;
            answer = answer => answer,
            () = timeout => {
                return Err(ApiError::from(Refusal::TimedOut)
                    .caused_by(Cause::new("the request took longer than allowed")));
            }
            () = self.settings.last_call.cancelled() => {
                return Err(ApiError::from(Refusal::Unavailable)
                    .caused_by(Cause::new("the program stopped before the request was done")));
            }
        };

        let response = answer
            .map_err(|panic| panicked(&*panic))?
            .map_err(convert::told)?
            .into_response();
        let status = response.status();
        let is_told = is_problem(&response) || response.data::<SpeaksForItself>().is_some();
        if (status.is_client_error() || status.is_server_error()) && !is_told {
            return Err(convert::of_status(status));
        }
        Ok(response)
    }

    /// Tells a failure to the client, and one of ours to the log as well: here, and only here.
    fn tell(
        &self,
        mut error: ApiError,
        context: &RequestContext,
        address: Option<&Address>,
    ) -> Response {
        let status = error.http_status();
        if status.is_server_error() {
            let cause = error
                .take_cause()
                .unwrap_or_else(|| Cause::new(error.code()));
            let level = if cause.panicked {
                FailureLevel::Fatal
            } else {
                FailureLevel::of(status)
            };
            log(&error, &cause, level);
            self.ports.observer.failed(FailureRecord {
                request: context.origin.request,
                at: context.at,
                level,
                method: context.method.clone(),
                route: context.route.clone(),
                status: status.as_u16(),
                code: error.code(),
                cause,
                organization: context.organization.get().copied(),
            });
        }
        if status == StatusCode::METHOD_NOT_ALLOWED
            && let Some(allow) = address.and_then(Address::allow)
        {
            error = error.with_header(ALLOW, allow);
        }
        error.render(context.origin.request)
    }
}

impl<E: Endpoint> Endpoint for Edge<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let address = self.routes.find(request.uri().path());
        let context = Arc::new(self.context(&request, address));
        let record = Recording::start(&self.ports.observer, Arc::clone(&context));
        let operation = address.and_then(|address| address.operation(&context.method));
        let origin = self.cors.allowed(request.headers());
        let span = tracing::info_span!(
            "http.request",
            request.id = %context.origin.request,
            http.method = %context.method,
            http.route = context.route(),
        );

        let preflight = Cors::preflight(&request, origin.as_ref());
        request.set_data(Arc::clone(&context));
        let mut response = async {
            let answer = match preflight {
                Some(response) => Ok(response),
                None => self.run(request, &context, operation).await,
            };
            let answer = answer.and_then(|response| documented(response, operation));
            let response = match answer {
                Ok(response) => response,
                Err(error) => {
                    let error = documented_error(error, operation);
                    self.tell(error, &context, address)
                }
            };
            tracing::debug!(
                http.status = response.status().as_u16(),
                duration_ms = record.elapsed().as_millis(),
                "answered"
            );
            response
        }
        .instrument(span)
        .await;

        if context.method == Method::HEAD {
            response.set_body(());
        }
        headers::complete(
            response.headers_mut(),
            context.origin.request,
            self.encrypted,
        );
        self.cors.apply(origin, response.headers_mut());
        record.finish(response.status());
        Ok(response)
    }
}

/// Logs a failure of ours; the span around it names the request.
fn log(error: &ApiError, cause: &Cause, level: FailureLevel) {
    let status = error.http_status().as_u16();
    let code = error.code();
    let message = cause.message.as_str();
    let sources = cause.sources.join(": ");
    match level {
        FailureLevel::Warn => tracing::warn!(
            http.status = status,
            error.code = code,
            error.message = message,
            error.sources = sources,
            "a request could not be served"
        ),
        FailureLevel::Error | FailureLevel::Fatal => tracing::error!(
            http.status = status,
            error.code = code,
            error.message = message,
            error.sources = sources,
            "a request failed"
        ),
    }
}

/// A panic as a fault of ours. Only a literal message is kept: a formatted one may hold what was sent.
fn panicked(panic: &(dyn Any + Send)) -> ApiError {
    ApiError::internal(match panic.downcast_ref::<&'static str>() {
        Some(message) => Cause::panic(format!("a handler panicked: {message}")),
        None => Cause::panic("a handler panicked"),
    })
}

fn is_problem(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE) == Some(&HeaderValue::from_static(PROBLEM_JSON))
}

/// In debug builds, an answer with a status that the document does not know is a fault of ours.
fn documented(response: Response, operation: Option<&Operation>) -> Result<Response, ApiError> {
    match undocumented(response.status(), operation) {
        Some(cause) => Err(ApiError::internal(cause)),
        None => Ok(response),
    }
}

fn documented_error(error: ApiError, operation: Option<&Operation>) -> ApiError {
    match undocumented(error.http_status(), operation) {
        Some(cause) => ApiError::internal(cause),
        None => error,
    }
}

fn undocumented(status: StatusCode, operation: Option<&Operation>) -> Option<Cause> {
    let operation = operation.filter(|_| cfg!(debug_assertions))?;
    (!operation.statuses.contains(&status.as_u16())).then(|| {
        Cause::new(format!(
            "operation `{}` answered {status}, which its document does not know",
            operation.id
        ))
    })
}
