//! What hostile members and clumsy clients try.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tenancy::{Permission, RoleTemplate};
use uuid::Uuid;

use crate::stack::{Answer, Session, Stack, unique};

/// An organization with its owner.
struct Ground {
    stack: Stack,
    owner: Session,
    organization: Uuid,
}

impl Ground {
    async fn new() -> Self {
        let stack = Stack::shared().await;
        let owner = stack.sign_up_and_log_in().await;
        let made = stack.create_organization(&owner).await;
        let organization = made["id"].as_str().expect("an id");
        Self {
            organization: organization.parse().expect("an id"),
            stack,
            owner,
        }
    }

    async fn send(&self, method: Method, rest: &str, token: &str, body: Option<&Value>) -> Answer {
        let path = format!("/v1/organizations/{}{rest}", self.organization);
        let call = self.stack.call(method, &path).bearing(token);
        match body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }

    async fn get(&self, rest: &str, token: &str) -> Answer {
        self.send(Method::GET, rest, token, None).await
    }

    async fn post(&self, rest: &str, token: &str, body: &Value) -> Answer {
        self.send(Method::POST, rest, token, Some(body)).await
    }

    async fn patch(&self, rest: &str, token: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, rest, token, Some(body)).await
    }

    /// The id of the role copied from the template.
    async fn role(&self, template: RoleTemplate) -> String {
        let roles = self.get("/roles", &self.owner.access_token).await;
        let roles = roles.expect(200).json();
        let roles = roles["items"].as_array().expect("roles");
        let role = roles
            .iter()
            .find(|role| role["template_key"] == template.key());
        let role = role.expect("every template was copied");
        role["id"].as_str().expect("an id").to_owned()
    }
}

#[tokio::test]
async fn a_key_gives_nobody_a_right_that_it_does_not_have_itself() {
    let ground = Ground::new().await;
    let scopes = [
        Permission::RoleCreate,
        Permission::RoleUpdate,
        Permission::MemberInvite,
        Permission::MemberUpdate,
        Permission::MemberRemove,
        Permission::ApiKeyCreate,
    ];
    let (stack, organization) = (&ground.stack, ground.organization);
    let (key_id, key) = stack.api_key(organization, ground.owner.user, scopes).await;
    let owner = ground.role(RoleTemplate::Owner).await;
    let viewer = ground.role(RoleTemplate::Viewer).await;
    let person = stack.sign_up_and_log_in().await;
    let member = stack
        .add_member(organization, person.user, RoleTemplate::Viewer)
        .await;
    let email = format!("{}@example.com", unique().simple());
    let invitation = json!({ "email": email, "role_id": owner });
    let named = json!({ "name": "Mighty", "permissions": ["audit.view"] });
    let wider = json!({ "permissions": ["audit.view"] });
    let promoted = json!({ "role_id": owner });

    let refused = [
        ground.post("/roles", &key, &named).await,
        ground
            .patch(&format!("/roles/{viewer}"), &key, &wider)
            .await,
        ground.post("/invitations", &key, &invitation).await,
        ground
            .patch(&format!("/members/{member}"), &key, &promoted)
            .await,
    ];
    for answer in refused {
        assert_eq!(answer.expect(403).code(), "right-not-held");
    }
    let scopes = json!({ "name": "More", "scopes": ["audit.view"] });
    let of_keys = [
        ground.post("/api-keys", &key, &scopes).await,
        ground
            .patch(&format!("/api-keys/{key_id}"), &key, &scopes)
            .await,
    ];
    for answer in of_keys {
        assert_eq!(answer.expect(403).code(), "session-required");
    }
    let many = json!({ "invitations": [invitation] });
    let many = ground.post("/invitations/bulk-create", &key, &many).await;
    let told = String::from_utf8_lossy(&many.expect(200).body).into_owned();
    assert!(told.contains("right-not-held"), "{told}");

    let token = &ground.owner.access_token;
    let members = ground.get(&format!("/members/{member}"), token).await;
    assert_eq!(members.expect(200).json()["role"]["id"], viewer);
    let invited = ground.get("/invitations", token).await.expect(200).json();
    assert_eq!(invited["items"], json!([]));
}

