//! Two tenants who act over the API, and leave rows in every table.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use tenancy::Permission;
use testkit::TestDatabase;
use uuid::Uuid;

use super::catalogue::{Catalogue, TENANT_KEY};
use super::journey::{A, B, connect, run};
use super::leads::gather;
use crate::stack::{Call, PASSWORD, Stack};

/// Takes both tenants through the journey, on a server that is stopped afterwards.
///
/// The probes know the tenants by ids of their own: the organizations are given those in the end.
pub(super) async fn travel(database: TestDatabase) -> TestDatabase {
    let stack = Stack::on(database).await;
    let (a, b) = (work(&stack, "a").await, work(&stack, "b").await);
    administer(&stack, a.owner).await;
    fail(&stack, &a).await;
    // What is written beside the requests is written by now, and no job changes anything any more.
    let database = stack.stop().await;

    let mut admin = connect(&database).await;
    run(&mut admin, "SET session_replication_role = replica").await;
    let catalogue = Catalogue::read(&mut admin).await;
    for table in catalogue.tables().filter(|table| !table.is_partition) {
        if table.column(TENANT_KEY).is_none() {
            continue;
        }
        for (from, to) in [(a.organization, A), (b.organization, B)] {
            let statement = format!(
                "UPDATE public.{} SET {TENANT_KEY} = '{to}' WHERE {TENANT_KEY} = '{from}'",
                table.name
            );
            run(&mut admin, &statement).await;
        }
    }
    // Both start from the same rules and mails, count pieces, lines and versions alike, and know people and fields of the
    // same names; what is one tenant's is to be free for the other.
    for (table, change) in [
        ("contact_import_chunks", "position = position + 7"),
        ("contact_import_rejections", "line = line + 7"),
        ("contact_words", "word = 'x' || word"),
        (
            "email_template_versions",
            "version_number = version_number + 7",
        ),
        ("email_templates", "template_key = 'a ' || template_key"),
        (
            "form_fields",
            "field_key = 'x' || field_key, position = position + 7",
        ),
        ("form_versions", "version_number = version_number + 7"),
        ("validation_rules", "rule_version = 7"),
    ] {
        let statement = format!("UPDATE public.{table} SET {change} WHERE {TENANT_KEY} = '{A}'");
        run(&mut admin, &statement).await;
    }
    let mut login = PgConnection::connect_with(&database.login())
        .await
        .expect("the login connects");
    for (letter, organization) in [("a", A), ("b", B)] {
        let rest = include_str!("journey.sql")
            .replace("{letter}", letter)
            .replace("{organization}", &organization.to_string());
        run(&mut login, &rest).await;
    }
    database
}

/// What has to be known of a tenant later.
struct Tenant {
    organization: Uuid,
    owner: Uuid,
    token: String,
}

