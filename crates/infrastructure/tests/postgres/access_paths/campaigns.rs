//! The recipients of campaigns are read by indexes.

use campaigns::ports::CampaignStore;
use campaigns::{CampaignFilter, CampaignStatus, RecipientFilter, RecipientStatus};
use kernel::{CampaignId, PageLimit, PageRequest};
use testkit::plans_of;

use super::{Filled, MIDDLE, nth, tenant, uses};

/// Many campaigns of three tenants, of which one of each has many recipients.
const CAMPAIGNS: &str = "
    CREATE TEMPORARY TABLE filling AS
    SELECT CASE n % 6 WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 1 END AS tenant, n FROM generate_series(1, 120000) AS n;
    INSERT INTO campaigns (organization_id, id, name, name_folded, description, status, landing_text, past_schedule,
        delay_ms, created_at, updated_at, version)
    SELECT id('a', tenant), id('7', n), 'c', 'c', '', CASE WHEN n % 500 = 2 THEN 'active' ELSE 'completed' END, '',
        'ask', 0, now(), now(), 1
    FROM filling;
    INSERT INTO campaign_contact_assignments (organization_id, campaign_id, contact_id, status, validation_status,
        scheduled_send_time, created_at, updated_at)
    SELECT id('a', tenant), id('7', tenant), id('c', n), CASE WHEN n % 10 = 2 THEN 'pending' ELSE 'sent' END, 'valid',
        timestamptz '2026-02-15 11:00Z' + n * interval '1 millisecond', now(), now()
    FROM filling;
    ANALYZE";

#[tokio::test]
async fn recipients_and_due_mails_are_read_by_indexes() {
    let filled = Filled::with(CAMPAIGNS).await;
    let campaign = CampaignId::from_uuid(nth(7, 1));
    let page = PageRequest {
        limit: PageLimit::new(20).unwrap(),
        after: None,
    };
    let pending = RecipientFilter {
        status: Some(RecipientStatus::Pending),
        reason: None,
    };

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for filter in [RecipientFilter::default(), pending.clone()] {
            let (found, plans) = plans_of(async {
                let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
                unit.assignments().list(campaign, &filter, &page).await
            })
            .await;
            assert_eq!(found.unwrap().items.len(), 20);
            filled.indexed(&plans, "campaign_contact_assignments");
        }
        let (due, plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
            unit.assignments().claim_due(campaign, MIDDLE, 100).await
        })
        .await;
        assert_eq!(due.unwrap().len(), 100);
        let plan = filled.indexed(&plans, "campaign_contact_assignments");
        assert!(uses(plan, "status_idx"), "{plan:#?}");
        let (next, plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
            unit.assignments().next_due(campaign).await
        })
        .await;
        assert!(next.unwrap().is_some());
        let plan = filled.indexed(&plans, "campaign_contact_assignments");
        assert!(uses(plan, "status_idx"), "{plan:#?}");
        adapter.pool().close().await;
    }
}

#[tokio::test]
async fn campaigns_are_read_by_indexes_by_status_and_creation() {
    let filled = Filled::with(CAMPAIGNS).await;
    let page = PageRequest {
        limit: PageLimit::new(20).unwrap(),
        after: None,
    };
    let active = CampaignFilter {
        status: Some(CampaignStatus::Active),
        ..CampaignFilter::default()
    };

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for (filter, index) in [
            (CampaignFilter::default(), "campaigns_pkey"),
            (active.clone(), "campaigns_status_idx"),
        ] {
            let (found, plans) = plans_of(async {
                let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
                unit.campaigns().list(&filter, &page).await
            })
            .await;
            assert_eq!(found.unwrap().items.len(), 20);
            let plan = filled.indexed(&plans, "campaigns");
            assert!(uses(plan, index), "{plan:#?}");
        }
        adapter.pool().close().await;
    }
}
