//! The functions that act as their owner, called by a tenant.

use migration::role::{APP, LOGIN, OWNER, PLATFORM, RETENTION, SEARCH};

use super::Trial;
use crate::isolation::journey::{A, ABSENT, B, Footprint};
use crate::isolation::probe::{Actor, Outcome};

const TENANT: Actor = Actor::Unit(APP, Some(B));

/// How a definer function is tried.
struct Trick {
    function: &'static str,
    /// A call by which the tenant `{organization}` reaches for what `{whose}` has.
    call: &'static str,
    /// Counts what A has, which the call must not change; and what B has, which it does change.
    count: &'static str,
    /// By how much the call changes B's count where the tenant reaches for its own.
    own: i64,
}

/// Every definer function that takes an organization stands here, or the trial fails.
const TRICKS: &[Trick] = &[
    Trick {
        function: "claim_slug",
        call: "claim_slug('{organization}', 'landing', 'slug-{whose}', now())",
        count: "SELECT count(*) FROM slugs WHERE slug = 'slug-{whose}' AND organization_id = '{organization}'",
        own: 1,
    },
    Trick {
        function: "release_slug",
        call: "release_slug('{organization}', 'organization', 'slug-{whose}')",
        count: "SELECT count(*) FROM slugs WHERE slug = 'slug-{whose}' AND organization_id = '{organization}'",
        own: -1,
    },
    Trick {
        function: "add_credential",
        call: "add_credential('{organization}', 'api_key', sha256('new {whose}'), '{key}'::uuid, now())",
        count: "SELECT count(*) FROM credentials WHERE subject_id = '{key}'::uuid AND organization_id = '{organization}'",
        own: 1,
    },
    Trick {
        function: "remove_credentials",
        call: "remove_credentials('{organization}', 'api_key', '{key}'::uuid)",
        count: "SELECT count(*) FROM credentials WHERE subject_id = '{key}'::uuid AND organization_id = '{organization}'",
        own: -1,
    },
    Trick {
        function: "add_user_organization",
        call: "add_user_organization('{organization}', md5('other {whose}')::uuid, now())",
        count: "SELECT count(*) FROM user_organizations WHERE organization_id = '{organization}' AND '{whose}' <> ''",
        own: 1,
    },
    Trick {
        function: "remove_user_organization",
        call: "remove_user_organization('{organization}', '{user}'::uuid)",
        count: "SELECT count(*) FROM user_organizations WHERE user_id = '{user}'::uuid AND organization_id = '{organization}'",
        own: -1,
    },
    Trick {
        function: "search_contacts",
        call: "search_contacts('{organization}', (right('{organization}', 4) || 'both')::tsquery, NULL, NULL, NULL)",
        count: "SELECT count(*) FROM contacts WHERE organization_id = '{organization}' AND '{whose}' <> ''",
        own: 0,
    },
    Trick {
        function: "search_lead_values",
        call: "search_lead_values('{organization}', 'email_a', 'answer', 10)",
        count: "SELECT count(*) FROM lead_field_values WHERE organization_id = '{organization}' AND '{whose}' <> ''",
        own: 0,
    },
];

