//! Queries that must stay fast have an index, and PostgreSQL uses it: on 120,000 rows in three
//! tenants, as the application role, under row-level security.

#[path = "access_paths/analytics.rs"]
mod analytics_paths;
#[path = "access_paths/campaigns.rs"]
mod campaigns;
#[path = "access_paths/judging.rs"]
mod judging;
#[path = "access_paths/leads.rs"]
mod leads;
#[path = "access_paths/newcomers.rs"]
mod newcomers;

use compliance::ports::AuditStore;
use compliance::{AuditFilter, AuditPosition, TimeRange};
use contacts::ports::ContactStore;
use contacts::{ContactFilter, ContactSort, ValidationStatus};
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::{
    Actor, AuditAction, AuditEntryId, ContactListId, OrganizationId, Origin, PageLimit,
    PageRequest, RequestId, TenantScope, Timestamp, UserId,
};
use sqlx::{Connection, Executor, PgConnection, Row};
use tenancy::ports::TenancyStore;
use testkit::{Plan, TestDatabase, plans_of};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

/// The tenants, of which the first has most of the rows.
const TENANTS: [u128; 3] = [1, 2, 3];

/// Half past the second month of three in which the log has entries.
const MIDDLE: Timestamp = datetime!(2026-02-15 12:00 UTC);

/// The id of the `n`th thing of a kind, as [`FILL`] makes them.
fn nth(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(kind << 96 | n)
}

fn tenant() -> TenantScope {
    scope_of(TENANTS[0])
}

/// That of the `n`th organization.
fn scope_of(n: u128) -> TenantScope {
    TenantScope::for_principal(
        OrganizationId::from_uuid(nth(0xa, n)),
        Actor::Operator,
        Origin::internal(RequestId::from_uuid(nth(0xb, 1))),
    )
}

/// `id('a', 1)` is what `nth(0xa, 1)` is. The checks of foreign keys are left out: they would take
/// most of the time, and what is filled in satisfies them. No table is analyzed or vacuumed but by what fills it: the
/// server would do so at any time, or look at rows while they are vacuumed, which would not count as seen by all then.
const PREPARE: &str = "
    SET session_replication_role = replica;
    CREATE FUNCTION id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    AS $$ SELECT (lpad(kind, 8, '0') || lpad(to_hex(n), 24, '0'))::uuid $$;
    DO $$
    DECLARE
        filled regclass;
    BEGIN
        FOR filled IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', filled);
        END LOOP;
    END $$";

const MEMBERS: &str = "
    INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version)
    SELECT id('e', n), n || '@example.com', n || '@example.com', n::text, 'active', now(), now(), 1
    FROM generate_series(1, 40000) AS n;
    INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings,
        created_at, updated_at, version)
    SELECT id('a', n), n::text, 'org-' || n, id('e', 1), 'free', '{}', now(), now(), 1
    FROM generate_series(1, 3) AS n;
    INSERT INTO roles (organization_id, id, name, name_folded, description, created_at, updated_at, version)
    SELECT id('a', n), id('f', n), 'r', 'r', '', now(), now(), 1 FROM generate_series(1, 3) AS n;
    INSERT INTO memberships (organization_id, id, user_id, role_id, joined_at, invitation_state,
        created_at, updated_at, version)
    SELECT id('a', o), id('d', o * 100000 + u), id('e', u), id('f', o), now(), 'direct', now(), now(), 1
    FROM generate_series(1, 3) AS o, generate_series(1, 40000) AS u;
    ANALYZE";

