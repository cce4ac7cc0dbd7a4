//! Tables that belong to no tenant, tried from inside one.

use migration::role::APP;
use uuid::Uuid;

use super::rights::is_plainly_granted;
use super::{Trial, verbs};
use crate::isolation::catalogue::Relation;
use crate::isolation::exceptions::extra_policies;
use crate::isolation::journey::B;
use crate::isolation::probe::{Actor, Outcome};
use crate::isolation::rows::insert;

/// The platform's own scope.
const PLATFORM_SCOPE: Actor = Actor::Unit(APP, Some(Uuid::nil()));

impl Trial<'_, '_> {
    pub(super) async fn try_scopes(&mut self, table: &Relation) {
        let scoped =
            extra_policies().any(|policy| policy.table == table.name && policy.role == APP);
        if scoped {
            self.try_platform_scope(table).await;
        } else {
            self.try_plain(table).await;
        }
    }

    /// Accounts: all of them in the platform's scope, and in a tenant its people, to be read.
    async fn try_platform_scope(&mut self, table: &Relation) {
        let name = &table.name;
        let tenant = Actor::Unit(APP, Some(B));
        let all = format!("SELECT count(*) FROM public.{name}");
        let people = if name == "users" {
            self.footprint.own_rows("memberships")
        } else {
            0
        };

        let outcome = self.prober.count(PLATFORM_SCOPE, &all).await;
        let everything = outcome == Outcome::Rows(self.footprint.all_rows(name));
        self.expect(
            "the platform's scope holds the accounts",
            name,
            &outcome,
            everything,
        );

        let outcome = self.prober.count(tenant, &all).await;
        let own = outcome == Outcome::Rows(people);
        self.expect(
            "a tenant sees its people's accounts alone",
            name,
            &outcome,
            own,
        );

        let outcome = self.prober.count(Actor::Unit(APP, None), &all).await;
        let nothing = outcome == Outcome::Rows(0);
        self.expect("without a tenant no row is seen", name, &outcome, nothing);

        if table
            .grants_to(APP)
            .any(|grant| grant.privilege == "UPDATE")
        {
            let statement = format!("UPDATE public.{name} SET created_at = created_at");
            let outcome = self.prober.change(PLATFORM_SCOPE, &statement).await;
            let everything = outcome == Outcome::Rows(self.footprint.all_rows(name));
            self.expect(
                "the platform's scope holds the accounts",
                name,
                &outcome,
                everything,
            );
        } else if !self.prober.is_production() {
            let preparation = format!("DELETE FROM public.{name}; ");
            let statement = insert(name, self.footprint.any(name));
            let outcome = self
                .prober
                .change_after(&preparation, PLATFORM_SCOPE, &statement)
                .await;
            let one = outcome == Outcome::Rows(1);
            self.expect(
                "the platform's scope holds the accounts",
                name,
                &outcome,
                one,
            );
        }

        for statement in [
            format!("UPDATE public.{name} SET created_at = created_at"),
            format!("DELETE FROM public.{name}"),
            insert(name, self.footprint.any(name)),
        ] {
            let outcome = self.prober.change(tenant, &statement).await;
            let untouched = outcome == Outcome::Rows(0) || outcome.is_forbidden();
            self.expect("a tenant changes no account", name, &outcome, untouched);
        }
    }

    /// Directories, catalogues and the installation's own tables: what is not granted is refused.
    async fn try_plain(&mut self, table: &Relation) {
        for (verb, statement) in verbs(table) {
            if table.name == "seaql_migrations" && verb == "UPDATE" {
                continue;
            }
            let outcome = self
                .prober
                .change(Actor::Unit(APP, Some(B)), &statement)
                .await;
            let expected = if is_plainly_granted(&table.name, verb) {
                matches!(outcome, Outcome::Rows(_))
            } else {
                outcome.is_not_granted()
            };
            self.expect(
                "a tenant has no right on it",
                &table.name,
                &outcome,
                expected,
            );
        }
    }
}
