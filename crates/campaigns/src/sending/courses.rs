//! Use cases: having campaigns begin, pause, go on and end, and seeing how their recipients stand.

use std::sync::Arc;

use kernel::{
    AuditAction, CampaignId, Checked, Clock, Done, FieldErrors, FieldFault, IdGenerator, JobId,
    Once, Page, PageRequest, TenantScope, Timestamp, begin_once,
};

use super::begin::begin_job;
use super::send::send_job;
use crate::campaigns::{find_living, noted, premises, with_counts};
use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::Workbench;
use crate::{
    Campaign, CampaignAction, CampaignError, CountedCampaign, Readiness, Recipient, RecipientFilter,
};

/// How often the jobs of campaigns are tried without getting on.
pub(crate) const ATTEMPTS: u16 = 8;

/// Use cases on the course of campaigns. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct CampaignCourses {
    bench: Workbench,
}

impl CampaignCourses {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Has a campaign begin at a later time; one that is scheduled already, at another.
    pub async fn schedule(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        scheduled_at: Checked<Timestamp>,
        once: &Once<'_, CountedCampaign>,
    ) -> Result<Done<CountedCampaign>, CampaignError> {
        self.carry_out(
            scope,
            id,
            CampaignAction::Schedule,
            Some(scheduled_at),
            once,
        )
        .await
    }

    /// Does something with a campaign now. What ending it means for those who
    /// were yet to be mailed, and of whom nothing was decided, is written down by a job. Scheduling is refused here,
    /// since nothing says for when: that is [`Self::schedule`].
    pub async fn act(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        action: CampaignAction,
        once: &Once<'_, CountedCampaign>,
    ) -> Result<Done<CountedCampaign>, CampaignError> {
        self.carry_out(scope, id, action, None, once).await
    }

    /// The recipients of a living campaign that the filter lets through, in the order of the ids of the contacts.
    pub async fn recipients(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        filter: &RecipientFilter,
        page: &PageRequest,
    ) -> Result<Page<Recipient>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        find_living(unit.as_ref(), id).await?;
        let recipients = unit.assignments().list(id, filter, page).await?;
        unit.commit().await?;
        Ok(recipients)
    }

    async fn carry_out(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        action: CampaignAction,
        scheduled_at: Option<Checked<Timestamp>>,
        once: &Once<'_, CountedCampaign>,
    ) -> Result<Done<CountedCampaign>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = find_living(unit.as_ref(), id).await?;
        let scheduled_at = due(action, scheduled_at)?;
        if before.state().status.is_under_way()
            && unit.simulations().find_by_campaign(id).await?.is_some()
        {
            return Err(CampaignError::Simulated);
        }
        let readiness = readiness(unit.as_ref(), &before).await?;
        let mut after = before.clone();
        let by = scope.actor().user();
        after.act(action, &readiness, scheduled_at, at, by)?;
        if scheduled_at.is_some_and(|scheduled_at| scheduled_at <= at) {
            let fault =
                FieldFault::new("in-the-past", "this instant has passed; launch it instead");
            return Err(FieldErrors::one("#/scheduled_at", fault).into());
        }
        unit.campaigns()
            .update(&after, before.state().stamps.version)
            .await
            // Nobody said which version of the campaign is meant.
            .map_err(CampaignError::contended)?;
        let job = self.bench.id(JobId::from_uuid);
        let job = if action.begins_run() {
            Some(send_job(&after, job, at))
        } else {
            begin_job(&after, job, at)
        };
        if let Some(job) = job {
            unit.jobs().enqueue(&job).await?;
        }
        let draft = noted(&after, told(action), after.changes_since(Some(&before)));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        let counted = with_counts(unit.as_ref(), after).await?;
        once.record(unit.idempotency(), &counted).await?;
        unit.commit().await?;
        Ok(Done::Fresh(counted))
    }
}

/// For when the campaign is scheduled, which that needs and nothing else.
fn due(
    action: CampaignAction,
    scheduled_at: Option<Checked<Timestamp>>,
) -> Checked<Option<Timestamp>> {
    let scheduled_at = scheduled_at.transpose()?;
    if action == CampaignAction::Schedule && scheduled_at.is_none() {
        let fault = FieldFault::new("required", "this field is required");
        return Err(FieldErrors::one("#/scheduled_at", fault));
    }
    Ok(scheduled_at)
}

/// What an action is called in the audit log.
pub(super) const fn told(action: CampaignAction) -> AuditAction {
    match action {
        CampaignAction::Schedule | CampaignAction::Unschedule => AuditAction::Update,
        CampaignAction::Launch => AuditAction::Launch,
        CampaignAction::Pause => AuditAction::Pause,
        CampaignAction::Resume => AuditAction::Resume,
        CampaignAction::Complete => AuditAction::Complete,
    }
}

/// What the campaign lacks to begin.
pub(crate) async fn readiness(
    unit: &dyn CampaignUnit,
    campaign: &Campaign,
) -> Result<Readiness, CampaignError> {
    let plan = &campaign.state().plan;
    let premises = premises(unit, plan).await?;
    let mut readiness = premises.readiness(campaign);
    if let (Some(template), Some(version)) = (premises.template, plan.email_template_version) {
        let version = unit.email_templates().find_version(template, version);
        if let Some(version) = version.await? {
            readiness.lacks_values(premises.unfilled(&version.content));
        }
    }
    Ok(readiness)
}
