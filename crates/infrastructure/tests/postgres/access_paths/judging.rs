//! How contacts were judged is read by indexes.

use contacts::ports::ContactStore;
use kernel::{ContactId, ContactListId, PageLimit, PageRequest};
use testkit::{Plan, plans_of};

use super::{CONTACTS, Filled, nth, tenant, uses};

/// Each contact was judged twice, and one in a thousand is on a small list.
const JUDGED: &str = "
    UPDATE contacts SET last_validated_at = created_at;
    INSERT INTO validation_logs (organization_id, contact_id, created_at, syntax_version, domain_version,
        classification_version, syntax_result, domain_result, classification_result)
    SELECT organization_id, id, created_at + judged * interval '1 second', 1, 1, 1, 'pass', 'unknown', 'pass'
    FROM contacts, generate_series(0, 1) AS judged;
    INSERT INTO contact_lists (organization_id, id, name, name_folded, description, source, status,
        created_at, updated_at, version)
    VALUES (id('a', 1), id('7', 13), 'Small', 'small', '', 'import', 'pending', now(), now(), 1);
    INSERT INTO contact_list_members (organization_id, contact_id, list_id, validation_status, created_at)
    SELECT f.organization_id, f.id, id('7', 13), f.status, now()
    FROM filling f WHERE f.organization_id = id('a', 1) AND f.n % 1000 = 1;
    ANALYZE";

#[tokio::test]
async fn how_a_contact_was_judged_is_read_by_the_key_of_the_log() {
    let filled = Filled::with_all(&[CONTACTS, JUDGED]).await;
    // The first tenant has this one.
    let contact = ContactId::from_uuid(nth(0xc, 1_001));

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let mut page = PageRequest {
            limit: PageLimit::new(1).unwrap(),
            after: None,
        };
        for _ in 0..2 {
            let (found, plans) = plans_of(async {
                let unit = ContactStore::begin(&adapter, &tenant()).await.unwrap();
                unit.validation_log().list_of(contact, &page).await.unwrap()
            })
            .await;
            assert_eq!(found.items.len(), 1);
            let plan = filled.indexed(&plans, "validation_logs");
            assert!(uses(plan, "pkey"), "{plan:#?}");
            page.after = found.next;
        }
        adapter.pool().close().await;
    }
}

#[tokio::test]
async fn a_small_list_is_summed_up_without_reading_the_whole_log() {
    let filled = Filled::with_all(&[CONTACTS, JUDGED]).await;
    let list = ContactListId::from_uuid(nth(7, 13));
    let adapter = filled.told(false).await;

    let (counts, plans) = plans_of(async {
        let unit = ContactStore::begin(&adapter, &tenant()).await.unwrap();
        unit.validation_log().summary_of(list).await.unwrap()
    })
    .await;

    let members = counts.iter().map(|count| count.contacts).sum::<u64>() / 3;
    assert!((50..200).contains(&members), "{members}");
    let plan: &Plan = filled.indexed(&plans, "validation_logs");
    assert!(uses(plan, "contact_list_members"), "{plan:#?}");
    adapter.pool().close().await;
}
