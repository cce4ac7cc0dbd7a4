//! `Idempotency-Key`: a request takes effect once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tenancy::RoleTemplate;

use super::{Ground, text};
use crate::stack::{Answer, Session, Stack, unique};

/// How often a request is sent at once.
const AT_ONCE: usize = 20;

async fn post(stack: &Stack, by: &Session, path: &str, key: &str, body: &Value) -> Answer {
    let call = stack.call(Method::POST, path).by(by);
    call.header("idempotency-key", key).json(body).send().await
}

impl Ground {
    async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        post(&self.stack, &self.owner, path, key, body).await
    }

    async fn post_at_once(&self, path: &str, key: &str, body: &Value) -> Vec<Answer> {
        join_all((0..AT_ONCE).map(|_| self.post(path, key, body))).await
    }
}

/// All of an answer that a repetition has to repeat.
fn substance(answer: &Answer) -> (u16, String, String, Vec<u8>) {
    let header = |name| answer.header(name).to_owned();
    (
        answer.status,
        header("etag"),
        header("location"),
        answer.body.clone(),
    )
}

fn is_replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == "true"
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_parallel_requests_with_one_key_make_one_row_and_are_answered_alike() {
    let ground = Ground::shared().await;
    let path = ground.path("teams");
    let key = unique().to_string();

    let answers = ground
        .post_at_once(&path, &key, &json!({ "name": "North" }))
        .await;

    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(substance(answer), substance(&answers[0]));
    }
    let fresh = answers.iter().filter(|answer| !is_replayed(answer));
    assert_eq!(fresh.count(), 1);
    assert_eq!(ground.count("teams").await, 1);
    let written: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit_logs WHERE organization_id = $1::uuid AND entity_type = 'team'",
    )
    .bind(&ground.organization)
    .fetch_one(&mut ground.stack.admin().await)
    .await
    .unwrap();
    assert_eq!(written, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_parallel_requests_with_one_key_make_one_organization() {
    let stack = Stack::shared().await;
    let owner = stack.sign_up_and_log_in().await;
    let slug = format!("o-{}", unique().simple());
    let body = json!({ "name": "Acme", "slug": slug });
    let key = unique().to_string();

    let requests = (0..AT_ONCE).map(|_| post(&stack, &owner, "/v1/organizations", &key, &body));
    let answers = join_all(requests).await;

    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(substance(answer), substance(&answers[0]));
    }
    let fresh = answers.iter().filter(|answer| !is_replayed(answer));
    assert_eq!(fresh.count(), 1);
    let call = stack.call(Method::GET, "/v1/organizations").by(&owner);
    let listed = call.send().await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_and_every_repetition_names_what_was_made() {
    let ground = Ground::shared().await;
    let path = ground.path("api-keys");
    let key = unique().to_string();
    let body = json!({ "name": "Nightly", "scopes": ["team.view"] });

    let answers = ground.post_at_once(&path, &key, &body).await;

    let (made, repeated): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 201);
    let [made] = made[..] else {
        panic!("one answer with the secret: {answers:?}");
    };
    let token = text(&made.json()["token"]);
    for answer in repeated {
        assert_eq!(answer.status, 409, "{answer:?}");
        assert_eq!(answer.code(), "idempotency-secret-not-repeatable");
        assert_eq!(answer.json()["id"], made.json()["id"]);
        assert!(!String::from_utf8_lossy(&answer.body).contains(&token));
    }
    assert_eq!(ground.count("api_keys").await, 1);
    let kept: String = sqlx::query_scalar(
        "SELECT string_agg(answer::text, ' ') FROM idempotency_keys WHERE organization_id = $1::uuid",
    )
    .bind(&ground.organization)
    .fetch_one(&mut ground.stack.admin().await)
    .await
    .unwrap();
    assert!(!kept.contains("cvk_"), "the secret is not kept");
}

