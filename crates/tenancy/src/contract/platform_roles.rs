//! `PlatformRoleRepository`

use kernel::{UserId, Version};

use super::Subject;
use super::tenant::{NOW, Tenant, a_user, add_user, platform_scope};
use crate::ports::TenancyUnit;
use crate::{PlatformRole, PlatformRoleGrant, UserStatus};

/// The cases of platform roles.
#[macro_export]
macro_rules! for_each_platform_role_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            granted_roles_are_listed_as_they_were_granted,
            a_role_is_granted_once,
            a_revoked_role_is_told_and_gone,
            administrators_who_can_act_are_counted,
            a_dropped_unit_leaves_no_role,
            inside_an_organization_there_are_no_platform_roles,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_platform_role_case!([kernel::dispatch_contract_case] name subject);
}

async fn begin<S: Subject>(subject: &S) -> Box<dyn TenancyUnit> {
    subject.store().begin(&platform_scope()).await.unwrap()
}

async fn a_stored_user<S: Subject>(subject: &S) -> UserId {
    let user = a_user();
    add_user(subject, &user).await;
    user.id()
}

const fn grant_of(user: UserId, role: PlatformRole, by: Option<UserId>) -> PlatformRoleGrant {
    PlatformRoleGrant {
        user,
        role,
        granted_at: NOW,
        granted_by: by,
    }
}

mod cases {
    use super::{
        NOW, PlatformRole, Subject, Tenant, UserStatus, Version, a_stored_user, begin, grant_of,
    };

    pub(super) async fn granted_roles_are_listed_as_they_were_granted<S: Subject>(subject: &S) {
        let (user, other) = (a_stored_user(subject).await, a_stored_user(subject).await);
        let grants = [
            grant_of(user, PlatformRole::PlatformAdmin, Some(other)),
            grant_of(user, PlatformRole::System, None),
        ];
        let unit = begin(subject).await;
        for grant in grants.iter().rev() {
            assert!(unit.platform_roles().grant(grant).await.unwrap());
        }
        unit.commit().await.unwrap();

        let unit = begin(subject).await;
        assert_eq!(unit.platform_roles().list_of(user).await.unwrap(), grants);
        assert_eq!(unit.platform_roles().list_of(other).await.unwrap(), []);
    }

    pub(super) async fn a_role_is_granted_once<S: Subject>(subject: &S) {
        let user = a_stored_user(subject).await;
        let first = grant_of(user, PlatformRole::PlatformAdmin, None);
        let second = grant_of(user, PlatformRole::PlatformAdmin, Some(user));

        let unit = begin(subject).await;
        assert!(unit.platform_roles().grant(&first).await.unwrap());
        assert!(!unit.platform_roles().grant(&second).await.unwrap());
        unit.commit().await.unwrap();

        let unit = begin(subject).await;
        assert_eq!(unit.platform_roles().list_of(user).await.unwrap(), [first]);
    }

    pub(super) async fn a_revoked_role_is_told_and_gone<S: Subject>(subject: &S) {
        let user = a_stored_user(subject).await;
        let grant = grant_of(user, PlatformRole::PlatformAdmin, None);
        let kept = grant_of(user, PlatformRole::System, None);
        let unit = begin(subject).await;
        unit.platform_roles().grant(&grant).await.unwrap();
        unit.platform_roles().grant(&kept).await.unwrap();
        unit.commit().await.unwrap();

        let unit = begin(subject).await;
        let roles = unit.platform_roles();
        let revoked = roles.revoke(user, PlatformRole::PlatformAdmin).await;
        assert_eq!(revoked.unwrap(), Some(grant));
        let revoked = roles.revoke(user, PlatformRole::PlatformAdmin).await;
        assert_eq!(revoked.unwrap(), None);
        assert_eq!(roles.list_of(user).await.unwrap(), [kept]);
        unit.commit().await.unwrap();
    }

    pub(super) async fn administrators_who_can_act_are_counted<S: Subject>(subject: &S) {
        let user = a_stored_user(subject).await;
        let grant = grant_of(user, PlatformRole::PlatformAdmin, None);
        let unit = begin(subject).await;
        unit.platform_roles().grant(&grant).await.unwrap();
        unit.commit().await.unwrap();

        // Other cases have administrators of their own, and not fewer while the number is held.
        let unit = begin(subject).await;
        let counted = unit.platform_roles().count_admins_for_update().await;
        assert!(counted.unwrap() >= 1);
        let mut closed = unit.users().find_for_update(user).await.unwrap().unwrap();
        closed.change_status(UserStatus::Suspended, NOW, None);
        let written = unit.users().update(&closed, Version::FIRST).await;
        written.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_dropped_unit_leaves_no_role<S: Subject>(subject: &S) {
        let user = a_stored_user(subject).await;
        let grant = grant_of(user, PlatformRole::PlatformAdmin, None);
        let unit = begin(subject).await;
        unit.platform_roles().grant(&grant).await.unwrap();

        let other = begin(subject).await;
        assert_eq!(other.platform_roles().list_of(user).await.unwrap(), []);
        drop(unit);

        let unit = begin(subject).await;
        assert_eq!(unit.platform_roles().list_of(user).await.unwrap(), []);
    }

    pub(super) async fn inside_an_organization_there_are_no_platform_roles<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let owner = tenant.owner.id();
        let grant = grant_of(owner, PlatformRole::PlatformAdmin, None);
        let unit = begin(subject).await;
        unit.platform_roles().grant(&grant).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let roles = unit.platform_roles();
        assert_eq!(roles.list_of(owner).await.unwrap(), []);
        let revoked = roles.revoke(owner, PlatformRole::PlatformAdmin).await;
        assert_eq!(revoked.unwrap(), None);
        let system = grant_of(owner, PlatformRole::System, None);
        assert!(roles.grant(&system).await.is_err());
        drop(unit);

        let unit = begin(subject).await;
        assert_eq!(unit.platform_roles().list_of(owner).await.unwrap(), [grant]);
    }
}
