//! A person who writes, and does not give up when the program goes away.

use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

const PASSWORD: &str = "three blind mice ran";

/// How long a person waits who was told to come again.
const PAUSE: Duration = Duration::from_millis(100);

/// How long something may take that is waited for, on a machine that is busy with other things.
pub(crate) const PATIENCE: Duration = Duration::from_mins(6);

/// What was acknowledged in an organization, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) organization: Uuid,
    pub(crate) teams: Vec<Uuid>,
    pub(crate) invitations: Vec<Uuid>,
    pub(crate) api_keys: Vec<Uuid>,
}

/// A person with an account.
pub(crate) struct Writer {
    client: Client,
    url: watch::Receiver<String>,
    email: String,
    token: String,
    /// Requests that were sent again because the program was killed before it answered.
    pub(crate) repeated: u32,
    pub(crate) written: Vec<Acknowledged>,
}

impl Writer {
    /// Signs up and logs in. `url` is where the program serves at present.
    pub(crate) async fn enter(url: watch::Receiver<String>) -> Self {
        let email = format!("{}@example.com", fresh().simple());
        let mut writer = Self {
            client: Client::new(),
            url,
            email,
            token: String::new(),
            repeated: 0,
            written: Vec::new(),
        };
        let account =
            json!({"email": writer.email, "display_name": "Ada Lovelace", "password": PASSWORD});
        writer.create("/v1/users", &account).await;
        writer.log_in().await;
        writer
    }

