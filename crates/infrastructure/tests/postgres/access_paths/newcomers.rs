//! What belongs to an organization that statistics do not know yet is looked up by its keys.
//!
//! The planner believes that such an organization has one row, so that any index that begins with the organization would
//! do, and that with fewer levels is cheaper: for each key it would read all that the organization has.

use campaigns::ports::CampaignStore;
use contacts::AddressHash;
use contacts::ports::ContactStore;
use kernel::{CampaignId, ContactId, ContactListId};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use testkit::plans_of;
use uuid::Uuid;

use super::{Filled, nth, scope_of, uses};

/// Long addresses of one tenant, so that their index has a level more than that of ids, and so has that of
/// suppressions, whose keys are wider; of recipients so many that their indexes have as many levels. Then, when that has been
/// noted, an organization that is new.
const KNOWN_AND_NEW: &str = "
    CREATE TEMPORARY TABLE filling AS
    SELECT id('a', 1) AS organization_id, id('c', n) AS id, n,
        'somebody.of.the.department.of.a.large.company.' || lpad(n::text, 6, '0') || '@example.com' AS email
    FROM generate_series(1, 20000) AS n;
    CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS $$
        INSERT INTO contacts (organization_id, id, email_normalized, email_hash, attributes, source,
            validation_status, classification, risk_score, search_text, created_at, updated_at, version)
        SELECT organization_id, id, email, substring(sha256(n::text::bytea) FOR 17), '{}', 'import', 'valid', 'business',
            0, ' one ', now(), now(), 1
        FROM filling;
        INSERT INTO suppressions (organization_id, id, address_hash, reason, source, created_at)
        SELECT organization_id, id, substring(sha256(n::text::bytea) FOR 17), 'unsubscribed', 'manual', now()
        FROM filling;
        INSERT INTO contact_list_members (organization_id, contact_id, list_id, validation_status, created_at)
        SELECT organization_id, id, id('7', 9), 'valid', now() FROM filling;
        INSERT INTO campaign_contact_assignments (organization_id, campaign_id, contact_id, status, validation_status,
            created_at, updated_at)
        SELECT organization_id, id('7', 1), id, 'sent', 'valid', now(), now() FROM filling WHERE n <= 5000 OR n > 100000;
    $$;
    SELECT fill();
    ANALYZE;
    TRUNCATE filling;
    INSERT INTO filling SELECT id('a', 9), id('c', 100000 + n), 100000 + n, 'new.' || n || '@example.com'
    FROM generate_series(1, 50) AS n;
    SELECT fill()";

/// Which indexes PostgreSQL would use for this condition of the newcomer's rows, were its organization told as a value.
async fn tempted(filled: &Filled, table: &str, condition: &str) -> String {
    let mut admin = PgConnection::connect_with(&filled.database.admin())
        .await
        .expect("the administrator connects");
    let sql = format!(
        "EXPLAIN SELECT * FROM {table} WHERE organization_id = '{}' AND {condition}",
        nth(0xa, 9)
    );
    let rows = admin.fetch_all(AssertSqlSafe(sql)).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

#[tokio::test]
async fn what_a_new_organization_has_is_looked_up_by_its_keys() {
    let filled = Filled::with(KNOWN_AND_NEW).await;
    let scope = scope_of(9);
    let emails = [1, 2].map(|n| format!("new.{n}@example.com"));
    let people = [1, 2].map(|n| ContactId::from_uuid(nth(0xc, 100_000 + n)));
    let list = [ContactListId::from_uuid(nth(7, 9))];
    let recipients = people.map(|person| (CampaignId::from_uuid(nth(7, 1)), person));
    let nil = Uuid::nil();
    // Were these not so, what follows would show nothing.
    let email = format!("email_normalized = '{}' AND deleted_at IS NULL", emails[0]);
    let misled = tempted(&filled, "contacts", &email).await;
    assert!(misled.contains("contacts_pkey"), "{misled}");
    let hash = "address_hash = '\\x00'";
    let misled = tempted(&filled, "suppressions", hash).await;
    assert!(misled.contains("suppressions_pkey"), "{misled}");
    let recipient = format!("campaign_id = '{nil}' AND contact_id = '{nil}'");
    let misled = tempted(&filled, "campaign_contact_assignments", &recipient).await;
    assert!(misled.contains("listing_idx"), "{misled}");

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let (found, plans) = plans_of(async {
            let unit = ContactStore::begin(&adapter, &scope).await.unwrap();
            unit.contacts().find_by_emails(&emails).await
        })
        .await;
        let found = found.unwrap();
        assert_eq!(found.len(), 2);
        let plan = filled.indexed(&plans, "contacts");
        assert!(uses(plan, "contacts_email_key"), "{plan:#?}");

        let hashes: Vec<_> = found.iter().map(|it| it.state().email_hash).collect();
        let (found, plans) = plans_of(suppressed(&adapter, &scope, &hashes)).await;
        assert_eq!(found, 2);
        let plan = filled.indexed(&plans, "suppressions");
        assert!(uses(plan, "suppressions_address_key"), "{plan:#?}");

        let (found, plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &scope).await.unwrap();
            unit.audience().standings(&people).await
        })
        .await;
        assert_eq!(found.unwrap().len(), 2);
        let plan = filled.indexed(&plans, "suppressions");
        assert!(uses(plan, "suppressions_address_key"), "{plan:#?}");
        assert!(uses(plan, "contacts_pkey"), "{plan:#?}");

        let (found, plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &scope).await.unwrap();
            unit.audience().candidates(&list, None, 10).await
        })
        .await;
        assert_eq!(found.unwrap().len(), 10);
        let plan = filled.indexed(&plans, "suppressions");
        assert!(uses(plan, "suppressions_address_key"), "{plan:#?}");

        let (found, plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &scope).await.unwrap();
            unit.assignments().find_traces(&recipients).await
        })
        .await;
        assert_eq!(found.unwrap().len(), 2);
        let plan = filled.indexed(&plans, "campaign_contact_assignments");
        assert!(
            !uses(plan, "listing_idx") && !uses(plan, "status_idx"),
            "{plan:#?}"
        );
        adapter.pool().close().await;
    }
}

async fn suppressed(
    adapter: &infrastructure::PostgresDatabase,
    scope: &kernel::TenantScope,
    hashes: &[AddressHash],
) -> usize {
    let unit = ContactStore::begin(adapter, scope).await.unwrap();
    let found = unit.suppressions().find_by_addresses(hashes).await;
    found.unwrap().len()
}
