//! Teams and who is in them.

use poem::http::Method;
use serde_json::{Value, json};
use tenancy::RoleTemplate;
use uuid::Uuid;

use crate::installation::Installation;
use crate::office::{column, text};
use crate::support::pairs;

fn teams_of(organization: &str) -> String {
    format!("/v1/organizations/{organization}/teams")
}

async fn make(installation: &Installation, teams: &str, token: &str, name: &str) -> String {
    let told = installation
        .post(teams, token, &json!({"name": name}))
        .await;
    told.is(201).header("location")
}

#[tokio::test]
async fn a_team_is_made_read_changed_deleted_and_restored() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (teams, token) = (teams_of(&organization), owner.token.as_str());

    let body = json!({"name": " North ", "description": "Up\nthere"});
    let made = installation.post(&teams, token, &body).await;
    let shown = made.is(201).json();
    let id = text(&shown["id"]);
    let team = format!("{teams}/{id}");
    assert_eq!(made.header("location"), team);
    assert_eq!(made.header("etag"), "\"1\"");
    let at = "2026-01-15T12:00:00Z";
    assert_eq!(
        shown,
        json!({
            "id": id,
            "name": "North",
            "description": "Up\nthere",
            "created_at": at,
            "updated_at": at,
            "deleted_at": null,
        })
    );
    let read = installation.get(&team, token).await;
    assert_eq!(read.is(200).json(), shown);

    let body = json!({"description": ""});
    let changed = installation.patch(&team, token, &body).await;
    assert_eq!(changed.is(200).json()["description"], "");
    assert_eq!(changed.header("etag"), "\"2\"");
    installation.delete(&team, token).await.is(204);
    let absent = installation.get(&team, token).await;
    absent.is_problem(404, "not-found");
    let listed = installation.get(&teams, token).await;
    assert_eq!(column(&listed, "id"), Vec::<Value>::new());
    let deleted = installation
        .get(&format!("{teams}?deleted=true"), token)
        .await;
    assert_eq!(column(&deleted, "deleted_at"), [json!(at)]);

    let restore = format!("{team}/restore");
    let restored = installation
        .ask(Method::POST, &restore)
        .token(token)
        .send()
        .await;
    assert_eq!(restored.is(200).json()["deleted_at"], Value::Null);
    assert_eq!(restored.header("etag"), "\"4\"");
    let again = installation
        .ask(Method::POST, &restore)
        .token(token)
        .send()
        .await;
    again.is_problem(409, "not-deleted");
}

#[tokio::test]
async fn a_taken_name_is_a_conflict_that_names_the_living_team() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (teams, token) = (teams_of(&organization), owner.token.as_str());
    let old = make(&installation, &teams, token, "North").await;
    installation.delete(&old, token).await.is(204);
    let new = make(&installation, &teams, token, "north").await;
    let other = make(&installation, &teams, token, "South").await;

    let body = json!({"name": "NORTH"});
    let restore = format!("{old}/restore");
    for refused in [
        installation.post(&teams, token, &body).await,
        installation.patch(&other, token, &body).await,
        installation
            .ask(Method::POST, &restore)
            .token(token)
            .send()
            .await,
    ] {
        refused.is_problem(409, "team-name-taken");
        let id = text(&refused.json()["id"]);
        assert!(new.ends_with(&id), "{id}");
    }
}

#[tokio::test]
async fn a_stale_change_is_refused_before_its_body_is_judged() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (teams, token) = (teams_of(&organization), owner.token.as_str());
    let team = make(&installation, &teams, token, "North").await;
    let change = |tag: &'static str, body: Value| {
        installation
            .ask(Method::PATCH, &team)
            .token(token)
            .header("if-match", tag)
            .json(&body)
            .send()
    };

    let stale = change("\"7\"", json!({"name": 7})).await;
    stale.is_problem(412, "stale");
    let invalid = change("\"1\"", json!({"name": 7, "description": null})).await;
    invalid.is_problem(422, "invalid");
    assert_eq!(
        invalid.faults(),
        pairs(&[("#/name", "wrong-type"), ("#/description", "not-nullable")])
    );
    change("\"1\"", json!({"name": "South"})).await.is(200);
    let deletion = installation
        .ask(Method::DELETE, &team)
        .token(token)
        .header("if-match", "\"1\"")
        .send()
        .await;
    deletion.is_problem(412, "stale");
    let unchanged = installation
        .ask(Method::GET, &team)
        .token(token)
        .header("if-none-match", "\"2\"")
        .send()
        .await;
    unchanged.is(304);
}

#[tokio::test]
async fn each_operation_on_teams_names_the_permission_that_is_missing() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (viewer, membership) = installation.hire(&organization, RoleTemplate::Viewer).await;
    let teams = teams_of(&organization);
    let team = make(&installation, &teams, &owner.token, "North").await;
    let members = format!("{team}/members");
    let added = installation
        .post(
            &members,
            &owner.token,
            &json!({"membership_id": membership.id}),
        )
        .await;
    let member = added.is(201).header("location");
    let table = [
        (Method::POST, teams.clone(), "team.create"),
        (Method::PATCH, team.clone(), "team.update"),
        (Method::DELETE, team.clone(), "team.delete"),
        (Method::POST, format!("{team}/restore"), "team.delete"),
        (Method::POST, members.clone(), "team.update"),
        (Method::POST, format!("{members}/bulk-add"), "team.update"),
        (
            Method::POST,
            format!("{members}/bulk-remove"),
            "team.update",
        ),
        (Method::DELETE, member.clone(), "team.update"),
    ];

    for (method, path, permission) in table {
        let refused = installation
            .ask(method, &path)
            .token(&viewer.token)
            .send()
            .await;
        refused.is_problem(403, "permission-missing");
        assert!(text(&refused.json()["detail"]).contains(permission));
    }
    for path in [&teams, &team, &members, &member] {
        installation.get(path, &viewer.token).await.is(200);
        let nobody = installation.ask(Method::GET, path).send().await;
        nobody.is(401);
    }
}

