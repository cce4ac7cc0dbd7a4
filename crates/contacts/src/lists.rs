//! Use cases: making, reading, changing, deleting and restoring lists, and who is on them.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, ContactId, ContactListId, Done, Expected,
    IdGenerator, Once, Page, PageRequest, TenantScope, begin_once,
};
use serde_json::{Value, json};

use crate::ports::{ContactStore, ContactUnit};
use crate::workbench::{Workbench, deletion};
use crate::{
    ContactError, ContactList, ContactListChange, CountedList, ListCounts, NewContactList,
};

/// Use cases on lists. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct ContactLists {
    bench: Workbench,
}

/// What became of the wish to have a contact on a list, or off it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberOutcome {
    /// It was put on the list.
    Added,
    /// It was on it already.
    AlreadyOnList,
    /// It was taken off the list.
    Removed,
    /// It was not on it.
    NotOnList,
    /// There is no such contact.
    NotFound,
}

impl ContactLists {
    /// How many contacts one call can put on a list, or take off it.
    pub const MOST_AT_ONCE: usize = 1_000;

    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn ContactStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Makes a list with nobody on it.
    pub async fn create(
        &self,
        scope: &TenantScope,
        new: Checked<NewContactList>,
        once: &Once<'_, CountedList>,
    ) -> Result<Done<CountedList>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let list = ContactList::open(
            self.bench.id(ContactListId::from_uuid),
            scope.organization(),
            new?,
            at,
            scope.actor().user(),
        );
        unit.lists().insert(&list).await?;
        let draft = noted(&list, AuditAction::Create, list.changes_since(None));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        let counted = CountedList {
            list,
            counts: ListCounts::default(),
        };
        once.record(unit.idempotency(), &counted).await?;
        unit.commit().await?;
        Ok(Done::Fresh(counted))
    }

    /// Living lists, or the deleted ones, in the order of their ids.
    pub async fn list(
        &self,
        scope: &TenantScope,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<CountedList>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let lists = unit.lists().list(deleted, page).await?;
        unit.commit().await?;
        Ok(lists)
    }

    /// A living list.
    pub async fn read(
        &self,
        scope: &TenantScope,
        id: ContactListId,
    ) -> Result<CountedList, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let list = find_living(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(list)
    }

    /// Changes a list.
    pub async fn update(
        &self,
        scope: &TenantScope,
        id: ContactListId,
        expected: &Expected,
        change: Checked<ContactListChange>,
    ) -> Result<CountedList, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let mut after = before.clone();
        after.list.change(&change?, at, scope.actor().user());
        let changes = after.list.changes_since(Some(&before.list));
        if changes.is_empty() {
            return Ok(before);
        }
        unit.lists()
            .update(&after.list, before.list.state().stamps.version)
            .await?;
        let draft = noted(&after.list, AuditAction::Update, changes);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(after)
    }

    /// Deletes a list, restorably; who is on it stays a contact, and comes back with it.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        id: ContactListId,
        expected: &Expected,
    ) -> Result<(), ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?.list;
        let mut after = before.clone();
        after.delete(at, scope.actor().user());
        unit.lists()
            .update(&after, before.state().stamps.version)
            .await?;
        let changes = deletion(&before.state().stamps, &after.state().stamps);
        let draft = noted(&after, AuditAction::Delete, changes);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Takes the deletion back; fails with [`ContactError::ListNameTaken`], naming the living list, where another
    /// one has the name since.
    pub async fn restore(
        &self,
        scope: &TenantScope,
        id: ContactListId,
        once: &Once<'_, CountedList>,
    ) -> Result<Done<CountedList>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = unit
            .lists()
            .find_counted(id)
            .await?
            .ok_or(ContactError::NotFound("contact list"))?;
        if !before.list.state().stamps.is_deleted() {
            return Err(ContactError::NotDeleted);
        }
        let mut after = before.clone();
        after.list.undelete(at, scope.actor().user());
        let (old, new) = (&before.list.state().stamps, &after.list.state().stamps);
        unit.lists().update(&after.list, old.version).await?;
        let draft = noted(&after.list, AuditAction::Restore, deletion(old, new));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        once.record(unit.idempotency(), &after).await?;
        unit.commit().await?;
        Ok(Done::Fresh(after))
    }

    /// Puts contacts on a list, and tells of each in the same order what became of it.
    pub async fn add_members(
        &self,
        scope: &TenantScope,
        id: ContactListId,
        wanted: Checked<Vec<ContactId>>,
        once: &Once<'_, Vec<(ContactId, MemberOutcome)>>,
    ) -> Result<Done<Vec<(ContactId, MemberOutcome)>>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        find_living(unit.as_ref(), id).await?;
        let wanted = wanted?;
        let added = unit.list_members().add(id, &wanted, None, at).await?;
        let outcomes = told(
            unit.as_ref(),
            &wanted,
            &added,
            MemberOutcome::Added,
            MemberOutcome::AlreadyOnList,
        )
        .await?;
        let drafts = added
            .iter()
            .map(|contact| membership(id, *contact, AuditAction::Create));
        self.bench
            .note(unit.as_ref(), scope, at, drafts.collect())
            .await?;
        once.record(unit.idempotency(), &outcomes).await?;
        unit.commit().await?;
        Ok(Done::Fresh(outcomes))
    }

    /// Takes contacts off a list, and tells of each in the same order what became of it.
    pub async fn remove_members(
        &self,
        scope: &TenantScope,
        id: ContactListId,
        wanted: Checked<Vec<ContactId>>,
    ) -> Result<Vec<(ContactId, MemberOutcome)>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        find_living(unit.as_ref(), id).await?;
        let wanted = wanted?;
        let removed = unit.list_members().remove(id, &wanted, None, at).await?;
        let outcomes = told(
            unit.as_ref(),
            &wanted,
            &removed,
            MemberOutcome::Removed,
            MemberOutcome::NotOnList,
        )
        .await?;
        let drafts = removed
            .iter()
            .map(|contact| membership(id, *contact, AuditAction::Revoke));
        self.bench
            .note(unit.as_ref(), scope, at, drafts.collect())
            .await?;
        unit.commit().await?;
        Ok(outcomes)
    }
}

