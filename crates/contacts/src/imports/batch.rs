//! A batch of rows, in one unit of work.

use std::collections::{BTreeSet, HashMap, HashSet};

use kernel::{
    Changes, ContactId, IdGenerator, Stamps, StorageError, SuppressionId, Timestamp, UserId,
};

use super::assessment::{Assessed, Refused};
use super::merge::{changes_of, merged};
use super::stretch::Stretch;
use super::{ContactImport, ImportCounts, Rejection, Touch, TouchOutcome};
use crate::judging::ask_again_later;
use crate::ports::ContactUnit;
use crate::{
    AddressHash, Contact, ContactSource, Judgement, NewContact, RejectionCode, Suppression,
    SuppressionReason, SuppressionSource, SuppressionState,
};

/// How many contacts are written in one statement: between two of them it is told how far the batch is.
const PART: usize = 1_000;

/// How much of a batch is written when it is known who was there before: percent, about as much as of its time.
const LOOKED_UP: u64 = 10;

/// The same when those who are new are contacts.
const MADE: u64 = 60;

/// The same when the others are changed.
const CHANGED: u64 = 75;

/// The same when the judgements of those who are new are logged.
const LOGGED: u64 = 80;

/// The same when all are on the list.
const JOINED: u64 = 95;

/// Where and for whom a batch is written.
///
/// What becomes of a row depends on the rows before it and on what was stored before the import, and never on
/// where batches begin.
pub(super) struct Batch<'a> {
    pub(super) unit: &'a dyn ContactUnit,
    pub(super) import: &'a ContactImport,
    pub(super) ids: &'a dyn IdGenerator,
    pub(super) at: Timestamp,
    /// The rows' part of the file.
    pub(super) stretch: &'a Stretch<'a>,
}

/// What is done with a batch.
#[derive(Default)]
struct Plan {
    made: Vec<Contact>,
    /// How the addresses of those were judged.
    judgements: Vec<Judgement>,
    changed: Vec<Contact>,
    /// Those that were there before, with what their rows do to them.
    met: Vec<(ContactId, TouchOutcome, Changes)>,
    /// Those of them that are put on the list.
    joining: Vec<ContactId>,
    rejections: Vec<Rejection>,
}

