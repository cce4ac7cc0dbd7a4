//! Reading audit logs over HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use tenancy::RoleTemplate;
use uuid::Uuid;

use crate::stack::{Answer, Session, Stack};

/// An organization, and the address of its log.
struct Log {
    stack: Stack,
    owner: Session,
    organization: Uuid,
    address: String,
}

impl Log {
    async fn new() -> Self {
        let stack = Stack::shared().await;
        let owner = stack.sign_up_and_log_in().await;
        let organization = stack.create_organization(&owner).await;
        let id = organization["id"].as_str().expect("an id");
        Self {
            owner,
            organization: id.parse().expect("a UUID"),
            address: format!("/v1/organizations/{id}/audit-entries"),
            stack,
        }
    }

    async fn get(&self, rest: &str) -> Answer {
        self.get_by(&self.owner, rest).await
    }

    async fn get_by(&self, session: &Session, rest: &str) -> Answer {
        let address = format!("{}{rest}", self.address);
        self.stack
            .call(Method::GET, &address)
            .by(session)
            .send()
            .await
    }

    async fn rename(&self, name: &str) -> Answer {
        let address = format!("/v1/organizations/{}", self.organization);
        self.stack
            .call(Method::PATCH, &address)
            .by(&self.owner)
            .header("user-agent", "canvass-test/1")
            .json(&json!({ "name": name }))
            .send()
            .await
            .expect(200)
    }