#[tokio::test]
async fn another_body_with_the_key_of_before_is_refused_and_does_nothing() {
    let ground = Ground::shared().await;
    let path = ground.path("teams");
    let key = unique().to_string();
    let first = ground.post(&path, &key, &json!({ "name": "North" })).await;

    let other = ground.post(&path, &key, &json!({ "name": "South" })).await;
    let again = ground.post(&path, &key, &json!({ "name": "North" })).await;

    assert_eq!(other.clone().expect(422).code(), "idempotency-key-reused");
    assert_eq!(substance(&again), substance(&first));
    assert!(is_replayed(&again));
    assert_eq!(ground.count("teams").await, 1);
}

#[tokio::test]
async fn an_answer_is_repeated_after_a_restart() {
    let ground = Ground::shared().await;
    let path = ground.path("teams");
    let key = unique().to_string();
    let body = json!({ "name": "North" });
    let secret = json!({ "name": "Nightly", "scopes": ["team.view"] });
    let first = ground.post(&path, &key, &body).await.expect(201);
    let keys = ground.path("api-keys");
    let made = ground.post(&keys, &key, &secret).await.expect(201);

    let ground = Ground {
        stack: ground.stack.restart().await,
        ..ground
    };
    let again = ground.post(&path, &key, &body).await;
    let refused = ground.post(&keys, &key, &secret).await.expect(409);

    assert_eq!(substance(&again), substance(&first));
    assert!(is_replayed(&again));
    assert_eq!(ground.count("teams").await, 1);
    assert_eq!(refused.json()["id"], made.json()["id"]);
    assert_eq!(ground.count("api_keys").await, 1);
}

#[tokio::test]
async fn a_key_counts_per_person_organization_and_address() {
    let ground = Ground::shared().await;
    let organization = ground.organization.parse().unwrap();
    let admin = ground.stack.join(organization, RoleTemplate::Admin).await;
    let other = Ground::on(Stack::shared().await).await;
    let key = unique().to_string();
    let path = ground.path("teams");
    let (north, south) = (json!({ "name": "North" }), json!({ "name": "South" }));
    let first = ground.post(&path, &key, &north).await.expect(201);
    let team = text(&first.json()["id"]);

    let by_another = post(&ground.stack, &admin, &path, &key, &south).await;
    let elsewhere = other.post(&other.path("teams"), &key, &north).await;
    let restore = format!("{path}/{team}/restore");
    let of_another_route = ground.post(&restore, &key, &json!({})).await;
    let of_another_session = post(
        &ground.stack,
        &ground.stack.log_in(&ground.owner.email).await,
        &path,
        &key,
        &north,
    )
    .await;

    assert_eq!(by_another.status, 201);
    assert_eq!(elsewhere.status, 201);
    assert_eq!(of_another_route.code(), "not-deleted");
    assert_eq!(substance(&of_another_session), substance(&first));
    assert_eq!(ground.count("teams").await, 2);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_unused() {
    let ground = Ground::shared().await;
    let path = ground.path("teams");
    let (key, other) = (unique().to_string(), unique().to_string());
    ground
        .post(&path, &other, &json!({ "name": "North" }))
        .await
        .expect(201);

    let invalid = ground.post(&path, &key, &json!({})).await;
    let taken = ground.post(&path, &key, &json!({ "name": "north" })).await;
    let made = ground.post(&path, &key, &json!({ "name": "South" })).await;

    assert_eq!(invalid.status, 422);
    assert_eq!(taken.code(), "team-name-taken");
    assert_eq!(made.status, 201);
    assert!(!is_replayed(&made));
}

#[tokio::test]
async fn a_key_that_ran_out_makes_another_row() {
    let ground = Ground::shared().await;
    let path = ground.path("teams");
    let key = unique().to_string();
    let first = ground.post(&path, &key, &json!({ "name": "North" })).await;
    ground.delete(first.header("location")).await;
    let aged = sqlx::query(
        "UPDATE idempotency_keys SET expires_at = now() WHERE organization_id = $1::uuid",
    )
    .bind(&ground.organization)
    .execute(&mut ground.stack.admin().await)
    .await
    .unwrap();
    assert!(aged.rows_affected() > 0);

    let second = ground.post(&path, &key, &json!({ "name": "North" })).await;

    assert_eq!(second.status, 201);
    assert!(!is_replayed(&second));
    assert_ne!(second.json()["id"], first.json()["id"]);
}
