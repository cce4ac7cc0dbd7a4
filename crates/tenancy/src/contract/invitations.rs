//! `InvitationRepository`, and the directory's part of it

use kernel::{InvitationId, PageLimit, PageRequest, Version};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant, a_user, id, platform_scope};
use crate::ports::InvitationFilter;
use crate::{Invitation, InvitationStatus, NewInvitation, RoleTemplate, TenancyError, TokenHash};

/// The cases of invitations.
#[macro_export]
macro_rules! for_each_invitation_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            an_invitation_is_found_as_it_was_inserted,
            a_second_pending_invitation_for_the_address_in_any_case_is_refused_and_the_unit_stays_usable,
            an_address_can_be_invited_again_after_an_invitation_ended,
            an_accepted_invitation_tells_when_and_by_whom,
            a_stale_change_of_an_invitation_is_refused_and_the_unit_stays_usable,
            only_what_is_stored_as_pending_is_found_as_pending,
            invitations_are_listed_page_by_page_with_the_status_of_the_instant,
            invitations_are_listed_by_address_in_any_case,
            a_role_is_in_use_while_an_invitation_with_it_is_open,
            a_token_leads_to_its_invitation_in_any_scope_until_it_is_removed,
            a_dropped_unit_leaves_no_invitation,
            other_tenants_see_no_invitation_and_can_invite_the_same_address,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_invitation_case!([kernel::dispatch_contract_case] name subject);
}

impl Tenant {
    /// An invitation that is not stored yet.
    pub(crate) fn an_invitation(&self, email: &str) -> Invitation {
        let role = self
            .roles
            .iter()
            .find(|role| role.state().template == Some(RoleTemplate::Viewer))
            .unwrap();
        let new = NewInvitation {
            email: email.parse().unwrap(),
            role: role.state().id,
        };
        Invitation::invite(
            id(InvitationId::from_uuid),
            self.organization.id(),
            new,
            NOW,
            self.owner.id(),
        )
    }

    async fn add_invitation<S: Subject>(&self, subject: &S, invitation: &Invitation) {
        let unit = self.begin(subject).await;
        unit.invitations().insert(invitation).await.unwrap();
        unit.commit().await.unwrap();
    }
}

fn revoked(invitation: &Invitation) -> Invitation {
    let mut invitation = invitation.clone();
    invitation.revoke(NOW + Duration::HOUR, None).unwrap();
    invitation
}

/// A hash that nobody else has.
fn a_hash() -> TokenHash {
    let (mut hash, random) = ([7; 32], id(std::convert::identity));
    hash[..16].copy_from_slice(random.as_bytes());
    TokenHash::from_bytes(hash)
}

mod cases {
    use super::{
        Duration, Invitation, InvitationFilter, InvitationStatus, NOW, PageLimit, PageRequest,
        Subject, TenancyError, Tenant, Version, a_hash, a_user, platform_scope, revoked,
    };

    pub(super) async fn an_invitation_is_found_as_it_was_inserted<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let invitation = tenant.an_invitation("Ada@example.com");
        tenant.add_invitation(subject, &invitation).await;

