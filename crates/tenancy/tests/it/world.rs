//! An installation in memory, at a time that stands still, with people in it.

use std::net::IpAddr;
use std::sync::Arc;

use in_memory::MemoryDatabase;
use kernel::{
    AuditEntry, Clock, Credential, Done, IdGenerator, IdempotencyRequest, Once, OrganizationId,
    Origin, RequestId, RoleId, SessionId, StoredAnswer, UserId, Version,
};
use tenancy::ports::TenancyStore;
use tenancy::{
    Access, AccountPorts, Member, Membership, Organization, Organizations, Permission, Principal,
    RoleTemplate, User,
};
use testkit::{
    FixedClock, SequentialIds, a_membership, a_user, accounts_in_memory, an_organization,
};
use uuid::Uuid;

/// Everything a test needs.
pub(crate) struct World {
    pub(crate) database: MemoryDatabase,
    pub(crate) clock: FixedClock,
    pub(crate) ids: SequentialIds,
}

/// Somebody with a session, in an organization.
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) membership: Membership,
    pub(crate) principal: Principal,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            database: MemoryDatabase::new(),
            clock: FixedClock::default(),
            ids: SequentialIds::default(),
        }
    }

    pub(crate) fn ports(&self) -> AccountPorts {
        accounts_in_memory(&self.database, self.clock.clone(), self.ids.clone())
    }

    /// A use-case service, by its constructor.
    pub(crate) fn service<S>(
        &self,
        new: impl FnOnce(Arc<dyn TenancyStore>, Arc<dyn Clock>, Arc<dyn IdGenerator>) -> S,
    ) -> S {
        let ports = self.ports();
        new(ports.store, ports.clock, ports.ids)
    }

    /// An organization with its owner.
    pub(crate) async fn found(&self) -> (Organization, Person) {
        let user = a_user().build();
        self.database.add_user(&user);
        let principal = self.session_of(user.id());
        let new = an_organization().to_new();
        let done = self
            .service(Organizations::new)
            .create(&principal, Ok(new), &never_repeated())
            .await
            .unwrap();
        let Done::Fresh(organization) = done else {
            panic!("the organization is new");
        };
        let membership = self.membership_of(&organization, user.id()).await;
        let person = Person {
            user,
            membership,
            principal,
        };
        (organization, person)
    }

    /// Somebody who joined the organization with the role of a template.
    pub(crate) async fn join(&self, organization: &Organization, template: RoleTemplate) -> Person {
        let user = a_user().build();
        self.database.add_user(&user);
        let principal = self.session_of(user.id());
        let role = self.role(organization, template).await;
        let membership = a_membership(organization.id(), user.id(), role).build();
        let unit = self.unit(organization, &principal).await;
        unit.memberships().insert(&membership).await.unwrap();
        unit.directory()
            .add_member(user.id(), self.clock.now())
            .await
            .unwrap();
        unit.commit().await.unwrap();
        Person {
            user,
            membership,
            principal,
        }
    }

    /// Lets somebody join another organization with the role of a template.
    pub(crate) async fn join_as(
        &self,
        organization: &Organization,
        person: &Person,
        template: RoleTemplate,
    ) {
        let role = self.role(organization, template).await;
        let user = person.user.id();
        let membership = a_membership(organization.id(), user, role).build();
        let unit = self.unit(organization, &person.principal).await;
        unit.memberships().insert(&membership).await.unwrap();
        unit.directory()
            .add_member(user, self.clock.now())
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    /// Ends somebody's membership.
    pub(crate) async fn leave(&self, organization: &Organization, person: &Person) {
        let mut ended = person.membership.clone();
        ended.end(self.clock.now(), None);
        self.write_membership(organization, person, &ended).await;
    }

    /// Gives somebody the role of another template.
    pub(crate) async fn change_role(
        &self,
        organization: &Organization,
        person: &Person,
        template: RoleTemplate,
    ) {
        let role = self.role(organization, template).await;
        self.give_role(organization, person, role).await;
    }

    /// Gives somebody this role.
    pub(crate) async fn give_role(
        &self,
        organization: &Organization,
        person: &Person,
        role: RoleId,
    ) {
        let mut changed = person.membership.clone();
        changed.change_role(role, self.clock.now(), None);
        self.write_membership(organization, person, &changed).await;
    }

    async fn write_membership(
        &self,
        organization: &Organization,
        person: &Person,
        membership: &Membership,
    ) {
        let unit = self.unit(organization, &person.principal).await;
        unit.memberships()
            .update(membership, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    async fn membership_of(&self, organization: &Organization, user: UserId) -> Membership {
        let unit = self.unit(organization, &self.session_of(user)).await;
        unit.memberships()
            .find_by_user(user)
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) async fn role(&self, organization: &Organization, template: RoleTemplate) -> RoleId {
        let owner = self.session_of(organization.state().owner);
        let unit = self.unit(organization, &owner).await;
        let roles = unit
            .roles()
            .list(&kernel::PageRequest::first())
            .await
            .unwrap();
        roles
            .items
            .iter()
            .find(|role| role.state().template == Some(template))
            .unwrap()
            .state()
            .id
    }

    /// A unit of work in the organization.
    pub(crate) async fn unit(
        &self,
        organization: &Organization,
        principal: &Principal,
    ) -> Box<dyn tenancy::ports::TenancyUnit> {
        let scope = kernel::TenantScope::for_principal(
            organization.id(),
            principal.actor(),
            principal.origin.clone(),
        );
        self.ports().store.begin(&scope).await.unwrap()
    }

    pub(crate) fn access(&self) -> Access {
        self.service(Access::new)
    }

    /// A person as a member who was let in with this right.
    pub(crate) async fn member(
        &self,
        organization: &Organization,
        person: &Person,
        permission: Permission,
    ) -> Member {
        self.access()
            .authorize(
                &person.principal,
                &organization.id().to_string(),
                permission,
            )
            .await
            .unwrap()
    }

    pub(crate) fn origin(&self, ip: &str) -> Origin {
        Origin {
            request: RequestId::from_uuid(self.ids.next()),
            ip: Some(ip.parse::<IpAddr>().unwrap()),
            user_agent: None,
        }
    }

    /// Somebody who logged in.
    pub(crate) fn session_of(&self, user: UserId) -> Principal {
        Principal {
            user,
            credential: Credential::Session(SessionId::from_uuid(self.ids.next())),
            origin: self.origin("203.0.113.7"),
            limits: None,
        }
    }

    /// The entries of the audit log about one kind of thing, oldest first.
    pub(crate) fn entries(
        &self,
        organization: OrganizationId,
        entity_type: &str,
    ) -> Vec<AuditEntry> {
        let mut entries = self.database.audit_entries(organization);
        entries.retain(|entry| entry.entity_type == entity_type);
        entries
    }
}

/// A request without an idempotency key.
pub(crate) fn never_repeated<T: ?Sized>() -> Once<'static, T> {
    Once {
        request: None,
        render: &|_| StoredAnswer::Withheld { id: Uuid::nil() },
    }
}

/// A request with the idempotency key `key` and the body `body`, whose answer is told by its id alone.
pub(crate) fn once<T: ?Sized>(
    key: u8,
    body: u8,
    render: &(dyn Fn(&T) -> StoredAnswer + Send + Sync),
) -> Once<'_, T> {
    Once {
        request: Some(IdempotencyRequest {
            key: [key; 32],
            fingerprint: [body; 32],
        }),
        render,
    }
}

/// What took effect now.
#[track_caller]
pub(crate) fn fresh<T: std::fmt::Debug>(done: Done<T>) -> T {
    match done {
        Done::Fresh(value) => value,
        Done::Replayed(answer) => panic!("a repetition: {answer:?}"),
    }
}
