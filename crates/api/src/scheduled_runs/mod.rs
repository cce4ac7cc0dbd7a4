//! The runs of periodic jobs.

mod dto;

use analytics::runs::{ScheduledRun, ScheduledRuns};
use poem_openapi::OpenApi;

use self::dto::{ScheduledRunAnswer, StartScheduledRunRequest, periodic_job};
use crate::answer::{Accepted, Answer};
use crate::input::{Body, Query, parameters, text};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::PeriodicJobText;
use crate::{Caller, IdempotencyKey, Tag};

/// The operations on runs of periodic jobs.
pub struct ScheduledRunsApi {
    runs: ScheduledRuns,
}

impl ScheduledRunsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(runs: ScheduledRuns) -> Self {
        Self { runs }
    }
}

#[OpenApi(tag = "Tag::Platform")]
impl ScheduledRunsApi {
    /// List the runs of periodic jobs
    ///
    /// Lists runs, the latest first, with what each did. A job has its turns by its schedule, in UTC; a turn that was missed
    /// is caught up once. Needs the platform role `platform_admin`.
    #[oai(
        path = "/v1/platform/scheduled-runs",
        method = "get",
        operation_id = "listScheduledRuns"
    )]
    async fn list(
        &self,
        caller: Caller,
        limit: Limit,
        cursor: After,
        /// Only those of this job.
        name: Query<Option<PeriodicJobText>>,
    ) -> Result<Listed<ScheduledRunAnswer>, Failed<St<403>>> {
        let admin = caller.authorize_platform_admin().await?;
        let job = parameters(|query| query.optional(&name, text))?;
        let page = cursor.page(&limit)?;
        let runs = self.runs.list(&admin.scope(), job, &page).await?;
        Ok(cursor.listed(runs, |run| ScheduledRunAnswer::from(&run)))
    }

    /// Run a periodic job
    ///
    /// Asks for a run besides the job's turns, which begins as soon as the scheduler sees it. A job of which a run has not
    /// ended is answered with 409. `archive` and `anonymisation` have nothing to do in this version, and are answered with
    /// 422. Needs the platform role `platform_admin`.
    #[oai(
        path = "/v1/platform/scheduled-runs",
        method = "post",
        operation_id = "startScheduledRun"
    )]
    async fn start(
        &self,
        caller: Caller,
        idempotency_key: IdempotencyKey,
        body: Body<StartScheduledRunRequest>,
    ) -> Result<Accepted<ScheduledRunAnswer>, Failed<(St<403>, St<409>)>> {
        let admin = caller.authorize_platform_admin().await?;
        let scope = admin.scope();
        let job = body.decode(periodic_job)?;
        let rendering = Accepted::rendering(|run: &ScheduledRun| Answer {
            location: None,
            version: None,
            body: ScheduledRunAnswer::from(run),
        });
        let once = rendering.once(idempotency_key.request_outside(scope.actor(), &body)?);
        let done = self.runs.request(&scope, job, &once).await?;
        Ok(rendering.answer(done)?)
    }
}
