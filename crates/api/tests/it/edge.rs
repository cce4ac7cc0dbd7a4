//! Around every operation: ids, addresses, limits, timeouts, headers, CORS, and what is recorded.

use std::net::IpAddr;
use std::time::Duration;

use api::edge::{EdgeSettings, TrustedProxies};
use kernel::Quota;
use poem::http::Method;
use serde_json::json;

use crate::demo::{DemoApi, organization, user};
use crate::support::{Keys, World};

fn configured(settings: EdgeSettings) -> World {
    World::with(DemoApi::default(), settings, Keys(1))
}

#[tokio::test]
async fn every_request_has_an_id_of_its_own_which_the_client_cannot_choose() {
    let world = World::new(DemoApi::default());
    let get = || {
        world
            .get("/health/live")
            .header("x-request-id", "mine")
            .send()
    };

    let (one, two) = (get().await, get().await);

    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    assert_ne!(one.header("x-request-id"), "mine");
}

#[tokio::test]
async fn a_request_is_recorded_with_its_template_and_who_asked_where() {
    let world = World::new(DemoApi::default());

    let path = "/v1/organizations/acme/teams";
    world.get(path).token("member").send().await.is(200);
    world.get("/nothing").send().await.is(404);

    let requests = world.observer.requests.lock().unwrap();
    let [known, unknown] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(
        known.route.as_deref(),
        Some("/v1/organizations/{organization}/teams")
    );
    assert_eq!((known.status, &known.method), (200, &Method::GET));
    assert_eq!(known.user, Some(user()));
    assert_eq!(known.organization, Some(organization()));
    assert_eq!(known.ip, Some("203.0.113.9".parse().unwrap()));
    assert_eq!((unknown.status, &unknown.route), (404, &None));
}

#[tokio::test]
async fn the_clients_address_is_what_a_trusted_proxy_says() {
    let world = configured(EdgeSettings {
        trusted_proxies: TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]),
        ..EdgeSettings::default()
    });
    let get = |peer: &str| {
        world
            .get("/health/live")
            .from(peer)
            .header("x-forwarded-for", "1.1.1.1, 198.51.100.1")
            .send()
    };

    get("10.0.0.1").await;
    get("203.0.113.9").await;

    let requests = world.observer.requests.lock().unwrap();
    let seen = requests.iter().map(|request| request.ip.unwrap());
    let expected: [IpAddr; 2] = [
        "198.51.100.1".parse().unwrap(),
        "203.0.113.9".parse().unwrap(),
    ];
    assert_eq!(seen.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_client_that_goes_away_is_recorded_too() {
    let world = World::new(DemoApi::default());

    let asking = world.get("/v1/failures/slow").token("member").send();
    let gone = tokio::time::timeout(Duration::from_millis(20), asking).await;

    assert!(gone.is_err());
    assert_eq!(world.observer.requests.lock().unwrap()[0].status, 499);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_ended() {
    let world = World::new(DemoApi::default());

    let told = world.get("/v1/failures/slow").token("member").send().await;

    told.is_problem(503, "request-timeout");
}

#[tokio::test(start_paused = true)]
async fn an_upload_may_take_longer_than_other_requests() {
    let world = World::new(DemoApi::default());
    let slow = futures_util::stream::unfold(0, |n| async move {
        tokio::time::sleep(Duration::from_secs(20)).await;
        (n < 5).then(|| (Ok::<_, std::io::Error>(vec![0_u8; 100]), n + 1))
    });

    let told = world
        .ask(Method::PUT, "/v1/uploads")
        .token("member")
        .header("content-type", "application/octet-stream")
        .body(poem::Body::from_bytes_stream(slow))
        .send()
        .await;

    assert_eq!(told.is(200).json(), 500);
}

#[tokio::test]
async fn one_network_can_call_an_operation_without_credentials_only_so_often() {
    let world = configured(EdgeSettings {
        anonymous_quota: Quota {
            burst: 2,
            interval: time::Duration::milliseconds(2_500),
        },
        ..EdgeSettings::default()
    });
    let sign_up = |peer: &str| {
        world
            .post("/v1/sign-up")
            .from(peer)
            .json(&json!({"password": "x"}))
            .send()
    };

    sign_up("203.0.113.9").await.is(204);
    sign_up("203.0.113.10").await.is(204);
    let told = sign_up("203.0.113.11").await;
    told.is_problem(429, "rate-limited");
    assert_eq!(told.header("retry-after"), "3");
    sign_up("203.0.114.9").await.is(204);
    for _ in 0..5 {
        world.get("/health/live").send().await.is(200);
    }
}

#[tokio::test]
async fn get_answers_head_without_a_body() {
    let world = World::new(DemoApi::default());

    for path in ["/v1/organizations/acme/teams", "/health/live", "/docs"] {
        let told = world.ask(Method::HEAD, path).token("member").send().await;
        told.is(200);
        assert!(told.body.is_empty());
    }
    world.ask(Method::HEAD, "/nothing").send().await.is(404);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let world = World::new(DemoApi::default());
    let allow = |path: &'static str| {
        let world = &world;
        async move {
            let told = world.ask(Method::TRACE, path).send().await;
            told.is_problem(405, "method-not-allowed").header("allow")
        }
    };

    assert_eq!(
        allow("/v1/organizations/acme/teams").await,
        "GET, HEAD, POST"
    );
    let team = "/v1/organizations/acme/teams/x";
    assert_eq!(allow(team).await, "DELETE, GET, HEAD, PATCH");
    assert_eq!(allow("/metrics").await, "GET, HEAD");
}

#[tokio::test]
async fn only_allowed_origins_may_read_answers() {
    let world = configured(EdgeSettings {
        cors_origins: vec!["https://app.example.org/".to_owned()],
        ..EdgeSettings::default()
    });
    let preflight = |origin: &'static str| {
        world
            .ask(Method::OPTIONS, "/v1/organizations/acme/teams")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .send()
    };

    let told = preflight("https://app.example.org").await;
    told.is(204);
    let origin = "access-control-allow-origin";
    assert_eq!(told.header(origin), "https://app.example.org");
    let methods = told.header("access-control-allow-methods");
    assert!(methods.contains("PATCH"));
    let told = preflight("https://evil.example.org").await;
    assert_eq!(told.is(405).header(origin), "");
    let told = world
        .get("/nothing")
        .header("origin", "https://app.example.org")
        .send()
        .await;
    assert_eq!(told.is(404).header(origin), "https://app.example.org");
    assert_eq!(told.header("vary"), "origin");
}

#[tokio::test]
async fn without_configuration_no_origin_is_allowed() {
    let world = World::new(DemoApi::default());

    let told = world
        .get("/health/live")
        .header("origin", "https://app.example.org")
        .send()
        .await;

    assert_eq!(told.is(200).header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn browsers_are_told_to_insist_on_https_where_it_is_used() {
    let hsts = |public_url: &str| {
        let settings = EdgeSettings {
            public_url: public_url.to_owned(),
            ..EdgeSettings::default()
        };
        async move {
            let told = configured(settings).get("/health/live").send().await;
            told.header("strict-transport-security")
        }
    };

    assert!(
        hsts("https://canvass.example.org")
            .await
            .starts_with("max-age=")
    );
    assert_eq!(hsts("http://localhost:8080").await, "");
}