/// What became of each contact: `done` the first time that it was named among those moved, else `idle` where it
/// lives.
async fn told(
    unit: &dyn ContactUnit,
    wanted: &[ContactId],
    moved: &[ContactId],
    done: MemberOutcome,
    idle: MemberOutcome,
) -> Result<Vec<(ContactId, MemberOutcome)>, ContactError> {
    let living = unit.contacts().find_many(wanted).await?;
    let outcomes = wanted.iter().enumerate().map(|(place, id)| {
        let outcome = if moved.contains(id) && !wanted[..place].contains(id) {
            done
        } else if living.iter().any(|contact| contact.id() == *id) {
            idle
        } else {
            MemberOutcome::NotFound
        };
        (*id, outcome)
    });
    Ok(outcomes.collect())
}

/// The entry about a contact that came onto a list, or went off it.
pub(crate) fn membership(
    list: ContactListId,
    contact: ContactId,
    action: AuditAction,
) -> AuditDraft {
    let changes = [("contact_id", json!(contact)), ("list_id", json!(list))]
        .into_iter()
        .fold(Changes::none(), |changes, (name, value)| match action {
            AuditAction::Create => changes.field(name, Value::Null, value),
            _ => changes.field(name, value, Value::Null),
        });
    AuditDraft::new("contact_list_member", contact.as_uuid(), action, changes)
}

fn noted(list: &ContactList, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("contact_list", list.id().as_uuid(), action, changes)
}

/// The living list with this id.
pub(crate) async fn find_living(
    unit: &dyn ContactUnit,
    id: ContactListId,
) -> Result<CountedList, ContactError> {
    unit.lists()
        .find_counted(id)
        .await?
        .filter(|counted| !counted.list.state().stamps.is_deleted())
        .ok_or(ContactError::NotFound("contact list"))
}

async fn find_expected(
    unit: &dyn ContactUnit,
    id: ContactListId,
    expected: &Expected,
) -> Result<CountedList, ContactError> {
    let counted = find_living(unit, id).await?;
    if expected.accepts(counted.list.state().stamps.version) {
        Ok(counted)
    } else {
        Err(ContactError::Stale)
    }
}
