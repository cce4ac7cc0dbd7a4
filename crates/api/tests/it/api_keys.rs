//! API keys.

use poem::http::Method;
use serde_json::{Value, json};
use tenancy::RoleTemplate;

use crate::installation::Installation;
use crate::office::{column, text};
use crate::support::{Told, pairs};

struct Scene {
    installation: Installation,
    organization: String,
    /// The owner's token.
    token: String,
}

async fn a_scene() -> Scene {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    Scene {
        installation,
        organization,
        token: owner.token,
    }
}

impl Scene {
    fn path(&self, rest: &str) -> String {
        format!("/v1/organizations/{}/{rest}", self.organization)
    }

    async fn create(&self, token: &str, scopes: &[&str]) -> Told {
        let body = json!({"name": "Nightly export", "scopes": scopes});
        let path = self.path("api-keys");
        self.installation.post(&path, token, &body).await
    }

    async fn get(&self, rest: &str, token: &str) -> Told {
        self.installation.get(&self.path(rest), token).await
    }
}

#[tokio::test]
async fn a_new_key_shows_its_token_once_and_opens_what_its_scopes_allow() {
    let scene = a_scene().await;

    let made = scene.create(&scene.token, &["team.view"]).await;
    let shown = made.is(201).json();
    let token = text(&shown["token"]);
    assert!(token.starts_with(&text(&shown["prefix"])));
    assert_eq!(made.header("etag"), "\"1\"");
    let read = scene
        .installation
        .get(&made.header("location"), &scene.token)
        .await;
    let mut expected = shown.clone();
    expected.as_object_mut().unwrap().remove("token");
    assert_eq!(read.is(200).json(), expected);
    assert_eq!(
        expected,
        json!({
            "id": shown["id"],
            "user_id": shown["user_id"],
            "name": "Nightly export",
            "scopes": ["team.view"],
            "prefix": shown["prefix"],
            "last_used_at": null,
            "expires_at": null,
            "revoked_at": null,
            "created_at": "2026-01-15T12:00:00Z",
            "updated_at": "2026-01-15T12:00:00Z",
        })
    );

    scene.get("teams", &token).await.is(200);
    let body = json!({"name": "North"});
    let refused = scene
        .installation
        .post(&scene.path("teams"), &token, &body)
        .await;
    refused.is_problem(403, "permission-missing");
    assert!(text(&refused.json()["detail"]).contains("team.create"));
    let listed = scene.get("api-keys", &scene.token).await;
    assert_eq!(column(&listed, "last_used_at"), ["2026-01-15T12:00:00Z"]);
}

#[tokio::test]
async fn a_repeated_creation_is_a_conflict_that_names_the_key() {
    let scene = a_scene().await;
    let path = scene.path("api-keys");
    let create = || {
        scene
            .installation
            .ask(Method::POST, &path)
            .token(&scene.token)
            .header("idempotency-key", "key-of-eight")
            .json(&json!({"name": "Nightly export", "scopes": ["team.view"]}))
            .send()
    };

    let made = create().await;
    let again = create().await;

    again.is_problem(409, "idempotency-secret-not-repeatable");
    assert_eq!(again.json()["id"], made.is(201).json()["id"]);
    assert!(!String::from_utf8_lossy(&again.body).contains("cvk_"));
}

#[tokio::test]
async fn all_faults_of_a_new_key_are_told_at_once() {
    let scene = a_scene().await;
    let path = scene.path("api-keys");

    let body = json!({"scopes": ["team.view", "team.fly"], "expires_at": "soon", "x": 1});
    let told = scene.installation.post(&path, &scene.token, &body).await;
    assert_eq!(
        told.is(422).faults(),
        pairs(&[
            ("#/name", "required"),
            ("#/scopes/1", "unknown-permission"),
            ("#/expires_at", "invalid-instant"),
            ("#", "unknown-field"),
        ])
    );
    let body = json!({"name": "x", "scopes": [], "expires_at": "2026-01-15T12:00:00Z"});
    let told = scene.installation.post(&path, &scene.token, &body).await;
    assert_eq!(
        told.is(422).faults(),
        pairs(&[("#/scopes", "required"), ("#/expires_at", "in-the-past")])
    );
}

#[tokio::test]
async fn a_right_that_one_does_not_hold_cannot_be_given_to_a_key() {
    let scene = a_scene().await;
    let (person, _) = scene
        .installation
        .hire(&scene.organization, RoleTemplate::Consultant)
        .await;

    let refused = scene.create(&person.token, &["audit.view"]).await;

    refused.is_problem(403, "right-not-held");
    assert!(text(&refused.json()["detail"]).contains("audit.view"));
}

#[tokio::test]
async fn a_key_cannot_make_or_change_keys_or_make_organizations() {
    let scene = a_scene().await;
    let made = scene
        .create(&scene.token, &["api_key.create", "api_key.view"])
        .await;
    let (key, location) = (text(&made.is(201).json()["token"]), made.header("location"));

    let another = scene.create(&key, &["api_key.view"]).await;
    another.is_problem(403, "session-required");
    let body = json!({"name": "Longer"});
    let changed = scene.installation.patch(&location, &key, &body).await;
    changed.is_problem(403, "session-required");
    let body = json!({"name": "Acme", "slug": "acme"});
    let founded = scene
        .installation
        .post("/v1/organizations", &key, &body)
        .await;
    founded.is_problem(403, "session-required");
    scene.installation.get(&location, &key).await.is(200);
}