        let unit = tenant.begin(subject).await;
        let repository = unit.invitations();
        let found = repository.find(invitation.id()).await.unwrap();
        assert_eq!(found.as_ref(), Some(&invitation));
        let found = repository.find_for_update(invitation.id()).await.unwrap();
        assert_eq!(found, Some(invitation));
        let absent = tenant.an_invitation("bob@example.com").id();
        assert_eq!(repository.find(absent).await.unwrap(), None);
        assert_eq!(repository.find_for_update(absent).await.unwrap(), None);
    }

    pub(super) async fn a_second_pending_invitation_for_the_address_in_any_case_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let first = tenant.an_invitation("ada@example.com");
        tenant.add_invitation(subject, &first).await;
        let other = tenant.an_invitation("bob@example.com");

        let unit = tenant.begin(subject).await;
        let second = tenant.an_invitation("ADA@example.com");
        let refused = unit.invitations().insert(&second).await;
        assert!(
            matches!(refused, Err(TenancyError::AlreadyInvited)),
            "{refused:?}"
        );
        unit.invitations().insert(&other).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.invitations().find(other.id()).await.unwrap();
        assert_eq!(found, Some(other));
    }

    pub(super) async fn an_address_can_be_invited_again_after_an_invitation_ended<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let first = tenant.an_invitation("ada@example.com");
        tenant.add_invitation(subject, &first).await;
        let second = tenant.an_invitation("ada@example.com");

        let unit = tenant.begin(subject).await;
        let ended = revoked(&first);
        unit.invitations()
            .update(&ended, Version::FIRST)
            .await
            .unwrap();
        unit.invitations().insert(&second).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let listed = unit
            .invitations()
            .list(&InvitationFilter::default(), NOW, &PageRequest::first())
            .await
            .unwrap();
        assert_eq!(listed.items, [ended, second]);
    }

    pub(super) async fn an_accepted_invitation_tells_when_and_by_whom<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let invitation = tenant.an_invitation("ada@example.com");
        tenant.add_invitation(subject, &invitation).await;
        let mut accepted = invitation;
        accepted
            .accept(a_user().id(), NOW + Duration::HOUR)
            .unwrap();

        let unit = tenant.begin(subject).await;
        unit.invitations()
            .update(&accepted, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.invitations().find(accepted.id()).await.unwrap();
        assert_eq!(found, Some(accepted));
    }

    pub(super) async fn a_stale_change_of_an_invitation_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let invitation = tenant.an_invitation("ada@example.com");
        tenant.add_invitation(subject, &invitation).await;
        let mut renewed = invitation;
        renewed.renew(NOW + Duration::HOUR, None).unwrap();

        let unit = tenant.begin(subject).await;
        let refused = unit
            .invitations()
            .update(&renewed, Version::from_number(9))
            .await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        unit.invitations()
            .update(&renewed, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.invitations().find(renewed.id()).await.unwrap();
        assert_eq!(found, Some(renewed));
    }

    pub(super) async fn only_what_is_stored_as_pending_is_found_as_pending<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let open = tenant.an_invitation("ada@example.com");
        let ended = revoked(&tenant.an_invitation("bob@example.com"));
        tenant.add_invitation(subject, &open).await;
        tenant.add_invitation(subject, &ended).await;

        let unit = tenant.begin(subject).await;
        let find = |email: &'static str| {
            let repository = unit.invitations();
            async move {
                repository
                    .find_pending(&email.parse().unwrap())
                    .await
                    .unwrap()
            }
        };
        assert_eq!(find("ADA@EXAMPLE.com").await, Some(open));
        assert_eq!(find("bob@example.com").await, None);
        assert_eq!(find("eve@example.com").await, None);
    }

    pub(super) async fn invitations_are_listed_page_by_page_with_the_status_of_the_instant<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let mut all = Vec::new();
        for number in 0..5 {
            let invitation = tenant.an_invitation(&format!("user{number}@example.com"));
            tenant.add_invitation(subject, &invitation).await;
            all.push(invitation);
        }
        let ended = revoked(&tenant.an_invitation("ada@example.com"));
        tenant.add_invitation(subject, &ended).await;
        let unit = tenant.begin(subject).await;
        let list = |status, at, page: PageRequest| {
            let repository = unit.invitations();
            async move {
                let filter = InvitationFilter {
                    status,
                    email: None,
                };
                repository.list(&filter, at, &page).await.unwrap()
            }
        };

        let mut page = PageRequest {
            limit: PageLimit::new(2).unwrap(),
            after: None,
        };
        let mut seen = Vec::new();
        loop {
            let part = list(Some(InvitationStatus::Pending), NOW, page.clone()).await;
            seen.extend(part.items);
            let Some(next) = part.next else { break };
            page.after = Some(next);
        }
        assert_eq!(seen, all);

        let late = NOW + Invitation::LIFETIME;
        let first = PageRequest::first;
        let expired = list(Some(InvitationStatus::Expired), late, first()).await;
        let shown = all.iter().map(|i| i.clone().seen_at(late));
        assert_eq!(expired.items, shown.collect::<Vec<_>>());
        let pending = list(Some(InvitationStatus::Pending), late, first()).await;
        assert_eq!(pending.items, []);
        let revoked = list(Some(InvitationStatus::Revoked), late, first()).await;
        assert_eq!(revoked.items, [ended]);
        assert_eq!(list(None, NOW, first()).await.items.len(), 6);
    }

    pub(super) async fn invitations_are_listed_by_address_in_any_case<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let invitation = tenant.an_invitation("ada@example.com");
        tenant.add_invitation(subject, &invitation).await;
        let other = tenant.an_invitation("bob@example.com");
        tenant.add_invitation(subject, &other).await;

        let unit = tenant.begin(subject).await;
        let filter = InvitationFilter {
            status: None,
            email: Some("ADA@example.com".parse().unwrap()),
        };
        let listed = unit
            .invitations()
            .list(&filter, NOW, &PageRequest::first())
            .await
            .unwrap();
        assert_eq!(listed.items, [invitation]);
    }

    pub(super) async fn a_role_is_in_use_while_an_invitation_with_it_is_open<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let invitation = tenant.an_invitation("ada@example.com");
        let role = invitation.state().role;
        let unit = tenant.begin(subject).await;
        unit.invitations().insert(&invitation).await.unwrap();

        let late = NOW + Invitation::LIFETIME;
        assert!(unit.roles().is_in_use(role, NOW).await.unwrap());
        assert!(!unit.roles().is_in_use(role, late).await.unwrap());
        unit.invitations()
            .update(&revoked(&invitation), Version::FIRST)
            .await
            .unwrap();
        assert!(!unit.roles().is_in_use(role, NOW).await.unwrap());
    }

    pub(super) async fn a_token_leads_to_its_invitation_in_any_scope_until_it_is_removed<
        S: Subject,
    >(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let invitation = tenant.an_invitation("ada@example.com").id();
        let hash = a_hash();
        let unit = tenant.begin(subject).await;
        let directory = unit.directory();
        assert!(
            directory
                .add_invitation(&hash, invitation, NOW)
                .await
                .unwrap()
        );
        assert!(
            !directory
                .add_invitation(&hash, invitation, NOW)
                .await
                .unwrap()
        );
        unit.commit().await.unwrap();

        for scope in [tenant.scope.clone(), other.scope.clone(), platform_scope()] {
            let unit = subject.store().begin(&scope).await.unwrap();
            assert_eq!(
                unit.directory().find_invitation(&hash).await.unwrap(),
                Some((tenant.organization.id(), invitation))
            );
            let unknown = unit.directory().find_invitation(&a_hash()).await.unwrap();
            assert_eq!(unknown, None);
            let key = unit.directory().find_api_key(&hash).await.unwrap();
            assert_eq!(key, None);
        }
        let unit = other.begin(subject).await;
        unit.directory()
            .remove_invitation(invitation)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        let unit = tenant.begin(subject).await;
        assert!(
            unit.directory()
                .find_invitation(&hash)
                .await
                .unwrap()
                .is_some()
        );
        unit.directory()
            .remove_invitation(invitation)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        let unit = tenant.begin(subject).await;
        assert_eq!(unit.directory().find_invitation(&hash).await.unwrap(), None);
    }

    pub(super) async fn a_dropped_unit_leaves_no_invitation<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let invitation = tenant.an_invitation("ada@example.com");
        let hash = a_hash();
        let unit = tenant.begin(subject).await;
        unit.invitations().insert(&invitation).await.unwrap();
        unit.directory()
            .add_invitation(&hash, invitation.id(), NOW)
            .await
            .unwrap();

        let meanwhile = tenant.begin(subject).await;
        let uncommitted = meanwhile.invitations().find(invitation.id()).await.unwrap();
        assert_eq!(uncommitted, None);
        drop(unit);

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.invitations().find(invitation.id()).await.unwrap(),
            None
        );
        assert_eq!(unit.directory().find_invitation(&hash).await.unwrap(), None);
    }

    pub(super) async fn other_tenants_see_no_invitation_and_can_invite_the_same_address<
        S: Subject,
    >(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let invitation = tenant.an_invitation("ada@example.com");
        tenant.add_invitation(subject, &invitation).await;
        let same = other.an_invitation("ada@example.com");

        let unit = other.begin(subject).await;
        let repository = unit.invitations();
        let email = &invitation.state().email;
        assert_eq!(repository.find(invitation.id()).await.unwrap(), None);
        let locked = repository.find_for_update(invitation.id()).await.unwrap();
        assert_eq!(locked, None);
        assert_eq!(repository.find_pending(email).await.unwrap(), None);
        let listed = repository
            .list(&InvitationFilter::default(), NOW, &PageRequest::first())
            .await
            .unwrap();
        assert_eq!(listed.items, []);
        let refused = repository
            .update(&revoked(&invitation), Version::FIRST)
            .await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        repository.insert(&same).await.unwrap();
        unit.commit().await.unwrap();
    }
}