    /// The organization's entries as the listing has them, all pages.
    async fn all(&self, filter: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let rest = format!("?limit=3&{filter}{cursor}");
            let page = self.get(&rest).await.expect(200).json();
            items.extend(page["items"].as_array().expect("items").clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}

#[tokio::test]
async fn what_was_done_is_listed_newest_first_and_read_with_its_values() {
    let log = Log::new().await;
    let answer = log.rename("Acme & Partners").await;

    let listed = log.get("?limit=1").await.expect(200).json();

    let summary = &listed["items"][0];
    assert_eq!(summary["action"], "update");
    assert_eq!(summary["entity_type"], "organization");
    assert_eq!(summary["entity_id"], json!(log.organization));
    assert_eq!(summary["user_id"], json!(log.owner.user));
    assert_eq!(summary["actor_kind"], "user");
    assert_eq!(summary["request_id"], answer.header("x-request-id"));
    assert_eq!(summary["fields"], json!(["name"]));
    assert!(summary.get("changes").is_none() && summary.get("ip").is_none());

    let id = summary["id"].as_str().unwrap();
    let read = log.get(&format!("/{id}")).await.expect(200);
    let entry = read.json();
    for (field, value) in summary.as_object().unwrap() {
        assert_eq!(entry[field], *value, "{field}");
    }
    let expected = json!({"name": {"old": "Acme Brokers", "new": "Acme & Partners"}});
    assert_eq!(entry["changes"], expected);
    assert_eq!(entry["ip"], "127.0.0.1");
    assert_eq!(entry["user_agent"], "canvass-test/1");
    assert_eq!(entry["reason"], Value::Null);

    let again = log
        .stack
        .call(Method::GET, &format!("{}/{id}", log.address))
        .by(&log.owner)
        .header("if-none-match", read.header("etag"))
        .send()
        .await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn pages_and_filters_find_every_entry_once() {
    let log = Log::new().await;
    for name in ["One", "Two", "Three", "Four"] {
        log.rename(name).await;
    }

    let all = log.all("").await;
    let mut ids = all
        .iter()
        .map(|entry| entry["id"].to_string())
        .collect::<Vec<_>>();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all.len());
    // The organization, its six roles, three rules and two templates of mails, these with a version each, its first member, and four changes.
    assert_eq!(all.len(), 19);

    let of = |field: &str, value: &Value| {
        let wanted = all.iter().filter(|entry| entry[field] == *value);
        wanted.cloned().collect::<Vec<_>>()
    };
    let owner = json!(log.owner.user);
    let batch = all.last().unwrap()["batch_id"].clone();
    let request = all[0]["request_id"].clone();
    for (field, value) in [
        ("action", json!("update")),
        ("entity_type", json!("role")),
        ("entity_id", json!(log.organization)),
        ("user_id", owner),
        ("batch_id", batch),
        ("request_id", request),
    ] {
        let filter = format!("{field}={}", value.as_str().unwrap());
        assert_eq!(log.all(&filter).await, of(field, &value), "{filter}");
    }
    let since = all[2]["created_at"].as_str().unwrap();
    assert_eq!(log.all(&format!("since={since}")).await, all[..3]);
    assert_eq!(log.all(&format!("until={since}")).await, all[3..]);
    assert_eq!(
        log.all("entity_type=role&action=update").await,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn deeds_are_counted() {
    let log = Log::new().await;
    log.rename("One").await;
    log.rename("Two").await;

    let counted = log.get("/counts").await.expect(200).json();

    let row = |entity_type: &str, action: &str, count: u64| json!({"user_id": log.owner.user, "entity_type": entity_type, "action": action, "count": count});
    assert_eq!(
        counted["items"],
        json!([
            row("email_template", "create", 2),
            row("email_template_version", "create", 2),
            row("membership", "create", 1),
            row("organization", "create", 1),
            row("organization", "update", 2),
            row("role", "create", 6),
            row("validation_rule", "create", 3),
        ])
    );
    let two = log.get("/counts?limit=2").await.expect(200).json();
    assert_eq!(
        two["items"].as_array().unwrap()[..],
        counted["items"].as_array().unwrap()[..2]
    );
    let cursor = two["next_cursor"].as_str().unwrap();
    let rest = log.get(&format!("/counts?limit=2&cursor={cursor}")).await;
    assert_eq!(
        rest.expect(200).json()["items"].as_array().unwrap()[..],
        counted["items"].as_array().unwrap()[2..4]
    );
}

#[tokio::test]
async fn a_download_is_a_csv_file_and_leaves_an_entry() {
    let log = Log::new().await;
    log.rename("=HYPERLINK(\"https://example.com\")").await;

    let file = log
        .get("/export?entity_type=organization")
        .await
        .expect(200);

    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"audit-log.csv\""
    );
    let text = String::from_utf8(file.body.clone()).unwrap();
    let lines = text.split_terminator("\r\n").collect::<Vec<_>>();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("\"id\",\"created_at\",\"actor_kind\",\"user_id\""));
    assert!(
        lines[1].contains("\"update\",\"organization\""),
        "{}",
        lines[1]
    );
    assert!(lines[1].contains("HYPERLINK"));
    assert!(lines[2].contains("\"create\",\"organization\""));

    let listed = log.all("action=export").await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["entity_type"], "audit_log");
    assert_eq!(listed[0]["request_id"], file.header("x-request-id"));
    let entry = log
        .get(&format!("/{}", listed[0]["id"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(entry["reason"], "entity_type=organization");
    assert_eq!(entry["changes"], json!({}));
}

#[tokio::test]
async fn reading_and_downloading_are_separate_rights() {
    let log = Log::new().await;
    let manager = log
        .stack
        .join(log.organization, RoleTemplate::Manager)
        .await;
    let viewer = log.stack.join(log.organization, RoleTemplate::Viewer).await;
    let stranger = log.stack.sign_up_and_log_in().await;

    let mut seen = Vec::new();
    for (who, session) in [
        ("manager", &manager),
        ("viewer", &viewer),
        ("stranger", &stranger),
    ] {
        for rest in ["", "/counts", "/export"] {
            let answer = log.get_by(session, rest).await;
            let problem = if answer.status == 200 {
                Value::Null
            } else {
                answer.json()
            };
            seen.push(format!(
                "{who} {rest} {} {}",
                answer.status, problem["code"]
            ));
        }
    }
    let refused = format!("{seen:#?}");
    for rest in ["", "/counts", "/export"] {
        assert!(
            seen.contains(&format!("stranger {rest} 403 \"not-a-member\"")),
            "{refused}"
        );
    }
    assert!(
        seen.contains(&"viewer /export 403 \"permission-missing\"".to_owned()),
        "{refused}"
    );
    // A refusal for want of a permission is a security event.
    let denied = log.all("action=denied").await;
    let told = denied
        .iter()
        .filter(|entry| entry["user_id"] == json!(viewer.user));
    assert!(told.count() >= 1);
}

#[tokio::test]
async fn an_entry_of_another_organization_and_an_absent_one_are_refused_alike() {
    let (log, other) = (Log::new().await, Log::new().await);
    let theirs = other.all("").await[0]["id"].as_str().unwrap().to_owned();
    let absent = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_dead_beef);

    let foreign = log.get(&format!("/{theirs}")).await.expect(404);
    let absent = log.get(&format!("/{absent}")).await.expect(404);
    let malformed = log.get("/not-an-id").await.expect(404);

    assert_eq!(foreign.without_request_id(), absent.without_request_id());
    assert_eq!(foreign.without_request_id(), malformed.without_request_id());
    assert_eq!(
        log.all(&format!("entity_id={}", other.organization)).await,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn all_faults_of_a_filter_are_told_and_nothing_that_was_sent() {
    let log = Log::new().await;

    let refused = log
        .get("?user_id=canary&entity_type=Canary&action=canary&since=canary&limit=0")
        .await
        .expect(400);

    let problem = refused.json();
    let faults = problem["errors"].as_array().unwrap();
    let parameters = faults
        .iter()
        .map(|fault| fault["parameter"].as_str().unwrap());
    assert_eq!(
        parameters.collect::<Vec<_>>(),
        ["user_id", "entity_type", "action", "since"]
    );
    assert!(
        !String::from_utf8_lossy(&refused.body)
            .to_lowercase()
            .contains("canary")
    );
    let backwards = log
        .get("?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z")
        .await
        .expect(400);
    assert_eq!(backwards.json()["errors"][0]["code"], "invalid-range");
}

#[tokio::test]
async fn a_person_sees_what_happened_to_their_account_and_nobody_elses() {
    let stack = Stack::shared().await;
    let first = stack.sign_up_and_log_in().await;
    let second = stack.log_in(&first.email).await;
    let other = stack.sign_up_and_log_in().await;

    let page = stack
        .call(Method::GET, "/v1/me/audit-entries")
        .by(&second)
        .send()
        .await
        .expect(200)
        .json();

    let items = page["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .filter(|entry| entry["action"] == "login")
            .count()
            >= 2,
        "{page:#}"
    );
    let known = [json!(first.user), Value::Null];
    assert!(items.iter().all(|entry| known.contains(&entry["user_id"])));
    assert!(!page.to_string().contains(&other.user.to_string()));
}

#[tokio::test]
async fn the_platforms_log_is_for_its_administrators() {
    let stack = Stack::shared().await;
    let person = stack.sign_up_and_log_in().await;
    let admin = stack.sign_up_and_log_in().await;
    sqlx::query(
        "INSERT INTO user_roles (user_id, role, granted_at, created_at) VALUES ($1, 'platform_admin', now(), now())",
    )
    .bind(admin.user)
    .execute(&mut stack.admin().await)
    .await
    .unwrap();

    let address = format!("/v1/platform/audit-entries?user_id={}", person.user);
    let refused = stack.call(Method::GET, &address).by(&person).send().await;
    let page = stack.call(Method::GET, &address).by(&admin).send().await;

    assert_eq!(refused.expect(403).code(), "platform-admin-required");
    let page = page.expect(200).json();
    let entry = page["items"].as_array().unwrap().last().unwrap();
    assert_eq!(entry["user_id"], json!(person.user));
    let address = format!(
        "/v1/platform/audit-entries/{}",
        entry["id"].as_str().unwrap()
    );
    let read = stack.call(Method::GET, &address).by(&admin).send().await;
    assert_eq!(read.expect(200).json()["id"], entry["id"]);
    let refused = stack.call(Method::GET, &address).by(&person).send().await;
    assert_eq!(refused.expect(403).code(), "platform-admin-required");
}
