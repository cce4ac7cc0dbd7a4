//! Who is judged again after an import, and what an undo makes of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use contacts::{DisposableList, DomainFact, Judge, UndoCounts, ValidationStatus};
use testkit::TestKeys;

use super::OPTIONS;
use crate::office::Office;
use crate::revalidation::Told;

/// A file with so many people, one domain each.
fn file_of(people: usize) -> String {
    let mut file = "Email,First Name\n".to_owned();
    for person in 0..people {
        writeln!(file, "p{person}@firm{person}.de,P{person}").unwrap();
    }
    file
}

/// An office that asks name servers, and those.
async fn office_with_name_servers() -> (Office, Arc<Told>) {
    let told = Arc::new(Told::default());
    let judge = Judge::new(
        Arc::new(TestKeys::default()),
        told.clone(),
        Arc::new(DisposableList::default()),
    );
    (Office::open_with(judge).await, told)
}

#[tokio::test]
async fn name_servers_that_did_not_answer_are_asked_again_about_those_of_an_import() {
    let (office, told) = office_with_name_servers().await;
    for domain in ["firm0.de", "firm1.de"] {
        told.tell(domain, DomainFact::Timeout);
    }
    office.import(&file_of(2), OPTIONS, 10, None).await;
    assert_eq!(
        office.statuses().await,
        BTreeSet::from([ValidationStatus::Pending])
    );

    for domain in ["firm0.de", "firm1.de"] {
        told.tell(domain, DomainFact::Mx);
    }
    assert!(!office.work(10, None).await, "not yet");
    office.clock.advance(time::Duration::minutes(10));
    office.work_to_the_end(10, None).await;

    assert_eq!(
        office.statuses().await,
        BTreeSet::from([ValidationStatus::Valid])
    );
}

#[tokio::test]
async fn no_job_asks_again_about_more_than_a_thousand() {
    let (office, told) = office_with_name_servers().await;
    for person in 0..1_001 {
        told.tell(&format!("firm{person}.de"), DomainFact::Timeout);
    }

    office.import(&file_of(1_001), OPTIONS, 5_000, None).await;

    assert_eq!(office.waiting("validate_contacts").await, 2);
}

#[tokio::test]
async fn who_was_only_judged_again_is_taken_back_and_who_was_changed_is_left() {
    let (office, told) = office_with_name_servers().await;
    told.tell("firm0.de", DomainFact::Timeout);
    told.tell("firm1.de", DomainFact::Timeout);
    let id = office.import(&file_of(3), OPTIONS, 10, None).await;
    office.rename("p1@firm1.de", "Somebody").await;
    told.tell("firm0.de", DomainFact::Mx);
    told.tell("firm1.de", DomainFact::Mx);
    office.clock.advance(time::Duration::minutes(10));
    office.work_to_the_end(10, None).await;

    office.undo(id).await;

    let counts = UndoCounts {
        removed: 2,
        restored: 0,
        left: 1,
    };
    assert_eq!(office.state(id).await.undo, Some(counts));
    let people = office.picture().await.people;
    assert_eq!(people.keys().collect::<Vec<_>>(), ["p1@firm1.de"]);
}
