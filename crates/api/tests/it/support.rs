//! A client that checks on every answer what is promised of all of them, and doubles of the ports.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use api::edge::{EdgePorts, EdgeSettings, FailureRecord, RequestObserver, RequestRecord};
use api::{ApiDependencies, Check, Gate, MetricsSource, Readiness, application};
use async_trait::async_trait;
use campaigns::{ActorJudge, HitRecorder, Visits};
use hmac::{KeyInit as _, Mac as _};
use in_memory::MemoryDatabase;
use kernel::{
    Clock, IdGenerator, KeyPurpose, KeyRing, Mac, Quota, RateDecision, RateLimiter, StorageError,
    Timestamp,
};
use poem::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Body, Endpoint, Request, RequestParts, Response};
use poem_openapi::OpenApi;
use serde_json::Value;
use tenancy::{Access, AccountPorts, ApiKeyAuthentication, Authentication, Sessions};
use testkit::{SequentialIds, accounts_in_memory};
use uuid::Uuid;

pub(crate) const PROBLEM: &str = "application/problem+json";

/// What tells people what went wrong.
pub(crate) const PAGE: &str = "text/html; charset=utf-8";

pub(crate) struct World {
    pub(crate) app: Arc<dyn Fn(Request) -> Answering + Send + Sync>,
    pub(crate) observer: Arc<Notes>,
    pub(crate) healthy: Arc<Mutex<bool>>,
}

pub(crate) type Answering = std::pin::Pin<Box<dyn Future<Output = Response> + Send>>;

/// What the observer was told.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) requests: Mutex<Vec<RequestRecord>>,
    pub(crate) failures: Mutex<Vec<FailureRecord>>,
}

impl RequestObserver for Notes {
    fn answered(&self, record: RequestRecord) {
        self.requests.lock().unwrap().push(record);
    }

    fn failed(&self, record: FailureRecord) {
        self.failures.lock().unwrap().push(record);
    }
}

/// A gate to what is kept behind the ports.
pub(crate) fn a_gate(ports: &AccountPorts) -> Gate {
    let access = Access::new(
        Arc::clone(&ports.store),
        Arc::clone(&ports.clock),
        Arc::clone(&ports.ids),
    );
    let api_keys = ApiKeyAuthentication::new(ports);
    Gate::new(Authentication::new(Sessions::new(ports), api_keys), access)
}

impl World {
    pub(crate) fn new<T: OpenApi + 'static>(api: T) -> Self {
        Self::with(api, EdgeSettings::default(), Keys(1))
    }

    pub(crate) fn with<T: OpenApi + 'static>(api: T, settings: EdgeSettings, keys: Keys) -> Self {
        // The demo has a gate of its own.
        let database = MemoryDatabase::new();
        let ports = accounts_in_memory(
            &database,
            testkit::FixedClock::default(),
            SequentialIds::default(),
        );
        let ports = AccountPorts {
            clock: Arc::new(FixedClock),
            keys: Arc::new(keys),
            limiter: Arc::new(Limiter::default()),
            ..ports
        };
        Self::over(api, settings, &ports, &database)
    }

    /// The application over these ports.
    pub(crate) fn over<T: OpenApi + 'static>(
        api: T,
        settings: EdgeSettings,
        ports: &AccountPorts,
        database: &MemoryDatabase,
    ) -> Self {
        let judge: Arc<dyn ActorJudge> = Arc::new(testkit::EvidenceJudge);
        let hits = HitRecorder::new(
            Arc::new(database.clone()),
            Arc::clone(&ports.clock),
            Arc::clone(&ports.ids),
            Arc::clone(&judge),
        );
        let visits = Visits::new(
            Arc::new(database.clone()),
            Arc::clone(&ports.clock),
            Arc::clone(&ports.ids),
            Arc::clone(&ports.keys),
            Arc::clone(&judge),
            Arc::new(hits),
            contacts::read_address,
        );
        Self::visited(api, settings, ports, visits)
    }

    /// The application over these ports, whose visitors do this.
    pub(crate) fn visited<T: OpenApi + 'static>(
        api: T,
        settings: EdgeSettings,
        ports: &AccountPorts,
        visits: Visits,
    ) -> Self {
        let observer = Arc::new(Notes::default());
        let healthy = Arc::new(Mutex::new(true));
        let app = Arc::new(application(
            api,
            ApiDependencies {
                settings,
                ports: EdgePorts {
                    clock: Arc::clone(&ports.clock),
                    ids: Arc::new(Counter::default()),
                    keys: Arc::clone(&ports.keys),
                    limiter: Arc::clone(&ports.limiter),
                    observer: Arc::clone(&observer) as Arc<dyn RequestObserver>,
                },
                gate: a_gate(ports),
                visits,
                readiness: Arc::new(Health(Arc::clone(&healthy))),
                metrics: Arc::new(Figures),
            },
        ));
        Self {
            app: Arc::new(move |request| {
                let app = Arc::clone(&app);
                Box::pin(async move { app.get_response(request).await })
            }),
            observer,
            healthy,
        }
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Asking<'_> {
        Asking {
            world: self,
            method,
            uri: path.parse().unwrap(),
            headers: HeaderMap::new(),
            body: Body::empty(),
            peer: "203.0.113.9".parse().unwrap(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Asking<'_> {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Asking<'_> {
        self.ask(Method::POST, path)
    }

    pub(crate) fn patch(&self, path: &str) -> Asking<'_> {
        self.ask(Method::PATCH, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Asking<'_> {
        self.ask(Method::DELETE, path)
    }
}

pub(crate) struct Asking<'a> {
    world: &'a World,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
    peer: IpAddr,
}

impl Asking<'_> {
    pub(crate) fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn from(mut self, peer: &str) -> Self {
        self.peer = peer.parse().unwrap();
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    pub(crate) fn into_request(self) -> Request {
        let (mut parts, ()) = poem::http::Request::new(()).into_parts();
        parts.method = self.method;
        parts.uri = self.uri;
        parts.headers = self.headers;
        let peer = RemoteAddr(Addr::SocketAddr(SocketAddr::new(self.peer, 4711)));
        let parts = RequestParts::from((
            parts,
            LocalAddr::default(),
            peer,
            poem::http::uri::Scheme::HTTP,
        ));
        Request::from_parts(parts, self.body)
    }

    /// Sends the request, and checks on the answer what is promised of all answers.
    #[track_caller]
    pub(crate) fn send(self) -> impl Future<Output = Told> {
        let head = self.method == Method::HEAD;
        let answering = (self.world.app)(self.into_request());
        async move {
            let (parts, body) = answering.await.into_parts();
            let told = Told {
                status: parts.status,
                headers: parts.headers,
                body: body.into_vec().await.unwrap(),
            };
            told.keeps_the_promises_of_all(head);
            told
        }
    }
}

/// An answer.
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Told {
    fn keeps_the_promises_of_all(&self, head: bool) {
        let id = self.header("x-request-id");
        assert!(Uuid::try_parse(&id).is_ok());
        for name in [
            "cache-control",
            "content-security-policy",
            "referrer-policy",
            "x-content-type-options",
            "x-frame-options",
        ] {
            assert!(self.headers.contains_key(name), "{name}");
        }
        if self.status.as_u16() < 400 {
            return;
        }
        if self.header("content-type") == PAGE {
            return;
        }
        assert_eq!(self.header("content-type"), PROBLEM);
        if head {
            assert!(self.body.is_empty());
            return;
        }
        let problem = self.json();
        let code = problem["code"].as_str().unwrap();
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["request_id"], id);
        assert_eq!(problem["instance"], format!("urn:uuid:{id}"));
        assert!(!problem["title"].as_str().unwrap().is_empty());
        let header = match self.status.as_u16() {
            401 => Some(header::WWW_AUTHENTICATE),
            405 => Some(header::ALLOW),
            429 | 503 => Some(header::RETRY_AFTER),
            _ => None,
        };
        if let Some(header) = header {
            assert!(self.headers.contains_key(&header), "{header}");
        }
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// Checks status and code of a problem.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> &Self {
        self.is(status);
        assert_eq!(self.json()["code"], code);
        self
    }

    /// The places and codes of the faults.
    #[track_caller]
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.json()["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| {
                let place = text(&fault["pointer"]) + &text(&fault["parameter"]);
                (place, text(&fault["code"]))
            })
            .collect()
    }
}