/// What a tenant may ask, with the right answer.
const LOOKUPS: &[(&str, &str)] = &[
    (
        "find_slug",
        "SELECT count(*) FROM find_slug('organization', 'slug-a') AS found WHERE found = '{a}'",
    ),
    (
        "find_slug",
        "SELECT 1 - count(found) FROM find_slug('organization', 'slug') AS found",
    ),
    (
        "find_slug",
        "SELECT 1 - count(found) FROM find_slug('landing', 'slug-a') AS found",
    ),
    (
        "claim_slug",
        "SELECT count(*) FROM claim_slug('{b}', 'organization', 'slug-a', now()) AS claimed WHERE NOT claimed",
    ),
    (
        "find_credential",
        "SELECT 1 - count(organization_id) FROM find_credential('api_key', sha256('nobody'))",
    ),
    (
        "find_credential",
        "SELECT count(*) FROM find_credential('api_key', '{hash}'::bytea) AS found WHERE found.organization_id = '{a}' AND found.subject_id = '{key}'::uuid",
    ),
    (
        "find_credential",
        "SELECT 1 - count(organization_id) FROM find_credential('invitation', '{hash}'::bytea)",
    ),
    (
        "find_organizations_of_user",
        "SELECT count(*) FROM find_organizations_of_user('{user}'::uuid) AS found WHERE found = '{a}'",
    ),
    (
        "find_organizations_of_user",
        "SELECT 1 - count(*) FROM find_organizations_of_user(md5('nobody')::uuid)",
    ),
    (
        "search_contacts",
        "SELECT count(*) FROM search_contacts('{b}', (right('{b}', 4) || 'both')::tsquery, NULL, NULL, NULL) AS found",
    ),
    (
        "search_contacts",
        "SELECT count(*) FROM search_contacts('{b}', (right('{b}', 4) || 'wordb')::tsquery, NULL, NULL, NULL) AS found",
    ),
    (
        "search_contacts",
        "SELECT 1 - count(*) FROM search_contacts('{b}', (right('{a}', 4) || 'worda')::tsquery, NULL, NULL, NULL)",
    ),
    (
        "search_lead_values",
        "SELECT count(*) FROM search_lead_values('{b}', 'email_b', 'answer-b@', 10) AS found",
    ),
    (
        "search_lead_values",
        "SELECT 1 - count(*) FROM search_lead_values('{b}', 'email_a', 'answer-a@', 10)",
    ),
    (
        "search_lead_values",
        "SELECT 1 - count(*) FROM search_lead_values('{b}', 'email_b', 'answer_b@', 10)",
    ),
];

impl Trial<'_, '_> {
    pub(super) async fn try_functions(&mut self) {
        for function in self
            .catalogue
            .functions
            .iter()
            .filter(|function| function.definer)
        {
            let known = ["make_partition", "purge_contact_words", "purge_credentials"]
                .contains(&function.name.as_str())
                || TRICKS.iter().any(|trick| trick.function == function.name)
                || LOOKUPS.iter().any(|(name, _)| *name == function.name);
            assert!(known, "nothing tries `{}`", function.signature);
        }
        self.try_unit().await;
        for trick in TRICKS {
            self.try_trick(trick).await;
        }
        for (function, question) in LOOKUPS {
            let question = named(self.footprint, question, "a")
                .replace("{a}", &A.to_string())
                .replace("{b}", &B.to_string());
            let answer = self.prober.count(TENANT, &question).await;
            let right = answer == Outcome::Rows(1);
            self.expect(
                "a look-up finds exactly what was asked for",
                function,
                &answer,
                right,
            );
            let answer = self.prober.count(Actor::Login, &question).await;
            let refused = answer.is_not_granted();
            self.expect(
                "outside a unit of work no function answers",
                function,
                &answer,
                refused,
            );
        }
        self.try_partitions().await;
        self.try_purging().await;
        self.try_purging_words().await;
    }

