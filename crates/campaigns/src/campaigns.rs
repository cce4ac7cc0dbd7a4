//! Use cases: making, reading, changing, copying, deleting and restoring campaigns, and whom they would reach.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, CampaignId, Changes, Checked, Clock, Done, Expected, FieldErrors,
    FieldFault, IdGenerator, JobId, Name, Once, Page, PageRequest, TenantScope, Timestamp,
    begin_once,
};

use crate::ports::{CampaignStore, CampaignUnit};
use crate::sending::begin_job;
use crate::workbench::{Kept as _, Workbench, deletion};
use crate::{
    AudiencePreview, Campaign, CampaignChange, CampaignCounts, CampaignError, CampaignFilter,
    CampaignPlan, CountedCampaign, NewCampaign, Premises,
};

/// Use cases on campaigns. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct Campaigns {
    bench: Workbench,
}

impl Campaigns {
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

    /// Makes a draft. Where its landing page gets no title, that is the name of its form.
    pub async fn create(
        &self,
        scope: &TenantScope,
        new: Checked<NewCampaign>,
        once: &Once<'_, CountedCampaign>,
    ) -> Result<Done<CountedCampaign>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let id = self.bench.id(CampaignId::from_uuid);
        let by = scope.actor().user();
        let mut new = new?;
        let premises = premises(unit.as_ref(), &new.plan).await?;
        require_known(&premises, &new.plan, None)?;
        if new.landing_title.is_none() {
            new.landing_title = premises.form_name;
        }
        let campaign = Campaign::draft(id, scope.organization(), new, at, by);
        let created = self.open(unit.as_ref(), scope, campaign, at).await?;
        once.record(unit.idempotency(), &created).await?;
        unit.commit().await?;
        Ok(Done::Fresh(created))
    }

    /// Makes a draft like another campaign: what it mails, to whom and how fast, but neither its schedule nor the address
    /// of its landing page. Where no name is given, it says whose copy it is.
    pub async fn duplicate(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        name: Checked<Option<Name>>,
        once: &Once<'_, CountedCampaign>,
    ) -> Result<Done<CountedCampaign>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let original = find_living(unit.as_ref(), id).await?;
        let state = original.state();
        let new = NewCampaign {
            name: name?.unwrap_or_else(|| name_of_copy(&state.name)),
            description: state.description.clone(),
            landing_page: None,
            landing_title: state.landing_title.clone(),
            landing_text: state.landing_text.clone(),
            plan: state.plan.clone(),
        };
        let id = self.bench.id(CampaignId::from_uuid);
        let by = scope.actor().user();
        let copy = Campaign::draft(id, scope.organization(), new, at, by);
        let created = self.open(unit.as_ref(), scope, copy, at).await?;
        once.record(unit.idempotency(), &created).await?;
        unit.commit().await?;
        Ok(Done::Fresh(created))
    }

    async fn open(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        campaign: Campaign,
        at: Timestamp,
    ) -> Result<CountedCampaign, CampaignError> {
        if let Some(slug) = &campaign.state().landing_page {
            unit.landing_pages().claim(slug, at).await?;
        }
        unit.campaigns().insert(&campaign).await?;
        let draft = noted(&campaign, AuditAction::Create, campaign.changes_since(None));
        self.bench.note(unit, scope, at, vec![draft]).await?;
        Ok(CountedCampaign {
            campaign,
            counts: CampaignCounts::default(),
        })
    }

    /// The campaigns that the filter lets through, in the order of their ids, and how their recipients stand.
    pub async fn list(
        &self,
        scope: &TenantScope,
        filter: &CampaignFilter,
        page: &PageRequest,
    ) -> Result<Page<CountedCampaign>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let campaigns = unit.campaigns().list(filter, page).await?;
        unit.commit().await?;
        Ok(campaigns)
    }

    /// A living campaign, and how its recipients stand.
    pub async fn read(
        &self,
        scope: &TenantScope,
        id: CampaignId,
    ) -> Result<CountedCampaign, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let campaign = find_living(unit.as_ref(), id).await?;
        let counted = with_counts(unit.as_ref(), campaign).await?;
        unit.commit().await?;
        Ok(counted)
    }

    /// Changes a campaign. Once it has begun, only what people read about it can be changed.
    pub async fn update(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        expected: &Expected,
        change: Checked<CampaignChange>,
    ) -> Result<CountedCampaign, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let change = change?;
        let mut after = before.clone();
        after.change(&change, at, scope.actor().user());
        let changes = after.changes_since(Some(&before));
        if changes.is_empty() {
            return with_counts(unit.as_ref(), before).await;
        }
        let (old, new) = (before.state(), after.state());
        if after.is_replanned_since(&before) {
            if !old.status.is_open() {
                return Err(CampaignError::Begun);
            }
            let premises = premises(unit.as_ref(), &new.plan).await?;
            require_known(&premises, &new.plan, Some(&old.plan))?;
        }
        if old.landing_page != new.landing_page {
            let pages = unit.landing_pages();
            if let Some(slug) = &new.landing_page {
                pages.claim(slug, at).await?;
            }
            if let Some(slug) = &old.landing_page {
                pages.release(slug).await?;
            }
        }
        let written = unit.campaigns().update(&after, old.stamps.version);
        written
            .await
            .map_err(|error| error.contended_unless(expected))?;
        let draft = noted(&after, AuditAction::Update, changes);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        let counted = with_counts(unit.as_ref(), after).await?;
        unit.commit().await?;
        Ok(counted)
    }

    /// Deletes a campaign of which nothing goes out, restorably; the address of its landing page is free for others.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        expected: &Expected,
    ) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        if before.state().status.is_under_way() {
            return Err(CampaignError::UnderWay);
        }
        let mut after = before.clone();
        after.delete(at, scope.actor().user());
        if let Some(slug) = &before.state().landing_page {
            unit.landing_pages().release(slug).await?;
        }
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        let written = unit.campaigns().update(&after, old.version);
        written
            .await
            .map_err(|error| error.contended_unless(expected))?;
        let draft = noted(&after, AuditAction::Delete, deletion(old, new));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Takes the deletion back, where the address of its landing page is still free.
    pub async fn restore(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        once: &Once<'_, CountedCampaign>,
    ) -> Result<Done<CountedCampaign>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = Campaign::deleted(unit.campaigns().find(id).await?)?;
        let mut after = before.clone();
        after.undelete(at, scope.actor().user());
        if let Some(slug) = &after.state().landing_page {
            unit.landing_pages().claim(slug, at).await?;
        }
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        let written = unit.campaigns().update(&after, old.version);
        written.await.map_err(CampaignError::contended)?;
        // Its time may have passed while it was deleted, and the job with it.
        if let Some(job) = begin_job(&after, self.bench.id(JobId::from_uuid), at) {
            unit.jobs().enqueue(&job).await?;
        }
        let draft = noted(&after, AuditAction::Restore, deletion(old, new));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        let counted = with_counts(unit.as_ref(), after).await?;
        once.record(unit.idempotency(), &counted).await?;
        unit.commit().await?;
        Ok(Done::Fresh(counted))
    }

    /// Whom a living campaign would reach if it began now, and whom it would leave out and why.
    pub async fn audience(
        &self,
        scope: &TenantScope,
        id: CampaignId,
    ) -> Result<AudiencePreview, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let campaign = find_living(unit.as_ref(), id).await?;
        let plan = &campaign.state().plan;
        let premises = premises(unit.as_ref(), plan).await?;
        let counts = unit.audience().count(&plan.lists).await?;
        unit.commit().await?;
        Ok(premises.policy_of(&campaign).preview(&counts))
    }
}

