//! Use cases: saving searches of leads, reading, changing and deleting what was saved.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, Done, Expected, FieldErrors, FieldFault,
    IdGenerator, LeadViewId, Once, Page, PageRequest, TenantScope, UserId, begin_once,
};

use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::{Kept as _, Workbench, deletion};
use crate::{CampaignError, LeadView, LeadViewChange, NewLeadView};

/// Use cases on saved searches of leads. Whoever holds the scope was allowed to, and meets their own views and those that
/// the organization has too.
#[derive(Clone)]
pub struct LeadViews {
    bench: Workbench,
}

impl LeadViews {
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

    /// Saves a search; fails with [`CampaignError::ViewNameTaken`] where the person has a living view of the name.
    pub async fn create(
        &self,
        scope: &TenantScope,
        new: Checked<NewLeadView>,
        once: &Once<'_, LeadView>,
    ) -> Result<Done<LeadView>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let new = new?;
        let owner = person(scope)?;
        let id = self.bench.id(LeadViewId::from_uuid);
        let view = LeadView::save(id, scope.organization(), new, owner, at);
        unit.lead_views().insert(&view).await?;
        let draft = noted(&view, AuditAction::Create, view.changes_since(None));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        once.record(unit.idempotency(), &view).await?;
        unit.commit().await?;
        Ok(Done::Fresh(view))
    }

    /// The person's living views, and the others that the organization has, in the order of their ids.
    pub async fn list(
        &self,
        scope: &TenantScope,
        page: &PageRequest,
    ) -> Result<Page<LeadView>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let views = unit.lead_views().list(person(scope)?, page).await?;
        unit.commit().await?;
        Ok(views)
    }

    /// A view that the person has.
    pub async fn read(
        &self,
        scope: &TenantScope,
        id: LeadViewId,
    ) -> Result<LeadView, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let view = find_had(unit.as_ref(), scope, id).await?;
        unit.commit().await?;
        Ok(view)
    }

    /// Changes a view that the person has; it stays its owner's, and whether others have it is up to them.
    pub async fn update(
        &self,
        scope: &TenantScope,
        id: LeadViewId,
        expected: &Expected,
        change: Checked<LeadViewChange>,
    ) -> Result<LeadView, CampaignError> {
        let at = self.bench.now();
        let user = person(scope)?;
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), scope, id, expected).await?;
        let change = change?;
        let mut after = before.clone();
        after.change(&change, at, scope.actor().user());
        let changes = after.changes_since(Some(&before));
        if changes.is_empty() {
            return Ok(before);
        }
        if !before.is_owned_by(user) && before.state().is_shared != after.state().is_shared {
            let fault = FieldFault::new(
                "not-applicable",
                "whether others have a view is up to whoever saved it",
            );
            return Err(FieldErrors::one("#/is_shared", fault).into());
        }
        let version = before.state().stamps.version;
        if let Err(error) = unit.lead_views().update(&after, version).await {
            let error = without_hidden(unit.as_ref(), user, error).await?;
            return Err(error.contended_unless(expected));
        }
        let draft = noted(&after, AuditAction::Update, changes);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(after)
    }

    /// Deletes a view that the person has.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        id: LeadViewId,
        expected: &Expected,
    ) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), scope, id, expected).await?;
        let mut after = before.clone();
        after.delete(at, scope.actor().user());
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        let written = unit.lead_views().update(&after, old.version);
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
}

fn noted(view: &LeadView, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("lead_view", view.id().as_uuid(), action, changes)
}

/// Who acts; only people have views.
fn person(scope: &TenantScope) -> Result<UserId, CampaignError> {
    let user = scope.actor().user();
    user.ok_or(CampaignError::NotFound("person"))
}

/// A view that the person has not is not named to them.
async fn without_hidden(
    unit: &dyn CampaignUnit,
    user: UserId,
    error: CampaignError,
) -> Result<CampaignError, CampaignError> {
    let CampaignError::ViewNameTaken(Some(other)) = error else {
        return Ok(error);
    };
    let other = unit.lead_views().find(other).await?;
    let seen = other.filter(|view| view.is_had_by(user));
    Ok(CampaignError::ViewNameTaken(seen.map(|view| view.id())))
}

async fn find_had(
    unit: &dyn CampaignUnit,
    scope: &TenantScope,
    id: LeadViewId,
) -> Result<LeadView, CampaignError> {
    let user = person(scope)?;
    let found = unit.lead_views().find(id).await?;
    found
        .filter(|view| view.is_had_by(user))
        .ok_or(CampaignError::NotFound(LeadView::NOUN))
}

async fn find_expected(
    unit: &dyn CampaignUnit,
    scope: &TenantScope,
    id: LeadViewId,
    expected: &Expected,
) -> Result<LeadView, CampaignError> {
    find_had(unit, scope, id).await?.expected(expected)
}
