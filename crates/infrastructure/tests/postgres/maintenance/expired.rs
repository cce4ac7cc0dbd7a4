//! What ran out is removed, and nothing else.

use infrastructure::maintenance::{Purged, Upkeep as _};
use sqlx::{AssertSqlSafe, Executor};
use testkit::TestDatabase;
use time::macros::datetime;

use super::{adapter, admin, names};

#[tokio::test]
async fn what_ran_out_is_removed_and_nothing_else() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let at = datetime!(2026-06-30 12:00 UTC);
    // `old` is removed, `new` is not: each one microsecond from the border.
    admin
        .execute(
            "INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version) \
             VALUES (gen_random_uuid(), 'a', 'a', 'A', 'active', now(), now(), 1); \
             INSERT INTO sessions (id, user_id, generation, key_id, refresh_hash, access_hash, access_expires_at, \
                 rotated_at, expires_at, created_at, updated_at, user_agent) \
             SELECT gen_random_uuid(), u.id, 1, 1, '', '', now(), now(), border + off, now(), now(), kind \
             FROM users u, (SELECT timestamptz '2026-05-31 12:00Z' AS border) b, \
                 (VALUES ('old', interval '-1 us'), ('new', interval '0')) v (kind, off); \
             INSERT INTO idempotency_keys (organization_id, key, fingerprint, expires_at, created_at) \
             SELECT gen_random_uuid(), sha256(kind::bytea), kind::bytea, timestamptz '2026-06-30 12:00Z' + off, now() \
             FROM (VALUES ('old', interval '-1 us'), ('new', interval '0')) v (kind, off); \
             INSERT INTO rate_limits (key, next_at, created_at, updated_at) \
             SELECT sha256(kind::bytea), timestamptz '2026-06-30 12:00Z' + off, now(), now() \
             FROM (VALUES ('old', interval '-1 us'), ('new', interval '0')) v (kind, off); \
             INSERT INTO domain_facts (domain, fact, checked_at, expires_at, created_at) \
             SELECT kind || '.test', 'mx', now(), timestamptz '2026-06-30 12:00Z' + off, now() \
             FROM (VALUES ('old', interval '-1 us'), ('new', interval '0')) v (kind, off)",
        )
        .await
        .unwrap();

    let adapter = adapter(&database);
    let purged = adapter.purge_expired(at).await.unwrap();
    let again = adapter.purge_expired(at).await.unwrap();

    let one_each = Purged {
        sessions: 1,
        idempotency_keys: 1,
        rate_limits: 1,
        domain_facts: 1,
        invitations: 0,
    };
    assert_eq!(purged, one_each);
    assert_eq!(again, Purged::default());
    let left = "SELECT 'session ' || user_agent FROM sessions \
                UNION ALL SELECT 'key ' || convert_from(fingerprint, 'UTF8') FROM idempotency_keys \
                UNION ALL SELECT 'limit ' || (key = sha256('new'::bytea)) FROM rate_limits";
    let expected = ["session new", "key new", "limit true"];
    assert_eq!(
        names(&mut admin, left).await,
        expected.map(str::to_owned).into()
    );
}

#[tokio::test]
async fn invitations_that_nobody_accepted_go_with_their_tokens_and_keys_of_requests_after_a_day() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let at = datetime!(2026-06-30 12:00 UTC);
    let month = time::Duration::days(30);
    let (lived, sent) = (at - month, at - month - tenancy::Invitation::LIFETIME);
    let asked = at - time::Duration::DAY;
    // Of each kind `old` is removed and `new` is not: one microsecond from the border.
    let rows = format!(
        "INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version) \
         VALUES (gen_random_uuid(), 'a', 'a', 'A', 'active', now(), now(), 1); \
         INSERT INTO organizations (organization_id, slug, name, owner_id, subscription_level, settings, \
             created_at, updated_at, version) \
         SELECT gen_random_uuid(), 'acme', 'Acme', id, 'free', '{{}}', now(), now(), 1 FROM users; \
         INSERT INTO roles (organization_id, id, name, name_folded, description, created_at, updated_at, version) \
         SELECT organization_id, gen_random_uuid(), 'r', 'r', '', now(), now(), 1 FROM organizations; \
         CREATE TEMP TABLE ages AS \
         VALUES ('old', interval '-1 us'), ('new', interval '0'); \
         INSERT INTO invitations (organization_id, id, email, email_folded, role_id, status, token_generation, \
             expires_at, created_at, updated_at, version) \
         SELECT r.organization_id, gen_random_uuid(), status || ' ' || column1, status || ' ' || column1, r.id, status, 1, \
             timestamptz '{lived}' + column2, now(), now(), 1 \
         FROM roles r, ages, unnest(ARRAY['pending', 'expired', 'revoked', 'accepted']) status; \
         INSERT INTO credentials (kind, hash, organization_id, subject_id, created_at) \
         SELECT kind, sha256((kind || ' ' || column1)::bytea), gen_random_uuid(), gen_random_uuid(), border + column2 \
         FROM ages, (VALUES ('invitation', timestamptz '{sent}'), ('request', '{asked}'), ('api_key', '{sent}')) \
             kinds (kind, border)"
    );
    admin.execute(AssertSqlSafe(rows)).await.unwrap();

    let adapter = adapter(&database);
    let purged = adapter.purge_expired(at).await.unwrap();
    let again = adapter.purge_expired(at).await.unwrap();

    assert_eq!((purged.invitations, again.invitations), (3, 0));
    let left = "SELECT 'invitation ' || email FROM invitations \
                UNION ALL SELECT 'credential ' || kind || CASE hash \
                    WHEN sha256((kind || ' new')::bytea) THEN ' new' ELSE ' old' END FROM credentials";
    let expected = [
        "invitation pending new",
        "invitation expired new",
        "invitation revoked new",
        "invitation accepted old",
        "invitation accepted new",
        "credential invitation new",
        "credential request new",
        "credential api_key old",
        "credential api_key new",
    ];
    assert_eq!(
        names(&mut admin, left).await,
        expected.map(str::to_owned).into()
    );
}
