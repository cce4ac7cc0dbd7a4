//! Whatever is sent, the answer is never 5xx, and every refusal is a problem document.

use std::sync::LazyLock;

use api::edge::EdgeSettings;
use kernel::Quota;
use poem::http::{HeaderValue, Method, Uri};
use proptest::prelude::*;

use crate::demo::DemoApi;
use crate::support::{Keys, World};

/// One for all cases: making one takes longer than asking it.
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let generous = Quota {
        burst: u16::MAX,
        interval: time::Duration::MICROSECOND,
    };
    let settings = EdgeSettings {
        anonymous_quota: generous,
        ..EdgeSettings::default()
    };
    World::with(DemoApi::default(), settings, Keys(1))
});

const ADDRESSES: [&str; 5] = [
    "/v1/organizations/acme/teams",
    "/v1/organizations/acme/teams/018f0000-0000-7000-8000-000000000001",
    "/v1/organizations/acme/keys",
    "/v1/sign-up",
    "/v1/uploads",
];

fn methods() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ])
}

fn header_names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "authorization",
        "content-length",
        "content-type",
        "expect",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "origin",
        "access-control-request-method",
        "user-agent",
        "x-forwarded-for",
        "x-request-id",
    ])
}

/// Texts that look like JSON, so that more of them get past the parser.
fn almost_json() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"name\"",
        "\"description\"",
        "\"limits\"",
        "\"aliases\"",
        "null",
        "7",
        "1e400",
        "\"\\u0000\"",
        "\"x\"",
        "\"\\ud800\"",
    ]);
    prop_oneof![
        prop::collection::vec(words, 0..12).prop_map(|words| words.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..64),
    ]
}

fn sent(asking: crate::support::Asking<'_>) -> u16 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(asking.send()).status.as_u16()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_body_and_no_header_brings_the_server_down(
        method in methods(),
        address in prop::sample::select(ADDRESSES.to_vec()),
        token in prop::bool::weighted(0.8),
        headers in prop::collection::vec((header_names(), prop::collection::vec(any::<u8>(), 0..40)), 0..4),
        body in almost_json(),
    ) {
        let mut asking = WORLD.ask(method, address).body(body);
        if token {
            asking = asking.token("member").header("content-type", "application/json");
        }
        for (name, value) in headers {
            if HeaderValue::from_bytes(&value).is_ok() {
                asking = asking.header(name, value);
            }
        }

        prop_assert!(sent(asking) < 500);
    }

    #[test]
    fn no_address_brings_the_server_down(
        method in methods(),
        segments in prop::collection::vec("(v1|organizations|acme|teams|%[0-9a-f]{2}|[!-~]{0,8})", 0..6),
        query in "[!-~]{0,30}",
    ) {
        let text = format!("/{}?{query}", segments.join("/"));
        let Ok(uri) = text.parse::<Uri>() else {
            return Ok(());
        };
        let asking = WORLD.ask(method, &uri.to_string()).token("member");

        prop_assert!(sent(asking) < 500);
    }

    #[test]
    fn no_query_brings_the_server_down(
        name in prop::sample::select(vec!["name", "since", "limit", "cursor"]),
        value in "([!-~]|%[0-9a-f]{2}){0,20}",
    ) {
        let text = format!("{}?{name}={value}", ADDRESSES[0]);
        let Ok(uri) = text.parse::<Uri>() else {
            return Ok(());
        };
        let asking = WORLD.get(&uri.to_string()).token("member");

        prop_assert!(sent(asking) < 500);
    }
}
