//! Leads are found by indexes, by their own columns and by whatever they answered.

use campaigns::ports::CampaignStore;
use campaigns::{Condition, LeadFilter, LeadSort, LeadStatus, Matches, OwnedBy, Test, ValueKind};
use infrastructure::PostgresDatabase;
use kernel::{CampaignId, ContactId, Cursor, LeadId, PageLimit, PageRequest, UserId};
use testkit::{Plan, plans_of};
use time::macros::datetime;

use super::{Filled, nth, tenant};

/// Every lead answered two fields; one in 400 answered a third.
const LEADS: &str = "
    INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version)
    VALUES (id('e', 1), 'e@example.com', 'e@example.com', 'E', 'active', now(), now(), 1);
    INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings,
        created_at, updated_at, version)
    SELECT id('a', n), n::text, 'org-' || n, id('e', 1), 'free', '{}', now(), now(), 1
    FROM generate_series(1, 3) AS n;
    CREATE TEMPORARY TABLE filling AS
    SELECT id('a', CASE n % 6 WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 1 END) AS organization_id, id('c', n) AS id, n
    FROM generate_series(1, 120000) AS n;
    INSERT INTO campaigns (organization_id, id, name, name_folded, description, status, landing_text, past_schedule,
        delay_ms, created_at, updated_at, version)
    SELECT id('a', o), id('9', c), c::text, c::text, '', 'draft', '', 'ask', 0, now(), now(), 1
    FROM generate_series(1, 3) AS o, generate_series(0, 39) AS c;
    INSERT INTO leads (organization_id, id, campaign_id, contact_id, person, status, source, assigned_user_id,
        responses, notes, created_at, updated_at, version, deleted_at)
    SELECT organization_id, id, id('9', n % 40), id('7', n), 'contact:' || id('7', n),
        CASE WHEN n % 500 = 2 THEN 'converted' WHEN n % 3 = 0 THEN 'qualified' ELSE 'new' END, 'direct_form',
        CASE WHEN n % 300 = 2 THEN id('e', 1) END, 1, '',
        timestamptz '2026-01-01 00:00:00Z' + n * interval '60 seconds', now(), 1,
        CASE WHEN n % 1000 = 8 THEN now() END
    FROM filling;
    INSERT INTO lead_status_changes (organization_id, id, lead_id, to_status, reason, created_at)
    SELECT organization_id, id('8', n), id, 'new', '', now() FROM filling;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_text, value_folded, created_at)
    SELECT organization_id, id, 'city', 0, 'City' || n % 5000, 'city' || n % 5000, now() FROM filling;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_number, created_at)
    SELECT organization_id, id, 'size', 0, (n % 10000)::bigint * 1000000, now() FROM filling;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_date, created_at)
    SELECT organization_id, id, 'start', 0, date '2026-01-01' + n % 1000, now() FROM filling;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_bool, created_at)
    SELECT organization_id, id, 'vip', 0, true, now() FROM filling WHERE n % 400 = 2;
    ANALYZE";

fn any(key: &str, matches: Matches) -> Condition {
    Condition {
        key: key.parse().unwrap(),
        test: Test::Any(matches),
    }
}

/// No large table is read from end to end.
#[track_caller]
fn assert_indexed(filled: &Filled, plans: &[Plan]) {
    assert!(!plans.is_empty());
    for plan in plans {
        let mut scans = plan.sequential_scans();
        scans.retain(|scanned| filled.large.contains(scanned));
        assert_eq!(scans, [""; 0], "{plan:#?}");
    }
}

async fn found(
    adapter: &PostgresDatabase,
    filter: &LeadFilter,
    sort: &LeadSort,
    after: Option<Cursor>,
) -> (usize, Option<Cursor>, Vec<Plan>) {
    let page = PageRequest {
        limit: PageLimit::new(50).unwrap(),
        after,
    };
    let (found, plans) = plans_of(async {
        let unit = CampaignStore::begin(adapter, &tenant()).await.unwrap();
        unit.leads().list(filter, sort, &page).await.unwrap()
    })
    .await;
    (found.items.len(), found.next, plans)
}

