//! JSON bodies: all faults at once, by pointer, and limits.

use api::answer::NoContent;
use api::input::{Body, Path, text};
use api::problem::{ApiError, Failed};
use kernel::Name;
use poem_openapi::{Object, OpenApi};
use serde_json::{Value, json};

use crate::demo::DemoApi;
use crate::support::{World, pairs};

const TEAMS: &str = "/v1/organizations/acme/teams";

#[tokio::test]
async fn all_faults_of_a_body_are_told_at_once_and_by_place() {
    let world = World::new(DemoApi::default());

    let told = world
        .post(TEAMS)
        .token("member")
        .json(&json!({
            "description": 7,
            "starts_at": "tomorrow",
            "limits": {"members": 51},
            "aliases": ["ok", "", {"secret-canary": 1}],
        }))
        .send()
        .await;

    told.is_problem(422, "invalid");
    assert_eq!(
        told.faults(),
        pairs(&[
            ("#/name", "required"),
            ("#/description", "wrong-type"),
            ("#/starts_at", "invalid-instant"),
            ("#/limits/members", "out-of-range"),
            ("#/aliases/1", "required"),
            ("#/aliases/2", "wrong-type"),
        ])
    );
}

#[tokio::test]
async fn an_unknown_field_is_refused_without_repeating_its_name() {
    let world = World::new(DemoApi::default());

    let told = world
        .post(TEAMS)
        .token("member")
        .json(&json!({"name": "North", "canary": 1, "limits": {"canary": 2}}))
        .send()
        .await;

    told.is_problem(422, "invalid");
    let unknown = pairs(&[("#/limits", "unknown-field"), ("#", "unknown-field")]);
    assert_eq!(told.faults(), unknown);
    let text = String::from_utf8(told.body.clone()).unwrap();
    assert!(!text.contains("canary"));
    assert!(text.contains("`name`") && text.contains("`members`"));
}

#[tokio::test]
async fn nothing_that_was_sent_is_repeated_in_a_fault() {
    let world = World::new(DemoApi::default());
    let canary = "Canary\u{7}Ada";

    for body in [
        json!({"name": canary}),
        json!({"name": {"x": canary}}),
        json!({"name": "x", "starts_at": canary}),
        json!({"name": "x", "aliases": [canary]}),
        json!([canary]),
        json!(canary),
    ] {
        let told = world.post(TEAMS).token("member").json(&body).send().await;
        told.is_problem(422, "invalid");
        let text = String::from_utf8(told.body.clone()).unwrap();
        assert!(!text.contains("Canary"), "{text}");
    }
}

#[tokio::test]
async fn a_field_of_a_change_is_absent_null_or_set() {
    let world = World::new(DemoApi::default());
    let body = json!({"name": "North", "description": "Up"});
    let created = world.post(TEAMS).token("member").json(&body).send().await;
    let team = created.is(201).header("location");
    let table = [
        (json!({}), 200, Some(json!(["North", "Up"]))),
        (
            json!({"description": null}),
            200,
            Some(json!(["North", null])),
        ),
        (
            json!({"description": "Down"}),
            200,
            Some(json!(["North", "Down"])),
        ),
        (
            json!({"name": "South"}),
            200,
            Some(json!(["South", "Down"])),
        ),
        (json!({"name": null}), 422, None),
    ];

    for (body, status, expected) in table {
        let told = world.patch(&team).token("member").json(&body).send().await;
        told.is(status);
        if let Some(expected) = expected {
            let shown = told.json();
            assert_eq!(json!([shown["name"], shown["description"]]), expected);
        } else {
            assert_eq!(told.faults(), pairs(&[("#/name", "not-nullable")]));
        }
    }
}

#[tokio::test]
async fn what_is_not_json_is_told_apart_from_what_is_of_another_media_type() {
    let world = World::new(DemoApi::default());
    let deep = "[".repeat(1_000);
    let table: [(&str, &[u8], u16, &str); 12] = [
        ("application/json", b"{", 400, "malformed-json"),
        ("application/json", b"", 400, "malformed-json"),
        ("application/json", b"{}x", 400, "malformed-json"),
        (
            "application/json",
            b"{\"name\": \"\xff\"}",
            400,
            "malformed-json",
        ),
        (
            "application/json",
            b"{\"name\": \"\\ud800\"}",
            400,
            "malformed-json",
        ),
        (
            "application/json",
            b"{\"name\": 1e999}",
            400,
            "malformed-json",
        ),
        ("application/json", deep.as_bytes(), 400, "malformed-json"),
        (
            "application/json",
            b"{\"name\": \"North\", \"name\": \"South\"}",
            400,
            "malformed-json",
        ),
        ("application/json", b"null", 422, "invalid"),
        (
            "application/json",
            b"{\"name\": \"a\\u0000b\"}",
            422,
            "invalid",
        ),
        ("text/plain", b"{}", 415, "unsupported-media-type"),
        ("", b"{}", 415, "unsupported-media-type"),
    ];
    for (content_type, body, status, code) in table {
        let told = world
            .post(TEAMS)
            .token("member")
            .header("content-type", content_type)
            .body(body.to_vec())
            .send()
            .await;
        told.is_problem(status, code);
    }
    let told = world.post(TEAMS).token("member").body("{}").send().await;
    told.is_problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn a_body_over_the_limit_of_its_route_is_refused_with_and_without_a_length() {
    let world = World::new(DemoApi::default());
    let body = |length: usize| {
        let frame = json!({"name": "N", "description": ""}).to_string().len();
        json!({"name": "N", "description": "x".repeat(length - frame)}).to_string()
    };
    let chunked = |text: String| {
        let chunks = text
            .into_bytes()
            .chunks(100)
            .map(<[u8]>::to_vec)
            .collect::<Vec<_>>();
        poem::Body::from_bytes_stream(futures_util::stream::iter(
            chunks.into_iter().map(Ok::<_, std::io::Error>),
        ))
    };
    let post = || {
        world
            .post(TEAMS)
            .token("member")
            .header("content-type", "application/json")
    };

    post().body(body(1_024)).send().await.is(201);
    post()
        .body(body(1_025))
        .send()
        .await
        .is_problem(413, "body-too-large");
    post()
        .body(chunked(body(1_025)))
        .send()
        .await
        .is_problem(413, "body-too-large");
    let announced = post().header("content-length", "9999999").body("{}");
    announced.send().await.is_problem(413, "body-too-large");
}

#[tokio::test]
async fn a_body_without_end_is_read_no_further_than_its_limit() {
    let world = World::new(DemoApi::default());
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 4_096]));

    let told = world
        .post(TEAMS)
        .token("member")
        .header("content-type", "application/json")
        .body(poem::Body::from_bytes_stream(endless))
        .send()
        .await;

    told.is_problem(413, "body-too-large");
}

