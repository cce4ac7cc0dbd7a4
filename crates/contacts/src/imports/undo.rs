//! The durable job that takes back what an import did.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use kernel::{
    AuditAction, AuditDraft, ClaimedJob, ContactId, EarlyEnd, Interruption, Job, JobControl,
    JobEnd, JobFailure, JobId, JobKind, JobProgress, StorageError, TenantScope, Timestamp,
};
use serde_json::{Value, json};

use super::job::import_of;
use super::merge::{Edited, fields_of, reverted};
use super::{ContactImport, ImportPorts, ImportStatus, LeftContact, LeftReason, Touch, UndoCounts};
use crate::Contact;
use crate::alike::noted;
use crate::lists::membership;
use crate::ports::ContactUnit;
use crate::tries::Tries;
use crate::workbench::{Workbench, deletion};

/// The kind of the job.
pub(super) const UNDO: JobKind = JobKind::new("undo_contact_import");

/// How many contacts are looked at in one unit of work.
const BATCH: u16 = 1_000;

/// How much of what an earlier undo has left is forgotten in one unit of work.
const SLICE: u16 = 20_000;

/// Takes back what imports did.
///
/// Contacts that an import made are deleted, fields that it changed get their old values, and memberships that it began
/// end, but for those of contacts that it made and somebody changed since. What was changed since is left, and listed.
/// Suppressions stay.
pub struct UndoJob {
    bench: Workbench,
}

/// How far an undo is: first the contacts that were made, then those that were there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    is_at_touches: bool,
    behind: Option<ContactId>,
    /// How many contacts were looked at until here.
    seen: u64,
}

impl Place {
    fn to_json(self) -> Value {
        json!({ "touches": self.is_at_touches, "behind": self.behind, "seen": self.seen })
    }

    fn from_json(state: Option<&Value>) -> Self {
        let behind = state.and_then(|state| state.get("behind")?.as_str()?.parse().ok());
        let is_at_touches = state
            .and_then(|state| state.get("touches")?.as_bool())
            .unwrap_or(false);
        let seen = state.and_then(|state| state.get("seen")?.as_u64());
        Self {
            is_at_touches,
            behind,
            seen: seen.unwrap_or_default(),
        }
    }
}

/// A batch of an undo, in one unit of work.
struct Step<'a> {
    unit: &'a dyn ContactUnit,
    import: &'a ContactImport,
    at: Timestamp,
}

/// What a batch came to.
#[derive(Default)]
struct Taken {
    counts: UndoCounts,
    /// How many contacts were looked at, and the last of them.
    seen: usize,
    last: Option<ContactId>,
    /// What the audit log is told, an entry for each contact or membership.
    told: Vec<AuditDraft>,
}

impl UndoJob {
    /// The job over these ports.
    #[must_use]
    pub fn new(ports: ImportPorts) -> Self {
        Self {
            bench: ports.into_parts().0,
        }
    }

    /// Forgets what an earlier undo has left: it is looked at again.
    async fn forget_left(
        &self,
        import: &ContactImport,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        loop {
            let unit = self.bench.begin(scope).await?;
            let trace = unit.import_trace();
            let gone = trace.forget_left(import.id(), SLICE).await?;
            unit.commit().await?;
            if gone < u64::from(SLICE) {
                return Ok(());
            }
        }
    }

    /// Notes that the rest stays.
    async fn break_off(
        &self,
        import: &ContactImport,
        code: &str,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        let unit = self.bench.begin(scope).await?;
        self.bench
            .break_off_undo(unit.as_ref(), scope, import, code.to_owned())
            .await?;
        Ok(unit.commit().await?)
    }

    /// Takes back one batch; `None` when all is done.
    async fn step(
        &self,
        import: &mut ContactImport,
        place: Place,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Option<Place>, JobFailure> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let step = Step {
            unit: unit.as_ref(),
            import,
            at,
        };
        let taken = if place.is_at_touches {
            step.restore(place.behind).await?
        } else {
            step.remove(place.behind).await?
        };
        let next = match taken.last {
            Some(last) => Some(Place {
                behind: Some(last),
                seen: place.seen + taken.seen as u64,
                ..place
            }),
            None if place.is_at_touches => None,
            None => Some(Place {
                is_at_touches: true,
                behind: None,
                ..place
            }),
        };
        let batch = import.state().job.map(JobId::as_uuid);
        let told = taken.told.into_iter().map(|draft| match batch {
            Some(batch) => draft.in_batch(batch),
            None => draft,
        });
        self.bench
            .note(unit.as_ref(), scope, at, told.collect())
            .await?;
        let mut after = import.clone();
        after.proceed_undo(taken.counts, next.is_none(), at);
        let expected = import.state().stamps.version;
        unit.imports().update(&after, expected).await?;
        if let Some(next) = next {
            work.checkpoint(unit.jobs(), &next.to_json()).await?;
        } else {
            let changes = after.changes_since(Some(&after.as_undo_begun()));
            self.bench
                .note_import(unit.as_ref(), scope, &after, AuditAction::Update, changes)
                .await?;
        }
        unit.commit().await?;
        *import = after;
        Ok(next)
    }
}