const AUDIT: &str = "
    CREATE TEMPORARY TABLE filling AS
    SELECT id('a', CASE n % 6 WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 1 END) AS organization_id, id('c', n) AS id,
        timestamptz '2026-01-01 00:00:00Z' + n * interval '60 seconds' AS created_at,
        CASE WHEN n % 7 > 0 THEN id('e', n % 211 + 1) END AS user_id,
        id('9', n % 5003) AS entity_id, n
    FROM generate_series(1, 120000) AS n;
    INSERT INTO audit_logs (organization_id, id, created_at, user_id, actor_kind, entity_type, entity_id,
        action, fields, request_id, batch_id, commitment)
    SELECT organization_id, id, created_at, user_id, 'user',
        (ARRAY['team', 'role', 'membership', 'user'])[n % 4 + 1], entity_id,
        (ARRAY['create', 'update', 'delete'])[n % 3 + 1], ARRAY['name'], id('b', n), NULL,
        decode(repeat('00', 32), 'hex')
    FROM filling;
    INSERT INTO audit_payloads (organization_id, id, created_at, changes, salt)
    SELECT organization_id, id, created_at, '{\"name\": {\"old\": null, \"new\": \"North\"}}',
        decode(repeat('00', 16), 'hex')
    FROM filling;
    ANALYZE";

/// A database with many rows.
struct Filled {
    database: TestDatabase,
    /// The tables and partitions that must not be read from end to end.
    large: Vec<String>,
}

impl Filled {
    async fn with(rows: &'static str) -> Self {
        Self::with_all(&[rows]).await
    }

    /// With what each of these statements makes, one after the other.
    async fn with_all(rows: &[&'static str]) -> Self {
        let database = TestDatabase::fresh().await;
        let mut admin = PgConnection::connect_with(&database.admin())
            .await
            .expect("the administrator connects");
        for statement in [PREPARE].iter().chain(rows) {
            admin.execute(*statement).await.expect("the rows are made");
        }
        let large = admin
            .fetch_all(
                "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples >= 1000",
            )
            .await
            .expect("the tables are listed");
        Self {
            database,
            large: large.iter().map(|row| row.get(0)).collect(),
        }
    }

    /// An adapter whose statements are told with the plans that fit all values (`generic`), or these.
    async fn told(&self, generic: bool) -> PostgresDatabase {
        self.database.tell_plans(generic).await;
        let login = self.database.login();
        let adapter = PostgresDatabase::connect_lazy(login, DatabaseSettings::default());
        adapter
            .check_login()
            .await
            .expect("the login is under row-level security");
        adapter
    }

    /// The plan of the one statement that names `table`; it reads no large table from end to end.
    #[track_caller]
    fn indexed<'a>(&self, plans: &'a [Plan], table: &str) -> &'a Plan {
        let names_it = |plan: &&Plan| plan.statement().contains(table);
        let mut wanted = plans.iter().filter(names_it);
        let plan = wanted.next().expect("a statement on the table ran");
        assert!(wanted.next().is_none(), "one statement on {table}");
        assert!(
            self.large.iter().any(|large| large.starts_with(table)),
            "{table} has rows"
        );
        let mut scans = plan.sequential_scans();
        scans.retain(|scanned| self.large.contains(scanned));
        assert_eq!(scans, [""; 0], "{plan:#?}");
        plan
    }
}

/// Whether the plan uses an index with this column, in every partition with rows that it reads.
fn uses(plan: &Plan, column: &str) -> bool {
    plan.indexes().iter().any(|index| index.contains(column))
}

async fn audit_plans<T>(
    adapter: &PostgresDatabase,
    work: impl AsyncFnOnce(&dyn compliance::ports::AuditDirectory) -> T,
) -> Vec<Plan> {
    let (_, plans) = plans_of(async {
        let unit = AuditStore::begin(adapter, &tenant())
            .await
            .expect("a unit begins");
        work(unit.entries()).await
    })
    .await;
    plans
}

