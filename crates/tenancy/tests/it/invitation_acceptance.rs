//! Looking at an invitation, and accepting it.

use kernel::{
    AuditAction, Credential, Expected, FieldErrors, FieldFault, OrganizationId, Secret,
    StoredAnswer,
};
use serde_json::json;
use tenancy::{
    Invitation, InvitationAcceptance, InvitationPreview, InvitationState, KeyLimits, Membership,
    Organizations, Permission, PermissionSet, Principal, RoleTemplate, TenancyError,
};
use testkit::a_user;

use crate::invitations::{Scene, an_organization};
use crate::post::token_in;
use crate::world::{fresh, never_repeated, once};

impl Scene {
    fn acceptance(&self) -> InvitationAcceptance {
        let keys = self.world.ports().keys;
        self.world
            .service(|store, clock, ids| InvitationAcceptance::new(store, clock, ids, keys))
    }

    /// Invites the address, and reads the token in the mail.
    async fn token_for(&self, email: &str) -> Secret {
        self.invite(email, RoleTemplate::Consultant).await;
        token_in(&self.world.deliver().await[0])
    }

    /// Somebody who logged in with an account for the address.
    fn account(&self, email: &str) -> Principal {
        let user = a_user().email(email).build();
        self.world.database.add_user(&user);
        self.world.session_of(user.id())
    }

    async fn accept(
        &self,
        principal: &Principal,
        token: &Secret,
    ) -> Result<kernel::Done<Membership>, TenancyError> {
        self.acceptance()
            .accept(principal, Ok(token.clone()), &never_repeated())
            .await
    }

    async fn preview(&self, token: &Secret) -> Result<InvitationPreview, TenancyError> {
        let origin = self.world.origin("198.51.100.7");
        self.acceptance().preview(&origin, Ok(token.clone())).await
    }
}

#[track_caller]
fn assert_not_open<T: std::fmt::Debug>(result: &Result<T, TenancyError>) {
    assert!(
        matches!(result, Err(TenancyError::InvitationNotOpen)),
        "{result:?}"
    );
}

#[tokio::test]
async fn who_accepts_is_a_member_with_the_role_they_were_invited_to() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;
    let ada = scene.account("ADA@example.com");

    let membership = fresh(scene.accept(&ada, &token).await.unwrap());

    assert_eq!(membership.state().user, ada.user);
    assert_eq!(
        membership.state().invitation_state,
        InvitationState::Accepted
    );
    let member = scene
        .world
        .access()
        .authorize_member(&ada, scene.organization.state().slug.as_str())
        .await
        .unwrap();
    assert_eq!(member.rights(), &RoleTemplate::Consultant.permissions());
    let listed = scene
        .world
        .service(Organizations::new)
        .list(&ada, false, &kernel::PageRequest::first())
        .await
        .unwrap();
    assert_eq!(listed.items[0].id(), scene.organization.id());
}

#[tokio::test]
async fn an_acceptance_is_written_down_as_a_membership_and_the_end_of_the_invitation() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;
    let ada = scene.account("ada@example.com");

    let membership = fresh(scene.accept(&ada, &token).await.unwrap());

    let organization = scene.organization.id();
    let joined = scene.world.entries(organization, "membership");
    let joined = joined.last().unwrap();
    assert_eq!(joined.action, AuditAction::Create);
    assert_eq!(joined.entity, Some(membership.state().id.as_uuid()));
    assert_eq!(joined.actor, Some(ada.user));
    let ended = scene.world.entries(organization, "invitation");
    let ended = ended.last().unwrap();
    assert_eq!(ended.batch, joined.batch);
    assert_eq!(
        serde_json::to_value(&ended.changes).unwrap(),
        json!({
            "status": {"old": "pending", "new": "accepted"},
            "accepted_at": {"old": null, "new": "2026-01-15T12:00:00Z"},
            "accepted_by": {"old": null, "new": ada.user},
        })
    );
}

#[tokio::test]
async fn a_token_works_once_and_a_repeated_request_gets_the_first_answer() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;
    let ada = scene.account("ada@example.com");
    let render = |membership: &Membership| StoredAnswer::Withheld {
        id: membership.state().id.as_uuid(),
    };
    let accept = async || {
        let once = once(1, 1, &render);
        scene
            .acceptance()
            .accept(&ada, Ok(token.clone()), &once)
            .await
    };

    let first = fresh(accept().await.unwrap());

    assert_eq!(
        accept().await.unwrap(),
        kernel::Done::Replayed(render(&first))
    );
    assert_not_open(&scene.accept(&ada, &token).await);
    assert_not_open(&scene.preview(&token).await);
}

#[tokio::test]
async fn a_token_is_of_no_use_to_an_account_with_another_address() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;
    let eve = scene.account("eve@example.com");

    let refused = scene.accept(&eve, &token).await;

    assert!(
        matches!(refused, Err(TenancyError::InvitationForAnother)),
        "{refused:?}"
    );
    let entries = scene.world.entries(scene.organization.id(), "invitation");
    let denied = entries.last().unwrap();
    assert_eq!(denied.action, AuditAction::Denied);
    assert_eq!(denied.actor, Some(eve.user));
    assert_eq!(denied.reason.as_deref(), Some("invitation-for-another"));
    let ada = scene.account("ada@example.com");
    scene.accept(&ada, &token).await.unwrap();
}