#[tokio::test]
async fn a_foreign_team_and_an_absent_one_are_told_alike() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (_, stranger) = installation.founded().await;
    let own = installation.found(&stranger).await;
    let teams = teams_of(&organization);
    let foreign = make(&installation, &teams, &owner.token, "North").await;
    let foreign_id = foreign.rsplit('/').next().unwrap();
    let strip = |told: &crate::support::Told| {
        let mut problem = told.json();
        problem["request_id"] = Value::Null;
        problem["instance"] = Value::Null;
        (told.status, problem)
    };

    for rest in [
        "",
        "/members",
        "/members/018f0000-0000-7000-8000-000000000001",
    ] {
        let token = &stranger.token;
        let mut answers = Vec::new();
        for id in [foreign_id, &testkit::a_unique_id().to_string(), "no-id"] {
            let path = format!("{}/{id}{rest}", teams_of(&own));
            let told = installation.get(&path, token).await;
            told.is_problem(404, "not-found");
            answers.push(strip(&told));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);
    }
    let outside = installation.get(&foreign, &stranger.token).await;
    outside.is_problem(403, "not-a-member");
}

#[tokio::test]
async fn a_repeated_creation_makes_one_team_and_is_answered_alike() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (teams, token) = (teams_of(&organization), owner.token.as_str());
    let create = |name: &'static str| {
        installation
            .ask(Method::POST, &teams)
            .token(token)
            .header("idempotency-key", "key-of-eight")
            .json(&json!({"name": name}))
            .send()
    };

    let first = create("North").await;
    let again = create("North").await;
    let other = create("South").await;

    assert_eq!(first.is(201).body, again.is(201).body);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(again.header("idempotency-replayed"), "true");
    other.is_problem(422, "idempotency-key-reused");
    let listed = installation.get(&teams, token).await;
    assert_eq!(column(&listed, "name"), [json!("North")]);
}

#[tokio::test]
async fn teams_are_listed_page_by_page() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (teams, token) = (teams_of(&organization), owner.token.as_str());
    for name in ["a", "b", "c", "d", "e"] {
        make(&installation, &teams, token, name).await;
    }

    let mut path = format!("{teams}?limit=2");
    let mut names = Vec::new();
    loop {
        let told = installation.get(&path, token).await;
        names.extend(column(&told, "name"));
        let next = told.json()["next_cursor"].clone();
        let Some(cursor) = next.as_str() else { break };
        path = format!("{teams}?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn people_come_into_a_team_one_by_one_or_many_at_once_and_leave_it_again() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let token = owner.token.as_str();
    let (ada, first) = installation.hire(&organization, RoleTemplate::Member).await;
    let (_, second) = installation.hire(&organization, RoleTemplate::Member).await;
    let team = make(&installation, &teams_of(&organization), token, "North").await;
    let members = format!("{team}/members");

    let wish = json!({"membership_id": first.id});
    let added = installation.post(&members, token, &wish).await;
    let card = added.is(201).json();
    assert_eq!(card["email"], ada.email.as_str());
    assert_eq!(card["display_name"], "Ada Lovelace");
    assert_eq!(card["user_id"], json!(ada.user));
    let place = added.header("location");
    let read = installation.get(&place, token).await;
    assert_eq!(read.is(200).json(), card);
    assert_eq!(read.header("etag"), "\"1\"");
    let twice = installation.post(&members, token, &wish).await;
    twice.is_problem(409, "already-in-team");
    let nobody = json!({"membership_id": testkit::a_unique_id()});
    let nobody = installation.post(&members, token, &nobody).await;
    nobody.is_problem(404, "not-found");

    let ids = [first.id.as_uuid(), second.id.as_uuid(), Uuid::max()];
    let bulk = json!({"membership_ids": ids});
    let told = installation
        .post(&format!("{members}/bulk-add"), token, &bulk)
        .await;
    assert_eq!(
        column(&told, "outcome"),
        ["already_in_team", "added", "no_such_member"]
    );
    assert_eq!(column(&told, "membership_id"), ids.map(|id| json!(id)));
    let new = column(&told, "id")[1].clone();
    let listed = installation.get(&members, token).await;
    assert_eq!(column(&listed, "id"), [card["id"].clone(), new.clone()]);

    installation.delete(&place, token).await.is(204);
    installation
        .delete(&place, token)
        .await
        .is_problem(404, "not-found");
    let told = installation
        .post(
            &format!("{members}/bulk-remove"),
            token,
            &json!({"ids": [card["id"], new]}),
        )
        .await;
    assert_eq!(column(&told, "outcome"), ["not_found", "removed"]);
    let listed = installation.get(&members, token).await;
    assert_eq!(column(&listed, "id"), Vec::<Value>::new());
}

#[tokio::test]
async fn a_bulk_request_has_1_to_100_ids() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let token = owner.token.as_str();
    let team = make(&installation, &teams_of(&organization), token, "North").await;

    for (count, status) in [(0, 422), (1, 200), (100, 200), (101, 422)] {
        let ids = vec![Uuid::max(); count];
        let told = installation
            .post(
                &format!("{team}/members/bulk-add"),
                token,
                &json!({"membership_ids": ids}),
            )
            .await;
        told.is(status);
        if status == 422 {
            let fault = pairs(&[("#/membership_ids", "wrong-length")]);
            assert_eq!(told.faults(), fault);
        }
    }
}
