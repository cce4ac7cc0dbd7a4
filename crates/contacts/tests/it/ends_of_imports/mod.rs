//! How imports end, whatever becomes of their jobs, and what an undo takes back then.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod asking_again;
mod dry_runs;
mod early_ends;
mod undos;

use std::collections::BTreeSet;

use contacts::{
    ContactChange, ContactError, ContactText, Contacts, ImportOptions, ListStatus, NewImport,
    OnDuplicate, OnInvalid, ProfileChange, Uploaded, ValidationStatus,
};
use kernel::{
    ContactImportId, Expected, JobCancellation, JobFilter, JobStatus, PageLimit, PageRequest, Patch,
};

use crate::office::{Office, Whole};
use crate::world::once;

const OPTIONS: ImportOptions = ImportOptions {
    on_duplicate: OnDuplicate::Update,
    invalid: OnInvalid::Keep,
    dry_run: false,
};

const FILE: &str = "Email,First Name\nada@analytical.org,Ada\nbob@analytical.org,Bob\n";

impl Office {
    fn contacts(&self) -> Contacts {
        let ports = self.ports.clone();
        Contacts::new(ports.store, ports.clock, ports.ids, ports.judge)
    }

    async fn upload(&self, file: &str) -> Result<Uploaded, ContactError> {
        let new = NewImport {
            file_name: "people.csv".parse().unwrap(),
            options: OPTIONS,
            repeat: false,
            wait: false,
        };
        let mut source = Whole(Some(file.into()));
        self.imports
            .receive(&self.scope, self.list, &new, &mut source)
            .await
    }

    /// Whether the file is taken in that may be there only once.
    async fn takes(&self, file: &str) -> bool {
        let uploaded = self.upload(file).await.unwrap();
        match self.imports.launch(&self.scope, uploaded, &once()).await {
            Ok(_) => true,
            Err(ContactError::FileRepeated(_)) => false,
            Err(error) => panic!("{error}"),
        }
    }

    async fn cancel(&self, import: ContactImportId) -> JobCancellation {
        let job = self.state(import).await.job.unwrap();
        let unit = self.unit().await;
        let cancelled = unit.jobs().cancel(job, self.ports.clock.now()).await;
        unit.commit().await.unwrap();
        cancelled.unwrap().unwrap()
    }

    async fn keeps_file(&self, import: ContactImportId) -> bool {
        let unit = self.unit().await;
        let piece = unit.import_files().piece(import, 0).await.unwrap();
        piece.is_some()
    }

    /// Puts pieces without rows behind the first one of the file, so that it has so many.
    async fn lengthen(&self, import: ContactImportId, pieces: u32) {
        let at = self.ports.clock.now();
        let unit = self.unit().await;
        let files = unit.import_files();
        for position in 1..pieces {
            files.append(import, position, b"\n", at).await.unwrap();
        }
        unit.commit().await.unwrap();
    }

    /// Which of the first so many pieces of the file are there.
    async fn pieces(&self, import: ContactImportId, many: u32) -> Vec<u32> {
        let unit = self.unit().await;
        let mut there = Vec::new();
        for position in 0..many {
            let piece = unit.import_files().piece(import, position).await.unwrap();
            there.extend(piece.map(|_| position));
        }
        there
    }

    async fn list_status(&self) -> ListStatus {
        let unit = self.unit().await;
        let list = unit.lists().find(self.list).await.unwrap().unwrap();
        list.state().status
    }

    async fn statuses(&self) -> BTreeSet<ValidationStatus> {
        let unit = self.unit().await;
        let page = PageRequest {
            limit: PageLimit::new(200).unwrap(),
            after: None,
        };
        let filter = contacts::ContactFilter::default();
        let listed = unit
            .contacts()
            .list(&filter, contacts::ContactSort::default(), &page);
        let listed = listed.await.unwrap().items.into_iter();
        listed
            .map(|contact| contact.state().validation.status)
            .collect()
    }

    /// How many jobs of this kind wait.
    async fn waiting(&self, kind: &str) -> usize {
        let unit = self.unit().await;
        let filter = JobFilter {
            kind: Some(kind.to_owned()),
            status: Some(JobStatus::Pending),
        };
        let jobs = unit.jobs().list(&filter, &PageRequest::first()).await;
        jobs.unwrap().items.len()
    }

    async fn rename(&self, email: &str, name: &str) {
        let unit = self.unit().await;
        let found = unit.contacts().find_by_emails(&[email.to_owned()]).await;
        let id = found.unwrap()[0].id();
        drop(unit);
        let change = ContactChange {
            profile: ProfileChange {
                first_name: Patch::Set(ContactText::lossy(name)),
                ..ProfileChange::default()
            },
            ..ContactChange::default()
        };
        let contacts = self.contacts();
        let changed = contacts.update(&self.scope, id, &Expected::Any, Ok(change));
        changed.await.unwrap();
    }
}