    async fn try_purging_words(&mut self) {
        const FUNCTION: &str = "purge_contact_words";
        const PURGE: &str = "SELECT count(*) FROM purge_contact_words('-infinity', now(), 1)";
        let outcome = self.prober.count(TENANT, PURGE).await;
        let refused = outcome.is_not_granted();
        self.expect("a tenant purges nothing", FUNCTION, &outcome, refused);
        let platform = Actor::Unit(PLATFORM, Some(uuid::Uuid::nil()));
        let outcome = self.prober.count(platform, PURGE).await;
        let called = outcome == Outcome::Rows(1);
        self.expect("the platform purges", FUNCTION, &outcome, called);
        if self.prober.is_production() {
            return;
        }
        // A contact of A has the first, one of B the second, nobody the third.
        let preparation = format!(
            "INSERT INTO contact_words (organization_id, word, reversed, created_at, noted_at) \
             SELECT '{A}', word, reverse(word), now(), noted FROM (VALUES \
                ('worda', 'epoch'::timestamptz), ('wordb', 'epoch'), ('nobodys', 'infinity')) AS w (word, noted); \
             SET LOCAL SESSION AUTHORIZATION canvass_login; \
             SELECT unit('{PLATFORM}', '{nil}', 30000); \
             SELECT purge_contact_words('epoch'::timestamptz + interval '1 day', now(), 1000); \
             RESET SESSION AUTHORIZATION; ",
            nil = uuid::Uuid::nil()
        );
        let count = format!(
            "SELECT sum(CASE word WHEN 'worda' THEN 1 WHEN 'wordb' THEN 10 ELSE 100 END)::bigint \
             FROM contact_words WHERE organization_id = '{A}' AND word IN ('worda', 'wordb', 'nobodys')"
        );
        let outcome = self
            .prober
            .count_after(&preparation, Actor::Administrator, &count)
            .await;
        let right = outcome == Outcome::Rows(101);
        self.expect(
            "words stay that the organization's own contacts have, or had not long ago",
            FUNCTION,
            &outcome,
            right,
        );
    }

    async fn try_purging(&mut self) {
        const PURGE: &str = "SELECT count(*) FROM purge_credentials('epoch')";
        let outcome = self.prober.count(TENANT, PURGE).await;
        let refused = outcome.is_not_granted();
        self.expect(
            "a tenant purges nothing",
            "purge_credentials",
            &outcome,
            refused,
        );
        let platform = Actor::Unit(PLATFORM, Some(uuid::Uuid::nil()));
        let outcome = self.prober.count(platform, PURGE).await;
        let called = outcome == Outcome::Rows(1);
        self.expect("the platform purges", "purge_credentials", &outcome, called);
        if self.prober.is_production() {
            return;
        }
        // Of each kind one more, which stays for want of age, or goes by its kind.
        for (at, left) in [("epoch", 3), ("infinity", 1)] {
            let preparation = format!(
                "INSERT INTO credentials (kind, hash, organization_id, subject_id, created_at) \
                 SELECT kind, sha256(kind::bytea), '{ABSENT}', '{ABSENT}', now() \
                 FROM unnest(ARRAY['api_key', 'invitation', 'request']) kind; \
                 SET LOCAL SESSION AUTHORIZATION canvass_login; \
                 SELECT unit('{PLATFORM}', '{nil}', 30000); SELECT purge_credentials('{at}'); \
                 RESET SESSION AUTHORIZATION; ",
                nil = uuid::Uuid::nil()
            );
            let count =
                format!("SELECT count(*) FROM credentials WHERE organization_id = '{ABSENT}'");
            let outcome = self
                .prober
                .count_after(&preparation, Actor::Administrator, &count)
                .await;
            let right = outcome == Outcome::Rows(left);
            self.expect(
                "what is purged is old and of the kinds that run out",
                "purge_credentials",
                &outcome,
                right,
            );
        }
    }

    async fn try_partitions(&mut self) {
        const MAKE: &str =
            "SELECT count(*) FROM make_partition('audit_logs', '1998-01-01') AS made WHERE made";
        let outcome = self.prober.count(TENANT, MAKE).await;
        let refused = outcome.is_not_granted();
        self.expect(
            "a tenant makes no partitions",
            "make_partition",
            &outcome,
            refused,
        );
        let platform = Actor::Unit(PLATFORM, Some(uuid::Uuid::nil()));
        let outcome = self.prober.count(platform, MAKE).await;
        let made = outcome == Outcome::Rows(1);
        self.expect(
            "the platform makes partitions",
            "make_partition",
            &outcome,
            made,
        );
    }