#[tokio::test]
async fn a_key_is_changed_by_its_user_in_the_version_that_they_know() {
    let scene = a_scene().await;
    let made = scene.create(&scene.token, &["team.view"]).await;
    let location = made.is(201).header("location");
    let body = json!({"scopes": ["member.view"], "expires_at": "2026-02-01T00:00:00+01:00"});

    let change = |tag: &'static str| {
        scene
            .installation
            .ask(Method::PATCH, &location)
            .token(&scene.token)
            .header("if-match", tag)
            .json(&body)
            .send()
    };
    change("\"2\"").await.is_problem(412, "stale");
    let changed = change("\"1\"").await;

    let shown = changed.is(200).json();
    assert_eq!(shown["scopes"], json!(["member.view"]));
    assert_eq!(shown["expires_at"], "2026-01-31T23:00:00Z");
    let forever = json!({"expires_at": null});
    let changed = scene
        .installation
        .patch(&location, &scene.token, &forever)
        .await;
    assert_eq!(changed.is(200).json()["expires_at"], Value::Null);
    assert_eq!(changed.header("etag"), "\"3\"");
    let (admin, _) = scene
        .installation
        .hire(&scene.organization, RoleTemplate::Admin)
        .await;
    let others = scene
        .installation
        .patch(&location, &admin.token, &forever)
        .await;
    others.is_problem(403, "api-key-of-another");
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_and_stays_among_the_ended_ones() {
    let scene = a_scene().await;
    let made = scene.create(&scene.token, &["team.view"]).await;
    let shown = made.is(201).json();
    let (key, location) = (text(&shown["token"]), made.header("location"));
    scene.get("teams", &key).await.is(200);

    for _ in 0..2 {
        let told = scene.installation.delete(&location, &scene.token).await;
        told.is(204);
    }

    let refused = scene.get("teams", &key).await;
    refused.is_problem(401, "unauthenticated");
    let living = scene.get("api-keys", &scene.token).await;
    assert_eq!(column(&living, "id"), Vec::<Value>::new());
    let ended = scene.get("api-keys?ended=true", &scene.token).await;
    assert_eq!(column(&ended, "id"), [shown["id"].clone()]);
    let body = json!({"name": "Again"});
    let changed = scene
        .installation
        .patch(&location, &scene.token, &body)
        .await;
    changed.is_problem(409, "api-key-ended");
}

#[tokio::test]
async fn who_may_see_and_revoke_which_keys() {
    let scene = a_scene().await;
    let mut people = Vec::new();
    for template in [
        RoleTemplate::Consultant,
        RoleTemplate::Consultant,
        RoleTemplate::Manager,
        RoleTemplate::Viewer,
    ] {
        let joined = scene.installation.hire(&scene.organization, template).await;
        people.push(joined.0);
    }
    let [consultant, other, manager, viewer] = &people[..] else {
        panic!("four people");
    };
    let made = scene.create(&consultant.token, &["team.view"]).await;
    let location = made.is(201).header("location");

    for (token, status) in [
        (&consultant.token, 200),
        (&other.token, 404),
        (&manager.token, 200),
        (&viewer.token, 403),
    ] {
        let read = scene.installation.get(&location, token).await;
        read.is(status);
        let listed = scene.get("api-keys", token).await;
        if status == 403 {
            listed.is_problem(403, "permission-missing");
        } else {
            let seen = usize::from(status == 200);
            assert_eq!(column(&listed, "id").len(), seen);
        }
    }
    let path = format!("api-keys?user_id={}", viewer.user);
    let of_viewer = scene.get(&path, &scene.token).await;
    assert_eq!(column(&of_viewer, "id"), Vec::<Value>::new());

    for (token, status) in [
        (&other.token, 404),
        (&manager.token, 403),
        (&viewer.token, 403),
        (&scene.token, 204),
    ] {
        let told = scene.installation.delete(&location, token).await;
        told.is(status);
        if status == 403 {
            assert!(text(&told.json()["detail"]).contains("api_key.revoke"));
        }
    }
}

#[tokio::test]
async fn several_keys_are_revoked_at_once() {
    let scene = a_scene().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let made = scene.create(&scene.token, &["team.view"]).await;
        ids.push(made.is(201).json()["id"].clone());
    }
    ids.push(json!("ffffffff-ffff-ffff-ffff-ffffffffffff"));
    let path = scene.path("api-keys/bulk-revoke");

    let body = json!({"ids": ids});
    let told = scene.installation.post(&path, &scene.token, &body).await;
    assert_eq!(column(&told, "id"), ids);
    assert_eq!(
        column(&told, "outcome"),
        ["revoked", "revoked", "not_found"]
    );
    let told = scene.installation.post(&path, &scene.token, &body).await;
    assert_eq!(
        column(&told, "outcome"),
        ["already_revoked", "already_revoked", "not_found"]
    );
}
