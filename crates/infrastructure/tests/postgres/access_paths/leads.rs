//! Leads are found by indexes, by their own columns and by whatever they answered.

use campaigns::ports::CampaignStore;
use campaigns::{Condition, LeadFilter, LeadSort, LeadStatus, Matches, OwnedBy, Test, ValueKind};
use infrastructure::PostgresDatabase;
use kernel::{CampaignId, ContactId, Cursor, LeadId, PageLimit, PageRequest, UserId};
use testkit::{Plan, plans_of};
use time::macros::datetime;

use super::{Filled, nth, tenant};

/// Every lead answered three fields; half of them answered a fourth, and one in 400 a fifth.
pub(super) const LEADS: &str = "
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
        responses, notes, came_at, created_at, updated_at, version, deleted_at)
    SELECT organization_id, id, id('9', n % 40), id('7', n), 'contact:' || id('7', n),
        CASE WHEN n % 500 = 2 THEN 'converted' WHEN n % 3 = 0 THEN 'qualified' ELSE 'new' END, 'direct_form',
        CASE WHEN n % 300 = 2 THEN id('e', 1) END, 1, '',
        made.at, made.at, now(), 1, CASE WHEN n % 1000 = 8 THEN now() END
    FROM filling
    CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01 00:00:00Z' + n * interval '60 seconds' AS at) AS made;
    INSERT INTO lead_status_changes (organization_id, id, lead_id, to_status, reason, created_at)
    SELECT organization_id, id('8', n), id, 'new', '', now() FROM filling;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_text, value_folded, created_at)
    SELECT organization_id, id, 'city', 0, 'City' || n % 5000, 'city' || n % 5000, now() FROM filling;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_number, created_at)
    SELECT organization_id, id, 'size', 0, (n % 10000)::bigint * 1000000, now() FROM filling;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_number, created_at)
    SELECT organization_id, id, 'rank', 0, (10000 - n % 10000)::bigint * 1000000, now() FROM filling
    WHERE n % 10000 >= 5000;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_date, created_at)
    SELECT organization_id, id, 'start', 0, date '2026-01-01' + n % 1000, now() FROM filling;
    INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_bool, created_at)
    SELECT organization_id, id, 'vip', 0, true, now() FROM filling WHERE n % 400 = 2;
    ANALYZE";

/// What counts by an index alone needs, and the server does by itself after a while.
pub(super) const VACUUM: &str = "VACUUM (ANALYZE) leads, lead_status_changes";

fn any(key: &str, matches: Matches) -> Condition {
    Condition {
        key: key.parse().unwrap(),
        test: Test::Any(matches),
    }
}

