//! Use cases: making, reading, changing, deleting and restoring contacts.

mod several;

pub use self::several::{DeletedContact, RestoredContact, SavedContact, UpdatedContact};

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, ContactId, Done, Expected, FieldErrors,
    IdGenerator, Once, Page, PageRequest, Patch, Stamps, StorageError, TenantScope, Timestamp,
    begin_once,
};

use crate::alike::noted;
use crate::ports::{ContactStore, ContactUnit};
use crate::workbench::{Workbench, deletion};
use crate::{
    Contact, ContactCard, ContactChange, ContactEmail, ContactError, ContactExport, ContactFilter,
    ContactList, ContactSort, Judge, Judgement, Knowledge, NewContact, Rules, rules_of,
};

/// Use cases on contacts. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct Contacts {
    bench: Workbench,
    judge: Judge,
}

impl Contacts {
    /// How many contacts one call can make, change, delete or restore.
    pub const MOST_AT_ONCE: usize = 1_000;

    /// Use cases on what is in `store`, whose addresses `judge` judges.
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

    /// Makes a contact; fails with [`ContactError::EmailTaken`] where a living one has the address.
    pub async fn create(
        &self,
        scope: &TenantScope,
        new: Checked<NewContact>,
        once: &Once<'_, ContactCard>,
    ) -> Result<Done<ContactCard>, ContactError> {
        let known = self.look_up(new.iter().map(|new| &new.email)).await;
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let new = new?;
        let rules = rules_in(unit.as_ref()).await?;
        let (contact, judgement) = self.register(scope, new, &known, &rules, at);
        unit.contacts().insert(&contact).await?;
        self.bench.log(unit.as_ref(), &[judgement], at).await?;
        let draft = noted(&contact, AuditAction::Create, contact.changes_since(None));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        let card = card_of(unit.as_ref(), contact).await?;
        once.record(unit.idempotency(), &card).await?;
        unit.commit().await?;
        Ok(Done::Fresh(card))
    }

