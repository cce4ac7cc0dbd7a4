//! The durable job that mails an invitation.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    ClaimedJob, Clock, IdGenerator, InvitationId, Job, JobControl, JobEnd, JobFailure, JobKind,
    KeyRing, MailMessage, Mailer, Secret, StorageError, TenantScope,
};
use serde_json::{Value, json};

use crate::Invitation;
use crate::invitation_mail::InvitationMail;
use crate::invitation_token::InvitationClaim;
use crate::ports::TenancyStore;
use crate::workbench::Workbench;

/// The kind of the job.
pub(crate) const SEND_INVITATION: JobKind = JobKind::new("send_invitation");

/// With the worker's pauses, these tries go on for the better part of an hour.
pub(crate) const MAX_ATTEMPTS: u16 = 12;

/// What a job is told: which sending of which invitation, and the key that its token is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sending {
    pub(crate) claim: InvitationClaim,
    pub(crate) key_id: u8,
}

impl Sending {
    pub(crate) fn to_payload(self) -> Value {
        json!({
            "invitation": self.claim.invitation,
            "generation": self.claim.generation,
            "key_id": self.key_id,
        })
    }

    fn from_payload(payload: &Value) -> Option<Self> {
        let number = |key: &str| payload.get(key)?.as_u64();
        let invitation = payload.get("invitation")?.as_str()?;
        Some(Self {
            claim: InvitationClaim {
                invitation: invitation.parse::<InvitationId>().ok()?,
                generation: number("generation")?.try_into().ok()?,
            },
            key_id: number("key_id")?.try_into().ok()?,
        })
    }
}

/// Mails invitations.
///
/// A message has the id of its job, so that a job which is carried out twice mails once. An invitation
/// that is not open any more, or was sent anew meanwhile, is not mailed.
pub struct InvitationDelivery {
    bench: Workbench,
    keys: Arc<dyn KeyRing>,
    mailer: Arc<dyn Mailer>,
    public_url: String,
}

impl InvitationDelivery {
    /// The job over what is in `store`; `public_url` is where people reach the installation, without a
    /// slash at its end.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        keys: Arc<dyn KeyRing>,
        mailer: Arc<dyn Mailer>,
        public_url: String,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            keys,
            mailer,
            public_url,
        }
    }

    /// The mail; `None` where there is nothing to send any more.
    async fn compose(
        &self,
        scope: &TenantScope,
        sending: Sending,
        token: &Secret,
    ) -> Result<Option<(Invitation, InvitationMail)>, StorageError> {
        let unit = self.bench.begin(scope).await?;
        let found = unit.invitations().find(sending.claim.invitation).await?;
        let organization = unit.organizations().find().await?;
        let (Some(invitation), Some(organization)) = (found, organization) else {
            return Ok(None);
        };
        if !invitation.is_open(self.bench.now())
            || invitation.state().token_generation != sending.claim.generation
            || organization.state().stamps.is_deleted()
        {
            return Ok(None);
        }
        let Some(role) = unit.roles().find(invitation.state().role).await? else {
            return Ok(None);
        };
        let inviter = match invitation.state().updated_by {
            Some(user) => unit.users().find(user).await?,
            None => None,
        };
        unit.commit().await?;
        let mail = InvitationMail::compose(
            &organization,
            &role,
            inviter.as_ref(),
            &invitation,
            token,
            &self.public_url,
        );
        Ok(Some((invitation, mail)))
    }
}

#[async_trait]
impl Job for InvitationDelivery {
    fn kind(&self) -> JobKind {
        SEND_INVITATION
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        _work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let sending = Sending::from_payload(&job.payload)
            .ok_or_else(|| JobFailure::lasting("payload-malformed"))?;
        let token = sending
            .claim
            .token(self.keys.as_ref(), sending.key_id, job.organization)
            .ok_or("key-missing")?;
        let Some((invitation, mail)) = self.compose(scope, sending, &token).await? else {
            return Ok(JobEnd::DONE);
        };
        let to = invitation.state().email.clone();
        let message = MailMessage::plain(job.id.as_uuid(), to, mail.subject, mail.text);
        self.mailer.send(&message).await.map_err(|error| {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "an invitation could not be mailed"
            );
            JobFailure::from("mail-not-handed-over")
        })?;
        Ok(JobEnd::DONE)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_payload_is_read_back_and_holds_ids_and_numbers_only() {
        let sending = Sending {
            claim: InvitationClaim {
                invitation: InvitationId::from_uuid(Uuid::from_u128(7)),
                generation: 2,
            },
            key_id: 1,
        };
        let payload = sending.to_payload();

        assert_eq!(
            payload,
            json!({"invitation": Uuid::from_u128(7), "generation": 2, "key_id": 1})
        );
        assert_eq!(Sending::from_payload(&payload), Some(sending));
        for broken in [
            json!({}),
            json!({"invitation": 7, "generation": 2, "key_id": 1}),
        ] {
            assert_eq!(Sending::from_payload(&broken), None);
        }
    }
}
