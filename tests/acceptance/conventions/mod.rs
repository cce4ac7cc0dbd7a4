//! What every operation promises by its form, shown on a whole server and a real database.
//!
//! - `idempotency`: a request with a key takes effect once, however often and at how many times at once it is sent;
//! - `repetition`: the same of every operation of the document that takes a key;
//! - `paging`: a listing that changes while it is read shows every row that stays, and none twice;
//! - `preconditions`: `If-Match` and `If-None-Match` in all their forms;
//! - `versions`: the same, in their simplest forms, of every operation of the document that takes them.

mod idempotency;
mod paging;
mod preconditions;
mod repetition;
mod versions;

use reqwest::Method;
use serde_json::{Value, json};

use crate::stack::{Answer, Session, Stack};

/// An organization with its owner, on a server.
struct Ground {
    stack: Stack,
    owner: Session,
    organization: String,
}

impl Ground {
    async fn shared() -> Self {
        Self::on(Stack::shared().await).await
    }

    async fn on(stack: Stack) -> Self {
        let owner = stack.sign_up_and_log_in().await;
        let organization = stack.create_organization(&owner).await;
        Self {
            stack,
            owner,
            organization: text(&organization["id"]),
        }
    }

    /// An address inside the organization.
    fn path(&self, rest: &str) -> String {
        format!("/v1/organizations/{}/{rest}", self.organization)
    }

    async fn get(&self, path: &str) -> Answer {
        let call = self.stack.call(Method::GET, path).by(&self.owner);
        call.send().await
    }

    async fn delete(&self, path: &str) {
        let call = self.stack.call(Method::DELETE, path).by(&self.owner);
        call.send().await.expect(204);
    }

    /// Makes something, and tells where it is and what it is.
    async fn make(&self, rest: &str, body: &Value) -> (String, Value) {
        let call = self.stack.call(Method::POST, &self.path(rest));
        let made = call.by(&self.owner).json(body).send().await.expect(201);
        (made.header("location").to_owned(), made.json())
    }

    async fn make_team(&self, name: &str) -> (String, Value) {
        self.make("teams", &json!({ "name": name })).await
    }

    /// How many rows of the table the organization has.
    async fn count(&self, table: &str) -> i64 {
        let statement = format!("SELECT count(*) FROM {table} WHERE organization_id = $1::uuid");
        sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(&self.organization)
            .fetch_one(&mut self.stack.admin().await)
            .await
            .expect("the rows can be counted")
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
