//! Use cases on several leads at once.

use std::collections::BTreeMap;

use kernel::{
    AuditAction, AuditDraft, Checked, Description, FieldErrors, LeadId, LeadStatusChangeId, Patch,
    TenantScope, Timestamp,
};

use super::{Leads, check_owner, moved, noted};
use crate::ports::CampaignUnit;
use crate::workbench::deletion;
use crate::{CampaignError, Lead, LeadChange, LeadOwner, LeadStatus, OwnerChange, StatusChange};

/// What several leads are wished to become.
#[derive(Clone, Debug)]
pub enum LeadDeed {
    /// Of this status, for a reason.
    Move(LeadStatus, Description),
    /// This one's, or nobody's.
    Assign(Option<LeadOwner>),
    /// Deleted, restorably.
    Delete,
}

/// What became of the wish about a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadOutcome {
    /// It is as it was wished now.
    Changed,
    /// It was so already.
    Unchanged,
    /// The pipeline has no such step.
    Refused,
    /// There is no such living lead.
    NotFound,
}

/// A lead as it becomes, with its step if it makes one, and what the audit log says of it.
struct Done {
    after: Lead,
    step: Option<StatusChange>,
    draft: AuditDraft,
}

impl Leads {
    /// How many leads one call can change.
    pub const MOST_AT_ONCE: usize = 1_000;

    /// Does the same to several leads; tells of each, in the order in which they were named, what became of it. Those
    /// that cannot become so stay as they are and do not keep the others from it. What is written of it into the audit log
    /// has a batch in common.
    pub async fn change_many(
        &self,
        scope: &TenantScope,
        wanted: Checked<(Vec<LeadId>, LeadDeed)>,
    ) -> Result<Vec<(LeadId, LeadOutcome)>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let (ids, deed) = wanted?;
        check(unit.as_ref(), &deed).await?;
        let found = unit.leads().find_for_change(&ids).await?;
        let mut outcomes = BTreeMap::new();
        let (mut changed, mut drafts) = (Vec::new(), Vec::new());
        for before in &found {
            if before.state().stamps.is_deleted() {
                continue;
            }
            let outcome = match self.apply(scope, before, &deed, at) {
                Ok(Some(done)) => {
                    changed.push((done.after, done.step));
                    drafts.push(done.draft);
                    LeadOutcome::Changed
                }
                Ok(None) => LeadOutcome::Unchanged,
                Err(CampaignError::IllegalTransition(_)) => LeadOutcome::Refused,
                Err(error) => return Err(error),
            };
            outcomes.insert(before.id(), outcome);
        }
        unit.leads().update_many(&changed).await?;
        let noting = self.bench.note_batch(unit.as_ref(), scope, at, drafts);
        noting.await?;
        unit.commit().await?;
        let outcome = |id: &LeadId| outcomes.get(id).copied().unwrap_or(LeadOutcome::NotFound);
        Ok(ids.into_iter().map(|id| (id, outcome(&id))).collect())
    }

    /// What the deed makes of a lead; nothing where it is so already.
    fn apply(
        &self,
        scope: &TenantScope,
        before: &Lead,
        deed: &LeadDeed,
        at: Timestamp,
    ) -> Result<Option<Done>, CampaignError> {
        let by = scope.actor().user();
        let mut after = before.clone();
        let change = match deed {
            LeadDeed::Move(status, reason) => LeadChange {
                status: Patch::Set(*status),
                reason: Some(reason.clone()),
                ..LeadChange::default()
            },
            LeadDeed::Assign(owner) => LeadChange {
                owner: OwnerChange::from(*owner),
                ..LeadChange::default()
            },
            LeadDeed::Delete => {
                after.delete(at, by);
                let (old, new) = (&before.state().stamps, &after.state().stamps);
                let draft = noted(&after, AuditAction::Delete, deletion(old, new));
                return Ok(Some(Done {
                    after,
                    step: None,
                    draft,
                }));
            }
        };
        let step = self.bench.id(LeadStatusChangeId::from_uuid);
        let step = after.change(&change, step, at, by)?;
        let changes = after.changes_since(Some(before));
        if changes.is_empty() {
            return Ok(None);
        }
        let draft = moved(&after, changes, step.as_ref());
        Ok(Some(Done { after, step, draft }))
    }
}

async fn check(unit: &dyn CampaignUnit, deed: &LeadDeed) -> Result<(), CampaignError> {
    let mut errors = FieldErrors::default();
    if let LeadDeed::Assign(owner) = deed {
        check_owner(unit, *owner, &mut errors).await?;
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}
