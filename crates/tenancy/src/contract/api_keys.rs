//! `ApiKeyRepository`, and what the directory knows of API keys

use kernel::{ApiKeyId, PageLimit, PageRequest, Patch, RandomBytes, Timestamp, UserId, Version};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant, add_user, id, platform_scope};
use crate::ports::ApiKeyFilter;
use crate::{
    ApiKey, ApiKeyChange, ApiKeyState, ApiKeyToken, ApiKeyUse, NewApiKey, Permission, RoleTemplate,
    TenancyError, TokenHash, User, UserStatus,
};

/// The cases of API keys.
#[macro_export]
macro_rules! for_each_api_key_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            an_api_key_is_found_again,
            a_change_of_an_api_key_is_found_again_and_leaves_its_last_use,
            a_stale_change_of_an_api_key_is_refused_and_the_unit_stays_usable,
            keys_are_listed_by_user_and_by_whether_they_ended,
            keys_are_listed_page_by_page,
            the_keys_of_a_user_that_were_not_revoked_are_found,
            a_use_tells_the_key_the_users_account_and_whether_the_network_is_known,
            a_network_is_new_once_per_key,
            the_last_use_only_moves_forward,
            a_hash_leads_to_its_key_from_any_scope_until_it_is_removed,
            a_dropped_unit_leaves_no_api_key,
            other_tenants_see_no_api_key,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_api_key_case!([kernel::dispatch_contract_case] name subject);
}

/// Bytes that no other case has.
struct Unique;

impl RandomBytes for Unique {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [3; 32];
        bytes[..16].copy_from_slice(id(std::convert::identity).as_bytes());
        bytes
    }
}

/// A key of the user that is not stored yet.
fn a_key(tenant: &Tenant, user: UserId, expires_at: Option<Timestamp>) -> ApiKey {
    let new = NewApiKey {
        name: "Nightly export".parse().unwrap(),
        scopes: [Permission::TeamView, Permission::AuditExport]
            .into_iter()
            .collect(),
        expires_at,
    };
    ApiKey::issue(
        id(ApiKeyId::from_uuid),
        tenant.organization.id(),
        user,
        new,
        &ApiKeyToken::generate(&Unique),
        NOW,
    )
    .unwrap()
}

async fn add_key<S: Subject>(
    subject: &S,
    tenant: &Tenant,
    user: UserId,
    expires_at: Option<Timestamp>,
) -> ApiKey {
    let key = a_key(tenant, user, expires_at);
    let unit = tenant.begin(subject).await;
    unit.api_keys().insert(&key).await.unwrap();
    unit.commit().await.unwrap();
    key
}

fn renamed(key: &ApiKey) -> ApiKey {
    let mut key = key.clone();
    let change = ApiKeyChange {
        name: Patch::Set("Hourly export".parse().unwrap()),
        scopes: Patch::Set([Permission::TeamView].into_iter().collect()),
        expires_at: Patch::Set(Some(NOW + Duration::DAY)),
    };
    key.change(&change, NOW).unwrap();
    key
}

fn revoked(key: &ApiKey) -> ApiKey {
    let mut key = key.clone();
    key.revoke(NOW, None);
    key
}

fn used(key: &ApiKey, at: Timestamp) -> ApiKey {
    ApiKey::restore(ApiKeyState {
        last_used_at: Some(at),
        ..key.state().clone()
    })
}

/// Keys that can be used now, of everybody.
const LIVING: ApiKeyFilter = ApiKeyFilter {
    user: None,
    ended: false,
    at: NOW,
};

mod cases {
    use super::{
        ApiKeyFilter, ApiKeyUse, Duration, LIVING, NOW, PageLimit, PageRequest, RandomBytes as _,
        RoleTemplate, Subject, TenancyError, Tenant, TokenHash, Unique, User, UserStatus, Version,
        a_key, add_key, add_user, platform_scope, renamed, revoked, used,
    };

    pub(super) async fn an_api_key_is_found_again<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let forever = add_key(subject, &tenant, tenant.owner.id(), None).await;
        let until = Some(NOW + Duration::DAY);
        let expiring = add_key(subject, &tenant, tenant.owner.id(), until).await;
        let absent = a_key(&tenant, tenant.owner.id(), None).id();