#[tokio::test]
async fn leads_are_found_by_their_answers_by_indexes() {
    let filled = Filled::with(LEADS).await;
    let conditions = [
        any(
            "city",
            Matches {
                texts: vec!["city4".to_owned()],
                ..Matches::default()
            },
        ),
        any(
            "city",
            Matches {
                fragment: Some("ty499".to_owned()),
                ..Matches::default()
            },
        ),
        any(
            "size",
            Matches {
                numbers_between: Some((20_000_000, 24_000_000)),
                ..Matches::default()
            },
        ),
        any(
            "size",
            Matches {
                numbers_between: Some((5_000_000_000, i64::MAX)),
                ..Matches::default()
            },
        ),
        any(
            "start",
            Matches {
                dates: vec![datetime!(2026-01-03 0:00 UTC).date()],
                ..Matches::default()
            },
        ),
        any(
            "vip",
            Matches {
                flags: vec![true],
                ..Matches::default()
            },
        ),
        Condition {
            key: "vip".parse().unwrap(),
            test: Test::Exists,
        },
        Condition {
            key: "vip".parse().unwrap(),
            test: Test::Absent,
        },
        Condition {
            key: "vip".parse().unwrap(),
            test: Test::Other(Matches {
                flags: vec![false],
                ..Matches::default()
            }),
        },
        Condition {
            key: "city".parse().unwrap(),
            test: Test::Other(Matches {
                texts: vec!["city4".to_owned()],
                ..Matches::default()
            }),
        },
    ];
    let by_size = |descending| LeadSort::Field {
        key: "size".parse().unwrap(),
        kind: ValueKind::Number,
        descending,
    };

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for condition in &conditions {
            let filter = LeadFilter {
                conditions: vec![condition.clone()],
                ..LeadFilter::default()
            };
            for sort in [LeadSort::CreatedDescending, by_size(false), by_size(true)] {
                let (many, next, plans) = found(&adapter, &filter, &sort, None).await;
                assert!(many > 5, "{condition:?} {sort:?}: {many}");
                assert_indexed(&filled, &plans);
                if next.is_some() {
                    let (_, _, plans) = found(&adapter, &filter, &sort, next).await;
                    assert_indexed(&filled, &plans);
                }
            }
        }
        adapter.pool().close().await;
    }
}

#[tokio::test]
async fn leads_are_found_by_status_campaign_person_and_owner_by_indexes() {
    let filled = Filled::with(LEADS).await;
    let filters = [
        LeadFilter::default(),
        LeadFilter {
            statuses: vec![LeadStatus::Converted],
            ..LeadFilter::default()
        },
        LeadFilter {
            campaign: Some(CampaignId::from_uuid(nth(9, 5))),
            statuses: vec![LeadStatus::New],
            ..LeadFilter::default()
        },
        LeadFilter {
            contact: Some(ContactId::from_uuid(nth(7, 1_001))),
            ..LeadFilter::default()
        },
        LeadFilter {
            owner: Some(OwnedBy::Person(UserId::from_uuid(nth(0xe, 1)))),
            ..LeadFilter::default()
        },
        LeadFilter {
            created_since: Some(datetime!(2026-01-04 0:00 UTC)),
            created_until: Some(datetime!(2026-01-04 1:00 UTC)),
            ..LeadFilter::default()
        },
        LeadFilter {
            deleted: true,
            ..LeadFilter::default()
        },
    ];

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for filter in &filters {
            for sort in [LeadSort::Created, LeadSort::CreatedDescending] {
                let (many, _, plans) = found(&adapter, filter, &sort, None).await;
                assert!(many > 0, "{filter:?}");
                assert_indexed(&filled, &plans);
            }
        }
        let ((), plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
            let campaign = CampaignId::from_uuid(nth(9, 5));
            let stages = unit.leads().stages(Some(campaign)).await.unwrap();
            assert!(stages.iter().any(|stage| stage.now > 0));
            let some = [nth(0xc, 1_003), nth(0xc, 1_001)].map(LeadId::from_uuid);
            let found = unit.leads().find_for_change(&some).await.unwrap();
            assert!(!found.is_empty());
        })
        .await;
        assert_indexed(&filled, &plans);
        let lead = LeadId::from_uuid(nth(0xc, 1_001));
        let ((), plans) = plans_of(async {
            let unit = CampaignStore::begin(&adapter, &tenant()).await.unwrap();
            let page = PageRequest::first();
            unit.leads().list_status_changes(lead, &page).await.unwrap();
            unit.leads().values_of(lead).await.unwrap();
        })
        .await;
        assert_indexed(&filled, &plans);
        adapter.pool().close().await;
    }
}

/// Of what is answered rarely, few values are read, and not all leads.
#[tokio::test]
async fn whoever_answered_what_few_are_asked_is_found_by_the_answers() {
    let filled = Filled::with(LEADS).await;
    let tests = [
        Test::Exists,
        Test::Other(Matches {
            flags: vec![false],
            ..Matches::default()
        }),
    ];

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for test in &tests {
            let filter = LeadFilter {
                conditions: vec![Condition {
                    key: "vip".parse().unwrap(),
                    test: test.clone(),
                }],
                ..LeadFilter::default()
            };
            let (many, _, plans) =
                found(&adapter, &filter, &LeadSort::CreatedDescending, None).await;
            assert_eq!(many, 50);
            let names = |part: &str| plans.iter().any(|plan| plan.statement().contains(part));
            assert!(names("value_bool IS NOT NULL"), "{test:?}");
            assert!(names("unnest("), "{test:?}");
            let of_values = plans
                .iter()
                .filter(|plan| plan.statement().contains("IS NOT NULL ORDER BY"));
            for plan in of_values {
                let by_kind = format!("{plan:?}");
                assert!(by_kind.contains("lead_field_values_"), "{plan:#?}");
            }
        }
        adapter.pool().close().await;
    }
}
