//! API keys: having, using and losing them.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    ApiKeyId, AuditAction, Credential, Done, Expected, FieldErrors, FieldFault, PageRequest, Patch,
    Secret, StorageError, StoredAnswer, TenantScope, Timestamp, Version,
};
use serde_json::json;
use tenancy::ports::{TenancyStore, TenancyUnit};
use tenancy::{
    ApiKeyAuthentication, ApiKeyChange, ApiKeyToken, ApiKeys, IssuedApiKey, Member, NewApiKey,
    Organization, Organizations, Permission, Principal, Revocation, RoleTemplate, TenancyError,
    User, UserState, UserStatus,
};
use testkit::{SequentialRandom, an_organization};
use time::Duration;

use crate::world::{Person, World, fresh, never_repeated, once};

struct Scene {
    world: World,
    organization: Organization,
    owner: Person,
    random: SequentialRandom,
}

async fn an_installation() -> Scene {
    let world = World::new();
    let (organization, owner) = world.found().await;
    Scene {
        world,
        organization,
        owner,
        random: SequentialRandom::default(),
    }
}

fn wanted(scopes: impl IntoIterator<Item = Permission>) -> NewApiKey {
    NewApiKey {
        name: "Nightly export".parse().unwrap(),
        scopes: scopes.into_iter().collect(),
        expires_at: None,
    }
}

impl Scene {
    fn keys(&self) -> ApiKeys {
        let random = Arc::new(self.random.clone());
        self.world
            .service(|store, clock, ids| ApiKeys::new(store, clock, ids, random))
    }

    async fn join(&self, template: RoleTemplate) -> Person {
        self.world.join(&self.organization, template).await
    }

    /// The person as everybody may be: with the right to see the organization.
    async fn member(&self, person: &Person) -> Member {
        self.world
            .member(&self.organization, person, Permission::OrganizationView)
            .await
    }

    async fn issue(
        &self,
        person: &Person,
        scopes: impl IntoIterator<Item = Permission>,
    ) -> IssuedApiKey {
        let member = self.member(person).await;
        let done = self
            .keys()
            .create(&member, Ok(wanted(scopes)), &never_repeated())
            .await;
        fresh(done.unwrap())
    }

    async fn authenticate(&self, token: &Secret, ip: &str) -> Result<Principal, TenancyError> {
        ApiKeyAuthentication::new(&self.world.ports())
            .authenticate(token, self.world.origin(ip))
            .await
    }

    async fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
    ) -> Result<Member, TenancyError> {
        let organization = self.organization.id().to_string();
        self.world
            .access()
            .authorize(principal, &organization, permission)
            .await
    }

    async fn revoke(&self, person: &Person, id: ApiKeyId) -> Result<(), TenancyError> {
        let member = self.member(person).await;
        self.keys().revoke(&member, id, &Expected::Any).await
    }

    /// What happened to API keys, oldest first.
    fn events(&self) -> Vec<(AuditAction, Option<uuid::Uuid>)> {
        self.world
            .entries(self.organization.id(), "api_key")
            .into_iter()
            .map(|entry| (entry.action, entry.entity))
            .collect()
    }
}

const HOME: &str = "198.51.100.7";

#[tokio::test]
async fn the_token_of_a_new_key_proves_who_its_bearer_works_for() {
    let scene = an_installation().await;

    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let principal = scene.authenticate(&issued.token, HOME).await.unwrap();

    assert_eq!(principal.user, scene.owner.user.id());
    assert_eq!(principal.credential, Credential::ApiKey(issued.key.id()));
    let limits = principal.limits.clone().unwrap();
    assert_eq!(limits.organization, scene.organization.id());
    assert_eq!(limits.scopes.keys(), ["team.view"]);
    let state = issued.key.state();
    assert!(issued.token.expose().starts_with(&state.prefix));
    assert_eq!(state.prefix.len(), 12);
}

#[tokio::test]
async fn the_audit_log_tells_of_a_new_key_without_its_secret() {
    let scene = an_installation().await;

    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;

    let [entry] = &scene.world.entries(scene.organization.id(), "api_key")[..] else {
        panic!("one entry");
    };
    assert_eq!(entry.action, AuditAction::Create);
    assert_eq!(
        serde_json::to_value(&entry.changes).unwrap(),
        json!({
            "user_id": {"old": null, "new": scene.owner.user.id()},
            "name": {"old": null, "new": "Nightly export"},
            "scopes": {"old": null, "new": ["team.view"]},
            "prefix": {"old": null, "new": issued.key.state().prefix},
            "key_hash": {"old": null, "new": "set"},
        })
    );
    assert!(!format!("{entry:?}").contains(issued.token.expose()));
    assert!(!format!("{issued:?}").contains(issued.token.expose()));
}