impl Step<'_> {
    fn counts(&self) -> UndoCounts {
        self.import.state().undo.unwrap_or_default()
    }

    /// Deletes contacts that the import made.
    async fn remove(&self, behind: Option<ContactId>) -> Result<Taken, StorageError> {
        let trace = self.unit.import_trace();
        let id = self.import.id();
        let made = trace.made_behind(id, behind, BATCH).await?;
        let ids = made.iter().map(Contact::id).collect::<Vec<_>>();
        // Nobody puts them on a list from here on.
        self.unit.contacts().lock(&ids).await?;
        let elsewhere = trace.on_other_lists(id, &ids).await?;
        let mut counts = self.counts();
        let (mut gone, mut left, mut off) = (Vec::new(), Vec::new(), Vec::new());
        for contact in &made {
            let reason = if contact.state().edited_at.is_some() {
                LeftReason::Changed
            } else if elsewhere.contains(&contact.id()) {
                off.push(contact.id());
                LeftReason::OnOtherLists
            } else {
                let mut contact = contact.clone();
                contact.delete(self.at, self.import.state().stamps.updated_by);
                gone.push(contact);
                continue;
            };
            left.push(LeftContact {
                contact: contact.id(),
                reason,
                fields: Vec::new(),
            });
        }
        let living = made.iter().map(|contact| (contact.id(), contact));
        let living = living.collect::<HashMap<_, _>>();
        let mut told = Vec::with_capacity(gone.len());
        for contact in &gone {
            if let Some(before) = living.get(&contact.id()) {
                let changes = deletion(&before.state().stamps, &contact.state().stamps);
                told.push(noted(contact, AuditAction::Delete, changes));
            }
        }
        self.write(&gone).await?;
        told.extend(self.take_off(&off).await?);
        trace.leave(id, &left, self.at).await?;
        counts.removed += gone.len() as u64;
        counts.left += left.len() as u64;
        Ok(Taken {
            counts,
            seen: ids.len(),
            last: ids.last().copied(),
            told,
        })
    }

    /// Takes back what the import did to contacts that were there before.
    async fn restore(&self, behind: Option<ContactId>) -> Result<Taken, StorageError> {
        let trace = self.unit.import_trace();
        let id = self.import.id();
        let touches = trace.touches_behind(id, behind, BATCH).await?;
        let ids = touches.iter().map(|t| t.contact).collect::<Vec<_>>();
        self.unit.contacts().lock(&ids).await?;
        let present = self.unit.contacts().find_many(&ids).await?;
        let present = present
            .into_iter()
            .map(|contact| (contact.id(), contact))
            .collect::<HashMap<_, _>>();
        let mut counts = self.counts();
        let (mut changed, mut left, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for touch in &touches {
            let Some(contact) = present.get(&touch.contact) else {
                left.extend(left_deleted(touch));
                continue;
            };
            let reverted = reverted(contact, &touch.changes);
            if reverted.profile != contact.state().profile {
                let mut after = contact.clone();
                let by = self.import.state().stamps.updated_by;
                match reverted.edited {
                    Edited::Now => after.replace_profile(reverted.profile, self.at, by),
                    Edited::AsBefore(edited_at) => {
                        after.put_back(reverted.profile, edited_at, self.at, by);
                    }
                }
                let difference = after.changes_since(Some(contact));
                told.push(noted(&after, AuditAction::Update, difference));
                changed.push(after);
            }
            if !reverted.left.is_empty() {
                left.push(LeftContact {
                    contact: touch.contact,
                    reason: LeftReason::Changed,
                    fields: reverted.left,
                });
            }
        }
        self.write(&changed).await?;
        let joined = touches.iter().filter(|touch| touch.joined);
        let joined = joined.map(|touch| touch.contact).collect::<Vec<_>>();
        told.extend(self.take_off(&joined).await?);
        trace.leave(id, &left, self.at).await?;
        counts.restored += changed.len() as u64;
        counts.left += left.len() as u64;
        Ok(Taken {
            counts,
            seen: ids.len(),
            last: ids.last().copied(),
            told,
        })
    }

    async fn write(&self, contacts: &[Contact]) -> Result<(), StorageError> {
        let written = self.unit.contacts().update_many(contacts).await?;
        let written = written.into_iter().collect::<HashSet<_>>();
        if written.len() == contacts.len() {
            Ok(())
        } else {
            // Somebody changed one at the same moment.
            Err(StorageError::Contended(None))
        }
    }

    /// Ends memberships of the import's list that the import began, and tells each. Whom somebody has put on it again
    /// stays there.
    async fn take_off(&self, contacts: &[ContactId]) -> Result<Vec<AuditDraft>, StorageError> {
        let list = self.import.state().list;
        let members = self.unit.list_members();
        let began = Some(self.import.id());
        let gone = members.remove(list, contacts, began, self.at).await?;
        let gone = gone.into_iter();
        Ok(gone
            .map(|contact| membership(list, contact, AuditAction::Revoke))
            .collect())
    }
}