#[tokio::test]
async fn the_log_is_searched_by_its_indexes() {
    let filled = Filled::with(AUDIT).await;
    let actor = AuditFilter {
        actor: Some(UserId::from_uuid(nth(0xe, 100))),
        ..AuditFilter::default()
    };
    let entity = AuditFilter {
        entity: Some(nth(9, 77)),
        ..AuditFilter::default()
    };
    let typed_entity = AuditFilter {
        entity_type: "team".parse().ok(),
        ..entity.clone()
    };
    let fortnight = AuditFilter {
        time: TimeRange::new(Some(MIDDLE - Duration::WEEK), Some(MIDDLE + Duration::WEEK)).unwrap(),
        ..AuditFilter::default()
    };
    let day = AuditFilter {
        time: TimeRange::new(Some(MIDDLE), Some(MIDDLE + Duration::DAY)).unwrap(),
        ..AuditFilter::default()
    };
    let everything = AuditFilter::default();
    let narrow = AuditFilter {
        action: Some(AuditAction::Delete),
        ..fortnight.clone()
    };
    let searches = [
        (&everything, "created_at"),
        (&fortnight, "created_at"),
        (&narrow, "created_at"),
        (&actor, "user_id"),
        (&entity, "entity_id"),
        (&typed_entity, "entity_id"),
    ];
    let behind = AuditPosition {
        at: MIDDLE,
        id: nth(0xc, 60_000),
    };
    let pages = [None, Some(behind.cursor())].map(|after| PageRequest {
        limit: PageLimit::new(50).unwrap(),
        after,
    });

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for (filter, column) in searches {
            for page in &pages {
                let plans = audit_plans(&adapter, async |entries| {
                    let found = entries.search(filter, page).await.unwrap();
                    assert!(!found.items.is_empty());
                })
                .await;
                let plan = filled.indexed(&plans, "audit_logs");
                assert!(uses(plan, column), "{plan:#?}");
                assert!(filter != &everything || !plan.sorts(), "{plan:#?}");
            }

            let plans = audit_plans(&adapter, async |entries| {
                let found = entries.read(filter, Some(behind), 500).await.unwrap();
                assert!(!found.is_empty());
            })
            .await;
            let plan = filled.indexed(&plans, "audit_logs");
            assert!(uses(plan, column) && uses(plan, "pkey"), "{plan:#?}");
        }

        let plans = audit_plans(&adapter, async |entries| {
            let id = AuditEntryId::from_uuid(nth(0xc, 60_002));
            assert!(entries.find(id).await.unwrap().is_some());
        })
        .await;
        assert!(uses(filled.indexed(&plans, "audit_logs"), "pkey"));

        for filter in [&day, &actor] {
            let plans = audit_plans(&adapter, async |entries| {
                let counted = entries.count(filter, &pages[0]).await.unwrap();
                assert!(!counted.items.is_empty());
            })
            .await;
            filled.indexed(&plans, "audit_logs");
        }

        for page in &pages {
            let plans = audit_plans(&adapter, async |entries| {
                let user = UserId::from_uuid(nth(0xe, 100));
                let found = entries.search_about_user(user, page).await.unwrap();
                assert!(!found.items.is_empty());
            })
            .await;
            let plan = filled.indexed(&plans, "audit_logs");
            assert!(
                uses(plan, "user_id") && uses(plan, "entity_id"),
                "{plan:#?}"
            );
        }
        adapter.pool().close().await;
    }
}

#[tokio::test]
async fn members_are_found_by_user_by_an_index() {
    let filled = Filled::with(MEMBERS).await;
    let user = UserId::from_uuid(nth(0xe, 100));

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let ((), plans) = plans_of(async {
            let unit = TenancyStore::begin(&adapter, &tenant()).await.unwrap();
            assert!(
                unit.memberships()
                    .find_by_user(user)
                    .await
                    .unwrap()
                    .is_some()
            );
        })
        .await;
        assert!(uses(
            filled.indexed(&plans, "memberships"),
            "memberships_user"
        ));

        let ((), plans) = plans_of(async {
            let unit = TenancyStore::begin(&adapter, &tenant()).await.unwrap();
            unit.memberships().find_authorization(user).await.unwrap();
        })
        .await;
        assert!(uses(
            filled.indexed(&plans, "memberships"),
            "memberships_user"
        ));
        adapter.pool().close().await;
    }
}

