//! Requests and answers.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, RequestBuilder, Url};
use serde_json::Value;
use uuid::Uuid;

use super::Session;
use super::people::unique;

/// A request that is being put together.
#[must_use]
pub(crate) struct Call(RequestBuilder);

impl Call {
    pub(super) fn new(client: &Client, method: Method, address: &str) -> Self {
        Self(client.request(method, address))
    }

    /// With the access token of the session.
    pub(crate) fn by(self, session: &Session) -> Self {
        self.bearing(&session.access_token)
    }

    /// With any bearer token.
    pub(crate) fn bearing(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// With a header.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With a fresh idempotency key.
    pub(crate) fn once(self) -> Self {
        let key = unique().to_string();
        self.header("idempotency-key", &key)
    }

    /// With a JSON body.
    pub(crate) fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    /// With a JSON body, as it is to be sent.
    pub(crate) fn body(self, text: String) -> Self {
        let call = self.header(CONTENT_TYPE.as_str(), "application/json");
        Self(call.0.body(text))
    }

    /// With a body that does not say what it is.
    pub(crate) fn plain(self, text: String) -> Self {
        Self(self.0.body(text))
    }

    /// With what somebody typed into a form, as a browser sends it.
    pub(crate) fn typed(self, answers: &[(&str, &str)]) -> Self {
        let mut typed = Url::parse("http://localhost/").expect("an address");
        typed.query_pairs_mut().extend_pairs(answers);
        let form = "application/x-www-form-urlencoded";
        let call = self.header(CONTENT_TYPE.as_str(), form);
        call.plain(typed.query().unwrap_or_default().to_owned())
    }

    /// With a body of any bytes.
    pub(crate) fn bytes(self, bytes: Vec<u8>) -> Self {
        Self(self.0.body(bytes))
    }

    /// With a form that has a file.
    pub(crate) fn form(self, file: &str) -> Self {
        let body = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nnothing\r\n\
             --edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\n\
             content-type: text/csv\r\n\r\n{file}\r\n--edge--\r\n"
        );
        let call = self.header(CONTENT_TYPE.as_str(), "multipart/form-data; boundary=edge");
        Self(call.0.body(body))
    }

    /// Sends it to an address outside the API, and tells the text that it answers.
    pub(crate) async fn text(self) -> String {
        let response = self.0.send().await.expect("the server answers");
        response.text().await.expect("the answer arrives whole")
    }

    /// Sends it.
    ///
    /// # Panics
    ///
    /// If the answer has no request id, or is a refusal and no problem document about this request.
    pub(crate) async fn send(self) -> Answer {
        let answer = self.visit().await;
        answer.check_form();
        answer
    }

    /// Sends it to an address for people, whom pages tell what went wrong.
    pub(crate) async fn visit(self) -> Answer {
        let response = self.0.send().await.expect("the server answers");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response
                .bytes()
                .await
                .expect("the answer arrives whole")
                .to_vec(),
        }
    }
}

/// What the server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The header's value; empty without the header.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The answer's code, where it is a problem; empty otherwise.
    pub(crate) fn code(&self) -> String {
        if self.status < 400 {
            return String::new();
        }
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The answer if it has this status.
    ///
    /// # Panics
    ///
    /// If it has another.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// All that a client sees but what names this one request: the status, the headers and the body,
    /// with the request's id blotted out.
    pub(crate) fn without_request_id(&self) -> String {
        let id = self.header("x-request-id");
        let mut headers = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect::<Vec<_>>();
        headers.sort();
        let text = format!(
            "{}\n{}\n\n{}",
            self.status,
            headers.join("\n"),
            String::from_utf8_lossy(&self.body)
        );
        text.replace(id, "…")
    }

    fn check_form(&self) {
        let id = self.header("x-request-id");
        assert!(Uuid::try_parse(id).is_ok(), "no request id: {self:?}");
        if self.status < 400 {
            return;
        }
        assert_eq!(
            self.header(CONTENT_TYPE.as_str()),
            "application/problem+json",
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(problem["request_id"], *id);
        assert_eq!(problem["instance"], format!("urn:uuid:{id}"));
        assert_eq!(problem["status"], self.status);
        let code = problem["code"].as_str().unwrap_or_default();
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert!(
            problem["title"].is_string() && !code.is_empty(),
            "{problem}"
        );
    }
}
