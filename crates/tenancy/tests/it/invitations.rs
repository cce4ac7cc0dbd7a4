//! Inviting people, and taking invitations back.

use kernel::{
    AuditAction, Checked, Expected, FieldErrors, FieldFault, IdempotencyError, InvitationId,
    PageRequest, RoleId, StoredAnswer, Version,
};
use serde_json::json;
use tenancy::ports::InvitationFilter;
use tenancy::{
    Invitation, InvitationStatus, Invitations, Member, NewInvitation, Organization, Permission,
    RoleTemplate, TenancyError,
};
use time::Duration;
use uuid::Uuid;

use crate::post::token_in;
use crate::world::{Person, World, fresh, never_repeated, once};

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) organization: Organization,
    pub(crate) owner: Person,
}

pub(crate) async fn an_organization() -> Scene {
    let world = World::new();
    let (organization, owner) = world.found().await;
    Scene {
        world,
        organization,
        owner,
    }
}

impl Scene {
    pub(crate) fn invitations(&self) -> Invitations {
        let keys = self.world.ports().keys;
        self.world
            .service(|store, clock, ids| Invitations::new(store, clock, ids, keys))
    }

    pub(crate) async fn inviter(&self, person: &Person) -> Member {
        self.world
            .member(&self.organization, person, Permission::MemberInvite)
            .await
    }

    pub(crate) async fn wish(&self, email: &str, template: RoleTemplate) -> NewInvitation {
        NewInvitation {
            email: email.parse().unwrap(),
            role: self.world.role(&self.organization, template).await,
        }
    }

    pub(crate) async fn invite(&self, email: &str, template: RoleTemplate) -> Invitation {
        let wish = self.wish(email, template).await;
        fresh(self.try_invite(&self.owner, Ok(wish)).await.unwrap())
    }

    async fn try_invite(
        &self,
        by: &Person,
        wish: Checked<NewInvitation>,
    ) -> Result<kernel::Done<Invitation>, TenancyError> {
        let member = self.inviter(by).await;
        self.invitations()
            .invite(&member, wish, &never_repeated())
            .await
    }

    async fn read(&self, id: InvitationId) -> Invitation {
        let member = self.inviter(&self.owner).await;
        self.invitations().read(&member, id).await.unwrap()
    }
}

#[tokio::test]
async fn an_invitation_is_mailed_to_the_invited_address_alone() {
    let scene = an_organization().await;

    let invitation = scene.invite("Ada@example.com", RoleTemplate::Viewer).await;
    let mails = scene.world.deliver().await;

    let [mail] = &mails[..] else {
        panic!("one mail");
    };
    assert_eq!(mail.to, invitation.state().email);
    let name = scene.organization.state().name.as_str();
    assert_eq!(mail.subject, format!("Invitation to {name}"));
    for part in [
        name,
        "viewer",
        scene.owner.user.state().display_name.as_str(),
        "2026-01-22 12:00 UTC",
        "https://canvass.example/docs",
    ] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    assert!(token_in(mail).expose().len() > 60);
}

#[tokio::test]
async fn neither_the_job_nor_the_audit_log_knows_the_token_and_the_job_no_address() {
    let scene = an_organization().await;
    scene.invite("ada@example.com", RoleTemplate::Viewer).await;

    let jobs = scene.world.due_jobs().await;
    let outbox = std::sync::Arc::default();
    let keys = scene.world.ports().keys;
    let carried = scene.world.carry_out(&jobs[0], keys, &outbox).await;
    carried.unwrap();

    let token = token_in(&outbox.sent()[0]);
    let payload = jobs[0].payload.to_string();
    assert!(!payload.contains("example") && !payload.contains(token.expose()));
    let entries = scene.world.entries(scene.organization.id(), "invitation");
    assert_eq!(entries.len(), 1);
    assert!(!format!("{entries:?}").contains(token.expose()));
}

#[tokio::test]
async fn an_invitation_is_written_into_the_audit_log() {
    let scene = an_organization().await;

    let invitation = scene.invite("ada@example.com", RoleTemplate::Viewer).await;

    let [entry] = &scene.world.entries(scene.organization.id(), "invitation")[..] else {
        panic!("one entry");
    };
    assert_eq!(entry.action, AuditAction::Create);
    assert_eq!(entry.entity, Some(invitation.id().as_uuid()));
    assert_eq!(
        serde_json::to_value(&entry.changes).unwrap(),
        json!({
            "email": {"old": null, "new": "ada@example.com"},
            "role_id": {"old": null, "new": invitation.state().role},
            "status": {"old": null, "new": "pending"},
            "token_generation": {"old": null, "new": 1},
            "expires_at": {"old": null, "new": "2026-01-22T12:00:00Z"},
        })
    );
}

