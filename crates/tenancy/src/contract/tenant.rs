//! What cases are built from: organizations of their own, with people in them.

use kernel::{
    Actor, AuditAction, AuditDraft, AuditEntry, AuditEntryId, Changes, MembershipId,
    OrganizationId, Origin, RequestId, RoleId, SessionId, Stamps, TenantScope, Timestamp, UserId,
};
use time::macros::datetime;
use uuid::Uuid;

use super::Subject;
use crate::ports::TenancyUnit;
use crate::{
    InvitationState, Membership, NewOrganization, Organization, OrganizationSettings, PasswordHash,
    Permission, Role, RoleTemplate, User,
};

/// The instant at which everything happens in a case that names no other.
pub(crate) const NOW: Timestamp = datetime!(2026-03-01 12:00 UTC);

/// A new id.
#[expect(
    clippy::disallowed_methods,
    reason = "cases share a database and need ids of their own"
)]
pub(crate) fn id<T>(wrap: impl Fn(Uuid) -> T) -> T {
    wrap(Uuid::now_v7())
}

/// An organization of a case's own, founded and with its owner in it.
#[derive(Debug)]
pub struct Tenant {
    /// The scope in which its owner acts.
    pub scope: TenantScope,
    /// The organization.
    pub organization: Organization,
    /// Its owner.
    pub owner: User,
    /// Its roles, in the order of the templates.
    pub roles: Vec<Role>,
    /// Its owner's membership.
    pub membership: Membership,
}

impl Tenant {
    /// Founds an organization with all template roles and one owner.
    pub async fn found<S: Subject>(subject: &S) -> Self {
        let owner = a_user();
        add_user(subject, &owner).await;
        let organization_id = id(OrganizationId::from_uuid);
        let organization = Organization::found(
            organization_id,
            NewOrganization {
                name: "Acme".parse().unwrap(),
                slug: a_slug(),
                domain: None,
                settings: OrganizationSettings::default(),
            },
            NOW,
            owner.id(),
        );
        let roles = RoleTemplate::ALL
            .iter()
            .map(|template| {
                Role::from_template(
                    id(RoleId::from_uuid),
                    organization_id,
                    *template,
                    NOW,
                    owner.id(),
                )
                .unwrap()
            })
            .collect::<Vec<_>>();
        let membership = Membership::join(
            id(MembershipId::from_uuid),
            organization_id,
            owner.id(),
            roles[0].state().id,
            InvitationState::Direct,
            NOW,
            Some(owner.id()),
        );
        let tenant = Self {
            scope: scope_of(organization_id, owner.id()),
            organization,
            owner,
            roles,
            membership,
        };

        let unit = tenant.begin(subject).await;
        unit.directory()
            .claim_slug(&tenant.organization.state().slug, NOW)
            .await
            .unwrap();
        unit.organizations()
            .insert(&tenant.organization)
            .await
            .unwrap();
        for role in &tenant.roles {
            unit.roles().insert(role).await.unwrap();
        }
        unit.memberships().insert(&tenant.membership).await.unwrap();
        unit.directory()
            .add_member(tenant.owner.id(), NOW)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        tenant
    }

    /// Opens a unit of work in the organization.
    pub async fn begin<S: Subject>(&self, subject: &S) -> Box<dyn TenancyUnit> {
        subject.store().begin(&self.scope).await.unwrap()
    }

    /// Adds a member with the role of a template.
    pub async fn add_member<S: Subject>(
        &self,
        subject: &S,
        template: RoleTemplate,
    ) -> (User, Membership) {
        let user = a_user();
        add_user(subject, &user).await;
        let membership = self.membership_of(user.id(), template);
        let unit = self.begin(subject).await;
        unit.memberships().insert(&membership).await.unwrap();
        unit.directory().add_member(user.id(), NOW).await.unwrap();
        unit.commit().await.unwrap();
        (user, membership)
    }

    /// A membership of a user that is not stored yet.
    pub(crate) fn membership_of(&self, user: UserId, template: RoleTemplate) -> Membership {
        let role = self
            .roles
            .iter()
            .find(|role| role.state().template == Some(template))
            .unwrap();
        Membership::join(
            id(MembershipId::from_uuid),
            self.organization.id(),
            user,
            role.state().id,
            InvitationState::Accepted,
            NOW,
            Some(self.owner.id()),
        )
    }

    /// A custom role that is not stored yet.
    pub(crate) fn a_role(&self, name: &str) -> Role {
        Role::custom(
            id(RoleId::from_uuid),
            self.organization.id(),
            name.parse().unwrap(),
            "What it is for.".parse().unwrap(),
            [Permission::TeamView, Permission::TeamCreate]
                .into_iter()
                .collect(),
            Stamps::new(NOW, Some(self.owner.id())),
        )
    }

    /// An audit entry of the organization that is not stored yet.
    pub(crate) fn an_audit_entry(&self) -> AuditEntry {
        let changes = Changes::none().field("name", "before", "after");
        let draft = AuditDraft::new(
            "team",
            id(std::convert::identity),
            AuditAction::Update,
            changes,
        );
        AuditEntry::new(id(AuditEntryId::from_uuid), NOW, &self.scope, draft)
    }
}

/// The scope in which a user acts inside an organization.
pub(crate) fn scope_of(organization: OrganizationId, user: UserId) -> TenantScope {
    let actor = Actor::User(user, kernel::Credential::Session(id(SessionId::from_uuid)));
    TenantScope::for_principal(
        organization,
        actor,
        Origin::internal(id(RequestId::from_uuid)),
    )
}

/// The platform's scope, in which nobody has proved anything.
pub(crate) fn platform_scope() -> TenantScope {
    TenantScope::platform(Actor::Anonymous, Origin::internal(id(RequestId::from_uuid)))
}

/// Stores an account.
pub(crate) async fn add_user<S: Subject>(subject: &S, user: &User) {
    let unit = subject.store().begin(&platform_scope()).await.unwrap();
    unit.users().insert(user).await.unwrap();
    unit.commit().await.unwrap();
}

/// An account that is not stored yet.
pub(crate) fn a_user() -> User {
    let user = id(UserId::from_uuid);
    User::sign_up(
        user,
        format!("ada.{}@example.com", user.as_uuid().simple())
            .parse()
            .unwrap(),
        "Ada Lovelace".parse().unwrap(),
        PasswordHash::from_phc("$argon2id$v=19$m=16,t=2,p=1$MTIzNDU2Nzg$bJXL2wXhrzA".to_owned()),
        NOW,
        None,
    )
}

/// A slug that nobody else has.
pub(crate) fn a_slug() -> kernel::Slug {
    format!("acme-{}", id(std::convert::identity).simple())
        .parse()
        .unwrap()
}