#[tokio::test]
async fn a_body_is_not_read_before_somebody_proved_who_they_are() {
    let world = World::new(DemoApi::default());
    let unread =
        futures_util::stream::poll_fn(|_| -> std::task::Poll<Option<std::io::Result<Vec<u8>>>> {
            panic!("the body was read")
        });

    let told = world
        .post(TEAMS)
        .header("content-type", "application/json")
        .body(poem::Body::from_bytes_stream(unread))
        .send()
        .await;

    told.is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_fault_of_the_client() {
    let world = World::new(DemoApi::default());
    let broken = futures_util::stream::iter([
        Ok(b"{\"na".to_vec()),
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
    ]);

    let told = world
        .post(TEAMS)
        .token("member")
        .header("content-type", "application/json")
        .body(poem::Body::from_bytes_stream(broken))
        .send()
        .await;

    told.is_problem(400, "incomplete-body");
}

#[tokio::test]
async fn parameters_are_judged_by_name_and_all_at_once() {
    let world = World::new(DemoApi::default());
    let get = |query: &str| {
        let path = format!("{TEAMS}?{query}");
        world.get(&path).token("member").send()
    };

    let told = get("name=%07&since=yesterday").await;
    told.is_problem(400, "invalid-parameter");
    let faults = pairs(&[("name", "control-character"), ("since", "invalid-instant")]);
    assert_eq!(told.faults(), faults);
    let told = get("limit=201").await;
    told.is_problem(400, "invalid-parameter");
    assert_eq!(told.faults(), pairs(&[("limit", "out-of-range")]));
    get("canary=1").await.is_problem(400, "unknown-parameter");
    get("limit=1&limit=2")
        .await
        .is_problem(400, "repeated-parameter");
    get("name=%ff").await.is_problem(400, "malformed-query");
    get("name=%00").await.is_problem(400, "malformed-query");
    let told = get("name=N&since=2026-01-01T00:00:00%2B01:00&limit=200").await;
    assert_eq!(told.is(200).json()["items"], Value::Array(vec![]));
}

/// What a thing is made from.
#[derive(Object)]
struct Thing {
    /// Its name.
    name: String,
    /// What it is for.
    #[oai(nullable)]
    purpose: Option<String>,
}

struct Drifting;

#[OpenApi]
impl Drifting {
    #[oai(path = "/:way", method = "post", operation_id = "drift")]
    async fn drift(&self, way: Path<String>, body: Body<Thing>) -> Result<NoContent, Failed> {
        let read = body.decode(|fields| {
            let way = way.0.as_str();
            let name = match way {
                "name-optional" => fields.optional("name", text::<Name>)?,
                "name-misspelled" => fields.optional("nmae", text::<Name>)?,
                _ => Some(fields.required("name", text::<Name>)?),
            };
            match way {
                "purpose-forgotten" => {}
                "purpose-kept" => {
                    fields.patch("purpose", text::<Name>)?;
                }
                _ => {
                    fields.clearable("purpose", text::<Name>)?;
                }
            }
            Some(name)
        })?;
        read.map_err(|errors| ApiError::invalid(&errors))?;
        Ok(NoContent::Done)
    }
}

#[tokio::test]
async fn a_body_that_is_read_otherwise_than_documented_is_a_fault_of_ours() {
    let world = World::new(Drifting);
    let table = [
        ("faithful", json!({"name": "x"}), 204),
        ("name-optional", json!({"name": "x"}), 500),
        ("name-misspelled", json!({}), 500),
        ("purpose-forgotten", json!({"name": "x"}), 500),
        ("purpose-kept", json!({"name": "x"}), 500),
    ];
    for (way, body, status) in table {
        let told = world.post(&format!("/{way}")).json(&body).send().await;
        told.is(status);
    }
}