        let unit = tenant.begin(subject).await;
        let keys = unit.api_keys();
        assert_eq!(
            keys.find(forever.id()).await.unwrap().as_ref(),
            Some(&forever)
        );
        assert_eq!(keys.find(absent).await.unwrap(), None);
        let ids = [expiring.id(), absent, forever.id(), expiring.id()];
        assert_eq!(keys.find_all(&ids).await.unwrap(), [forever, expiring]);
        assert_eq!(keys.find_all(&[]).await.unwrap(), []);
    }

    pub(super) async fn a_change_of_an_api_key_is_found_again_and_leaves_its_last_use<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let key = add_key(subject, &tenant, tenant.owner.id(), None).await;
        let at = NOW + Duration::HOUR;

        let unit = tenant.begin(subject).await;
        unit.api_keys().note_use(key.id(), at).await.unwrap();
        let after = renamed(&key);
        unit.api_keys()
            .update(&after, Version::FIRST)
            .await
            .unwrap();
        let ended = revoked(&after);
        let version = after.state().stamps.version;
        unit.api_keys().update(&ended, version).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.api_keys().find(key.id()).await.unwrap();
        assert_eq!(found, Some(used(&ended, at)));
    }

    pub(super) async fn a_stale_change_of_an_api_key_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let key = add_key(subject, &tenant, tenant.owner.id(), None).await;

        let unit = tenant.begin(subject).await;
        let refused = unit
            .api_keys()
            .update(&renamed(&key), Version::from_number(9))
            .await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        unit.api_keys()
            .update(&renamed(&key), Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn keys_are_listed_by_user_and_by_whether_they_ended<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (user, _) = tenant.add_member(subject, RoleTemplate::Consultant).await;
        let owner = tenant.owner.id();
        let living = add_key(subject, &tenant, owner, None).await;
        let expiring = add_key(subject, &tenant, user.id(), Some(NOW + Duration::HOUR)).await;
        let ended = revoked(&add_key(subject, &tenant, user.id(), None).await);
        let unit = tenant.begin(subject).await;
        unit.api_keys()
            .update(&ended, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        let later = NOW + Duration::HOUR;
        let table = [
            (None, false, NOW, vec![&living, &expiring]),
            (None, true, NOW, vec![&ended]),
            (None, false, later, vec![&living]),
            (None, true, later, vec![&expiring, &ended]),
            (Some(user.id()), false, NOW, vec![&expiring]),
            (Some(user.id()), true, later, vec![&expiring, &ended]),
            (Some(owner), true, later, vec![]),
        ];

        let unit = tenant.begin(subject).await;
        for (user, ended, at, expected) in table {
            let filter = ApiKeyFilter { user, ended, at };
            let listed = unit
                .api_keys()
                .list(&filter, &PageRequest::first())
                .await
                .unwrap();
            assert_eq!(listed.items.iter().collect::<Vec<_>>(), expected);
        }
    }

    pub(super) async fn keys_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut all = Vec::new();
        for _ in 0..5 {
            all.push(add_key(subject, &tenant, tenant.owner.id(), None).await);
        }

        let unit = tenant.begin(subject).await;
        let mut page = PageRequest {
            limit: PageLimit::new(2).unwrap(),
            after: None,
        };
        let mut seen = Vec::new();
        loop {
            let part = unit.api_keys().list(&LIVING, &page).await.unwrap();
            seen.extend(part.items);
            let Some(next) = part.next else { break };
            page.after = Some(next);
        }
        assert_eq!(seen, all);
    }

    pub(super) async fn the_keys_of_a_user_that_were_not_revoked_are_found<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (user, _) = tenant.add_member(subject, RoleTemplate::Consultant).await;
        add_key(subject, &tenant, tenant.owner.id(), None).await;
        let first = add_key(subject, &tenant, user.id(), None).await;
        let ended = add_key(subject, &tenant, user.id(), None).await;
        let second = add_key(subject, &tenant, user.id(), Some(NOW + Duration::SECOND)).await;

        let unit = tenant.begin(subject).await;
        unit.api_keys()
            .update(&revoked(&ended), Version::FIRST)
            .await
            .unwrap();
        let found = unit.api_keys().find_unrevoked_of(user.id()).await.unwrap();
        assert_eq!(found, [first, second]);
    }

    pub(super) async fn a_use_tells_the_key_the_users_account_and_whether_the_network_is_known<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let suspended = super::super::tenant::a_user();
        let suspended = User::restore(crate::UserState {
            status: UserStatus::Suspended,
            ..suspended.state().clone()
        })
        .unwrap();
        add_user(subject, &suspended).await;
        let unit = tenant.begin(subject).await;
        let membership = tenant.membership_of(suspended.id(), RoleTemplate::Consultant);
        unit.memberships().insert(&membership).await.unwrap();
        unit.commit().await.unwrap();
        let key = add_key(subject, &tenant, tenant.owner.id(), None).await;
        let locked = add_key(subject, &tenant, suspended.id(), None).await;

        let unit = tenant.begin(subject).await;
        let keys = unit.api_keys();
        keys.note_network(key.id(), &[1; 32], NOW).await.unwrap();
        let tell = |key: &crate::ApiKey, user_is_active, network_is_known| {
            Some(ApiKeyUse {
                key: key.clone(),
                user_is_active,
                network_is_known,
            })
        };
        let known = keys.find_use(key.id(), Some(&[1; 32])).await.unwrap();
        assert_eq!(known, tell(&key, true, true));
        let new = keys.find_use(key.id(), Some(&[2; 32])).await.unwrap();
        assert_eq!(new, tell(&key, true, false));
        let nowhere = keys.find_use(key.id(), None).await.unwrap();
        assert_eq!(nowhere, tell(&key, true, false));
        let others = keys.find_use(locked.id(), Some(&[1; 32])).await.unwrap();
        assert_eq!(others, tell(&locked, false, false));
        let absent = a_key(&tenant, tenant.owner.id(), None).id();
        assert_eq!(keys.find_use(absent, None).await.unwrap(), None);
    }

    pub(super) async fn a_network_is_new_once_per_key<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let first = add_key(subject, &tenant, tenant.owner.id(), None).await;
        let second = add_key(subject, &tenant, tenant.owner.id(), None).await;

        let unit = tenant.begin(subject).await;
        let keys = unit.api_keys();
        assert!(keys.note_network(first.id(), &[1; 32], NOW).await.unwrap());
        assert!(!keys.note_network(first.id(), &[1; 32], NOW).await.unwrap());
        assert!(keys.note_network(first.id(), &[2; 32], NOW).await.unwrap());
        assert!(keys.note_network(second.id(), &[1; 32], NOW).await.unwrap());
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let again = unit.api_keys().note_network(first.id(), &[1; 32], NOW);
        assert!(!again.await.unwrap());
    }

    pub(super) async fn the_last_use_only_moves_forward<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let key = add_key(subject, &tenant, tenant.owner.id(), None).await;
        let unit = tenant.begin(subject).await;

        for (noted, kept) in [(2, 2), (1, 2), (3, 3)] {
            let at = |hours: i64| NOW + Duration::hours(hours);
            unit.api_keys().note_use(key.id(), at(noted)).await.unwrap();
            let found = unit.api_keys().find(key.id()).await.unwrap();
            assert_eq!(found, Some(used(&key, at(kept))));
        }
    }

    pub(super) async fn a_hash_leads_to_its_key_from_any_scope_until_it_is_removed<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let key = a_key(&tenant, tenant.owner.id(), None);
        let hash = key.state().key_hash;
        let absent = TokenHash::from_bytes(Unique.bytes());

        let unit = tenant.begin(subject).await;
        let added = unit.directory().add_api_key(&hash, key.id(), NOW).await;
        assert!(added.unwrap());
        unit.commit().await.unwrap();
        let unit = other.begin(subject).await;
        let again = unit.directory().add_api_key(&hash, key.id(), NOW).await;
        assert!(!again.unwrap());
        unit.directory().remove_api_key(key.id()).await.unwrap();
        unit.commit().await.unwrap();

        for scope in [tenant.scope.clone(), other.scope.clone(), platform_scope()] {
            let unit = subject.store().begin(&scope).await.unwrap();
            let found = unit.directory().find_api_key(&hash).await.unwrap();
            assert_eq!(found, Some((tenant.organization.id(), key.id())));
            let unknown = unit.directory().find_api_key(&absent).await;
            assert_eq!(unknown.unwrap(), None);
        }
        let unit = tenant.begin(subject).await;
        unit.directory().remove_api_key(key.id()).await.unwrap();
        let found = unit.directory().find_api_key(&hash).await.unwrap();
        assert_eq!(found, None);
    }

    pub(super) async fn a_dropped_unit_leaves_no_api_key<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let key = a_key(&tenant, tenant.owner.id(), None);
        let hash = key.state().key_hash;

        let unit = tenant.begin(subject).await;
        unit.api_keys().insert(&key).await.unwrap();
        unit.directory()
            .add_api_key(&hash, key.id(), NOW)
            .await
            .unwrap();
        drop(unit);

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.api_keys().find(key.id()).await.unwrap(), None);
        assert_eq!(unit.directory().find_api_key(&hash).await.unwrap(), None);
    }

    pub(super) async fn other_tenants_see_no_api_key<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let key = add_key(subject, &tenant, tenant.owner.id(), None).await;

        let unit = other.begin(subject).await;
        let keys = unit.api_keys();
        assert_eq!(keys.find(key.id()).await.unwrap(), None);
        assert_eq!(keys.find_all(&[key.id()]).await.unwrap(), []);
        assert_eq!(keys.find_use(key.id(), None).await.unwrap(), None);
        let of_owner = keys.find_unrevoked_of(tenant.owner.id()).await.unwrap();
        assert_eq!(of_owner, []);
        let listed = keys.list(&LIVING, &PageRequest::first()).await.unwrap();
        assert_eq!(listed.items, []);
        keys.note_use(key.id(), NOW).await.unwrap();
        let refused = keys.update(&renamed(&key), Version::FIRST).await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.api_keys().find(key.id()).await.unwrap(), Some(key));
    }
}