const CONTACTS: &str = "
    INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version)
    VALUES (id('e', 1), 'e@example.com', 'e@example.com', 'E', 'active', now(), now(), 1);
    INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings,
        created_at, updated_at, version)
    SELECT id('a', n), n::text, 'org-' || n, id('e', 1), 'free', '{}', now(), now(), 1
    FROM generate_series(1, 3) AS n;
    CREATE TEMPORARY TABLE filling AS
    SELECT id('a', CASE n % 6 WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 1 END) AS organization_id, id('c', n) AS id, n,
        CASE WHEN n % 100 = 0 THEN 'risky' WHEN n % 7 = 0 THEN 'invalid' ELSE 'valid' END AS status,
        word || 'x' || reverse(word) AS name
    FROM generate_series(1, 120000) AS n, translate((n % 5000)::text, '0123456789', 'abcdefghij') AS word;
    INSERT INTO contact_words (organization_id, word, reversed, created_at)
    SELECT DISTINCT organization_id, name, reverse(name), now() FROM filling;
    INSERT INTO contacts (organization_id, id, email, email_normalized, email_hash, attributes, source,
        validation_status, classification, risk_score, search_text, created_at, updated_at, version, deleted_at)
    SELECT organization_id, id, n || '@example.com', n || '@example.com',
        substring(sha256(n::text::bytea) FOR 17),
        CASE WHEN n % 3000 = 8 THEN '{\"City\": \"Oslo\"}'::jsonb ELSE '{}' END, 'import', status, 'business', 0,
        ' ' || name || ' jones ' || n || ' ' || n || '@example.com ', now(), now(), 1,
        CASE WHEN n % 2000 = 8 THEN now() END
    FROM filling;
    INSERT INTO contact_lists (organization_id, id, name, name_folded, description, source, status,
        created_at, updated_at, version)
    SELECT id('a', o), id('7', o * 10 + l), 'List ' || l, 'list ' || l, '', 'import', 'pending', now(), now(), 1
    FROM generate_series(1, 3) AS o, generate_series(1, 2) AS l;
    INSERT INTO contact_list_members (organization_id, contact_id, list_id, validation_status, created_at, deleted_at)
    SELECT f.organization_id, f.id, l.id, f.status, now(), CASE WHEN f.n % 2000 = 8 THEN now() END
    FROM filling f JOIN contact_lists l ON l.organization_id = f.organization_id
    WHERE l.name = 'List 1' OR f.n % 50 = 0;
    ANALYZE";

#[tokio::test]
async fn contacts_are_listed_by_indexes() {
    let filled = Filled::with(CONTACTS).await;
    let list = |n| Some(ContactListId::from_uuid(nth(7, n)));
    let statuses = vec![ValidationStatus::Risky, ValidationStatus::Invalid];
    let filter = ContactFilter::default;
    let listings = [
        (filter(), ContactSort::Created, "contacts_pkey"),
        (filter(), ContactSort::CreatedDescending, "contacts_pkey"),
        (filter(), ContactSort::Email, "contacts_email_key"),
        (filter(), ContactSort::EmailDescending, "contacts_email_key"),
        (
            ContactFilter {
                statuses: statuses.clone(),
                ..filter()
            },
            ContactSort::Created,
            "contacts_status_idx",
        ),
        (
            ContactFilter {
                list: list(11),
                statuses: statuses.clone(),
                ..filter()
            },
            ContactSort::Created,
            "contact_list_members_status_idx",
        ),
        (
            ContactFilter {
                list: list(11),
                ..filter()
            },
            ContactSort::CreatedDescending,
            "contact_list_members_status_idx",
        ),
        (
            ContactFilter {
                list: list(12),
                ..filter()
            },
            ContactSort::Email,
            "contact",
        ),
        (
            ContactFilter {
                deleted: true,
                ..filter()
            },
            ContactSort::Created,
            "contacts_deleted_idx",
        ),
    ];
    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for (filter, sort, index) in &listings {
            let mut page = PageRequest::first();
            for _ in 0..2 {
                let (found, plans) = plans_of(async {
                    let unit = ContactStore::begin(&adapter, &tenant()).await.unwrap();
                    unit.contacts().list(filter, *sort, &page).await.unwrap()
                })
                .await;
                assert!(!found.items.is_empty(), "{filter:?}");
                let plan = filled.indexed(&plans, "contacts");
                assert!(uses(plan, index), "{filter:?} {plan:#?}");
                if found.next.is_none() {
                    break;
                }
                page.after = found.next;
            }
        }

        let emails = ["10@example.com", "11@example.com"].map(str::to_owned);
        let (found, plans) = plans_of(async {
            let unit = ContactStore::begin(&adapter, &tenant()).await.unwrap();
            unit.contacts().find_by_emails(&emails).await.unwrap()
        })
        .await;
        assert_eq!(found.len(), 2);
        assert!(uses(
            filled.indexed(&plans, "contacts"),
            "contacts_email_key"
        ));
        adapter.pool().close().await;
    }
}