#[tokio::test]
async fn an_address_with_an_open_invitation_is_not_invited_again() {
    let scene = an_organization().await;
    scene.invite("ada@example.com", RoleTemplate::Viewer).await;

    let wish = scene.wish("ADA@Example.com", RoleTemplate::Member).await;
    let refused = scene.try_invite(&scene.owner, Ok(wish)).await;

    assert!(
        matches!(refused, Err(TenancyError::AlreadyInvited)),
        "{refused:?}"
    );
    assert_eq!(scene.world.due_jobs().await.len(), 1);
}

#[tokio::test]
async fn an_invitation_whose_time_ran_out_is_replaced() {
    let scene = an_organization().await;
    let first = scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    scene.world.clock.advance(Invitation::LIFETIME);

    let second = scene.invite("ada@example.com", RoleTemplate::Viewer).await;

    assert_ne!(first.id(), second.id());
    let old = scene.read(first.id()).await;
    assert_eq!(old.state().status, InvitationStatus::Expired);
    assert_eq!(old.state().version, Version::from_number(2));
    let entries = scene.world.entries(scene.organization.id(), "invitation");
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[1].entity, Some(first.id().as_uuid()));
    assert_eq!(
        serde_json::to_value(&entries[1].changes).unwrap(),
        json!({"status": {"old": "pending", "new": "expired"}})
    );
    assert_eq!(entries[1].batch, entries[2].batch);
    assert!(entries[1].batch.is_some());
    // Only the second one is mailed.
    assert_eq!(scene.world.deliver().await.len(), 1);
}

#[tokio::test]
async fn a_member_is_not_invited_but_who_left_is() {
    let scene = an_organization().await;
    let person = scene
        .world
        .join(&scene.organization, RoleTemplate::Viewer)
        .await;
    let email = person.user.state().email.as_str().to_uppercase();

    let wish = scene.wish(&email, RoleTemplate::Viewer).await;
    let refused = scene.try_invite(&scene.owner, Ok(wish.clone())).await;
    assert!(
        matches!(refused, Err(TenancyError::AlreadyMember)),
        "{refused:?}"
    );

    scene.world.leave(&scene.organization, &person).await;
    scene.try_invite(&scene.owner, Ok(wish)).await.unwrap();
}

#[tokio::test]
async fn nobody_invites_to_a_role_with_more_rights_than_their_own() {
    let scene = an_organization().await;
    let manager = scene
        .world
        .join(&scene.organization, RoleTemplate::Manager)
        .await;

    for (template, missing) in [
        (RoleTemplate::Owner, Permission::OrganizationUpdate),
        (RoleTemplate::Admin, Permission::OrganizationUpdate),
    ] {
        let wish = scene.wish("ada@example.com", template).await;
        let refused = scene.try_invite(&manager, Ok(wish)).await;
        assert!(
            matches!(&refused, Err(TenancyError::RightNotHeld(right)) if *right == missing),
            "{refused:?}"
        );
    }
    let wish = scene.wish("ada@example.com", RoleTemplate::Manager).await;
    scene.try_invite(&manager, Ok(wish)).await.unwrap();
}