#[tokio::test]
async fn who_is_put_down_or_removed_loses_it_at_once_by_session_and_by_key() {
    let ground = Ground::new().await;
    let (stack, organization) = (&ground.stack, ground.organization);
    let person = stack.sign_up_and_log_in().await;
    let member = stack
        .add_member(organization, person.user, RoleTemplate::Admin)
        .await;
    let all = Permission::ALL.iter().copied();
    let (_, key) = stack.api_key(organization, person.user, all).await;
    let credentials = [person.access_token.as_str(), key.as_str()];
    for (n, credential) in credentials.iter().enumerate() {
        let named = json!({ "name": format!("Before {n}") });
        ground.post("/teams", credential, &named).await.expect(201);
    }
    let token = &ground.owner.access_token;
    let path = format!("/members/{member}");

    let viewer = json!({ "role_id": ground.role(RoleTemplate::Viewer).await });
    ground.patch(&path, token, &viewer).await.expect(200);
    for credential in credentials {
        let named = json!({ "name": "After" });
        let refused = ground.post("/teams", credential, &named).await;
        assert_eq!(refused.expect(403).code(), "permission-missing");
        ground.get("/teams", credential).await.expect(200);
    }

    let removed = ground.send(Method::DELETE, &path, token, None).await;
    removed.expect(204);
    let by_session = ground.get("/teams", &person.access_token).await;
    assert_eq!(by_session.expect(403).code(), "not-a-member");
    ground.get("/teams", &key).await.expect(401);
    // A key does not come back with its owner.
    stack
        .add_member(organization, person.user, RoleTemplate::Admin)
        .await;
    ground.get("/teams", &person.access_token).await.expect(200);
    ground.get("/teams", &key).await.expect(401);
}

#[tokio::test]
async fn a_token_is_good_for_one_purpose_and_one_session() {
    let ground = Ground::new().await;
    let session = ground.stack.sign_up_and_log_in().await;
    let other = ground.stack.log_in(&session.email).await;
    let me = async |token: &str| {
        let call = ground.stack.call(Method::GET, "/v1/me");
        call.bearing(token).send().await.status
    };
    let refresh = async |token: &str| {
        let call = ground.stack.call(Method::POST, "/v1/sessions/refresh");
        let body = json!({ "refresh_token": token });
        call.json(&body).send().await
    };

    assert_eq!(me(&session.refresh_token).await, 401);
    assert_eq!(refresh(&session.access_token).await.status, 401);
    let swapped = session.access_token.replacen("cva_", "cvr_", 1);
    assert_eq!(refresh(&swapped).await.status, 401);
    let next = refresh(&session.refresh_token).await.expect(200).json();
    let next = next["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(me(&next).await, 200);

    let call = ground.stack.call(Method::DELETE, "/v1/sessions/current");
    call.bearing(&next).send().await.expect(204);
    for dead in [&next, &session.access_token] {
        assert_eq!(me(dead).await, 401);
    }
    assert_eq!(refresh(&session.refresh_token).await.status, 401);
    assert_eq!(me(&other.access_token).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_thing_asked_for_many_times_at_once_without_a_key_there_is_one() {
    let ground = Ground::new().await;
    let token = &ground.owner.access_token;
    let named = json!({ "name": "North" });

    let asked = (0..20).map(|_| ground.post("/teams", token, &named));
    let answers = join_all(asked).await;

    let mut statuses = answers.iter().map(|a| a.status).collect::<Vec<_>>();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|s| *s == 409), "{statuses:?}");
}

#[tokio::test]
async fn an_organization_does_not_come_back_under_a_name_that_another_has_since() {
    let ground = Ground::new().await;
    let token = &ground.owner.access_token;
    let slug = ground.get("", token).await.json()["slug"].clone();
    let delete = async |path: &str| {
        let call = ground.stack.call(Method::DELETE, path).bearing(token);
        call.send().await.expect(204);
    };
    let path = format!("/v1/organizations/{}", ground.organization);
    delete(&path).await;
    let stranger = ground.stack.sign_up_and_log_in().await;
    let body = json!({ "name": "Another", "slug": slug });
    let call = ground.stack.call(Method::POST, "/v1/organizations");
    let rival = call.by(&stranger).json(&body).send().await.expect(201);

    let restore = async || {
        let call = ground.stack.call(Method::POST, &format!("{path}/restore"));
        call.bearing(token).send().await
    };
    assert_eq!(restore().await.expect(409).code(), "slug-taken");
    ground.get("", token).await.expect(403);
    let theirs = ground.stack.call(Method::GET, rival.header("location"));
    theirs.by(&stranger).send().await.expect(200);

    let call = ground.stack.call(Method::DELETE, rival.header("location"));
    call.by(&stranger).send().await.expect(204);
    restore().await.expect(200);
    assert_eq!(ground.get("", token).await.expect(200).json()["slug"], slug);
}
