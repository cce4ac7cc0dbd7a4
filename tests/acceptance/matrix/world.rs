//! Who there is while the matrix is tried.

use std::collections::BTreeMap;

use reqwest::Method;
use sqlx::PgConnection;
use tenancy::{PermissionSet, RoleTemplate};
use uuid::Uuid;

use super::case::{Attempt, Bearing, Case};
use super::document::{Operation, operations};
use super::entries::entries;
use super::entry::{Entry, Place, Rule};
use super::things::Around;
use crate::stack::{Answer, Change, Rows, Session, Stack};

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
    /// Somebody who administers the platform, and is a member of nothing.
    pub(crate) admin: Session,
}

impl World {
    /// A world in a database of its own.
    pub(crate) async fn begin() -> Self {
        Self::on(Stack::fresh().await).await
    }

    /// A world on this stack.
    pub(crate) async fn on(stack: Stack) -> Self {
        let owner = stack.sign_up_and_log_in().await;
        let home = stack.create_organization(&owner).await;
        let home_id = id(&home);
        let mut people = BTreeMap::from([(RoleTemplate::Owner, owner)]);
        for role in RoleTemplate::ALL {
            if *role != RoleTemplate::Owner {
                people.insert(*role, stack.join(home_id, *role).await);
            }
        }
        let stranger = stack.sign_up_and_log_in().await;
        let away = id(&stack.create_organization(&stranger).await);
        let admin = stack.sign_up_and_log_in().await;
        stack.make_platform_admin(admin.user).await;
        Self {
            operations: operations(),
            home: home_id,
            home_slug: home["slug"].as_str().expect("a slug").to_owned(),
            people,
            away,
            stranger,
            admin,
            stack,
        }
    }

    /// The same after the server was stopped and started again.
    pub(crate) async fn restart(self) -> Self {
        Self {
            stack: self.stack.restart().await,
            ..self
        }
    }

    /// The operation that reads what is at the address.
    pub(crate) fn reader_of(&self, template: &str) -> Option<&Operation> {
        self.operations
            .values()
            .find(|operation| operation.method == Method::GET && operation.template == template)
    }

    /// The entries with their operations.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'static Entry, &Operation)> {
        entries().map(|entry| (entry, &self.operations[entry.operation]))
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

    /// A call that holds, by home's owner or an administrator of the platform; for cases that change
    /// something about it so that it is refused.
    pub(crate) async fn case(&self, entry: &Entry) -> Case {
        let owner = self.member(RoleTemplate::Owner);
        let caller = if entry.rule == Rule::PlatformAdmin {
            &self.admin
        } else {
            owner
        };
        self.case_of(entry, self.home, owner, caller.clone()).await
    }

    /// A call that would hold if it was not the stranger's.
    pub(crate) async fn foreign_case(&self, entry: &Entry) -> Case {
        let stranger = &self.stranger;
        self.case_of(entry, self.away, stranger, stranger.clone())
            .await
    }

    /// A call that succeeds, by a member with the role where roles decide; it may spoil what it touches.
    pub(crate) async fn spending_case(&self, entry: &Entry, role: RoleTemplate) -> Case {
        let [case] = self.spending_cases(entry, role).await;
        case
    }

    /// Calls of which any succeeds, that differ in what their bodies name and in nothing else.
    pub(crate) async fn spending_cases<const N: usize>(
        &self,
        entry: &Entry,
        role: RoleTemplate,
    ) -> [Case; N] {
        let stack = &self.stack;
        if !entry.rule.is_tenants() {
            let caller = stack.sign_up_and_log_in().await;
            if entry.rule == Rule::PlatformAdmin {
                stack.make_platform_admin(caller.user).await;
            }
            let owner = self.member(RoleTemplate::Owner);
            return self.cases_of(entry, self.home, owner, caller).await;
        }
        if entry.place == Place::Home {
            let owner = self.member(RoleTemplate::Owner);
            let caller = self.member(role).clone();
            return self.cases_of(entry, self.home, owner, caller).await;
        }

        let owner = stack.sign_up_and_log_in().await;
        let organization = id(&stack.create_organization(&owner).await);
        let caller = stack.join(organization, role).await;
        let cases = self.cases_of(entry, organization, &owner, caller).await;
        if entry.place == Place::Deleted {
            self.delete_organization(organization, &owner).await;
        }
        cases
    }

    async fn case_of(
        &self,
        entry: &Entry,
        organization: Uuid,
        owner: &Session,
        caller: Session,
    ) -> Case {
        let [case] = self.cases_of(entry, organization, owner, caller).await;
        case
    }

    async fn cases_of<const N: usize>(
        &self,
        entry: &Entry,
        organization: Uuid,
        owner: &Session,
        caller: Session,
    ) -> [Case; N] {
        let mut around = Around {
            stack: &self.stack,
            organization,
            owner,
            caller: &caller,
            ids: Vec::new(),
        };
        for thing in entry.things {
            let id = around.make(*thing).await;
            around.ids.push(id);
        }
        let mut used = [const { Vec::new() }; N];
        for used in &mut used {
            for thing in entry.used {
                used.push(around.make(*thing).await);
            }
        }
        let ids = around.ids;
        used.map(|used| Case {
            organization,
            caller: caller.clone(),
            ids: ids.clone(),
            used,
        })
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
    changes.retain(|change| {
        !change.is_in_the_background() && !change.is_in_the_log() && !is_use_of_a_key(change)
    });
    assert_eq!(
        changes,
        [],
        "{}: refused calls changed rows",
        entry.operation
    );
}

/// When a key was last used is kept even where what it was used for is refused.
fn is_use_of_a_key(change: &Change) -> bool {
    let (Some(old), Some(new)) = (&change.old, &change.new) else {
        return false;
    };
    change.table == "api_keys"
        && new
            .iter()
            .all(|(column, value)| column == "last_used_at" || old.get(column) == Some(value))
}

/// Asserts that the answer is this refusal.
pub(crate) fn assert_refused(
    attempt: &Attempt<'_>,
    who: &str,
    answer: &Answer,
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

/// Asserts that the refusal names the permission.
pub(crate) fn assert_named(
    attempt: &Attempt<'_>,
    answer: &Answer,
    permission: tenancy::Permission,
) {
    let detail = answer.json()["detail"].to_string();
    assert!(
        detail.contains(&format!("`{permission}`")),
        "{}: {detail}",
        attempt.entry.operation
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
