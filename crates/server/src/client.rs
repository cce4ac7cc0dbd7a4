//! A client of the API, for commands that talk to a server that runs.

use std::fmt;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::typestate::WithBody;
use ureq::{Agent, Body, RequestBuilder, SendBody};

/// How long it may take to reach the server.
const REACHING: Duration = Duration::from_secs(10);

/// How long the server may take to say that it wants a body; then it is sent all the same.
const INVITING: Duration = Duration::from_secs(10);

/// How long the server may take to answer a request that it has.
const ANSWERING: Duration = Duration::from_mins(2);

/// How a browser names itself.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Why there is no answer, or none that helps.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// The server could not be reached, or the connection broke off.
    #[error("the server at {address} does not answer: {source}")]
    Unreachable {
        /// Where it should be.
        address: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// The server refused the request.
    #[error("the server refused it: {0}")]
    Refused(Problem),
    /// The answer is not what this program's API would say.
    #[error("the server's answer is not one of Canvass: {0}")]
    Strange(String),
}

impl ClientError {
    /// Whether the same request may do better in a while.
    pub(crate) const fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(problem) => problem.status == 429 || problem.status >= 500,
            Self::Strange(_) => false,
        }
    }
}

/// A refusal of the server.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The code of the problem; empty where there is none.
    pub(crate) code: String,
    /// What it is about, where the server names that by its id.
    pub(crate) about: Option<String>,
    detail: String,
}

impl Problem {
    fn read(status: u16, problem: &Value) -> Self {
        let text = |name: &str| problem[name].as_str();
        let whole = text("detail").or_else(|| text("title"));
        let parts = problem["errors"].as_array().into_iter().flatten();
        let parts = parts.filter_map(|part| part["detail"].as_str());
        let told = whole.into_iter().chain(parts).collect::<Vec<_>>();
        Self {
            status,
            code: text("code").unwrap_or_default().to_owned(),
            about: text("id").map(str::to_owned),
            detail: if told.is_empty() {
                "no reason is given".to_owned()
            } else {
                told.join("; ")
            },
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.detail, self.status, self.code)
    }
}

/// Who asks, and whom.
pub(crate) struct Client {
    agent: Agent,
    address: String,
    token: Option<String>,
}