impl Batch<'_> {
    /// Writes a batch, and tells what the import counts then. Where it fails, the unit has to be dropped.
    pub(super) async fn write(
        &self,
        rows: &[Result<Assessed<'_>, &Refused<AddressHash>>],
    ) -> Result<ImportCounts, StorageError> {
        let mut counts = self.import.state().counts;
        let mut plan = Plan::default();
        let mut people = Vec::with_capacity(rows.len());
        let mut stops = Vec::new();
        // Addresses of rows that are refused; and those of them that a later row has.
        let (mut stopped_above, mut stopped_before) = (BTreeSet::new(), BTreeSet::new());
        let mut in_batch = HashSet::with_capacity(rows.len());
        for row in rows {
            match row {
                Err(refused) => {
                    stopped_above.extend(refused.stop.map(|(address, _)| address));
                    stops.extend(refused.stop);
                    plan.rejections.push(refused.rejection.clone());
                }
                Ok(row) => {
                    let address = row.judged.hash;
                    let reasons = row.row.person.stops.iter();
                    stops.extend(reasons.map(|reason| (address, *reason)));
                    if in_batch.insert(row.judged.normalized.as_str()) {
                        people.push(row);
                        if stopped_above.contains(&address) {
                            stopped_before.insert(address);
                        }
                    } else {
                        counts.duplicate_in_file += 1;
                    }
                }
            }
        }
        let before = people.len();
        let mut present = self.present(&people).await?;
        self.leave_out_those_met(&mut people, &present).await?;
        counts.duplicate_in_file += (before - people.len()) as u64;
        let mut suppressed = self.suppressed(&people).await?;
        suppressed.append(&mut stopped_before);
        self.stretch.reached(LOOKED_UP);

        if !self.import.state().options.dry_run {
            (plan.made, plan.judgements) = self.make(&people, &mut present).await?;
        }
        for row in people {
            let is_suppressed =
                !row.row.person.stops.is_empty() || suppressed.contains(&row.judged.hash);
            match present.get(row.judged.normalized.as_str()) {
                None if is_suppressed => counts.suppressed += 1,
                None => counts.created += 1,
                Some(contact) => {
                    self.plan_known(row, contact, is_suppressed, &mut plan, &mut counts);
                }
            }
        }
        counts.rejected += plan.rejections.len() as u64;
        let trace = self.unit.import_trace();
        trace
            .reject(self.import.id(), &plan.rejections, self.at)
            .await?;
        if self.import.state().options.dry_run {
            let stopped = stopped_above.into_iter().collect::<Vec<_>>();
            trace.stop(self.import.id(), &stopped, self.at).await?;
        } else {
            self.carry_out(&plan).await?;
            self.suppress(&stops).await?;
        }
        Ok(counts)
    }

    fn by(&self) -> Option<UserId> {
        self.import.state().stamps.updated_by
    }

    /// The contacts that have these addresses, by address.
    async fn present(
        &self,
        people: &[&Assessed<'_>],
    ) -> Result<HashMap<String, Contact>, StorageError> {
        let addresses = people
            .iter()
            .map(|row| row.judged.normalized.clone())
            .collect::<Vec<_>>();
        let found = self.unit.contacts().find_by_emails(&addresses).await?;
        Ok(found
            .into_iter()
            .map(|contact| (contact.state().email_normalized.clone(), contact))
            .collect())
    }

    /// Leaves out whose address stood in an earlier batch.
    async fn leave_out_those_met(
        &self,
        people: &mut Vec<&Assessed<'_>>,
        present: &HashMap<String, Contact>,
    ) -> Result<(), StorageError> {
        let trace = self.unit.import_trace();
        let import = self.import.id();
        if self.import.state().options.dry_run {
            let addresses = people.iter().map(|row| row.judged.hash).collect::<Vec<_>>();
            let fresh = trace.meet(import, &addresses, self.at).await?;
            people.retain(|row| fresh.contains(&row.judged.hash));
            return Ok(());
        }
        let others = present
            .values()
            .filter(|contact| contact.state().import != Some(import))
            .map(Contact::id)
            .collect::<Vec<_>>();
        let touched = trace.touched(import, &others).await?;
        people.retain(|row| {
            present
                .get(row.judged.normalized.as_str())
                .is_none_or(|contact| {
                    contact.state().import != Some(import) && !touched.contains(&contact.id())
                })
        });
        Ok(())
    }

    /// Those addresses from which mail is kept, or would be if the rows before were more than looked at.
    async fn suppressed(
        &self,
        people: &[&Assessed<'_>],
    ) -> Result<BTreeSet<AddressHash>, StorageError> {
        let addresses = people.iter().map(|row| row.judged.hash).collect::<Vec<_>>();
        let found = self
            .unit
            .suppressions()
            .find_by_addresses(&addresses)
            .await?;
        let mut suppressed = found
            .iter()
            .map(|suppression| suppression.state().address)
            .collect::<BTreeSet<_>>();
        if self.import.state().options.dry_run {
            let trace = self.unit.import_trace();
            suppressed.extend(trace.stopped(self.import.id(), &addresses).await?);
        }
        Ok(suppressed)
    }

    /// Makes contacts of the addresses that nobody has. Where another unit made one at the same moment, it counts
    /// as having been there before.
    async fn make(
        &self,
        people: &[&Assessed<'_>],
        present: &mut HashMap<String, Contact>,
    ) -> Result<(Vec<Contact>, Vec<Judgement>), StorageError> {
        let (mut made, mut judgements): (Vec<_>, Vec<_>) = people
            .iter()
            .filter(|row| !present.contains_key(row.judged.normalized.as_str()))
            .map(|row| self.register(row))
            .unzip();
        let inserted = self.insert(&mut made).await?;
        if inserted.len() == made.len() {
            return Ok((made, judgements));
        }
        made.retain(|contact| inserted.contains(&contact.id()));
        judgements.retain(|judgement| inserted.contains(&judgement.contact));
        let of_others = people
            .iter()
            .filter(|row| !present.contains_key(row.judged.normalized.as_str()))
            .copied()
            .collect::<Vec<_>>();
        let found = self.present(&of_others).await?;
        if found.len() != of_others.len() {
            // Somebody made it and deleted it again: the next try sees what is there then.
            return Err(StorageError::Contended(None));
        }
        present.extend(
            found
                .into_iter()
                .filter(|(_, contact)| !inserted.contains(&contact.id())),
        );
        Ok((made, judgements))
    }

    /// Adds contacts, a part at a time, in the order of their addresses, as every unit does: units that add the same ones
    /// wait in a row, and never for each other. Tells whom it added, and leaves all in the order of their ids.
    async fn insert(&self, made: &mut [Contact]) -> Result<HashSet<ContactId>, StorageError> {
        let mut inserted = HashSet::with_capacity(made.len());
        let has_parts = made.len() > PART;
        if has_parts {
            made.sort_unstable_by(|one, other| {
                let addresses = [one, other].map(|contact| &contact.state().email_normalized);
                addresses[0].cmp(addresses[1])
            });
        }
        let parts = made.chunks(PART);
        let count = parts.len() as u64;
        for (part, number) in parts.zip(1..) {
            inserted.extend(self.unit.contacts().insert_many(part).await?);
            let percent = LOOKED_UP + (MADE - LOOKED_UP) * number / count;
            self.stretch.reached(percent);
        }
        if has_parts {
            made.sort_unstable_by_key(Contact::id);
        }
        Ok(inserted)
    }

    fn register(&self, row: &Assessed<'_>) -> (Contact, Judgement) {
        let new = NewContact {
            email: row.row.person.email.clone(),
            profile: row.row.person.profile.clone(),
            source: ContactSource::Import,
        };
        let id = ContactId::from_uuid(self.ids.next());
        let contact = Contact::register(
            id,
            self.import.state().organization,
            new,
            row.judged.clone(),
            Some(self.import.id()),
            Stamps::new(self.at, self.by()),
        );
        (contact, row.judged.judgement(id, self.by()))
    }

    /// What a row does to a contact that was there before.
    fn plan_known(
        &self,
        row: &Assessed<'_>,
        contact: &Contact,
        is_suppressed: bool,
        plan: &mut Plan,
        counts: &mut ImportCounts,
    ) {
        let present = &contact.state().profile;
        let how = self.import.state().options.on_duplicate;
        let Ok(profile) = merged(present, &row.row.person.profile, how) else {
            plan.rejections.push(Rejection {
                line: row.row.line,
                column: None,
                code: RejectionCode::TooManyAttributes,
                original: row.row.original.replace('\0', "\u{FFFD}"),
            });
            let nothing = (contact.id(), TouchOutcome::Unchanged, Changes::none());
            plan.met.push(nothing);
            return;
        };
        let mut changes = Changes::none();
        if profile != *present {
            let mut after = contact.clone();
            after.replace_profile(profile, self.at, self.by());
            changes = changes_of(contact, &after);
            plan.changed.push(after);
        }
        let (outcome, count) = if is_suppressed {
            (TouchOutcome::Suppressed, &mut counts.suppressed)
        } else if changes.is_empty() {
            (TouchOutcome::Unchanged, &mut counts.unchanged)
        } else {
            (TouchOutcome::Updated, &mut counts.updated)
        };
        *count += 1;
        plan.joining.push(contact.id());
        plan.met.push((contact.id(), outcome, changes));
    }

    async fn carry_out(&self, plan: &Plan) -> Result<(), StorageError> {
        // Those that are changed are among those that are put on the list, which takes all of them once more.
        self.unit.contacts().lock(&plan.joining).await?;
        self.update(&plan.changed).await?;
        self.unit.validation_log().append(&plan.judgements).await?;
        ask_again_later(self.unit, &plan.judgements, self.ids, self.at).await?;
        self.stretch.reached(LOGGED);
        let import = self.import.id();
        let list = self.import.state().list;
        let members = self.unit.list_members();
        members
            .add_new(list, &plan.made, Some(import), self.at)
            .await?;
        let joined = members
            .add(list, &plan.joining, Some(import), self.at)
            .await?
            .into_iter()
            .collect::<HashSet<_>>();
        self.stretch.reached(JOINED);
        let touches = plan
            .met
            .iter()
            .map(|(contact, outcome, changes)| Touch {
                contact: *contact,
                outcome: *outcome,
                changes: changes.clone(),
                joined: joined.contains(contact),
            })
            .collect::<Vec<_>>();
        self.unit
            .import_trace()
            .touch(import, &touches, self.at)
            .await
    }

    /// Writes contacts that were changed, a part at a time.
    async fn update(&self, changed: &[Contact]) -> Result<(), StorageError> {
        let parts = changed.chunks(PART);
        let count = parts.len() as u64;
        for (part, number) in parts.zip(1..) {
            let written = self.unit.contacts().update_many(part).await?;
            if written.len() != part.len() {
                // Somebody changed one at the same moment.
                return Err(StorageError::Contended(None));
            }
            let percent = MADE + (CHANGED - MADE) * number / count;
            self.stretch.reached(percent);
        }
        Ok(())
    }

    /// Keeps mail from the addresses that another system had stopped.
    async fn suppress(
        &self,
        stops: &[(AddressHash, SuppressionReason)],
    ) -> Result<(), StorageError> {
        let suppressions = stops
            .iter()
            .map(|(address, reason)| {
                Suppression::new(SuppressionState {
                    id: SuppressionId::from_uuid(self.ids.next()),
                    organization: self.import.state().organization,
                    address: *address,
                    reason: *reason,
                    source: SuppressionSource::Import,
                    source_id: Some(self.import.id().as_uuid()),
                    created_at: self.at,
                    created_by: self.by(),
                })
            })
            .collect::<Vec<_>>();
        self.unit
            .suppressions()
            .insert_many(&suppressions)
            .await
            .map(|_| ())
    }
}
