//! Mailing invitations.

use std::sync::Arc;

use kernel::{ClaimedJob, Expected, JobEnd, JobFailure, JobId, JobProgress, Patch};
use serde_json::json;
use tenancy::{OrganizationChange, Organizations, Permission, RoleTemplate, SettingsChange};
use testkit::{Outbox, TestKeys};
use uuid::Uuid;

use crate::invitations::{Scene, an_organization};
use crate::post::token_in;

impl Scene {
    async fn speak(&self, locale: &str) {
        let owner = self
            .world
            .member(
                &self.organization,
                &self.owner,
                Permission::OrganizationUpdate,
            )
            .await;
        let change = OrganizationChange {
            settings: SettingsChange {
                locale: Patch::Set(locale.parse().unwrap()),
                ..SettingsChange::default()
            },
            ..OrganizationChange::default()
        };
        self.world
            .service(Organizations::new)
            .update(&owner, &Expected::Any, Ok(change))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_mail_is_in_the_language_of_the_organization() {
    for (locale, begins) in [
        ("de-AT", "Einladung zu "),
        ("fr", "Invitation à rejoindre "),
        ("es", "Invitación a "),
        ("en-GB", "Invitation to "),
        ("nl", "Invitation to "),
    ] {
        let scene = an_organization().await;
        scene.speak(locale).await;
        scene.invite("ada@example.com", RoleTemplate::Viewer).await;

        let mails = scene.world.deliver().await;

        assert!(mails[0].subject.starts_with(begins), "{locale}");
        assert!(!mails[0].subject.contains('\n'));
        token_in(&mails[0]);
        for part in ["ada@example.com", "viewer", "2026-01-22 12:00 UTC", "/docs"] {
            assert!(mails[0].text.contains(part), "{locale}: {part}");
        }
    }
}

#[tokio::test]
async fn a_mail_that_was_not_handed_over_is_tried_again_as_the_same_message() {
    let scene = an_organization().await;
    scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    let jobs = scene.world.due_jobs().await;
    let keys = scene.world.ports().keys;
    let outbox = Arc::new(Outbox::default());
    let carry_out = || scene.world.carry_out(&jobs[0], Arc::clone(&keys), &outbox);

    outbox.is_out_of_order(true);
    assert_eq!(carry_out().await, Err("mail-not-handed-over".into()));
    outbox.is_out_of_order(false);
    carry_out().await.unwrap();
    carry_out().await.unwrap();

    let sent = outbox.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1]);
    assert_eq!(sent[0].id, jobs[0].id.as_uuid());
}

#[tokio::test]
async fn a_mail_that_waited_for_a_rotation_of_the_keys_still_has_the_token_that_opens() {
    let scene = an_organization().await;
    scene.invite("ada@example.com", RoleTemplate::Viewer).await;
    let jobs = scene.world.due_jobs().await;
    let rotated = Arc::new(TestKeys::rotated_to(2));
    let (before, after) = (Arc::new(Outbox::default()), Arc::new(Outbox::default()));

    let world = &scene.world;
    world
        .carry_out(&jobs[0], world.ports().keys, &before)
        .await
        .unwrap();
    world.carry_out(&jobs[0], rotated, &after).await.unwrap();

    assert_eq!(token_in(&before.sent()[0]), token_in(&after.sent()[0]));
}

#[tokio::test]
async fn a_job_that_cannot_be_read_or_whose_key_is_gone_says_so() {
    let scene = an_organization().await;
    let outbox = Arc::new(Outbox::default());
    let run = async |payload| {
        let job = ClaimedJob {
            id: JobId::from_uuid(Uuid::from_u128(1)),
            organization: scene.organization.id(),
            kind: "send_invitation".to_owned(),
            payload,
            attempt: 1,
            max_attempts: 3,
            checkpoint: None,
            progress: JobProgress::default(),
            cancel_requested: false,
            early_end: None,
        };
        let keys = scene.world.ports().keys;
        scene.world.carry_out(&job, keys, &outbox).await
    };
    let known = json!({"invitation": Uuid::from_u128(3), "generation": 1, "key_id": 1});
    let mut other_key = known.clone();
    other_key["key_id"] = json!(9);

    assert_eq!(
        run(json!({})).await,
        Err(JobFailure::lasting("payload-malformed"))
    );
    assert_eq!(run(other_key).await, Err("key-missing".into()));
    // An invitation that is not there is nothing to mail.
    assert_eq!(run(known).await, Ok(JobEnd::DONE));
    assert_eq!(outbox.sent(), []);
}