#[tokio::test]
async fn a_role_of_another_organization_is_as_unknown_as_one_that_does_not_exist() {
    let scene = an_organization().await;
    let (other, _) = scene.world.found().await;
    let foreign = scene.world.role(&other, RoleTemplate::Viewer).await;

    for role in [foreign, RoleId::from_uuid(Uuid::from_u128(77))] {
        let wish = NewInvitation {
            email: "ada@example.com".parse().unwrap(),
            role,
        };
        let refused = scene.try_invite(&scene.owner, Ok(wish)).await;
        let Err(TenancyError::Invalid(errors)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(errors.as_slice()[0].pointer, "#/role_id");
        assert_eq!(errors.as_slice()[0].code, "not-found");
    }
}

#[tokio::test]
async fn a_repeated_request_invites_once() {
    let scene = an_organization().await;
    let member = scene.inviter(&scene.owner).await;
    let wish = scene.wish("ada@example.com", RoleTemplate::Viewer).await;
    let render = |invitation: &Invitation| StoredAnswer::Withheld {
        id: invitation.id().as_uuid(),
    };
    let invite = async |body| {
        let once = once(1, body, &render);
        scene
            .invitations()
            .invite(&member, Ok(wish.clone()), &once)
            .await
    };

    let first = fresh(invite(1).await.unwrap());
    let again = invite(1).await.unwrap();
    let other = invite(2).await;

    assert_eq!(again, kernel::Done::Replayed(render(&first)));
    assert!(matches!(
        other,
        Err(TenancyError::Idempotency(IdempotencyError::Reused))
    ));
    assert_eq!(scene.world.due_jobs().await.len(), 1);
}

#[tokio::test]
async fn of_many_wishes_each_has_its_own_outcome() {
    let scene = an_organization().await;
    let manager = scene
        .world
        .join(&scene.organization, RoleTemplate::Manager)
        .await;
    let member = scene.inviter(&manager).await;
    let wishes = vec![
        scene.wish("ada@example.com", RoleTemplate::Viewer).await,
        scene.wish("Ada@example.com", RoleTemplate::Viewer).await,
        scene.wish("bob@example.com", RoleTemplate::Owner).await,
        NewInvitation {
            email: "eve@example.com".parse().unwrap(),
            role: RoleId::from_uuid(Uuid::from_u128(77)),
        },
        scene
            .wish(manager.user.state().email.as_str(), RoleTemplate::Viewer)
            .await,
        scene.wish("zoe@example.com", RoleTemplate::Viewer).await,
    ];

    let outcomes = scene
        .invitations()
        .invite_all(&member, Ok(wishes), &never_repeated())
        .await;

    let outcomes = fresh(outcomes.unwrap());
    assert!(outcomes[0].is_ok() && outcomes[5].is_ok());
    assert!(matches!(outcomes[1], Err(TenancyError::AlreadyInvited)));
    assert!(matches!(outcomes[2], Err(TenancyError::RightNotHeld(_))));
    assert!(matches!(outcomes[3], Err(TenancyError::NotFound("role"))));
    assert!(matches!(outcomes[4], Err(TenancyError::AlreadyMember)));
    let entries = scene.world.entries(scene.organization.id(), "invitation");
    assert_eq!(entries.len(), 2);
    assert!(entries[0].batch.is_some() && entries[0].batch == entries[1].batch);
    let mut sent = scene.world.deliver().await;
    sent.sort_by_key(|mail| mail.to.clone());
    let sent = sent.iter().map(|mail| mail.to.as_str());
    assert_eq!(
        sent.collect::<Vec<_>>(),
        ["ada@example.com", "zoe@example.com"]
    );
}

#[tokio::test]
async fn wishes_that_break_rules_change_nothing() {
    let scene = an_organization().await;
    let member = scene.inviter(&scene.owner).await;
    let nonsense = || FieldErrors::one("#/email", FieldFault::new("invalid-email", "nonsense"));

    let one = scene
        .invitations()
        .invite(&member, Err(nonsense()), &never_repeated())
        .await;
    let many = scene
        .invitations()
        .invite_all(&member, Err(nonsense()), &never_repeated())
        .await;

    assert!(matches!(one, Err(TenancyError::Invalid(_))), "{one:?}");
    assert!(matches!(many, Err(TenancyError::Invalid(_))), "{many:?}");
}

#[tokio::test]
async fn invitations_are_listed_with_the_status_that_they_have_now() {
    let scene = an_organization().await;
    let old = scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    scene.world.clock.advance(Invitation::LIFETIME);
    let new = scene.invite("bob@example.com", RoleTemplate::Viewer).await;
    let member = scene.inviter(&scene.owner).await;
    let list = async |status| {
        let filter = InvitationFilter {
            status,
            email: None,
        };
        let page = scene
            .invitations()
            .list(&member, &filter, &PageRequest::first())
            .await;
        let items = page.unwrap().items;
        items
            .iter()
            .map(|i| (i.id(), i.state().status))
            .collect::<Vec<_>>()
    };

    let expired = (old.id(), InvitationStatus::Expired);
    let pending = (new.id(), InvitationStatus::Pending);
    assert_eq!(list(None).await, [expired, pending]);
    assert_eq!(list(Some(InvitationStatus::Expired)).await, [expired]);
    assert_eq!(list(Some(InvitationStatus::Pending)).await, [pending]);
    assert_eq!(scene.read(old.id()).await.state().status, expired.1);
}

#[tokio::test]
async fn a_revoked_invitation_is_not_mailed_and_cannot_be_revoked_or_sent_again() {
    let scene = an_organization().await;
    let invitation = scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    let member = scene.inviter(&scene.owner).await;
    let id = invitation.id();
    let revoke = async |expected| {
        let invitations = scene.invitations();
        invitations.revoke(&member, id, &expected).await
    };

    let stale = revoke(Expected::OneOf(vec![Version::from_number(4)])).await;
    assert!(matches!(stale, Err(TenancyError::Stale)), "{stale:?}");
    revoke(Expected::Any).await.unwrap();

    let again = revoke(Expected::Any).await;
    assert!(
        matches!(again, Err(TenancyError::InvitationNotOpen)),
        "{again:?}"
    );
    let resent = scene
        .invitations()
        .resend(&member, id, &never_repeated())
        .await;
    assert!(
        matches!(resent, Err(TenancyError::InvitationNotOpen)),
        "{resent:?}"
    );
    assert_eq!(scene.world.deliver().await, []);
    let entries = scene.world.entries(scene.organization.id(), "invitation");
    assert_eq!(entries[1].action, AuditAction::Revoke);
    assert_eq!(
        serde_json::to_value(&entries[1].changes).unwrap(),
        json!({"status": {"old": "pending", "new": "revoked"}})
    );
}

#[tokio::test]
async fn of_many_invitations_each_is_revoked_or_has_a_reason_why_not() {
    let scene = an_organization().await;
    let (other, stranger) = scene.world.found().await;
    let foreign = Scene {
        world: World {
            database: scene.world.database.clone(),
            clock: scene.world.clock.clone(),
            ids: scene.world.ids.clone(),
        },
        organization: other,
        owner: stranger,
    };
    let theirs = foreign
        .invite("ada@example.com", RoleTemplate::Viewer)
        .await;
    let one = scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    let two = scene.invite("bob@example.com", RoleTemplate::Viewer).await;
    let member = scene.inviter(&scene.owner).await;

    let ids = vec![one.id(), theirs.id(), two.id(), one.id()];
    let outcomes = scene
        .invitations()
        .revoke_all(&member, Ok(ids), &never_repeated())
        .await;

    let outcomes = fresh(outcomes.unwrap());
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert!(matches!(
        outcomes[1],
        Err(TenancyError::NotFound("invitation"))
    ));
    assert!(matches!(outcomes[3], Err(TenancyError::InvitationNotOpen)));
    assert_eq!(
        foreign.read(theirs.id()).await.state().status,
        InvitationStatus::Pending
    );
}

#[tokio::test]
async fn an_invitation_that_is_sent_anew_has_all_of_its_time_before_it() {
    let scene = an_organization().await;
    let invitation = scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    scene
        .world
        .clock
        .advance(Invitation::LIFETIME + Duration::HOUR);
    let member = scene.inviter(&scene.owner).await;

    let resent = scene
        .invitations()
        .resend(&member, invitation.id(), &never_repeated())
        .await;

    let resent = fresh(resent.unwrap());
    assert_eq!(resent.state().status, InvitationStatus::Pending);
    assert_eq!(
        resent.state().expires_at - invitation.state().expires_at,
        Invitation::LIFETIME + Duration::HOUR
    );
    // The first mail was not written in time, and is not written any more.
    assert_eq!(scene.world.deliver().await.len(), 1);
}

#[tokio::test]
async fn who_lacks_a_right_of_the_role_cannot_send_an_invitation_anew() {
    let scene = an_organization().await;
    let invitation = scene.invite("ada@example.com", RoleTemplate::Admin).await;
    let manager = scene
        .world
        .join(&scene.organization, RoleTemplate::Manager)
        .await;
    let member = scene.inviter(&manager).await;

    let refused = scene
        .invitations()
        .resend(&member, invitation.id(), &never_repeated())
        .await;

    assert!(
        matches!(refused, Err(TenancyError::RightNotHeld(_))),
        "{refused:?}"
    );
}
