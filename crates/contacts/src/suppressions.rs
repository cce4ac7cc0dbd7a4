//! Use cases: suppressing addresses, reading what is suppressed, and lifting it.

use std::sync::Arc;

use kernel::{
    Actor, AuditAction, AuditDraft, Checked, Clock, Credential, Done, IdGenerator, Once, Page,
    PageRequest, SuppressionId, TenantScope, begin_once,
};

use crate::ports::ContactStore;
use crate::workbench::Workbench;
use crate::{
    ContactEmail, ContactError, Judge, Suppression, SuppressionReason, SuppressionSource,
    SuppressionState,
};

/// Use cases on suppressions. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct Suppressions {
    bench: Workbench,
    judge: Judge,
}

/// Which addresses to suppress, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSuppressions {
    /// The addresses.
    pub emails: Vec<ContactEmail>,
    /// Why they must not be mailed.
    pub reason: SuppressionReason,
}

/// What became of one address that was to be suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressedAddress {
    /// It is suppressed now.
    Added(SuppressionId),
    /// It was suppressed for this reason before.
    AlreadySuppressed,
}

impl Suppressions {
    /// How many addresses one call can suppress or check.
    pub const MOST_AT_ONCE: usize = 1_000;

    /// Use cases on what is in `store`; `judge` knows under what an address is suppressed.
    #[must_use]
    pub fn new(
        store: Arc<dyn ContactStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        judge: Judge,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            judge,
        }
    }

    /// Suppresses addresses, whether or not contacts have them, by hand where it is a person at a session, and tells of each
    /// in the same order what became of it.
    pub async fn add(
        &self,
        scope: &TenantScope,
        new: Checked<NewSuppressions>,
        once: &Once<'_, Vec<SuppressedAddress>>,
    ) -> Result<Done<Vec<SuppressedAddress>>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let new = new?;
        let source = match scope.actor() {
            Actor::User(_, Credential::Session(_)) => SuppressionSource::Manual,
            _ => SuppressionSource::Api,
        };
        let wanted = new
            .emails
            .iter()
            .map(|email| {
                Suppression::new(SuppressionState {
                    id: self.bench.id(SuppressionId::from_uuid),
                    organization: scope.organization(),
                    address: self.judge.identify(email.as_str()).1,
                    reason: new.reason,
                    source,
                    source_id: None,
                    created_at: at,
                    created_by: scope.actor().user(),
                })
            })
            .collect::<Vec<_>>();
        let added = unit.suppressions().insert_many(&wanted).await?;
        let is_new = |suppression: &&Suppression| added.contains(&suppression.id());
        let drafts = wanted
            .iter()
            .filter(is_new)
            .map(|suppression| noted(suppression, AuditAction::Create));
        self.bench
            .note(unit.as_ref(), scope, at, drafts.collect())
            .await?;
        let outcomes = wanted
            .iter()
            .map(|suppression| {
                if is_new(&suppression) {
                    SuppressedAddress::Added(suppression.id())
                } else {
                    SuppressedAddress::AlreadySuppressed
                }
            })
            .collect::<Vec<_>>();
        once.record(unit.idempotency(), &outcomes).await?;
        unit.commit().await?;
        Ok(Done::Fresh(outcomes))
    }

    /// Suppressions, of this reason where one is named, in the order of their ids.
    pub async fn list(
        &self,
        scope: &TenantScope,
        reason: Option<SuppressionReason>,
        page: &PageRequest,
    ) -> Result<Page<Suppression>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let suppressions = unit.suppressions().list(reason, page).await?;
        unit.commit().await?;
        Ok(suppressions)
    }

    /// Why each of these addresses must not be mailed, in the same order; nothing where it may.
    pub async fn check(
        &self,
        scope: &TenantScope,
        emails: Checked<Vec<ContactEmail>>,
    ) -> Result<Vec<Vec<Suppression>>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let addresses = emails?
            .iter()
            .map(|email| self.judge.identify(email.as_str()).1)
            .collect::<Vec<_>>();
        let found = unit.suppressions().find_by_addresses(&addresses).await?;
        unit.commit().await?;
        Ok(addresses
            .iter()
            .map(|address| {
                let theirs = found.iter().filter(|s| s.state().address == *address);
                theirs.cloned().collect()
            })
            .collect())
    }

    /// Lifts a suppression, but for that of a person who was erased ([`ContactError::ErasedStays`]).
    pub async fn lift(&self, scope: &TenantScope, id: SuppressionId) -> Result<(), ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let suppression = unit
            .suppressions()
            .find(id)
            .await?
            .ok_or(ContactError::NotFound("suppression"))?;
        if suppression.state().reason == SuppressionReason::Erased {
            return Err(ContactError::ErasedStays);
        }
        if !unit.suppressions().remove(id).await? {
            return Err(ContactError::NotFound("suppression"));
        }
        let draft = noted(&suppression, AuditAction::Revoke);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }
}

fn noted(suppression: &Suppression, action: AuditAction) -> AuditDraft {
    let changes = suppression.changes(action == AuditAction::Revoke);
    AuditDraft::new("suppression", suppression.id().as_uuid(), action, changes)
}
