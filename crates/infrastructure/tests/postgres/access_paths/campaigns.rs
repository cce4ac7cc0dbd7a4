//! The recipients of campaigns are read by indexes.

use campaigns::ports::CampaignStore;
use campaigns::{
    CampaignFilter, CampaignStatus, ClickWindow, Deed, Engaged, RecipientFilter, RecipientStatus,
};
use kernel::{CampaignId, ContactId, PageLimit, PageRequest};
use testkit::plans_of;
use time::Duration;

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
    UPDATE campaign_contact_assignments SET status = 'failed', reason = 'unrenderable'
    WHERE contact_id IN (id('c', 119996), id('c', 119993), id('c', 119998));
    ANALYZE";

#[tokio::test]
async fn recipients_and_due_mails_are_read_by_indexes() {
    let filled = Filled::with(CAMPAIGNS).await;
    let campaign = CampaignId::from_uuid(nth(7, 1));
    let page = PageRequest {
        limit: PageLimit::new(20).unwrap(),
        after: None,
    };
    let standing = |status, reason: Option<&str>| RecipientFilter {
        status: Some(status),
        reason: reason.map(str::to_owned),
    };
    let filters = [
        (RecipientFilter::default(), 20, "pkey"),
        (standing(RecipientStatus::Pending, None), 20, "listing_idx"),
        (standing(RecipientStatus::Failed, None), 3, "listing_idx"),
        (
            standing(RecipientStatus::Failed, Some("unrenderable")),
            3,
            "listing_idx",
        ),
    ];

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for (filter, many, index) in &filters {
            let (found, plans) = plans_of(async {
                let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
                unit.assignments().list(campaign, filter, &page).await
            })
            .await;
            assert_eq!(found.unwrap().items.len(), *many);
            let plan = filled.indexed(&plans, "campaign_contact_assignments");
            assert!(uses(plan, index), "{filter:?} {plan:#?}");
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

#[tokio::test]
async fn what_is_known_of_recipients_is_read_by_an_index_and_so_is_what_they_did_written() {
    let filled = Filled::with(CAMPAIGNS).await;
    let campaign = CampaignId::from_uuid(nth(7, 1));
    let recipients: Vec<_> = (0..100)
        .map(|n| (campaign, ContactId::from_uuid(nth(0xc, n * 6 + 2))))
        .collect();
    let deeds: Vec<_> = recipients
        .iter()
        .map(|(campaign, contact)| Engaged {
            campaign: *campaign,
            contact: *contact,
            deed: Deed::Open,
            at: MIDDLE,
        })
        .collect();

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let (found, plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
            unit.assignments().find_traces(&recipients).await
        })
        .await;
        assert_eq!(found.unwrap().len(), 100);
        filled.indexed(&plans, "campaign_contact_assignments");
        let (done, plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
            unit.assignments().engage(&deeds, MIDDLE).await
        })
        .await;
        assert_eq!(done.unwrap(), 100);
        filled.indexed(&plans, "campaign_contact_assignments");
        adapter.pool().close().await;
    }
}

/// Many events of three tenants, of which one campaign of each has most.
const EVENTS: &str = "
    SELECT make_partition('events', date '2026-02-01');
    INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, contact_id, event_data, origin,
        actor_verdict, actor_reason, created_at)
    SELECT id('a', CASE n % 6 WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 1 END), id('8', n),
        timestamptz '2026-02-15 11:00Z' + n * interval '100 milliseconds', CASE WHEN n % 5 = 2 THEN 'CLICK' ELSE 'OPEN' END,
        id('7', 1), id('c', n % 6000), '{\"target\": \"https://example.com/\"}', 'tracking', 'human', 'reader', now()
    FROM generate_series(1, 120000) AS n;
    ANALYZE";

#[tokio::test]
async fn links_that_were_followed_at_about_one_time_are_read_by_an_index() {
    let filled = Filled::with(EVENTS).await;
    let contacts: Vec<_> = (0..6_000)
        .map(|n| ContactId::from_uuid(nth(0xc, n)))
        .collect();
    let windows = [0, 20].map(|minutes| ClickWindow {
        campaign: CampaignId::from_uuid(nth(7, 1)),
        since: MIDDLE + Duration::minutes(minutes),
        until: MIDDLE + Duration::minutes(minutes) + Duration::seconds(20),
    });

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let (clicks, plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
            unit.events().clicks(&windows, &contacts).await
        })
        .await;
        assert!(!clicks.unwrap().is_empty());
        let plan = filled.indexed(&plans, "events");
        assert!(uses(plan, "campaign"), "{plan:#?}");
        adapter.pool().close().await;
    }
}
