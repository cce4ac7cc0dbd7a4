//! Requests that go wrong and are full of canaries.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tenancy::RoleTemplate;

use super::search::{ADDRESS, EMAIL, NAME, PHONE, canaries};
use super::visit::{Mail, RIGHT, hand_in, open};
use crate::matrix::{Operation, World};
use crate::stack::{Answer, Call, PASSWORD, log};

/// Sends every operation what it cannot take, by somebody who may call it; tells how many requests went wrong.
///
/// # Panics
///
/// If an answer repeats a canary.
pub(super) async fn go_wrong(world: &World) -> usize {
    let mut refused = 0;
    for (entry, operation) in world.entries() {
        let case = world.spending_case(entry, RoleTemplate::Owner).await;
        let token = case.caller.access_token.as_str();
        let good = address(operation, &case.organization.to_string(), &case.ids);
        let strange = vec![EMAIL.to_owned(); case.ids.len()];
        let home = case.organization.to_string();
        let call = |path: &str| world.stack.call(operation.method.clone(), path);

        let mut calls = vec![
            call(&good).bearing(&format!("{EMAIL}{PASSWORD}")),
            call(&address(operation, EMAIL, &strange)).bearing(token),
            call(&address(operation, &home, &strange)).bearing(token),
        ];
        if operation.has_body() {
            for body in bodies() {
                calls.push(call(&good).bearing(token).once().json(&body));
            }
            let text = format!("{{\"email\": \"{EMAIL}\", ");
            let broken = call(&good).bearing(token).body(text.clone());
            calls.extend([broken, call(&good).bearing(token).plain(text)]);
        }
        // These may succeed where they are not read, and end what the others need.
        calls.extend([
            call(&format!(
                "{good}?limit={EMAIL}&cursor={EMAIL}&{EMAIL}={NAME}"
            ))
            .bearing(token),
            call(&good)
                .bearing(token)
                .header("if-match", EMAIL)
                .header("idempotency-key", EMAIL)
                .header("x-request-id", EMAIL),
        ]);
        for call in calls {
            refused += usize::from(send(call, entry.operation).await.status >= 400);
        }
    }
    refused
}

/// Nothing that any operation accepts: wrong types, unknown names, too much.
fn bodies() -> [Value; 4] {
    let long = EMAIL.repeat(500);
    [
        json!(EMAIL),
        json!([{ "email": EMAIL, "password": PASSWORD }]),
        json!({ EMAIL: NAME, "email": NAME, "display_name": [NAME], "password": { "is": PASSWORD },
            "name": { "first": NAME }, "slug": EMAIL, "role_id": EMAIL, "ids": [EMAIL], "token": [PASSWORD],
            "membership_id": EMAIL, "membership_ids": [EMAIL], "invitations": [{ "email": NAME }],
            "current_password": [PASSWORD], "new_password": [PASSWORD], "scopes": [EMAIL], "permissions": [EMAIL],
            "status": EMAIL, "locale": EMAIL, "timezone": NAME, "refresh_token": [PASSWORD], "phone": [PHONE],
            "notes": [PHONE], "answers": PHONE, "events": [PHONE], "ip_address": [ADDRESS] }),
        json!({ "email": long, "display_name": long, "name": long, "slug": long, "description": [long],
            "token": EMAIL, "refresh_token": EMAIL }),
    ]
}

async fn send(call: Call, operation: &str) -> Answer {
    let answer = call.send().await;
    if answer.status >= 400 {
        let text = String::from_utf8_lossy(&answer.body);
        let repeated = canaries().find(|canary| text.contains(canary));
        assert!(repeated.is_none(), "{operation}: {text}");
    }
    answer
}

fn address(operation: &Operation, organization: &str, ids: &[String]) -> String {
    let mut ids = ids.iter();
    let segments = operation.template.split('/').map(|segment| match segment {
        "{organization}" => organization.to_owned(),
        name if name.starts_with('{') => ids.next().cloned().unwrap_or_default(),
        fixed => fixed.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Makes the server fail inside, on what was sent, in the ways in which databases quote what they were given.
/// Tells how many requests failed.
pub(super) async fn fail_inside(world: &World) -> usize {
    let statements = "ALTER TABLE teams ADD CONSTRAINT no_teams CHECK (name = '') NOT VALID; \
         CREATE FUNCTION complain() RETURNS trigger LANGUAGE plpgsql AS $$ \
         BEGIN RAISE EXCEPTION 'not %', NEW.name USING DETAIL = NEW.name, HINT = NEW.description; END $$; \
         CREATE TRIGGER complain BEFORE INSERT ON roles FOR EACH ROW EXECUTE FUNCTION complain(); \
         CREATE FUNCTION misread() RETURNS trigger LANGUAGE plpgsql AS $$ \
         BEGIN NEW.id := NEW.display_name::uuid; RETURN NEW; END $$; \
         CREATE TRIGGER misread BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION misread();";
    spoil(world, statements).await;

    let owner = world.member(RoleTemplate::Owner);
    let home = format!("/v1/organizations/{}", world.home);
    let named = json!({ "name": NAME, "description": EMAIL, "permissions": [] });
    let person = json!({ "email": EMAIL, "display_name": NAME, "password": PASSWORD });
    let calls = [
        (format!("{home}/teams"), json!({ "name": NAME })),
        (format!("{home}/roles"), named),
        ("/v1/users".to_owned(), person),
    ];
    for (path, body) in &calls {
        let call = world.stack.call(Method::POST, path).by(owner).once();
        let answer = send(call.json(body), path).await;
        assert_eq!(answer.status, 500, "{path}");
    }
    calls.len()
}

/// Makes the server fail inside on what visitors send, and on what is recorded of them.
pub(super) async fn fail_visitors(world: &World, mail: &Mail) {
    let statements = "CREATE FUNCTION blurt() RETURNS trigger LANGUAGE plpgsql AS $$ \
         BEGIN RAISE EXCEPTION 'not %', NEW USING DETAIL = NEW::text; END $$; \
         CREATE TRIGGER blurt BEFORE INSERT ON form_responses FOR EACH ROW EXECUTE FUNCTION blurt(); \
         CREATE TRIGGER blurt BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION blurt();";
    spoil(world, statements).await;

    hand_in(&world.stack, &mail.page, RIGHT).await.expect(503);
    // Who opens a mail is not told that it was not written down.
    open(&world.stack, &mail.pixel).await;
    for _ in 0..300 {
        if log::kept().contains("a hit of a visitor was refused") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the log does not tell that it was not written down");
}

async fn spoil(world: &World, statements: &'static str) {
    let mut admin = world.stack.admin().await;
    let spoilt = sqlx::raw_sql(statements).execute(&mut admin).await;
    spoilt.expect("the tables are spoilt");
}