#[tokio::test]
async fn a_preview_tells_what_one_is_invited_to_and_no_more() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;

    let preview = scene.preview(&token).await.unwrap();

    assert_eq!(
        preview,
        InvitationPreview {
            organization: scene.organization.state().name.clone(),
            role: "consultant".parse().unwrap(),
            expires_at: testkit::FixedClock::START + Invitation::LIFETIME,
        }
    );
}

#[tokio::test]
async fn every_token_that_opens_nothing_is_refused_alike() {
    let scene = an_organization().await;
    let genuine = scene.token_for("ada@example.com").await;
    let ada = scene.account("ada@example.com");
    let text = genuine.expose();
    let flipped = if text.ends_with('A') { "B" } else { "A" };

    for forged in [
        String::new(),
        "cvi_".to_owned(),
        "cva_AAAA".to_owned(),
        format!("{text}A"),
        format!("{}{flipped}", &text[..text.len() - 1]),
        text.replacen("cvi_", "cvk_", 1),
    ] {
        let forged = Secret::new(forged);
        assert_not_open(&scene.preview(&forged).await);
        assert_not_open(&scene.accept(&ada, &forged).await);
    }
}

#[tokio::test]
async fn a_token_opens_nothing_when_its_time_is_over() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;
    let ada = scene.account("ada@example.com");
    scene.world.clock.advance(Invitation::LIFETIME);

    assert_not_open(&scene.preview(&token).await);
    assert_not_open(&scene.accept(&ada, &token).await);
}

#[tokio::test]
async fn a_revoked_invitation_cannot_be_accepted() {
    let scene = an_organization().await;
    let invitation = scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    let token = token_in(&scene.world.deliver().await[0]);
    let ada = scene.account("ada@example.com");
    let member = scene.inviter(&scene.owner).await;
    scene
        .invitations()
        .revoke(&member, invitation.id(), &Expected::Any)
        .await
        .unwrap();

    assert_not_open(&scene.accept(&ada, &token).await);
}

#[tokio::test]
async fn sent_anew_only_the_newer_token_opens_the_invitation() {
    let scene = an_organization().await;
    let invitation = scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    let older = token_in(&scene.world.deliver().await[0]);
    let ada = scene.account("ada@example.com");
    let member = scene.inviter(&scene.owner).await;
    scene
        .invitations()
        .resend(&member, invitation.id(), &never_repeated())
        .await
        .unwrap();
    let newer = token_in(&scene.world.deliver().await[0]);

    assert_not_open(&scene.preview(&older).await);
    assert_not_open(&scene.accept(&ada, &older).await);
    scene.accept(&ada, &newer).await.unwrap();
}

#[tokio::test]
async fn who_became_a_member_otherwise_is_told_so() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;
    let person = scene
        .world
        .join(&scene.organization, RoleTemplate::Viewer)
        .await;
    // Their account gets the invited address only after they joined.
    let state = tenancy::UserState {
        email: "ada@example.com".parse().unwrap(),
        ..person.user.state().clone()
    };
    let renamed = tenancy::User::restore(state).unwrap();
    scene.world.database.add_user(&renamed);

    let refused = scene.accept(&person.principal, &token).await;

    assert!(
        matches!(refused, Err(TenancyError::AlreadyMember)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_api_key_cannot_accept() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;
    let mut program = scene.account("ada@example.com");
    program.credential = Credential::ApiKey(kernel::ApiKeyId::from_uuid(uuid::Uuid::nil()));
    program.limits = Some(KeyLimits {
        organization: OrganizationId::from_uuid(uuid::Uuid::from_u128(5)),
        scopes: PermissionSet::all(),
    });

    let refused = scene.accept(&program, &token).await;

    assert!(
        matches!(refused, Err(TenancyError::SessionRequired)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_invitation_into_a_deleted_organization_is_not_open() {
    let scene = an_organization().await;
    let token = scene.token_for("ada@example.com").await;
    let ada = scene.account("ada@example.com");
    let owner = scene
        .world
        .member(
            &scene.organization,
            &scene.owner,
            Permission::OrganizationDelete,
        )
        .await;
    scene
        .world
        .service(Organizations::new)
        .delete(&owner, &Expected::Any)
        .await
        .unwrap();

    assert_not_open(&scene.preview(&token).await);
    assert_not_open(&scene.accept(&ada, &token).await);
}

#[tokio::test]
async fn a_request_without_a_token_is_told_so_before_anything_else_is_looked_at() {
    let scene = an_organization().await;
    let ada = scene.account("ada@example.com");
    let nonsense = || FieldErrors::one("#/token", FieldFault::new("required", "nonsense"));

    let accepted = scene
        .acceptance()
        .accept(&ada, Err(nonsense()), &never_repeated())
        .await;
    let origin = scene.world.origin("198.51.100.7");
    let previewed = scene.acceptance().preview(&origin, Err(nonsense())).await;

    assert!(
        matches!(accepted, Err(TenancyError::Invalid(_))),
        "{accepted:?}"
    );
    assert!(
        matches!(previewed, Err(TenancyError::Invalid(_))),
        "{previewed:?}"
    );
}