/// What was searched for, how, and whether the index of words tells it: what is frequent is found sooner in order.
type Search = (&'static str, ContactFilter, ContactSort, bool);

fn searches() -> Vec<Search> {
    let search = |q: &str| ContactFilter {
        search: q.parse().ok(),
        ..ContactFilter::default()
    };
    let oslo = ContactFilter {
        attributes: vec![("city".to_owned(), "oslo".to_owned())],
        ..ContactFilter::default()
    };
    let list = Some(ContactListId::from_uuid(nth(7, 11)));
    let statuses = vec![ValidationStatus::Risky, ValidationStatus::Valid];
    let (best, newest) = (ContactSort::Fit, ContactSort::CreatedDescending);
    vec![
        ("a rare word", search("cdefxfedc"), best, true),
        ("the beginning of a rare word", search("cdef"), best, true),
        ("a mistyped word", search("cdfexfedc"), best, true),
        ("words in a row", search("\"cdefxfedc jones\""), best, true),
        ("an address", search("119998@example.com"), best, true),
        ("a part of an address", search("119998@exam"), best, true),
        (
            "a rare word, newest first",
            search("cdefxfedc"),
            newest,
            true,
        ),
        (
            "a rare word, by address",
            search("cdefxfedc"),
            ContactSort::Email,
            true,
        ),
        (
            "a rare word of some statuses",
            ContactFilter {
                statuses: statuses.clone(),
                ..search("cdefxfedc")
            },
            best,
            true,
        ),
        (
            "a rare word on a list",
            ContactFilter {
                list,
                ..search("cdefxfedc")
            },
            best,
            true,
        ),
        ("an attribute", oslo.clone(), ContactSort::Created, true),
        (
            "an attribute and a word",
            ContactFilter {
                search: "example.com".parse().ok(),
                ..oslo
            },
            best,
            true,
        ),
        ("a frequent word", search("example.com"), best, false),
        (
            "a frequent beginning",
            search("ex"),
            ContactSort::Created,
            false,
        ),
        (
            "a frequent word on a list",
            ContactFilter {
                list,
                statuses,
                ..search("example.com")
            },
            newest,
            false,
        ),
        ("what has no word", search("-cdefxfedc"), best, false),
    ]
}

#[tokio::test]
async fn contacts_are_searched_by_indexes() {
    let filled = Filled::with(CONTACTS).await;
    filled.database.tell_plans_of_functions().await;
    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        for (what, filter, sort, by_words) in searches() {
            let (found, plans) = plans_of(async {
                let unit = ContactStore::begin(&adapter, &tenant()).await.unwrap();
                let page = PageRequest::first();
                unit.contacts().list(&filter, sort, &page).await.unwrap()
            })
            .await;
            assert!(!found.items.is_empty(), "{what}");
            for plan in &plans {
                let mut scans = plan.sequential_scans();
                scans.retain(|scanned| filled.large.contains(scanned));
                assert_eq!(scans, [""; 0], "{what}: {plan:#?}");
            }
            let is_by_words = plans.iter().any(|plan| uses(plan, "contacts_search_idx"));
            assert_eq!(is_by_words, by_words, "{what}: {plans:#?}");
        }
        adapter.pool().close().await;
    }
}