pub(crate) fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(place, code)| ((*place).to_owned(), (*code).to_owned()))
        .collect()
}

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

#[derive(Default)]
struct Counter(AtomicU64);

impl IdGenerator for Counter {
    fn next(&self) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
    }
}

/// A ring with the keys 1 to this number, the last one being the newest.
#[derive(Clone, Copy)]
pub(crate) struct Keys(pub(crate) u8);

impl KeyRing for Keys {
    fn mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
        self.mac_with(purpose, self.0, data).unwrap()
    }

    fn mac_with(&self, purpose: KeyPurpose, key_id: u8, data: &[u8]) -> Option<Mac> {
        if !(1..=self.0).contains(&key_id) {
            return None;
        }
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&[key_id; 32]).unwrap();
        mac.update(purpose.label().as_bytes());
        mac.update(data);
        Some(Mac {
            key_id,
            tag: mac.finalize().into_bytes().into(),
        })
    }

    fn lasting_mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
        self.mac_with(purpose, 1, data).unwrap()
    }

    fn verify(&self, purpose: KeyPurpose, data: &[u8], mac: &Mac) -> bool {
        self.mac_with(purpose, mac.key_id, data).as_ref() == Some(mac)
    }
}

#[derive(Default)]
struct Limiter(Mutex<HashMap<[u8; 32], Timestamp>>);

#[async_trait]
impl RateLimiter for Limiter {
    async fn take(
        &self,
        key: [u8; 32],
        quota: Quota,
        now: Timestamp,
    ) -> Result<RateDecision, StorageError> {
        let mut kept = self.0.lock().unwrap();
        let (next, decision) = quota.decide(kept.get(&key).copied(), now);
        kept.insert(key, next);
        Ok(decision)
    }

    async fn reset(&self, key: [u8; 32]) -> Result<(), StorageError> {
        self.0.lock().unwrap().remove(&key);
        Ok(())
    }
}

struct Health(Arc<Mutex<bool>>);

#[async_trait]
impl Readiness for Health {
    async fn checks(&self) -> Vec<Check> {
        let healthy = *self.0.lock().unwrap();
        vec![
            Check::new("database", healthy).took(std::time::Duration::from_millis(3)),
            Check::new("migrations", true),
        ]
    }
}

struct Figures;

impl MetricsSource for Figures {
    fn render(&self) -> String {
        "requests_total 1\n".to_owned()
    }
}
