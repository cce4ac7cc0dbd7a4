//! Words that no contact has any more are removed.

use infrastructure::maintenance::Upkeep as _;
use sqlx::Executor;
use testkit::TestDatabase;
use time::macros::datetime;

use super::{adapter, admin, names};

#[tokio::test]
async fn words_that_no_living_contact_has_are_removed_once_they_were_not_noted_for_two_days() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let at = datetime!(2026-06-30 12:00 UTC);
    admin
        .execute(
            "SET session_replication_role = replica; \
             INSERT INTO contacts (organization_id, id, email, email_normalized, email_hash, attributes, source, \
                 validation_status, classification, risk_score, search_text, created_at, updated_at, version, \
                 deleted_at) \
             SELECT md5(o)::uuid, gen_random_uuid(), o || name, o || name, decode(repeat('00', 17), 'hex'), '{}', \
                 'api', 'valid', 'business', 0, ' ' || name || ' else ', now(), now(), 1, gone::timestamptz \
             FROM (VALUES ('one', 'lovelace', NULL), ('one', 'hopper', '2026-06-01Z'), ('two', 'hopper', NULL)) \
                 v (o, name, gone); \
             INSERT INTO contact_words (organization_id, word, reversed, created_at, noted_at) \
             SELECT md5(o)::uuid, word, reverse(word), now(), timestamptz '2026-06-28 12:00Z' + off \
             FROM unnest(ARRAY['one', 'two']) o, (VALUES ('lovelace', interval '-1 us'), ('hopper', '-1 us'), \
                 ('turing', '-1 us'), ('knuth', '0')) v (word, off)",
        )
        .await
        .unwrap();

    let adapter = adapter(&database);
    assert!(adapter.purge_contact_words(at).await.unwrap());
    assert!(!adapter.purge_contact_words(at).await.unwrap());

    let left = "SELECT CASE organization_id WHEN md5('one')::uuid THEN 'one ' ELSE 'two ' END || word \
                || CASE noted_at WHEN '2026-06-30 12:00Z' THEN ' noted' ELSE '' END FROM contact_words";
    let expected = [
        "one lovelace noted",
        "two hopper noted",
        "one knuth",
        "two knuth",
    ];
    assert_eq!(
        names(&mut admin, left).await,
        expected.map(str::to_owned).into()
    );
}

#[tokio::test]
async fn words_are_looked_for_in_many_short_units() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    admin
        .execute(
            "SET session_replication_role = replica; \
             INSERT INTO contact_words (organization_id, word, reversed, created_at, noted_at) \
             SELECT md5('one')::uuid, 'word' || n, reverse('word' || n), now(), '2026-06-01Z' \
             FROM generate_series(1, 450) n; \
             CREATE TABLE gone (unit xid8); \
             CREATE FUNCTION note_gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS \
                 $$ BEGIN INSERT INTO gone VALUES (pg_current_xact_id()); RETURN NULL; END $$; \
             CREATE TRIGGER note_gone AFTER DELETE ON contact_words FOR EACH ROW EXECUTE FUNCTION note_gone()",
        )
        .await
        .unwrap();

    let adapter = adapter(&database);
    let at = datetime!(2026-06-30 12:00 UTC);
    assert!(adapter.purge_contact_words(at).await.unwrap());

    let units = "SELECT count(*)::text FROM gone GROUP BY unit";
    let expected = ["200", "50"].map(str::to_owned);
    assert_eq!(names(&mut admin, units).await, expected.into());
}