#[tokio::test]
async fn a_key_gives_its_scopes_but_never_more_than_its_user_holds_now() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Manager).await;
    let scopes = [Permission::TeamView, Permission::TeamCreate];
    let issued = scene.issue(&person, scopes).await;
    let bearer = scene.authenticate(&issued.token, HOME).await.unwrap();

    let member = scene
        .authorize(&bearer, Permission::TeamCreate)
        .await
        .unwrap();
    assert_eq!(member.rights().keys(), ["team.view", "team.create"]);
    let beyond = scene.authorize(&bearer, Permission::TeamDelete).await;
    assert!(
        matches!(
            beyond,
            Err(TenancyError::PermissionMissing(Permission::TeamDelete))
        ),
        "{beyond:?}"
    );
    scene
        .world
        .change_role(&scene.organization, &person, RoleTemplate::Viewer)
        .await;
    let lost = scene.authorize(&bearer, Permission::TeamCreate).await;
    assert!(
        matches!(
            lost,
            Err(TenancyError::PermissionMissing(Permission::TeamCreate))
        ),
        "{lost:?}"
    );
    assert!(scene.authorize(&bearer, Permission::TeamView).await.is_ok());
}

#[tokio::test]
async fn a_key_opens_its_own_organization_only() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let bearer = scene.authenticate(&issued.token, HOME).await.unwrap();
    let new = an_organization().to_new();
    let organizations = scene.world.service(Organizations::new);
    let done = organizations
        .create(&scene.owner.principal, Ok(new.clone()), &never_repeated())
        .await;
    let other = fresh(done.unwrap());

    let refused = scene
        .world
        .access()
        .authorize(&bearer, &other.id().to_string(), Permission::TeamView)
        .await;

    assert!(
        matches!(refused, Err(TenancyError::NotAMember)),
        "{refused:?}"
    );
    let refused = organizations
        .create(&bearer, Ok(new), &never_repeated())
        .await;
    assert!(
        matches!(refused, Err(TenancyError::SessionRequired)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nobody_gives_a_key_what_they_do_not_hold() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let member = scene.member(&person).await;
    let scopes = [Permission::TeamView, Permission::AuditView];

    let refused = scene
        .keys()
        .create(&member, Ok(wanted(scopes)), &never_repeated())
        .await;

    assert!(
        matches!(
            refused,
            Err(TenancyError::RightNotHeld(Permission::AuditView))
        ),
        "{refused:?}"
    );
    let key = scene.issue(&person, [Permission::TeamView]).await.key;
    let change = ApiKeyChange {
        scopes: Patch::Set(scopes.into_iter().collect()),
        ..ApiKeyChange::default()
    };
    let refused = scene
        .keys()
        .update(&member, key.id(), &Expected::Any, Ok(change))
        .await;
    assert!(
        matches!(
            refused,
            Err(TenancyError::RightNotHeld(Permission::AuditView))
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_key_can_neither_make_nor_change_keys() {
    let scene = an_installation().await;
    let scopes = [Permission::ApiKeyCreate, Permission::ApiKeyView];
    let issued = scene.issue(&scene.owner, scopes).await;
    let bearer = scene.authenticate(&issued.token, HOME).await.unwrap();
    let member = scene
        .authorize(&bearer, Permission::ApiKeyCreate)
        .await
        .unwrap();
    let keys = scene.keys();

    let made = keys
        .create(&member, Ok(wanted(scopes)), &never_repeated())
        .await;
    let changed = keys
        .update(
            &member,
            issued.key.id(),
            &Expected::Any,
            Ok(ApiKeyChange::default()),
        )
        .await;

    assert!(matches!(made, Err(TenancyError::SessionRequired)));
    assert!(matches!(changed, Err(TenancyError::SessionRequired)));
    assert!(keys.read(&member, issued.key.id()).await.is_ok());
}

#[tokio::test]
async fn all_that_is_wrong_with_a_new_key_is_told_at_once() {
    let scene = an_installation().await;
    let member = scene.member(&scene.owner).await;
    let new = NewApiKey {
        expires_at: Some(testkit::FixedClock::START),
        ..wanted([])
    };

    let refused = scene
        .keys()
        .create(&member, Ok(new), &never_repeated())
        .await;

    let Err(TenancyError::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    let told = errors
        .as_slice()
        .iter()
        .map(|error| (error.pointer.as_str(), error.code))
        .collect::<Vec<_>>();
    assert_eq!(
        told,
        [("#/scopes", "required"), ("#/expires_at", "in-the-past")]
    );
}

#[tokio::test]
async fn a_repetition_does_not_show_the_token_again() {
    let scene = an_installation().await;
    let member = scene.member(&scene.owner).await;
    let render = |issued: &IssuedApiKey| StoredAnswer::Withheld {
        id: issued.key.id().as_uuid(),
    };
    let keys = scene.keys();
    let new = || Ok(wanted([Permission::TeamView]));

    let done = keys
        .create(&member, new(), &once(1, 1, &render))
        .await
        .unwrap();
    let issued = fresh(done);
    let again = keys
        .create(&member, new(), &once(1, 1, &render))
        .await
        .unwrap();

    assert_eq!(again, Done::Replayed(render(&issued)));
    assert_eq!(scene.events().len(), 1);
}

/// A storage that must not be asked.
struct Untouchable;

#[async_trait]
impl TenancyStore for Untouchable {
    async fn begin(&self, _: &TenantScope) -> Result<Box<dyn TenancyUnit>, StorageError> {
        panic!("the storage was asked");
    }
}

#[tokio::test]
async fn a_mistyped_token_is_refused_without_asking_the_storage() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let text = issued.token.expose();
    let mut ports = scene.world.ports();
    ports.store = Arc::new(Untouchable);
    let authentication = ApiKeyAuthentication::new(&ports);
    let last = if text.ends_with('0') { '1' } else { '0' };
    let mistyped = format!("{}{last}", &text[..text.len() - 1]);

    for bad in [mistyped.as_str(), "cvk_", "", &text[..40]] {
        let refused = authentication
            .authenticate(&Secret::new(bad.to_owned()), scene.world.origin(HOME))
            .await;
        assert!(matches!(refused, Err(TenancyError::Unauthenticated)));
    }
}

#[tokio::test]
async fn unknown_revoked_and_expired_keys_and_those_of_closed_accounts_prove_nothing() {
    let scene = an_installation().await;
    let unknown = ApiKeyToken::generate(&scene.random).secret().clone();
    let revoked = scene.issue(&scene.owner, [Permission::TeamView]).await;
    scene.revoke(&scene.owner, revoked.key.id()).await.unwrap();
    let member = scene.member(&scene.owner).await;
    let new = NewApiKey {
        expires_at: Some(testkit::FixedClock::START + Duration::HOUR),
        ..wanted([Permission::TeamView])
    };
    let done = scene
        .keys()
        .create(&member, Ok(new), &never_repeated())
        .await;
    let expiring = fresh(done.unwrap());
    let person = scene.join(RoleTemplate::Consultant).await;
    let closed = scene.issue(&person, [Permission::TeamView]).await;
    assert!(scene.authenticate(&expiring.token, HOME).await.is_ok());
    assert!(scene.authenticate(&closed.token, HOME).await.is_ok());

    scene.world.clock.advance(Duration::HOUR);
    let suspended = User::restore(UserState {
        status: UserStatus::Suspended,
        ..person.user.state().clone()
    });
    scene.world.database.add_user(&suspended.unwrap());

    for token in [unknown, revoked.token, expiring.token, closed.token] {
        let refused = scene.authenticate(&token, HOME).await;
        assert!(
            matches!(refused, Err(TenancyError::Unauthenticated)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn who_left_the_organization_is_no_member_with_their_key_either() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let issued = scene.issue(&person, [Permission::TeamView]).await;
    scene.world.leave(&scene.organization, &person).await;

    let bearer = scene.authenticate(&issued.token, HOME).await.unwrap();
    let refused = scene.authorize(&bearer, Permission::TeamView).await;

    assert!(
        matches!(refused, Err(TenancyError::NotAMember)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_first_use_from_a_network_is_an_event_and_later_ones_are_not() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let key = Some(issued.key.id().as_uuid());

    for ip in ["198.51.100.7", "198.51.100.200", "198.51.100.7"] {
        scene.authenticate(&issued.token, ip).await.unwrap();
    }
    scene
        .authenticate(&issued.token, "2001:db8:1:2::7")
        .await
        .unwrap();

    assert_eq!(
        scene.events()[1..],
        [(AuditAction::Login, key), (AuditAction::Login, key)]
    );
    let entries = scene.world.entries(scene.organization.id(), "api_key");
    assert_eq!(entries[1].actor, Some(scene.owner.user.id()));
    assert_eq!(entries[1].actor_kind, "api_key");
    assert_eq!(entries[1].ip, Some("198.51.100.7".parse().unwrap()));
    assert_eq!(entries[1].reason.as_deref(), Some("new-network"));
}

#[tokio::test]
async fn a_use_without_an_address_is_no_event() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let origin = kernel::Origin {
        ip: None,
        ..scene.world.origin(HOME)
    };

    ApiKeyAuthentication::new(&scene.world.ports())
        .authenticate(&issued.token, origin)
        .await
        .unwrap();

    assert_eq!(scene.events().len(), 1);
}

#[tokio::test]
async fn the_last_use_is_kept_to_the_minute() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let member = scene.member(&scene.owner).await;
    let start = testkit::FixedClock::START;

    for (seconds, kept) in [(0, 0), (59, 0), (60, 60), (90, 60), (120, 120)] {
        let at = |seconds: i64| -> Timestamp { start + Duration::seconds(seconds) };
        scene.world.clock.set(at(seconds));
        scene.authenticate(&issued.token, HOME).await.unwrap();
        let read = scene.keys().read(&member, issued.key.id()).await.unwrap();
        assert_eq!(read.state().last_used_at, Some(at(kept)));
        assert_eq!(read.state().stamps, issued.key.state().stamps);
    }
}

#[tokio::test]
async fn people_see_their_own_keys_and_with_the_right_everybodys() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let other = scene.join(RoleTemplate::Consultant).await;
    let mine = scene.issue(&person, [Permission::TeamView]).await.key.id();
    let others = scene.issue(&other, [Permission::TeamView]).await.key.id();
    let (consultant, owner) = (
        scene.member(&person).await,
        scene.member(&scene.owner).await,
    );
    let page = PageRequest::first();
    let table = [
        (&consultant, None, vec![mine]),
        (&consultant, Some(person.user.id()), vec![mine]),
        (&consultant, Some(other.user.id()), vec![]),
        (&owner, None, vec![mine, others]),
        (&owner, Some(other.user.id()), vec![others]),
    ];

    for (member, user, expected) in table {
        let listed = scene.keys().list(member, user, false, &page).await.unwrap();
        let ids = listed.items.iter().map(tenancy::ApiKey::id);
        assert_eq!(ids.collect::<Vec<_>>(), expected);
    }
    let hidden = scene.keys().read(&consultant, others).await;
    assert!(matches!(hidden, Err(TenancyError::NotFound("API key"))));
    assert!(scene.keys().read(&owner, others).await.is_ok());
    scene.revoke(&person, mine).await.unwrap();
    let ended = scene.keys().list(&owner, None, true, &page).await.unwrap();
    assert_eq!(ended.items.len(), 1);
    assert_eq!(ended.items[0].id(), mine);
}

#[tokio::test]
async fn only_its_user_changes_a_key_and_only_while_it_can_be_used() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let key = scene.issue(&person, [Permission::TeamView]).await.key;
    let (member, owner) = (
        scene.member(&person).await,
        scene.member(&scene.owner).await,
    );
    let keys = scene.keys();
    let change = || {
        Ok(ApiKeyChange {
            name: Patch::Set("Weekly".parse().unwrap()),
            scopes: Patch::Set([Permission::MemberView].into_iter().collect()),
            expires_at: Patch::Set(Some(testkit::FixedClock::START + Duration::DAY)),
        })
    };

    let others = keys
        .update(&owner, key.id(), &Expected::Any, change())
        .await;
    assert!(matches!(others, Err(TenancyError::ApiKeyOfAnother)));
    let changed = keys
        .update(&member, key.id(), &Expected::Any, change())
        .await
        .unwrap();
    assert_eq!(changed.state().scopes.keys(), ["member.view"]);
    let stale = Expected::OneOf(vec![Version::FIRST]);
    let nonsense = FieldErrors::one("#/name", FieldFault::new("required", "nonsense"));
    let old = keys.update(&member, key.id(), &stale, Err(nonsense)).await;
    assert!(matches!(old, Err(TenancyError::Stale)), "{old:?}");
    let same = keys
        .update(&member, key.id(), &Expected::Any, change())
        .await
        .unwrap();
    assert_eq!(same, changed);

    let entries = scene.world.entries(scene.organization.id(), "api_key");
    let actions: Vec<_> = entries.iter().map(|entry| entry.action).collect();
    let expected = [
        AuditAction::Create,
        AuditAction::Denied,
        AuditAction::Update,
    ];
    assert_eq!(actions, expected);
    assert_eq!(
        serde_json::to_value(&entries[2].changes).unwrap(),
        json!({
            "name": {"old": "Nightly export", "new": "Weekly"},
            "scopes": {"old": ["team.view"], "new": ["member.view"]},
            "expires_at": {"old": null, "new": "2026-01-16T12:00:00Z"},
        })
    );
    scene.world.clock.advance(Duration::DAY);
    let ended = keys
        .update(&member, key.id(), &Expected::Any, change())
        .await;
    assert!(matches!(ended, Err(TenancyError::ApiKeyEnded)), "{ended:?}");
}

#[tokio::test]
async fn a_key_is_revoked_by_its_user_or_with_the_right_to() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let stranger = scene.join(RoleTemplate::Consultant).await;
    let manager = scene.join(RoleTemplate::Manager).await;
    let first = scene.issue(&person, [Permission::TeamView]).await.key.id();
    let second = scene.issue(&person, [Permission::TeamView]).await.key.id();

    let hidden = scene.revoke(&stranger, first).await;
    assert!(matches!(hidden, Err(TenancyError::NotFound("API key"))));
    let seen = scene.revoke(&manager, first).await;
    assert!(
        matches!(
            seen,
            Err(TenancyError::PermissionMissing(Permission::ApiKeyRevoke))
        ),
        "{seen:?}"
    );
    scene.revoke(&person, first).await.unwrap();
    scene.revoke(&person, first).await.unwrap();
    scene.revoke(&scene.owner, second).await.unwrap();

    let events = scene.events();
    assert_eq!(
        events[2..],
        [
            (AuditAction::Denied, Some(first.as_uuid())),
            (AuditAction::Revoke, Some(first.as_uuid())),
            (AuditAction::Revoke, Some(second.as_uuid())),
        ]
    );
    let entries = scene.world.entries(scene.organization.id(), "api_key");
    assert_eq!(entries[2].reason.as_deref(), Some("api_key.revoke"));
    assert_eq!(
        serde_json::to_value(&entries[3].changes).unwrap(),
        json!({"revoked_at": {"old": null, "new": "2026-01-15T12:00:00Z"}})
    );
}

#[tokio::test]
async fn a_stale_revocation_is_refused() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let member = scene.member(&scene.owner).await;
    let stale = Expected::OneOf(vec![Version::from_number(3)]);

    let refused = scene.keys().revoke(&member, issued.key.id(), &stale).await;

    assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
    assert!(scene.authenticate(&issued.token, HOME).await.is_ok());
}

#[tokio::test]
async fn many_keys_are_revoked_at_once_with_one_outcome_each() {
    let scene = an_installation().await;
    let manager = scene.join(RoleTemplate::Manager).await;
    let mine = scene.issue(&manager, [Permission::TeamView]).await;
    let ended = scene.issue(&manager, [Permission::TeamView]).await.key.id();
    scene.revoke(&manager, ended).await.unwrap();
    let others = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let nobody = ApiKeyId::from_uuid(testkit::a_unique_id());
    let wishes = vec![others.key.id(), mine.key.id(), nobody, ended, mine.key.id()];
    let member = scene.member(&manager).await;

    let told = scene
        .keys()
        .revoke_all(&member, Ok(wishes.clone()))
        .await
        .unwrap();

    let outcomes = [
        Revocation::NotAllowed,
        Revocation::Revoked,
        Revocation::NoSuchKey,
        Revocation::AlreadyRevoked,
        Revocation::AlreadyRevoked,
    ];
    assert_eq!(told, wishes.into_iter().zip(outcomes).collect::<Vec<_>>());
    assert!(scene.authenticate(&mine.token, HOME).await.is_err());
    assert!(scene.authenticate(&others.token, HOME).await.is_ok());
    let entries = scene.world.entries(scene.organization.id(), "api_key");
    let bulk = entries
        .iter()
        .filter(|entry| entry.batch.is_some())
        .collect::<Vec<_>>();
    let told = bulk.iter().map(|entry| (entry.action, entry.entity));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (AuditAction::Revoke, Some(mine.key.id().as_uuid())),
            (AuditAction::Denied, Some(others.key.id().as_uuid())),
        ]
    );
    assert_eq!(bulk[0].batch, bulk[1].batch);
}