pub(crate) fn noted(campaign: &Campaign, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("campaign", campaign.id().as_uuid(), action, changes)
}

/// What stands around a plan.
pub(crate) async fn premises(
    unit: &dyn CampaignUnit,
    plan: &CampaignPlan,
) -> Result<Premises, CampaignError> {
    Ok(unit.audience().premises(plan).await?)
}

fn require_known(
    premises: &Premises,
    plan: &CampaignPlan,
    before: Option<&CampaignPlan>,
) -> Result<(), CampaignError> {
    let mut errors = premises.unknown_in(plan, before);
    if plan.lists.len() > CampaignPlan::MAX_LISTS {
        let detail = format!("a campaign has at most {} lists", CampaignPlan::MAX_LISTS);
        errors.push("#/list_ids", FieldFault::new("too-many", detail));
    }
    require_none(errors)
}

fn require_none(errors: FieldErrors) -> Result<(), CampaignError> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}

pub(crate) async fn with_counts(
    unit: &dyn CampaignUnit,
    campaign: Campaign,
) -> Result<CountedCampaign, CampaignError> {
    let counts = unit.campaigns().counts(campaign.id()).await?;
    Ok(CountedCampaign { campaign, counts })
}

/// The living campaign with this id.
pub(crate) async fn find_living(
    unit: &dyn CampaignUnit,
    id: CampaignId,
) -> Result<Campaign, CampaignError> {
    Campaign::living(unit.campaigns().find(id).await?)
}

pub(crate) async fn find_expected(
    unit: &dyn CampaignUnit,
    id: CampaignId,
    expected: &Expected,
) -> Result<Campaign, CampaignError> {
    find_living(unit, id).await?.expected(expected)
}

/// The name of a copy, cut so that it can be one.
fn name_of_copy(name: &Name) -> Name {
    const MARK: &str = " (copy)";
    let kept = Name::MAX_LEN - MARK.len();
    let text: String = name.as_str().chars().take(kept).collect();
    format!("{text}{MARK}")
        .parse()
        .unwrap_or_else(|_| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_copy_says_so_and_fits() {
        let long: Name = "ä".repeat(Name::MAX_LEN).parse().unwrap();

        assert_eq!(
            name_of_copy(&"Spring".parse().unwrap()).as_str(),
            "Spring (copy)"
        );
        let copy = name_of_copy(&long);
        assert!(copy.as_str().ends_with("ä (copy)"));
        assert_eq!(copy.as_str().chars().count(), Name::MAX_LEN);
    }
}
