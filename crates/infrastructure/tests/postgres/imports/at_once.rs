//! Imports, and other changes of contacts, of the same people at the same time.

use contacts::{Contact, ContactText, Profile, SuppressionReason};

use super::desk::{Desk, OPTIONS, outcomes};

/// How many people there are in two files that say different things of them.
const PEOPLE: u32 = 3_000;

/// What such files say of everybody: first name, company and city.
type Said = [&'static str; 3];

const BEFORE: Said = ["Before", "Nobody", "Nowhere"];
const ONE: Said = ["One", "Engines", "London"];
const OTHER: Said = ["Other", "Looms", "Lyon"];

#[tokio::test(flavor = "multi_thread")]
async fn units_that_lock_the_same_contacts_first_change_them_in_any_order_without_a_deadlock() {
    let desk = Desk::open().await;
    desk.import(&people(0..40), OPTIONS).await;
    let lists = [desk.a_list("Even").await, desk.a_list("Odd").await];
    let unit = desk.unit().await;
    let emails = (0..40).map(|n| format!("p{n}@analytical.org"));
    let emails = emails.collect::<Vec<_>>();
    let all = unit.contacts().find_by_emails(&emails).await.unwrap();
    let ids = all.iter().map(Contact::id).collect::<Vec<_>>();
    drop(unit);
    assert_eq!(ids.len(), 40);
    let change = async |half: usize| {
        for _ in 0..15 {
            let unit = desk.unit().await;
            let mut wanted = ids.clone();
            if half == 1 {
                wanted.reverse();
            }
            unit.contacts().lock(&wanted).await.unwrap();
            let mut own = unit.contacts().find_many(&ids).await.unwrap();
            own = own.into_iter().skip(half).step_by(2).collect();
            for contact in &mut own {
                let profile = contact.state().profile.clone();
                contact.replace_profile(profile, testkit::FixedClock::START, None);
            }
            let written = unit.contacts().update_many(&own).await.unwrap();
            assert_eq!(written.len(), 20);
            let members = unit.list_members();
            let at = testkit::FixedClock::START;
            members.add(lists[half], &ids, None, at).await.unwrap();
            members.remove(lists[half], &ids, None, at).await.unwrap();
            unit.commit().await.unwrap();
        }
    };

    tokio::join!(change(0), change(1));

    assert_eq!(desk.members(lists[0]).await, 0);
    assert_eq!(desk.members(lists[1]).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_of_overlapping_files_at_the_same_time_make_every_person_once() {
    let desk = Desk::open().await;
    let other = desk.a_list("Others").await;
    let first = desk.upload(&people(0..6_000), OPTIONS).await;
    let second = desk
        .upload_into(other, &people(3_000..9_000), OPTIONS, false)
        .await
        .unwrap()
        .import
        .id();

    two_jobs(&desk).await;

    let (first, second) = (desk.state(first).await, desk.state(second).await);
    let (a, b) = (outcomes(&first), outcomes(&second));
    assert_eq!(a.iter().sum::<u64>(), 6_000);
    assert_eq!(b.iter().sum::<u64>(), 6_000);
    assert_eq!(a[0] + b[0], 9_000, "{a:?} {b:?}");
    assert_eq!(desk.count("contacts").await, 9_000);
    assert_eq!(desk.members(desk.list).await, 6_000);
    assert_eq!(desk.members(other).await, 6_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_files_of_the_same_people_at_the_same_time_leave_each_as_one_of_them_says() {
    let desk = Desk::open().await;
    // Half of them are there before.
    let known = file("Plan", (0..PEOPLE).step_by(2), BEFORE, |_| "");
    desk.import(&known, OPTIONS).await;
    let one = file("Plan", 0..PEOPLE, ONE, |_| "gold");
    let one = desk.upload(&one, OPTIONS).await;
    let stop = |n| if is_stopped(n) { "yes" } else { "" };
    let other = file("Unsubscribed", (0..PEOPLE).rev(), OTHER, stop);
    let other = desk.upload(&other, OPTIONS).await;

    two_jobs(&desk).await;

    for import in [one, other] {
        let outcomes = outcomes(&desk.state(import).await);
        assert_eq!(outcomes.iter().sum::<u64>(), u64::from(PEOPLE));
        assert_eq!(outcomes[3..5], [0, 0], "no duplicates and no rejections");
    }
    let people = named(&desk, |_| true).await;
    assert_eq!(desk.count("contacts").await, i64::from(PEOPLE));
    for person in &people {
        let profile = &person.state().profile;
        assert!([ONE, OTHER].contains(&said(profile)), "{:?}", said(profile));
        assert_eq!(profile.attributes.as_map()["Plan"], "gold");
    }
    assert_stopped(&desk, &named(&desk, is_stopped).await).await;
    let members = desk.count("contact_list_members WHERE deleted_at IS NULL");
    assert_eq!(members.await, i64::from(PEOPLE));
    assert_eq!(desk.members(desk.list).await, u64::from(PEOPLE));
}

/// Fails unless these do not want to be mailed, and nobody else.
async fn assert_stopped(desk: &Desk, people: &[Contact]) {
    let addresses = people.iter().map(|person| person.state().email_hash);
    let addresses = addresses.collect::<Vec<_>>();
    let unit = desk.unit().await;
    let found = unit.suppressions().find_by_addresses(&addresses).await;
    let found = found.unwrap();
    assert_eq!(found.len(), people.len());
    assert_eq!(desk.count("suppressions").await, i64::from(PEOPLE / 10));
    for stop in found {
        assert_eq!(stop.state().reason, SuppressionReason::Unsubscribed);
    }
    for person in people {
        let attributes = person.state().profile.attributes.as_map();
        assert_eq!(attributes["Unsubscribed"], "yes", "what one says is kept");
    }
}

/// Works on two jobs at the same time.
async fn two_jobs(desk: &Desk) {
    // Of two who ask at the same moment, one may get nothing.
    let one_job = async || {
        while !desk.work_once(None).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(one_job(), one_job());
}

/// One in ten does not want to be mailed.
fn is_stopped(number: u32) -> bool {
    number.is_multiple_of(10)
}

/// The living contacts with these numbers.
async fn named(desk: &Desk, wanted: impl Fn(u32) -> bool) -> Vec<Contact> {
    let numbers = (0..PEOPLE).filter(|n| wanted(*n));
    let emails = numbers.map(|n| format!("p{n}@analytical.org"));
    let emails = emails.collect::<Vec<_>>();
    let unit = desk.unit().await;
    let found = unit.contacts().find_by_emails(&emails).await.unwrap();
    assert_eq!(found.len(), emails.len());
    found
}

fn said(profile: &Profile) -> [&str; 3] {
    [
        profile.first_name.as_ref().map_or("", ContactText::as_str),
        profile.company.as_ref().map_or("", ContactText::as_str),
        profile.attributes.as_map()["City"].as_str().unwrap_or(""),
    ]
}

/// A file that says this of these people, and has one more column.
fn file(
    column: &str,
    numbers: impl Iterator<Item = u32>,
    said: Said,
    cell: impl Fn(u32) -> &'static str,
) -> Vec<u8> {
    let said = said.join(",");
    let rows = numbers.map(|n| format!("p{n}@analytical.org,{said},{}\n", cell(n)));
    let rows = rows.collect::<String>();
    format!("Email,First Name,Company,City,{column}\n{rows}").into_bytes()
}

fn people(numbers: std::ops::Range<u32>) -> Vec<u8> {
    let rows = numbers.map(|n| format!("p{n}@analytical.org,Person {n}\n"));
    format!("Email,Name\n{}", rows.collect::<String>()).into_bytes()
}