/// What is left of a contact that was changed by the import and deleted since.
fn left_deleted(touch: &Touch) -> Option<LeftContact> {
    (!touch.changes.is_empty()).then(|| LeftContact {
        contact: touch.contact,
        reason: LeftReason::Deleted,
        fields: fields_of(&touch.changes).map(str::to_owned).collect(),
    })
}

#[async_trait]
impl Job for UndoJob {
    fn kind(&self) -> JobKind {
        UNDO
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let unit = self.bench.begin(scope).await?;
        let found = unit.imports().find(import_of(job)?).await?;
        unit.commit().await?;
        let Some(mut import) = found.filter(|import| import.state().job == Some(job.id)) else {
            return Ok(JobEnd::DONE);
        };
        if job.checkpoint.is_none() && import.state().status == ImportStatus::Undoing {
            self.forget_left(&import, scope).await?;
        }
        let mut place = Place::from_json(job.checkpoint.as_ref());
        let mut tries = Tries::begin(UNDO, self.bench.now());
        while import.state().status == ImportStatus::Undoing {
            match work.interruption() {
                Some(Interruption::Cancelled) => {
                    self.break_off(&import, "undo-cancelled", scope).await?;
                    let result = import.state().undo.map(UndoCounts::to_json);
                    return Ok(JobEnd::Cancelled(result));
                }
                Some(stopping) => return Ok(stopping.into()),
                None => {}
            }
            match self.step(&mut import, place, scope, work).await {
                Ok(Some(next)) => {
                    place = next;
                    tries = Tries::begin(UNDO, self.bench.now());
                }
                Ok(None) => {}
                Err(failure) if tries.are_left_after(&failure, self.bench.now()) => {}
                Err(failure) => return Err(failure),
            }
            work.report(progress(&import, place.seen));
        }
        let result = import.state().undo.map(UndoCounts::to_json);
        Ok(JobEnd::Completed(result))
    }

    async fn wind_up(
        &self,
        job: &ClaimedJob,
        end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        let unit = self.bench.begin(scope).await?;
        let found = unit.imports().find(import_of(job)?).await?;
        unit.commit().await?;
        let is_left = |import: &ContactImport| {
            import.state().job == Some(job.id) && import.state().status == ImportStatus::Undoing
        };
        let Some(import) = found.filter(is_left) else {
            return Ok(());
        };
        match end {
            EarlyEnd::Cancelled => self.break_off(&import, "undo-cancelled", scope).await,
            EarlyEnd::Failed(code) => self.break_off(&import, code, scope).await,
        }
    }
}

/// How far the undo is: contacts looked at, of those that the import made or met. Some of them may be gone.
fn progress(import: &ContactImport, seen: u64) -> JobProgress {
    let state = import.state();
    let counts = state.counts;
    let total = counts.created + counts.updated + counts.unchanged + counts.suppressed;
    let is_done = state.status == ImportStatus::Undone;
    let undo = state.undo.unwrap_or_default();
    JobProgress::new(if is_done { total } else { seen.min(total) })
        .of(total)
        .count("removed", undo.removed)
        .count("restored", undo.restored)
        .count("left", undo.left)
}
