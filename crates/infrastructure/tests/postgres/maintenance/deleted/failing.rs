//! What cannot be removed keeps nothing else from going.

use std::collections::BTreeSet;
use std::sync::Mutex;

use analytics::runs::RunCounts;
use infrastructure::SystemClock;
use infrastructure::scheduler::PeriodicTask as _;
use kernel::Clock;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use testkit::{TestDatabase, Warning, warnings_of};
use time::Duration;

use super::super::{admin, names};
use super::{AT, Hurrying, THINGS, make, of_each, run, task};

/// An organization in which the contacts cannot be removed that meet a condition. Besides what there is one of, it deleted
/// so many contacts, whose addresses are their numbers.
async fn obstruct(admin: &mut PgConnection, contacts: u32, condition: &str) {
    make(admin, "acme", "{}", THINGS).await;
    let more = format!(
        "INSERT INTO contacts \
         SELECT (jsonb_populate_record(c, jsonb_build_object('id', md5(n::text), 'email_normalized', n::text))).* \
         FROM contacts c, generate_series(1, {contacts}) n WHERE c.id = md5('old')::uuid; \
         CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN RAISE EXCEPTION ''it stays''; END'; \
         CREATE TRIGGER stay BEFORE DELETE ON contacts FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION stay()"
    );
    admin.execute(AssertSqlSafe(more)).await.unwrap();
}

/// What a run did of which a part failed.
async fn run_and_fail(database: &TestDatabase, clock: impl Clock + 'static) -> RunCounts {
    let failure = task(database, clock).run(AT).await.unwrap_err();
    failure.counts
}

#[tokio::test]
async fn what_cannot_be_removed_keeps_nothing_else_from_going() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    // Eleven of them are one more than a kind passes by in its first turn.
    obstruct(&mut admin, 602, "OLD.email_normalized LIKE '7%'").await;

    let removed = run_and_fail(&database, SystemClock).await;

    assert_eq!((removed["contacts"], removed["campaigns"]), (592, 1));
    let rest = "SELECT email_normalized FROM contacts";
    let stay = ["7".to_owned(), "living".to_owned(), "new".to_owned()];
    let seventies = (70..80).map(|number| number.to_string());
    let expected: BTreeSet<_> = stay.into_iter().chain(seventies).collect();
    assert_eq!(names(&mut admin, rest).await, expected);
}

#[tokio::test]
async fn many_things_that_cannot_be_removed_take_no_other_kind_its_turn() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    obstruct(&mut admin, 40, "true").await;
    // Before each unit somebody looks at the clock: there is time for 48 of them, and all contacts would take more.
    let clock = Hurrying(Mutex::new(AT), Duration::seconds(12));

    let removed = run_and_fail(&database, clock).await;

    let mut expected = of_each(1);
    expected.insert("contacts", 0);
    assert_eq!(removed, expected);
}

#[tokio::test]
async fn whoever_is_purged_later_than_others_is_kept_with_the_address_that_they_have_then() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    obstruct(&mut admin, 0, "true").await;
    run_and_fail(&database, SystemClock).await;
    let moves = "DROP TRIGGER stay ON contacts; \
                 UPDATE contacts SET email_hash = decode(repeat('11', 17), 'hex') WHERE id = md5('old')::uuid";
    admin.execute(moves).await.unwrap();

    let removed = run(&database).await;

    // The campaign that wrote to them went before.
    assert_eq!((removed["contacts"], removed["campaigns"]), (1, 0));
    let kept = "SELECT (contact_id = md5('old')::uuid)::text || ' ' || encode(address_hash, 'hex') \
                FROM purged_contacts";
    let expected = BTreeSet::from([format!("true {}", "11".repeat(17))]);
    assert_eq!(names(&mut admin, kept).await, expected);
}

#[tokio::test]
async fn units_that_failed_are_logged_by_what_they_were_to_remove_and_why_they_did_not() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    obstruct(&mut admin, 0, "true").await;

    let running = run_and_fail(&database, SystemClock);
    let (_, told) = warnings_of("infrastructure::maintenance::purge", running).await;

    // There is one thing, which is tried once.
    let expected = [
        ("error.code", "internal"),
        ("purge.kind", "contact"),
        ("units", "1"),
    ];
    let expected = expected.map(|(field, value)| (field, value.to_owned()));
    assert_eq!(told, [Warning::from(expected)]);
}
