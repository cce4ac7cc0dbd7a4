//! What a tenant leaves who works with contacts.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::travellers::{id, post};
use crate::stack::Stack;

/// Somebody's contacts, lists and imports.
struct Leads<'a> {
    stack: &'a Stack,
    token: &'a str,
    organization: Uuid,
}

/// The owner of the token makes contacts, and takes files of them in: one that meets somebody known and is undone
/// after that contact was changed, one that is only tried, and one that waits.
pub(super) async fn gather(stack: &Stack, token: &str, organization: Uuid, letter: &str) {
    let leads = Leads {
        stack,
        token,
        organization,
    };
    let email = format!("known-{letter}@example.com");
    let known = json!({ "email": email, "attributes": { "city": "Berlin" } });
    let known = leads.make("/contacts", known).await;
    let list = json!({ "name": format!("Imported {letter}") });
    let list = leads.make("/contact-lists", list).await;
    let members = format!("/contact-lists/{list}/members/bulk-add");
    leads
        .say(
            Method::POST,
            &members,
            json!({ "contact_ids": [known] }),
            200,
        )
        .await;
    let stopped = json!({ "emails": [format!("halted-{letter}@example.com")] });
    leads.say(Method::POST, "/suppressions", stopped, 200).await;

    let rows = format!("Email,First Name\n{email},Ada\nnew-{letter}@example.com,Eve\n,Nobody\n");
    let import = leads.import(list, "", &rows).await;
    leads.wait(import, "completed").await;
    let changed = json!({ "first_name": "Augusta" });
    let contact = format!("/contacts/{known}");
    leads.say(Method::PATCH, &contact, changed, 200).await;
    let undo = format!("/imports/{import}/undo");
    leads.say(Method::POST, &undo, Value::Null, 202).await;
    leads.wait(import, "undone").await;

    let tried = leads.import(list, "?dry_run=true", &rows).await;
    leads.wait(tried, "completed").await;
    leads.import(list, "", "a,b\n1,2\n").await;
    let known = json!({ "filter": { "q": email }, "changes": { "company": "Acme" } });
    let matching = "/contacts/update-matching";
    leads.say(Method::POST, matching, known, 202).await;
    // The last one lives, so that its address is taken.
    let living = json!({ "email": format!("last-{letter}@example.com") });
    leads.make("/contacts", living).await;
}

impl Leads<'_> {
    fn address(&self, path: &str) -> String {
        format!("/v1/organizations/{}{path}", self.organization)
    }

    async fn make(&self, path: &str, body: Value) -> Uuid {
        id(&post(self.stack, self.token, &self.address(path), &body).await)
    }

    async fn say(&self, method: Method, path: &str, body: Value, expected: u16) -> Value {
        let is_repeatable = method == Method::POST;
        let call = self.stack.call(method, &self.address(path));
        let call = call.bearing(self.token);
        let call = if is_repeatable { call.once() } else { call };
        let call = if body.is_null() {
            call
        } else {
            call.json(&body)
        };
        call.send().await.expect(expected).json()
    }

    async fn import(&self, list: Uuid, query: &str, rows: &str) -> Uuid {
        let path = format!("/contact-lists/{list}/imports{query}");
        let call = self.stack.call(Method::POST, &self.address(&path));
        let call = call.bearing(self.token).once().plain(rows.to_owned());
        id(&call.send().await.expect(202).json())
    }

    /// Waits until the import is that far.
    async fn wait(&self, import: Uuid, status: &str) {
        let address = self.address(&format!("/imports/{import}"));
        for _ in 0..600 {
            let call = self.stack.call(Method::GET, &address).bearing(self.token);
            let answer = call.send().await.expect(200).json();
            if answer["status"] == status {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the import is not {status}");
    }
}
