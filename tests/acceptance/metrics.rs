//! What the server tells about itself.

use infrastructure::SystemClock;
use kernel::Clock as _;
use reqwest::Method;
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use crate::stack::Stack;

#[tokio::test]
async fn jobs_are_counted_by_kind_from_their_beginning_to_their_end() {
    // Of a database that others share their program may send the mail.
    let stack = Stack::fresh().await;
    let owner = stack.sign_up_and_log_in().await;
    let organization = stack.create_organization(&owner).await;
    let id = organization["id"].as_str().expect("an id");
    let roles = format!("/v1/organizations/{id}/roles");
    let roles = stack.call(Method::GET, &roles).by(&owner).send().await;
    let role = &roles.expect(200).json()["items"][5]["id"];
    let email = format!("{}@example.com", crate::stack::unique().simple());
    stack
        .call(Method::POST, &format!("/v1/organizations/{id}/invitations"))
        .by(&owner)
        .once()
        .json(&json!({"email": email, "role_id": role}))
        .send()
        .await
        .expect(201);
    stack.next_token_mailed_to(&email, None).await;

    let wanted = [
        r#"canvass_jobs_enqueued_total{kind="send_invitation"} "#,
        r#"canvass_jobs_finished_total{kind="send_invitation",result="completed"} "#,
        r#"canvass_jobs_running{kind="send_invitation"} "#,
        "canvass_jobs_lag_seconds ",
    ];
    told_with(&stack, &wanted).await;
}

#[tokio::test]
async fn calls_of_the_database_are_counted_by_port() {
    let stack = Stack::shared().await;
    let owner = stack.sign_up_and_log_in().await;
    let organization = stack.create_organization(&owner).await;
    let id = organization["id"].as_str().expect("an id");
    stack
        .call(Method::POST, &format!("/v1/organizations/{id}/teams"))
        .by(&owner)
        .once()
        .json(&json!({"name": "North"}))
        .send()
        .await
        .expect(201);

    let told = stack.call(Method::GET, "/metrics").text().await;

    for line in [
        r#"canvass_database_calls_total{port="tenancy.teams",statement="insert",outcome="ok"} "#,
        r#"canvass_database_calls_total{port="audit",statement="insert",outcome="ok"} "#,
        r#"canvass_database_call_duration_seconds_count{port="tenancy.teams",statement="insert"} "#,
        "canvass_database_unit_opening_seconds_count ",
        r#"canvass_database_pool_connections{state="waiting"} "#,
    ] {
        assert!(told.contains(line), "no `{line}` in {told}");
    }
    assert!(!told.contains(id) && !told.contains(&owner.email));
}

#[tokio::test]
async fn events_are_counted_by_origin_and_type_and_imports_by_what_became_of_them() {
    // Of its own: the program of another test could take the file in, and count it.
    let stack = Stack::fresh().await;
    let owner = stack.sign_up_and_log_in().await;
    let organization = stack.create_organization(&owner).await;
    let id = organization["id"].as_str().expect("an id");
    let post = |rest: &str| {
        let path = format!("/v1/organizations/{id}/{rest}");
        stack.call(Method::POST, &path).by(&owner).once()
    };
    let named = json!({ "name": "Counted" });
    let campaign = post("campaigns").json(&named).send().await.expect(201);
    let seen = json!({ "events": [{
        "event_type": "FORM_VIEW",
        "campaign_id": campaign.json()["id"],
        "timestamp": SystemClock.now().format(&Rfc3339).expect("an instant"),
    }] });
    post("events").json(&seen).send().await.expect(200);
    let list = post("contact-lists").json(&named).send().await.expect(201);
    let list = list.json()["id"].as_str().expect("an id").to_owned();
    let file = "Email,First Name\nada@analytical.org,Ada\nada@analytical.org,Ada\n";
    let imports = post(&format!("contact-lists/{list}/imports"));
    imports.plain(file.to_owned()).send().await.expect(202);

    let wanted = [
        r#"canvass_events_recorded_total{origin="api",event_type="FORM_VIEW"} "#,
        r#"canvass_imports_total{status="completed"} "#,
        r#"canvass_import_rows_total{outcome="created"} "#,
        r#"canvass_import_rows_total{outcome="duplicate_in_file"} "#,
    ];
    let told = told_with(&stack, &wanted).await;
    assert!(!told.contains(id) && !told.contains(&list));
}

/// What is told once all of these are in it.
async fn told_with(stack: &Stack, wanted: &[&str]) -> String {
    let mut told = String::new();
    for _ in 0..300 {
        told = stack.call(Method::GET, "/metrics").text().await;
        if wanted.iter().all(|line| told.contains(line)) {
            return told;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("not all of {wanted:?} in {told}");
}