    /// What opens the API.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    async fn log_in(&mut self) {
        let login = json!({"email": self.email, "password": PASSWORD});
        loop {
            let answer = self.send(Method::POST, "/v1/sessions", Some(&login), None);
            match answer.await {
                Some((StatusCode::CREATED, answer)) => {
                    answer["access_token"]
                        .as_str()
                        .unwrap()
                        .clone_into(&mut self.token);
                    return;
                }
                Some((status, answer)) if !may_pass(status, &answer) => {
                    panic!("the login was answered {status}: {answer}")
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Writes organization after organization until the channel of `url` is closed.
    pub(crate) async fn write(mut self) -> Self {
        while self.url.has_changed().is_ok() {
            self.write_organization().await;
        }
        self
    }

    /// Founds an organization and writes into it: two of each kind.
    pub(crate) async fn write_organization(&mut self) {
        let slug = format!("o-{}", fresh().simple());
        let made = json!({"name": "Acme Brokers", "slug": slug});
        let organization = self.create("/v1/organizations", &made).await;
        let here = format!("/v1/organizations/{organization}");
        let role = self.viewer_role(&here).await;
        let mut acknowledged = Acknowledged {
            organization,
            ..Acknowledged::default()
        };
        for name in ["North", "South"] {
            let team = self
                .create(&format!("{here}/teams"), &json!({"name": name}))
                .await;
            acknowledged.teams.push(team);

            let guest = format!("{}@example.com", fresh().simple());
            let invitation = json!({"email": guest, "role_id": role});
            let invitation = self
                .create(&format!("{here}/invitations"), &invitation)
                .await;
            acknowledged.invitations.push(invitation);

            // Nothing about a key is unique: a request that took effect twice would show.
            let key = json!({"name": "Export", "scopes": ["team.view"]});
            let key = self.create(&format!("{here}/api-keys"), &key).await;
            acknowledged.api_keys.push(key);
        }
        self.written.push(acknowledged);
    }

    /// Founds an organization and nothing else.
    pub(crate) async fn found(&mut self) -> Uuid {
        let slug = format!("o-{}", fresh().simple());
        let made = json!({"name": "Acme Brokers", "slug": slug});
        self.create("/v1/organizations", &made).await
    }

    /// Makes an API key while the program runs, and tells its token.
    pub(crate) async fn make_key(&mut self, path: &str, body: &Value) -> String {
        let key = fresh().to_string();
        let answer = self.send(Method::POST, path, Some(body), Some(&key)).await;
        let (status, answer) = answer.unwrap();
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Sends a file while the program runs, and tells what was made of it.
    pub(crate) async fn upload(&mut self, path: &str, text: String) -> Value {
        let url = self.url.borrow_and_update().clone();
        let answer = self
            .client
            .post(format!("{url}{path}"))
            .bearer_auth(&self.token)
            .header("idempotency-key", fresh().to_string())
            .header(CONTENT_TYPE, "text/csv")
            .body(text)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        answer.json().await.unwrap()
    }

    async fn viewer_role(&mut self, here: &str) -> Value {
        let roles = self.list(&format!("{here}/roles")).await;
        let viewer = roles.iter().find(|role| role["template_key"] == "viewer");
        viewer.unwrap()["id"].clone()
    }

    /// Makes something, once; tells its id.
    pub(crate) async fn create(&mut self, path: &str, body: &Value) -> Uuid {
        self.post(path, body).await["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Sends a request until it is acknowledged, with one idempotency key; tells the answer.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Value {
        let key = fresh().to_string();
        loop {
            let Some((status, answer)) =
                self.send(Method::POST, path, Some(body), Some(&key)).await
            else {
                self.repeated += 1;
                continue;
            };
            if status.is_success() || answer["code"] == "idempotency-secret-not-repeatable" {
                return answer;
            }
            assert!(
                may_pass(status, &answer),
                "{path} answered {status}: {answer}"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Changes something, until that is acknowledged: once more has no further effect.
    pub(crate) async fn patch(&mut self, path: &str, body: &Value) {
        loop {
            match self.send(Method::PATCH, path, Some(body), None).await {
                Some((StatusCode::OK, _)) => return,
                Some((status, answer)) => {
                    assert!(may_pass(status, &answer), "{path}: {status}: {answer}");
                    tokio::time::sleep(PAUSE).await;
                }
                None => self.repeated += 1,
            }
        }
    }

    /// What is there.
    pub(crate) async fn get(&mut self, path: &str) -> Value {
        self.until(path, |_| true).await
    }

    /// What is there when it is as it has to be.
    pub(crate) async fn until(&mut self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match self.send(Method::GET, path, None, None).await {
                Some((StatusCode::OK, answer)) if is_so(&answer) => return answer,
                Some((status, answer)) if status != StatusCode::OK => {
                    assert!(may_pass(status, &answer), "{path}: {status}: {answer}");
                    tokio::time::sleep(PAUSE).await;
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
        panic!("{path} is not as it has to be")
    }

    /// Everything of a list, page by page.
    pub(crate) async fn list(&mut self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let page = cursor.as_ref().map_or_else(
                || format!("{path}?limit=100"),
                |cursor| format!("{path}?limit=100&cursor={cursor}"),
            );
            let Some((status, answer)) = self.send(Method::GET, &page, None, None).await else {
                continue;
            };
            if may_pass(status, &answer) {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            assert_eq!(status, StatusCode::OK, "{path}: {answer}");
            items.extend(answer["items"].as_array().unwrap().iter().cloned());
            cursor = answer["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return items;
            }
        }
    }

    /// One request; `None` when no whole answer came, after which the program is there again.
    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Option<(StatusCode, Value)> {
        let url = self.url.borrow_and_update().clone();
        let mut request = self.client.request(method, format!("{url}{path}"));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let whole = async {
            let response = request.send().await.ok()?;
            let status = response.status();
            Some((status, response.json::<Value>().await.ok()?))
        };
        let answer = whole.await;
        if answer.is_none() {
            // The program was killed, or is about to be: it comes back at another address. When none is
            // told any more it stays, and the connection was an old one.
            let next = tokio::time::timeout(PATIENCE, self.url.changed());
            drop(next.await.expect("the program comes back"));
        }
        if let Some((StatusCode::UNAUTHORIZED, _)) = answer {
            // Access tokens last for a quarter of an hour, which is shorter than many crashes.
            self.token.clear();
            Box::pin(self.log_in()).await;
            return None;
        }
        answer
    }
}

/// Whether the server said that the request may do better the next time.
fn may_pass(status: StatusCode, answer: &Value) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) || answer["code"] == "idempotency-key-in-progress"
}

fn fresh() -> Uuid {
    use kernel::IdGenerator as _;

    static IDS: std::sync::LazyLock<infrastructure::SystemIds> =
        std::sync::LazyLock::new(infrastructure::SystemIds::default);
    IDS.next()
}
