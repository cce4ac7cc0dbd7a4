//! Jobs: long work, how far it is, and ending it before its time.

mod dto;
mod events;

use kernel::{JobFilter, JobId};
use poem_openapi::OpenApi;
use tenancy::{JobView, Jobs, Permission};

use self::dto::{JobAnswer, kind as job_kind, status as job_status, version};
use self::events::{JobEvents, follow};
use crate::answer::{Answer, Finished, Found};
use crate::input::{OrganizationKey, Path, Query, parameters, text_by};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::{JobKindText, JobStatusText};
use crate::{Caller, IdempotencyKey, IfNoneMatch, Tag};

/// The operations on jobs.
pub struct JobsApi {
    jobs: Jobs,
}

impl JobsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(jobs: Jobs) -> Self {
        Self { jobs }
    }
}

#[OpenApi(tag = "Tag::Jobs")]
impl JobsApi {
    /// List the jobs
    ///
    /// Lists the long work of an organization, the latest first. Needs the permission `job.view`.
    #[oai(
        path = "/v1/organizations/:organization/jobs",
        method = "get",
        operation_id = "listJobs"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// List the jobs of this kind.
        kind: Query<Option<JobKindText>>,
        /// List the jobs with this status.
        status: Query<Option<JobStatusText>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<JobAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::JobView)
            .await?;
        let filter = parameters(|query| {
            let kind = query.optional(&kind, text_by(job_kind));
            let status = query.optional(&status, text_by(job_status));
            Some(JobFilter {
                kind: kind?,
                status: status?,
            })
        })?;
        let page = self
            .jobs
            .list(&member, &filter, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |job| JobAnswer::from(&job)))
    }

    /// Read a job
    ///
    /// Tells how far it is. Needs the permission `job.view`.
    #[oai(
        path = "/v1/organizations/:organization/jobs/:job",
        method = "get",
        operation_id = "readJob"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        job: Path<JobId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<JobAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::JobView)
            .await?;
        let job = self.jobs.read(&member, job.0).await?;
        Ok(Found::new(
            JobAnswer::from(&job),
            version(&job),
            &if_none_match,
        )?)
    }

    /// Follow a job
    ///
    /// Tells how far it is, as server-sent events: one at the beginning, one per change, and two a second while it is at
    /// work. All are called `progress`, but for the last one, `ended`, after which the stream ends. Where nothing happens, a
    /// comment comes every 10 seconds. A stream lasts 5 minutes at most, and ends when the permission is lost or the program
    /// stops; to know more, ask again. Needs the permission `job.view`.
    #[oai(
        path = "/v1/organizations/:organization/jobs/:job/events",
        method = "get",
        operation_id = "followJob"
    )]
    async fn events(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        job: Path<JobId>,
    ) -> Result<JobEvents, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::JobView)
            .await?;
        let first = self.jobs.read(&member, job.0).await?;
        let jobs = self.jobs.clone();
        Ok(follow(jobs, caller, organization.0, member, first))
    }

    /// Cancel a job
    ///
    /// A job that has not begun is cancelled at once. One at work ends at its next pause; what it has done until then
    /// stays. Asking again changes nothing. Needs the permission `job.cancel`.
    #[oai(
        path = "/v1/organizations/:organization/jobs/:job/cancel",
        method = "post",
        operation_id = "cancelJob"
    )]
    async fn cancel(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        job: Path<JobId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<JobAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::JobCancel)
            .await?;
        let rendering = Finished::rendering(|job: &JobView| Answer {
            location: None,
            version: Some(version(job)),
            body: JobAnswer::from(job),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .jobs
            .cancel(&member, job.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }
}
