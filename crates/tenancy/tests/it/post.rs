//! The post: what was mailed, and the worker that mails it.

use std::sync::Arc;

use kernel::{
    ClaimedJob, Clock as _, Job as _, JobClaim, JobEnd, JobFailure, JobStore as _, KeyRing,
    MailMessage, RequestId, Secret, TenantScope,
};
use tenancy::InvitationDelivery;
use testkit::{Outbox, StagedWork};
use time::Duration;
use uuid::Uuid;

use crate::world::World;

const WORKER: Uuid = Uuid::from_u128(1);

impl World {
    /// The jobs that are due, claimed for good.
    pub(crate) async fn due_jobs(&self) -> Vec<ClaimedJob> {
        let claim = JobClaim {
            worker: WORKER,
            now: self.clock.now(),
            lease: Duration::days(999),
            limit: 1_000,
            reserved: 0,
        };
        self.database.claim(&claim).await.unwrap()
    }

    /// Carries a job out as a worker does.
    pub(crate) async fn carry_out(
        &self,
        job: &ClaimedJob,
        keys: Arc<dyn KeyRing>,
        outbox: &Arc<Outbox>,
    ) -> Result<JobEnd, JobFailure> {
        let outbox = Arc::<Outbox>::clone(outbox);
        let delivery = self.service(|store, clock, ids| {
            let url = "https://canvass.example".to_owned();
            InvitationDelivery::new(store, clock, ids, keys, outbox, url)
        });
        assert_eq!(job.kind, delivery.kind().as_str());
        let run = RequestId::from_uuid(Uuid::from_u128(2));
        let scope = TenantScope::for_job(job.organization, delivery.kind(), job.id, run);
        delivery
            .run(job, &scope, &StagedWork::new(job.id, WORKER))
            .await
    }

    /// Carries out all due jobs, and gives what was mailed.
    pub(crate) async fn deliver(&self) -> Vec<MailMessage> {
        let outbox = Arc::new(Outbox::default());
        for job in self.due_jobs().await {
            self.carry_out(&job, self.ports().keys, &outbox)
                .await
                .unwrap();
        }
        outbox.sent()
    }
}

/// The token in a mail.
#[track_caller]
pub(crate) fn token_in(mail: &MailMessage) -> Secret {
    let tokens = mail
        .text
        .split_whitespace()
        .filter(|word| word.starts_with("cvi_"))
        .collect::<Vec<_>>();
    let [token] = tokens[..] else {
        panic!("one token in the mail");
    };
    Secret::new(token.to_owned())
}
