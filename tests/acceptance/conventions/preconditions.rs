//! `If-Match` and `If-None-Match` (RFC 9110, section 13).

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tenancy::RoleTemplate;

use super::{Ground, text};
use crate::stack::Answer;

/// A single resource and a change of it that can be made again and again.
struct Resource {
    what: &'static str,
    path: String,
    change: fn(usize) -> Value,
}

impl Ground {
    async fn changeable(&self) -> Vec<Resource> {
        let (team, _) = self.make_team("North").await;
        let body = json!({ "name": "Nightly", "scopes": ["team.view"] });
        let (api_key, _) = self.make("api-keys", &body).await;
        let named: fn(usize) -> Value = |n| json!({ "name": format!("Change {n}") });
        vec![
            Resource {
                what: "an organization",
                path: format!("/v1/organizations/{}", self.organization),
                change: named,
            },
            Resource {
                what: "a team",
                path: team,
                change: named,
            },
            Resource {
                what: "an API key",
                path: api_key,
                change: named,
            },
        ]
    }

    /// Things of each kind that can be deleted, made anew each time.
    async fn deletable(&self, n: usize) -> Vec<(&'static str, String)> {
        let (team, _) = self.make_team(&format!("Deletable {n}")).await;
        let organization = self.organization.parse().expect("an id");
        let member = self.stack.sign_up_and_log_in().await;
        let role = RoleTemplate::Viewer;
        let membership = self.stack.add_member(organization, member.user, role).await;
        let body = json!({ "membership_id": membership });
        let (full_team, made) = self.make_team(&format!("Full {n}")).await;
        let rest = format!("teams/{}/members", text(&made["id"]));
        let (place, _) = self.make(&rest, &body).await;
        assert!(place.starts_with(&full_team));
        let body = json!({ "name": "Nightly", "scopes": ["team.view"] });
        let (api_key, _) = self.make("api-keys", &body).await;
        vec![
            ("a team", team),
            ("a place in a team", place),
            ("an API key", api_key),
        ]
    }

    async fn conditional(
        &self,
        method: Method,
        path: &str,
        header: (&str, Option<&str>),
        body: Option<&Value>,
    ) -> Answer {
        let mut call = self.stack.call(method, path).by(&self.owner);
        if let Some(value) = header.1 {
            call = call.header(header.0, value);
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        call.send().await
    }
}

/// What a client may send as `If-Match`, given the present tag, and what comes of it.
fn expectations(present: &str) -> Vec<(Option<String>, u16)> {
    let tag = |text: &str| Some(text.to_owned());
    vec![
        (None, 200),
        (tag("*"), 200),
        (tag(present), 200),
        (tag(&format!("\"0\", {present}")), 200),
        (tag(&format!("{present},\"x\"")), 200),
        (tag("\"0\""), 412),
        (tag("\"999999\""), 412),
        (tag("\"\""), 412),
        (tag(&format!("W/{present}")), 412),
        (tag(present.trim_matches('"')), 400),
        (tag("\"1"), 400),
        (tag(&format!("{present}, *")), 400),
    ]
}

#[tokio::test]
async fn a_change_is_made_only_to_the_expected_version() {
    let ground = Ground::shared().await;

    for resource in ground.changeable().await {
        let Resource { what, path, change } = resource;
        for (n, _) in expectations("").iter().enumerate() {
            let before = ground.get(&path).await.expect(200);
            let present = before.header("etag").to_owned();
            let (header, status) = expectations(&present).swap_remove(n);
            let case = format!("{what}: If-Match {header:?}");

            let answer = ground
                .conditional(
                    Method::PATCH,
                    &path,
                    ("if-match", header.as_deref()),
                    Some(&change(n)),
                )
                .await;

            assert_eq!(answer.status, status, "{case}");
            let after = ground.get(&path).await.expect(200);
            if status == 200 {
                assert_ne!(after.header("etag"), present, "{case}");
                assert_eq!(after.header("etag"), answer.header("etag"), "{case}");
                assert_eq!(after.json(), answer.json(), "{case}");
            } else {
                assert_eq!(after.header("etag"), present, "{case}");
                assert_eq!(after.json(), before.json(), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_deleted_is_the_expected_version() {
    let ground = Ground::shared().await;

    for (n, (header, status)) in expectations("\"1\"").into_iter().enumerate() {
        for (what, path) in ground.deletable(n).await {
            let case = format!("{what}: If-Match {header:?}");
            let answer = ground
                .conditional(Method::DELETE, &path, ("if-match", header.as_deref()), None)
                .await;
            let expected = if status == 200 { 204 } else { status };
            assert_eq!(answer.status, expected, "{case}");
        }
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let ground = Ground::shared().await;
    let mut paths = ground.deletable(0).await;
    for resource in ground.changeable().await {
        paths.push((resource.what, resource.path));
    }

    for (what, path) in paths {
        let whole = ground.get(&path).await.expect(200);
        let present = whole.header("etag");
        let table = [
            (None, 200),
            (Some("*".to_owned()), 304),
            (Some(present.to_owned()), 304),
            (Some(format!("W/{present}")), 304),
            (Some(format!("\"0\", {present}")), 304),
            (Some("\"0\"".to_owned()), 200),
            (Some("\"999999\", W/\"0\"".to_owned()), 200),
            (Some(present.trim_matches('"').to_owned()), 400),
        ];
        for (header, status) in table {
            let case = format!("{what}: If-None-Match {header:?}");
            let answer = ground
                .conditional(
                    Method::GET,
                    &path,
                    ("if-none-match", header.as_deref()),
                    None,
                )
                .await;
            assert_eq!(answer.status, status, "{case}");
            if status == 400 {
                assert_eq!(answer.code(), "malformed-precondition", "{case}");
                continue;
            }
            assert_eq!(answer.header("etag"), present, "{case}");
            if status == 304 {
                assert!(answer.body.is_empty(), "{case}");
            } else {
                assert_eq!(answer.body, whole.body, "{case}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_parallel_changes_of_one_version_one_is_made() {
    let ground = Ground::shared().await;

    for Resource { what, path, change } in ground.changeable().await {
        let present = ground.get(&path).await.expect(200);
        let tag = present.header("etag");
        let bodies = (0..20).map(change).collect::<Vec<_>>();
        let changes = bodies.iter().map(|body| {
            ground.conditional(Method::PATCH, &path, ("if-match", Some(tag)), Some(body))
        });
        let answers = join_all(changes).await;

        let mut statuses = answers.iter().map(|a| a.status).collect::<Vec<_>>();
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200, "{what}");
        assert!(statuses[1..].iter().all(|s| *s == 412), "{statuses:?}");
        let made = answers.iter().find(|answer| answer.status == 200);
        let after = ground.get(&path).await.expect(200);
        assert_eq!(after.json(), made.unwrap().json(), "{what}");
    }
}
