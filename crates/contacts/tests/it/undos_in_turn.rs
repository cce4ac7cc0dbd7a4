//! Imports that are taken back in the reverse order of their coming.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use contacts::{ContactState, ImportOptions, LeftReason, OnDuplicate, OnInvalid, UndoCounts};
use kernel::PageRequest;
use time::Duration;

use crate::office::Office;

const OPTIONS: ImportOptions = ImportOptions {
    on_duplicate: OnDuplicate::Update,
    invalid: OnInvalid::Keep,
    dry_run: false,
};

const ADA: &str = "ada@analytical.org";

impl Office {
    /// Imports what a file says of Ada, some time after what happened before.
    async fn hear_of_ada(&self, company: &str, city: &str) -> kernel::ContactImportId {
        self.clock.advance(Duration::minutes(1));
        let file = format!("Email,Company,City\n{ADA},{company},{city}\n");
        self.import(&file, OPTIONS, 10, None).await
    }

    async fn take_back(&self, import: kernel::ContactImportId) -> UndoCounts {
        self.clock.advance(Duration::minutes(1));
        self.undo(import).await;
        self.state(import).await.undo.unwrap()
    }

    async fn ada(&self) -> Option<ContactState> {
        let unit = self.unit().await;
        let found = unit.contacts().find_by_emails(&[ADA.to_owned()]).await;
        let found = found.unwrap().pop();
        found.map(|contact| contact.state().clone())
    }
}

#[tokio::test]
async fn imports_that_are_taken_back_one_after_the_other_leave_nothing() {
    let office = Office::open().await;
    let first = office.hear_of_ada("Engines", "London").await;
    let made = office.ada().await.unwrap();
    let second = office.hear_of_ada("Looms", "London").await;
    let third = office.hear_of_ada("Looms", "Paris").await;

    let counts = |removed, restored| UndoCounts {
        removed,
        restored,
        left: 0,
    };
    assert_eq!(office.take_back(third).await, counts(0, 1));
    assert_eq!(office.take_back(second).await, counts(0, 1));
    let ada = office.ada().await.unwrap();
    assert_eq!((ada.profile, ada.edited_at), (made.profile, made.edited_at));
    assert_eq!(office.take_back(first).await, counts(1, 0));
    assert_eq!(office.ada().await, None);
}

#[tokio::test]
async fn who_was_changed_after_an_import_counts_as_changed_when_that_is_taken_back() {
    let office = Office::open().await;
    let first = office.hear_of_ada("Engines", "London").await;
    let second = office.hear_of_ada("Looms", "London").await;
    office.hear_of_ada("Looms", "Paris").await;

    let restored = office.take_back(second).await;
    let left = office.take_back(first).await;

    assert_eq!((restored.restored, restored.left), (1, 0));
    assert_eq!((left.removed, left.left), (0, 1));
    let page = PageRequest::first();
    let left = office.imports.left(&office.scope, first, &page).await;
    let reasons = left.unwrap().items.into_iter().map(|left| left.reason);
    assert_eq!(reasons.collect::<Vec<_>>(), [LeftReason::Changed]);
}