/// Somebody founds an organization, and does there whatever leaves something behind.
async fn work(stack: &Stack, letter: &str) -> Tenant {
    let (owner, token) = arrive(stack, &format!("owner-{letter}@example.com")).await;
    let preferences = stack
        .call(Method::PATCH, "/v1/me/preferences")
        .bearing(&token);
    let locale = json!({ "locale": "de-AT" });
    preferences.json(&locale).send().await.expect(200);

    let make = async |path: &str, body: Value| post(stack, &token, path, &body).await;
    let named =
        json!({ "name": format!("Organization {letter}"), "slug": format!("slug-{letter}") });
    let organization = id(&make("/v1/organizations", named).await);
    let inside = |path: &str| format!("/v1/organizations/{organization}{path}");
    let scopes = [Permission::OrganizationView.key()];
    let role = json!({ "name": format!("Role {letter}"), "permissions": scopes });
    let role = id(&make(&inside("/roles"), role).await);

    let guest = format!("guest-{letter}@example.com");
    let invited = json!({ "email": guest, "role_id": role });
    make(&inside("/invitations"), invited).await;
    let mailed = stack.next_token_mailed_to(&guest, None).await;
    let (_, guest) = arrive(stack, &guest).await;
    let accepted = json!({ "token": mailed });
    let membership = id(&post(stack, &guest, "/v1/invitations/accept", &accepted).await);
    let another = json!({ "email": format!("another-{letter}@example.com"), "role_id": role });
    make(&inside("/invitations"), another).await;

    let team = json!({ "name": format!("Team {letter}") });
    let team = id(&make(&inside("/teams"), team).await);
    let place = json!({ "membership_id": membership });
    make(&inside(&format!("/teams/{team}/members")), place).await;

    let person = json!({
        "email": format!("lead-{letter}@example.com"), "first_name": "Both", "last_name": format!("Word{letter}"),
    });
    let person = id(&make(&inside("/contacts"), person).await);
    let list = json!({ "name": format!("List {letter}") });
    let list = id(&make(&inside("/contact-lists"), list).await);
    let place = json!({ "contact_ids": [person] });
    let address = inside(&format!("/contact-lists/{list}/members/bulk-add"));
    let added = stack.call(Method::POST, &address).bearing(&token);
    added.once().json(&place).send().await.expect(200);
    let left_alone = json!({ "emails": [format!("alone-{letter}@example.com")] });
    let address = inside("/suppressions");
    let suppressed = stack.call(Method::POST, &address).bearing(&token);
    suppressed.once().json(&left_alone).send().await.expect(200);
    let field = json!({ "field_key": format!("email_{letter}"), "field_label": "Address", "field_type": "email" });
    let campaign = json!({
        "name": format!("Campaign {letter}"), "list_ids": [list], "landing_page_slug": format!("offer-{letter}"),
    });
    let campaign = id(&make(&inside("/campaigns"), campaign).await);
    let form = json!({ "name": format!("Form {letter}"), "fields": [field] });
    let form = id(&make(&inside("/forms"), form).await);
    let answers = json!({ format!("email_{letter}"): format!("answer-{letter}@example.com") });
    let answered = json!({
        "form_id": form, "answers": answers, "assigned_team_id": team, "campaign_id": campaign,
    });
    let somebody = json!({ "contact_id": person, "assigned_user_id": owner });
    make(&inside("/leads"), somebody).await;
    make(&inside("/leads"), answered).await;
    let view =
        json!({ "name": format!("View {letter}"), "query": "status=new", "is_shared": true });
    make(&inside("/lead-views"), view).await;

    let key = json!({ "name": format!("Key {letter}"), "scopes": scopes });
    let key = make(&inside("/api-keys"), key).await;
    let key = key["token"].as_str().expect("a token");
    let read = stack.call(Method::GET, &inside("")).bearing(key);
    read.send().await.expect(200);
    gather(stack, &token, organization, letter).await;
    Tenant {
        organization,
        owner,
        token,
    }
}

/// Makes an account and logs in; tells who it is, and the access token.
async fn arrive(stack: &Stack, email: &str) -> (Uuid, String) {
    let person = json!({ "email": email, "display_name": "Ada Example", "password": PASSWORD });
    let login = json!({ "email": email, "password": PASSWORD });
    let user = id(&send(stack.call(Method::POST, "/v1/users"), &person).await);
    let opened = send(stack.call(Method::POST, "/v1/sessions"), &login).await;
    let token = opened["access_token"].as_str().expect("a token");
    (user, token.to_owned())
}

/// An administrator of the platform makes another; the first one is made at the command line.
async fn administer(stack: &Stack, other: Uuid) {
    let (admin, token) = arrive(stack, "administrator@example.com").await;
    stack.make_platform_admin(admin).await;
    let address = format!("/v1/platform/users/{other}/roles/platform_admin");
    let call = stack.call(Method::PUT, &address).bearing(&token);
    call.send().await.expect(204);
}

/// A request fails for a reason of the server's own, which leaves a line in the error log.
async fn fail(stack: &Stack, tenant: &Tenant) {
    let mut admin = stack.admin().await;
    let spoil = "ALTER TABLE teams ADD CONSTRAINT spoilt CHECK (false) NOT VALID";
    run(&mut admin, spoil).await;
    let teams = format!("/v1/organizations/{}/teams", tenant.organization);
    let call = stack.call(Method::POST, &teams).bearing(&tenant.token);
    let named = json!({ "name": "One too many" });
    call.json(&named).send().await.expect(500);
    run(&mut admin, "ALTER TABLE teams DROP CONSTRAINT spoilt").await;
}

pub(super) async fn post(stack: &Stack, token: &str, path: &str, body: &Value) -> Value {
    send(stack.call(Method::POST, path).bearing(token), body).await
}

async fn send(call: Call, body: &Value) -> Value {
    call.once().json(body).send().await.expect(201).json()
}

pub(super) fn id(made: &Value) -> Uuid {
    let id = made["id"].as_str().and_then(|id| id.parse().ok());
    id.unwrap_or_else(|| panic!("no id in {made}"))
}