    /// Contacts that the filter lets through, in this order.
    pub async fn list(
        &self,
        scope: &TenantScope,
        filter: &ContactFilter,
        sort: ContactSort,
        page: &PageRequest,
    ) -> Result<Page<ContactCard>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let Page { items, next } = unit.contacts().list(filter, sort, page).await?;
        let items = cards_of(unit.as_ref(), items).await?;
        unit.commit().await?;
        Ok(Page { items, next })
    }

    /// A living contact.
    pub async fn read(
        &self,
        scope: &TenantScope,
        id: ContactId,
    ) -> Result<ContactCard, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let contact = find_living(unit.as_ref(), id).await?;
        let card = card_of(unit.as_ref(), contact).await?;
        unit.commit().await?;
        Ok(card)
    }

    /// The lists that a living contact is on.
    pub async fn lists_of(
        &self,
        scope: &TenantScope,
        id: ContactId,
    ) -> Result<Vec<ContactList>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        find_living(unit.as_ref(), id).await?;
        let lists = unit.list_members().lists_of(id).await?;
        unit.commit().await?;
        Ok(lists)
    }

    /// Changes a contact; another address is judged anew. Fails with [`ContactError::EmailTaken`] where a
    /// living contact has it.
    pub async fn update(
        &self,
        scope: &TenantScope,
        id: ContactId,
        expected: &Expected,
        change: Checked<ContactChange>,
    ) -> Result<ContactCard, ContactError> {
        let known = self
            .look_up(change.iter().filter_map(|change| change.email.value()))
            .await;
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let change = change?;
        let rules = match change.email.value() {
            Some(_) => rules_in(unit.as_ref()).await?,
            None => Rules::default(),
        };
        let (after, judgement) = self.changed(scope, &before, &change, &known, &rules, at)?;
        let changes = after.changes_since(Some(&before));
        if changes.is_empty() {
            return Ok(card_of(unit.as_ref(), before).await?);
        }
        unit.contacts()
            .update(&after, before.state().stamps.version)
            .await?;
        self.bench
            .log(unit.as_ref(), judgement.as_slice(), at)
            .await?;
        let draft = noted(&after, AuditAction::Update, changes);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        let card = card_of(unit.as_ref(), after).await?;
        unit.commit().await?;
        Ok(card)
    }

    /// Deletes a contact, restorably: its address is free for others, and its places on lists come back with it.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        id: ContactId,
        expected: &Expected,
    ) -> Result<(), ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let mut after = before.clone();
        after.delete(at, scope.actor().user());
        unit.contacts()
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

    /// Takes the deletion back; fails with [`ContactError::EmailTaken`], naming the living contact, where another
    /// one has the address since.
    pub async fn restore(
        &self,
        scope: &TenantScope,
        id: ContactId,
        once: &Once<'_, ContactCard>,
    ) -> Result<Done<ContactCard>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = unit
            .contacts()
            .find(id)
            .await?
            .ok_or(ContactError::NotFound("contact"))?;
        if !before.state().stamps.is_deleted() {
            return Err(ContactError::NotDeleted);
        }
        let mut after = before.clone();
        after.undelete(at, scope.actor().user());
        unit.contacts()
            .update(&after, before.state().stamps.version)
            .await?;
        let changes = deletion(&before.state().stamps, &after.state().stamps);
        let draft = noted(&after, AuditAction::Restore, changes);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        let card = card_of(unit.as_ref(), after).await?;
        once.record(unit.idempotency(), &card).await?;
        unit.commit().await?;
        Ok(Done::Fresh(card))
    }

    /// Begins a download of the contacts that the filter lets through, and writes into the audit log who takes
    /// them away.
    pub async fn export(
        &self,
        scope: &TenantScope,
        filter: ContactFilter,
    ) -> Result<ContactExport, ContactError> {
        let at = self.bench.now();
        let draft = AuditDraft {
            entity_type: "contact",
            entity: None,
            action: AuditAction::Export,
            changes: Changes::none(),
            reason: Some(filter.describe()),
            batch: None,
        };
        let unit = self.bench.begin(scope).await?;
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(ContactExport::new(
            self.bench.store(),
            scope.clone(),
            filter,
        ))
    }

    /// Finds out what there is to know of addresses, before a unit of work is opened.
    async fn look_up<'a>(
        &self,
        emails: impl Iterator<Item = &'a ContactEmail> + Send,
    ) -> Knowledge {
        self.judge
            .look_up(
                emails.map(ContactEmail::as_str),
                Judge::PATIENCE_OF_REQUESTS,
            )
            .await
    }

    /// A new contact, and how its address was judged.
    fn register(
        &self,
        scope: &TenantScope,
        new: NewContact,
        known: &Knowledge,
        rules: &Rules,
        at: Timestamp,
    ) -> (Contact, Judgement) {
        let (id, by) = (self.bench.id(ContactId::from_uuid), scope.actor().user());
        let judged = self.judge.judge(&new.email, known, rules, at);
        let judgement = judged.judgement(id, by);
        let stamps = Stamps::new(at, by);
        let contact = Contact::register(id, scope.organization(), new, judged, None, stamps);
        (contact, judgement)
    }

    /// The contact after a change, which counts as one, and how its address was judged where it is another.
    fn changed(
        &self,
        scope: &TenantScope,
        before: &Contact,
        change: &ContactChange,
        known: &Knowledge,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<(Contact, Option<Judgement>), FieldErrors> {
        let by = scope.actor().user();
        let too_many =
            |error: crate::InvalidAttributes| FieldErrors::one("#/attributes", error.into());
        let mut after = before.clone();
        match &change.email {
            Patch::Set(email) if *email != before.state().email => {
                let profile = before.state().profile.changed(&change.profile);
                let judged = self.judge.judge(email, known, rules, at);
                let judgement = judged.judgement(before.id(), by);
                let profile = profile.map_err(too_many)?;
                after.readdress(email.clone(), judged, profile, at, by);
                Ok((after, Some(judgement)))
            }
            _ => {
                after
                    .change_profile(&change.profile, at, by)
                    .map_err(too_many)?;
                Ok((after, None))
            }
        }
    }
}

/// The rules that the unit's organization has in force.
pub(crate) async fn rules_in(unit: &dyn ContactUnit) -> Result<Rules, StorageError> {
    Ok(rules_of(unit.validation_rules().in_force().await?))
}

/// The living contact with this id.
pub(crate) async fn find_living(
    unit: &dyn ContactUnit,
    id: ContactId,
) -> Result<Contact, ContactError> {
    unit.contacts()
        .find(id)
        .await?
        .filter(|contact| !contact.state().stamps.is_deleted())
        .ok_or(ContactError::NotFound("contact"))
}

async fn find_expected(
    unit: &dyn ContactUnit,
    id: ContactId,
    expected: &Expected,
) -> Result<Contact, ContactError> {
    let contact = find_living(unit, id).await?;
    if expected.accepts(contact.state().stamps.version) {
        Ok(contact)
    } else {
        Err(ContactError::Stale)
    }
}

async fn card_of(unit: &dyn ContactUnit, contact: Contact) -> Result<ContactCard, StorageError> {
    let address = [contact.state().email_hash];
    let suppressions = unit.suppressions().find_by_addresses(&address).await?;
    Ok(ContactCard::new(contact, &suppressions))
}

pub(crate) async fn cards_of(
    unit: &dyn ContactUnit,
    contacts: Vec<Contact>,
) -> Result<Vec<ContactCard>, StorageError> {
    let addresses = contacts
        .iter()
        .map(|contact| contact.state().email_hash)
        .collect::<Vec<_>>();
    let suppressions = unit.suppressions().find_by_addresses(&addresses).await?;
    Ok(contacts
        .into_iter()
        .map(|contact| ContactCard::new(contact, &suppressions))
        .collect())
}
