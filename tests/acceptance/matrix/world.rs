//! Who and what there is while the matrix is tried.

use std::collections::BTreeMap;

use reqwest::Method;
use sqlx::PgConnection;
use tenancy::{PermissionSet, RoleTemplate};
use uuid::Uuid;

use super::case::{Attempt, Bearing, Case};
use super::document::{Operation, operations};
use super::entries::ENTRIES;
use super::entry::{Entry, Place, Thing};
use crate::stack::{Rows, Session, Stack};

/// Tables that may grow whatever the answer is: records of what was tried, and counts of tries.
const RECORDS: [&str; 6] = [
    "access_logs",
    "api_key_addresses",
    "audit_logs",
    "audit_payloads",
    "error_logs",
    "rate_limits",
];

/// A server with two organizations: home, with a member by every role, and away, of somebody else.
pub(crate) struct World {
    pub(crate) stack: Stack,
    operations: BTreeMap<String, Operation>,
    pub(crate) home: Uuid,
    pub(crate) home_slug: String,
    people: BTreeMap<RoleTemplate, Session>,
    pub(crate) away: Uuid,
    /// The owner of away.
    pub(crate) stranger: Session,
}

impl World {
    /// A world in a database of its own.
    pub(crate) async fn begin() -> Self {
        let stack = Stack::fresh().await;
        let owner = stack.sign_up_and_log_in().await;
        let home = stack.create_organization(&owner).await;
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        let home_id = id(&home);
        let mut people = BTreeMap::from([(RoleTemplate::Owner, owner)]);
        for role in RoleTemplate::ALL {
            if *role != RoleTemplate::Owner {
                people.insert(*role, stack.join(home_id, *role).await);
            }
        }
        let stranger = stack.sign_up_and_log_in().await;
        let away = id(&stack.create_organization(&stranger).await);
        Self {
            operations: operations(),
            home: home_id,
            home_slug: text(&home["slug"]),
            people,
            away,
            stranger,
            stack,
        }
    }

    /// The entries with their operations.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'static Entry, &Operation)> {
        ENTRIES
            .iter()
            .map(|entry| (entry, &self.operations[entry.operation]))
    }

    /// The member of home by this role.
    pub(crate) fn member(&self, role: RoleTemplate) -> &Session {
        &self.people[&role]
    }

    /// The token of an API key of home's owner with these scopes.
    pub(crate) async fn key_of_owner(&self, scopes: PermissionSet) -> String {
        let owner = self.member(RoleTemplate::Owner).user;
        self.stack.api_key(self.home, owner, scopes.iter()).await.1
    }

    /// A call in home that holds, by the owner.
    pub(crate) async fn case(&self, entry: &Entry) -> Case {
        let owner = self.member(RoleTemplate::Owner).clone();
        self.case_of(entry, self.home, owner).await
    }

    /// A call that holds and succeeds, by somebody with the role; it may spoil what it touches.
    pub(crate) async fn spending_case(&self, entry: &Entry, role: RoleTemplate) -> Case {
        let (organization, caller) = match entry.place {
            Place::Home => (self.home, self.member(role).clone()),
            Place::Own => self.own_organization(role).await,
            Place::Deleted => {
                let (organization, caller) = self.own_organization(role).await;
                self.delete_organization(organization, &caller).await;
                (organization, caller)
            }
        };
        self.case_of(entry, organization, caller).await
    }

    async fn case_of(&self, entry: &Entry, organization: Uuid, caller: Session) -> Case {
        let mut ids = Vec::new();
        for thing in entry.things {
            ids.push(self.make(*thing, organization, &caller).await);
        }
        Case {
            organization,
            caller,
            ids,
        }
    }

    /// Something of the kind that the caller may reach in the organization.
    #[expect(
        clippy::unused_async,
        reason = "the first operations are on organizations alone"
    )]
    pub(crate) async fn make(&self, thing: Thing, _organization: Uuid, _caller: &Session) -> Uuid {
        match thing {}
    }

    async fn own_organization(&self, role: RoleTemplate) -> (Uuid, Session) {
        let owner = self.stack.sign_up_and_log_in().await;
        let organization = id(&self.stack.create_organization(&owner).await);
        let caller = match role {
            RoleTemplate::Owner => owner,
            other => self.stack.join(organization, other).await,
        };
        (organization, caller)
    }

    /// Deletes the organization, as its owner.
    pub(crate) async fn delete_organization(&self, organization: Uuid, owner: &Session) {
        let address = format!("/v1/organizations/{organization}");
        let call = self.stack.call(Method::DELETE, &address).by(owner);
        call.send().await.expect(204);
    }
}

/// Fails if rows changed since `before`, except for the records of what was tried.
pub(crate) async fn assert_unchanged(admin: &mut PgConnection, before: &Rows, entry: &Entry) {
    let after = Rows::read(admin).await;
    let mut changes = after.since(before);
    changes.retain(|change| !RECORDS.contains(&change.table.as_str()) && !is_use_of_a_key(change));
    assert_eq!(
        changes,
        [],
        "{}: refused calls changed rows",
        entry.operation
    );
}

/// When a key was last used is kept even where what it was used for is refused.
fn is_use_of_a_key(change: &crate::stack::Change) -> bool {
    let (Some(old), Some(new)) = (&change.old, &change.new) else {
        return false;
    };
    change.table == "api_keys"
        && new.iter().all(|(column, value)| {
            column == "last_used_at" || column == "updated_at" || old.get(column) == Some(value)
        })
}

/// Asserts that the answer is this refusal.
pub(crate) fn assert_refused(
    attempt: &Attempt<'_>,
    who: &str,
    answer: &crate::stack::Answer,
    status: u16,
    code: &str,
) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (status, code),
        "{} by {who}: {}",
        attempt.entry.operation,
        String::from_utf8_lossy(&answer.body)
    );
}

/// The id in an answer.
pub(crate) fn id(answer: &serde_json::Value) -> Uuid {
    answer["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .unwrap_or_else(|| panic!("no id in {answer}"))
}

/// The session's token.
pub(crate) fn token(session: &Session) -> Bearing<'_> {
    Bearing::Token(&session.access_token)
}