fn by_size(descending: bool) -> LeadSort {
    LeadSort::Field {
        key: "size".parse().unwrap(),
        kind: ValueKind::Number,
        descending,
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

/// Where nothing is demanded, a page is read off an index, and nothing is put into order.
#[tokio::test]
async fn all_leads_are_listed_in_the_order_of_an_index() {
    let filled = Filled::with(LEADS).await;
    let sorts = [
        LeadSort::Created,
        LeadSort::CreatedDescending,
        by_size(false),
        by_size(true),
    ];

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for sort in &sorts {
            let mut after = None;
            for _ in 0..2 {
                let filter = LeadFilter::default();
                let (many, next, plans) = found(&adapter, &filter, sort, after).await;
                assert_eq!(many, 50, "{sort:?}");
                assert_indexed(&filled, &plans);
                for plan in &plans {
                    assert!(!plan.sorts(), "{sort:?} {plan:#?}");
                }
                after = next;
                assert!(after.is_some(), "{sort:?}");
            }
        }
        adapter.pool().close().await;
    }
}

/// Whoever is rare by a column of their own is found by its index, whatever they are sorted by.
#[tokio::test]
async fn few_leads_are_sorted_by_a_field_without_reading_all_values() {
    let filled = Filled::with(LEADS).await;
    let filters = [
        LeadFilter {
            statuses: vec![LeadStatus::Converted],
            ..LeadFilter::default()
        },
        LeadFilter {
            campaign: Some(CampaignId::from_uuid(nth(9, 5))),
            ..LeadFilter::default()
        },
        LeadFilter {
            campaign: Some(CampaignId::from_uuid(nth(9, 5))),
            statuses: vec![LeadStatus::New, LeadStatus::Qualified],
            ..LeadFilter::default()
        },
        LeadFilter {
            owner: Some(OwnedBy::Person(UserId::from_uuid(nth(0xe, 1)))),
            ..LeadFilter::default()
        },
        LeadFilter {
            created_since: Some(datetime!(2026-01-04 0:00 UTC)),
            created_until: Some(datetime!(2026-01-04 3:00 UTC)),
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
            for sort in [by_size(false), by_size(true)] {
                let (many, _, plans) = found(&adapter, filter, &sort, None).await;
                assert_eq!(many, 50, "{filter:?}");
                assert_indexed(&filled, &plans);
                let by_ids = |plan: &Plan| plan.statement().contains("v.lead_id = ANY");
                assert!(plans.iter().any(by_ids), "{filter:?}");
            }
        }
        adapter.pool().close().await;
    }
}

/// The index of parts of texts tells all values where a part has fewer than three letters.
#[tokio::test]
async fn a_part_of_two_letters_is_looked_for_lead_by_lead() {
    let filled = Filled::with(LEADS).await;
    let adapter = filled.told(false).await;

    for (part, is_looked_up) in [("zz", false), ("zzz", true)] {
        let fragment = Some(part.to_owned());
        let filter = LeadFilter {
            conditions: vec![any(
                "city",
                Matches {
                    fragment,
                    ..Matches::default()
                },
            )],
            ..LeadFilter::default()
        };
        let (many, next, plans) = found(&adapter, &filter, &LeadSort::Created, None).await;
        assert_eq!((many, next.is_some()), (0, !is_looked_up), "{part}");
        let asks_index = |plan: &Plan| plan.statement().contains("search_lead_values");
        assert_eq!(plans.iter().any(asks_index), is_looked_up, "{part}");
    }
    adapter.pool().close().await;
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
            let contact = Some(ContactId::from_uuid(nth(7, 1_001)));
            let here = Some(CampaignId::from_uuid(nth(9, 1)));
            let theirs = unit.leads().find_person(here, contact, &[]).await.unwrap();
            assert!(theirs.is_some());
            let changed: Vec<_> = found.into_iter().map(|lead| (lead, None)).collect();
            let refused = unit.leads().update_many(&changed).await;
            assert!(refused.is_err(), "nothing was changed about them");
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

/// Two conditions that are each met by half of the leads, and together by eight, on two fields and on one.
#[tokio::test]
async fn what_nearly_nobody_meets_is_looked_for_in_parts_of_the_pipeline() {
    let filled = Filled::with(LEADS).await;
    let adapter = filled.told(false).await;
    let within = |key, least, most| {
        let numbers_between = Some((least, most));
        any(
            key,
            Matches {
                numbers_between,
                ..Matches::default()
            },
        )
    };
    let nobody = Condition {
        key: "size".parse().unwrap(),
        test: Test::Absent,
    };
    let low = within("size", 0, 5_000_000_000);
    let both = vec![low.clone(), within("rank", 0, i64::MAX)];
    let of_one_field = vec![low, within("size", 5_000_000_000, i64::MAX)];

    // 80,000 leads, 10,000 for each page. Of the field that they are sorted by, only what is within bounds is read; what one
    // field has to be is looked for as one range.
    for (conditions, wanted, pages_by_id, pages_by_size) in [
        (vec![nobody], 0, 8..=9, 8..=9),
        (both, 8, 8..=9, 4..=6),
        (of_one_field, 8, 1..=1, 1..=1),
    ] {
        let filter = LeadFilter {
            conditions,
            ..LeadFilter::default()
        };
        for sort in [
            LeadSort::Created,
            LeadSort::CreatedDescending,
            by_size(true),
        ] {
            let (mut many, mut pages, mut after) = (0, 0, None);
            loop {
                let (found, next, _) = found(&adapter, &filter, &sort, after).await;
                many += found;
                pages += 1;
                if next.is_none() {
                    break;
                }
                after = next;
            }
            assert_eq!(many, wanted, "{filter:?} {sort:?}");
            let is_by_size = matches!(sort, LeadSort::Field { .. });
            let expected = if is_by_size {
                &pages_by_size
            } else {
                &pages_by_id
            };
            assert!(expected.contains(&pages), "{pages} {filter:?} {sort:?}");
        }
    }
    adapter.pool().close().await;
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