    /// What opens a unit of work opens it for the three roles of the program alone.
    async fn try_unit(&mut self) {
        for role in [OWNER, SEARCH, LOGIN, "postgres"] {
            let outcome = self
                .prober
                .change(Actor::Unit(role, Some(B)), "SELECT 1")
                .await;
            let refused = matches!(&outcome, Outcome::Refused { message, .. }
                if message.starts_with("no unit of work for this role"));
            self.expect(
                "no unit of work is opened for another role",
                role,
                &outcome,
                refused,
            );
        }
        for role in [APP, PLATFORM, RETENTION] {
            let again = format!("SELECT unit('{APP}', '{A}', 1000)");
            let outcome = self.prober.change(Actor::Unit(role, Some(B)), &again).await;
            let refused = outcome.is_forbidden();
            self.expect(
                "a unit of work is not opened inside another",
                role,
                &outcome,
                refused,
            );
        }
    }

    async fn try_trick(&mut self, trick: &Trick) {
        let footprint = self.footprint;
        let fill = |text: &str, organization: uuid::Uuid, whose: &str| {
            named(footprint, text, whose).replace("{organization}", &organization.to_string())
        };
        let call = |organization, whose: &str| {
            format!(
                "SELECT 0::bigint FROM {} AS called",
                fill(trick.call, organization, whose)
            )
        };

        let outside = self.prober.count(Actor::Login, &call(A, "a")).await;
        let refused = outside.is_not_granted();
        self.expect(
            "outside a unit of work no function answers",
            trick.function,
            &outside,
            refused,
        );

        let foreign = self.prober.count(TENANT, &call(A, "a")).await;
        let refused = foreign.is_forbidden();
        self.expect(
            "a function compares the organization",
            trick.function,
            &foreign,
            refused,
        );
        let absent = self.prober.count(TENANT, &call(ABSENT, "a")).await;
        self.expect_alike(
            "a function compares the organization",
            trick.function,
            &foreign,
            &absent,
        );
        let nobody = self
            .prober
            .count(Actor::Unit(APP, None), &call(A, "a"))
            .await;
        let refused = nobody.is_forbidden();
        self.expect(
            "a function compares the organization",
            trick.function,
            &nobody,
            refused,
        );

        if self.prober.is_production() {
            return;
        }
        // One call of the tenant, and in the same breath a count of everybody's rows.
        let after = |organization, whose: &str, counted_of, counted_whose: &str| {
            (
                format!(
                    "SET LOCAL SESSION AUTHORIZATION canvass_login; SELECT unit('{APP}', '{B}', 30000); \
                     {}; RESET SESSION AUTHORIZATION; ",
                    call(organization, whose)
                ),
                fill(trick.count, counted_of, counted_whose),
            )
        };
        for (probe, whose, of, change) in [
            ("a function leaves other tenants' rows alone", "a", A, 0),
            ("a function does its work", "b", B, trick.own),
        ] {
            let (preparation, count) = after(B, whose, of, whose);
            let before = self.prober.count(Actor::Administrator, &count).await;
            let now = self
                .prober
                .count_after(&preparation, Actor::Administrator, &count)
                .await;
            let Outcome::Rows(before) = before else {
                panic!("an administrator counts");
            };
            let expected = now == Outcome::Rows(before + change);
            self.expect(probe, trick.function, &now, expected);
        }
    }
}

/// The text with the names of what the tenant left: its letter, its owner, and its API key.
fn named(footprint: &Footprint, text: &str, whose: &str) -> String {
    let of = |table: &str, column: &str| {
        let row = match whose {
            "a" => footprint.a(table),
            _ => footprint.b(table),
        };
        row[column].as_str().unwrap_or_default().to_owned()
    };
    text.replace("{whose}", whose)
        .replace("{user}", &of("organizations", "owner_id"))
        .replace("{key}", &of("api_keys", "id"))
        .replace("{hash}", &of("api_keys", "key_hash"))
}