impl Client {
    /// A client of the server at this URL.
    pub(crate) fn new(url: &str, token: Option<String>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(REACHING))
            .timeout_await_100(Some(INVITING))
            .timeout_recv_response(Some(ANSWERING))
            .tls_config(tls)
            .build();
        Self {
            agent: config.into(),
            address: url.trim_end_matches('/').to_owned(),
            token,
        }
    }

    /// Reads JSON.
    pub(crate) fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.json(self.fetch(path)?)
    }

    /// Reads everything of a listing, page by page; the path has a query.
    pub(crate) fn list(&self, path: &str) -> Result<Vec<Value>, ClientError> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let mut page = self.get(&format!("{path}{cursor}"))?;
            if let Some(Value::Array(found)) = page.get_mut("items").map(Value::take) {
                items.extend(found);
            }
            let Some(next) = page["next_cursor"].as_str() else {
                return Ok(items);
            };
            cursor = format!("&cursor={}", encoded(next));
        }
    }

    /// Reads anything.
    pub(crate) fn download(&self, path: &str) -> Result<impl Read + use<>, ClientError> {
        Ok(self.fetch(path)?.into_body().into_reader())
    }

    fn fetch(&self, path: &str) -> Result<Response<Body>, ClientError> {
        let mut request = self.agent.get(self.url(path));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        accepted(request.call().map_err(|error| self.unreachable(error))?)
    }

    /// Sends JSON; `key` makes that a repetition has no further effect.
    pub(crate) fn post(&self, path: &str, key: &str, body: &Value) -> Result<Value, ClientError> {
        let text = body.to_string();
        let length = text.len() as u64;
        let request = self.posting(path, "application/json", length);
        let request = request.header("idempotency-key", key);
        self.send(request, &mut text.as_bytes())
    }

    /// Sends JSON of which a repetition has another effect.
    pub(crate) fn tell(&self, path: &str, body: &str) -> Result<Value, ClientError> {
        let request = self.posting(path, "application/json", body.len() as u64);
        self.send(request, &mut body.as_bytes())
    }

    /// Changes something, whatever its version.
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        let mut request = self.agent.patch(self.url(path));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.header("content-type", "application/json");
        self.send(request, &mut body.to_string().as_bytes())
    }

    /// Removes something, whatever its version.
    pub(crate) fn delete(&self, path: &str) -> Result<(), ClientError> {
        let mut request = self.agent.delete(self.url(path));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = request.call().map_err(|error| self.unreachable(error))?;
        accepted(answer).map(drop)
    }

    /// Sends a form to a page, as a browser does, and named like one: by its own name it would count as a machine.
    pub(crate) fn submit(&self, page: &str, form: &str) -> Result<(), ClientError> {
        let request = self
            .agent
            .post(page)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("user-agent", BROWSER);
        let answer = request
            .send(form)
            .map_err(|error| self.unreachable(error))?;
        accepted(answer).map(drop)
    }

    /// Sends a body of so many bytes, as it is read, once the server says that it wants it: a refusal is heard before
    /// anything was sent in vain.
    pub(crate) fn upload(
        &self,
        path: &str,
        key: &str,
        kind: &str,
        length: u64,
        body: &mut dyn Read,
    ) -> Result<Value, ClientError> {
        let request = self.posting(path, kind, length);
        let request = request.header("idempotency-key", key);
        self.send(request.header("expect", "100-continue"), body)
    }

    fn posting(&self, path: &str, kind: &str, length: u64) -> RequestBuilder<WithBody> {
        let request = self
            .agent
            .post(self.url(path))
            .header("content-type", kind)
            .header("content-length", length.to_string());
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    fn send(
        &self,
        request: RequestBuilder<WithBody>,
        mut body: &mut dyn Read,
    ) -> Result<Value, ClientError> {
        let answer = request
            .send(SendBody::from_reader(&mut body))
            .map_err(|error| self.unreachable(error))?;
        self.json(accepted(answer)?)
    }

    fn json(&self, mut answer: Response<Body>) -> Result<Value, ClientError> {
        answer.body_mut().read_json().map_err(|error| match error {
            ureq::Error::Json(error) if !error.is_io() && !error.is_eof() => {
                ClientError::Strange(error.to_string())
            }
            // The answer had begun when the connection broke off.
            broken => self.unreachable(broken),
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn unreachable(&self, source: ureq::Error) -> ClientError {
        ClientError::Unreachable {
            address: self.address.clone(),
            source: Box::new(source),
        }
    }
}

/// The answer, unless it is a refusal.
fn accepted(mut answer: Response<Body>) -> Result<Response<Body>, ClientError> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status().as_u16();
    let problem = answer.body_mut().read_json::<Value>().unwrap_or_default();
    Err(ClientError::Refused(Problem::read(status, &problem)))
}

/// A text as a part of a path or a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _ = fmt::Write::write_fmt(&mut encoded, format_args!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;

    use serde_json::json;

    use super::*;

    /// What comes of an answer that is this, after which the server hangs up.
    fn asked(answer: &'static str) -> Result<Value, ClientError> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                heard.push(byte[0]);
            }
            connection.write_all(answer.as_bytes()).unwrap();
        });
        let told = Client::new(&url, None).get("/");
        server.join().unwrap();
        told
    }

    #[test]
    fn an_answer_that_breaks_off_may_come_whole_the_next_time() {
        for broken in [
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status\":",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"sta\r\n",
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"status\":",
        ] {
            let error = asked(broken).unwrap_err();
            assert!(error.may_pass(), "{broken}: {error}");
        }
        let strange = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>";
        let error = asked(strange).unwrap_err();
        assert!(matches!(error, ClientError::Strange(_)), "{error}");
        let right = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(asked(right).unwrap(), json!({}));
    }

    #[test]
    fn a_refusal_tells_every_fault() {
        let problem = json!({
            "code": "validation-failed",
            "detail": "Some of it is wrong.",
            "errors": [{ "detail": "no such column" }, { "detail": "no such meaning" }],
        });

        let told = Problem::read(422, &problem).to_string();

        assert_eq!(
            told,
            "Some of it is wrong.; no such column; no such meaning (422, validation-failed)"
        );
        let silent = Problem::read(502, &Value::Null).to_string();
        assert_eq!(silent, "no reason is given (502, )");
    }

    #[test]
    fn what_would_mean_something_in_an_address_is_encoded() {
        assert_eq!(encoded("a b/ü?&=~"), "a%20b%2F%C3%BC%3F%26%3D~");
    }
}
