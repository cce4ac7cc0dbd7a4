//! Files of contacts that come in over HTTP.
//!
//! - `vendors`: files as other programs export them, each read as a person would;
//! - `ways`: the doors through which files come, and what does not get in;
//! - `turns`: files of several organizations at the same time;
//! - `stops`: addresses that must not be mailed, and stay so.

mod stops;
mod turns;
mod vendors;
mod ways;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::stack::{Answer, Session, Stack, unique};

/// An organization with an owner and a list.
struct Ground {
    stack: Arc<Stack>,
    owner: Session,
    organization: String,
    list: String,
}

impl Ground {
    async fn shared() -> Self {
        Self::on(Arc::new(Stack::shared().await)).await
    }

    async fn on(stack: Arc<Stack>) -> Self {
        let owner = stack.sign_up_and_log_in().await;
        let organization = stack.create_organization(&owner).await;
        let mut ground = Self {
            stack,
            owner,
            organization: text(&organization["id"]),
            list: String::new(),
        };
        ground.list = ground.a_list().await;
        ground
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/organizations/{}/{rest}", self.organization)
    }

    async fn a_list(&self) -> String {
        let named = json!({ "name": format!("List {}", unique()) });
        text(&self.post("contact-lists", &named, 201).await["id"])
    }

    async fn get(&self, rest: &str) -> Value {
        let call = self.stack.call(Method::GET, &self.path(rest));
        call.by(&self.owner).send().await.expect(200).json()
    }

    async fn post(&self, rest: &str, body: &Value, status: u16) -> Value {
        let call = self.stack.call(Method::POST, &self.path(rest));
        let call = call.by(&self.owner).once().json(body);
        call.send().await.expect(status).json()
    }

    /// Sends a file into the list.
    async fn send(&self, query: &str, file: &[u8]) -> Answer {
        let path = self.path(&format!("contact-lists/{}/imports{query}", self.list));
        let call = self.stack.call(Method::POST, &path).by(&self.owner).once();
        call.bytes(file.to_vec()).send().await
    }

    /// Imports a file to its end.
    async fn import(&self, file: &[u8]) -> Value {
        let import = self.send("", file).await.expect(202).json();
        self.wait(&text(&import["id"])).await
    }

    async fn wait(&self, import: &str) -> Value {
        for _ in 0..1_200 {
            let import = self.get(&format!("imports/{import}")).await;
            let status = text(&import["status"]);
            if !["pending", "running", "undoing"].contains(&status.as_str()) {
                return import;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the import does not end");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
