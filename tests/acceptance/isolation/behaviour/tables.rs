//! Tenant tables: tenant B at the rows of tenant A.

use migration::role::APP;
use uuid::Uuid;

use super::Trial;
use super::rights::of_a;
use crate::isolation::catalogue::{Relation, TENANT_KEY};
use crate::isolation::journey::{A, ABSENT, B, Columns};
use crate::isolation::probe::{Actor, NO_SUCH_ROW, Outcome};
use crate::isolation::rows::{
    chosen, fresh, identity, insert, moved, pointing_at, tenant_keys, unheard, with,
};

const TENANT: Actor = Actor::Unit(APP, Some(B));

impl Trial<'_, '_> {
    pub(super) async fn try_tenant_table(&mut self, table: &Relation) {
        let name = &table.name;
        // A partition is out of reach; what its own policies do is seen by opening it up.
        let opening = if table.is_partition {
            if self.prober.is_production() {
                return;
            }
            format!("GRANT SELECT, INSERT, UPDATE, DELETE ON public.{name} TO {APP}; ")
        } else {
            String::new()
        };
        self.try_reading(table, &opening).await;
        if !self.is_over() {
            self.try_changing(table, &opening).await;
        }
        if !self.is_over() {
            self.try_inserting(table, &opening).await;
        }
        if self.can_insert(table) && !self.is_over() {
            self.try_telling_apart(table, &opening).await;
            self.try_pointing(table, &opening).await;
            if !self.prober.is_production() {
                self.try_own(table, &opening).await;
            }
        }
    }

    async fn try_reading(&mut self, table: &Relation, opening: &str) {
        let name = &table.name;
        let all = format!("SELECT count(*) FROM public.{name}");
        let of = |organization: Uuid| format!("{all} WHERE {TENANT_KEY} = '{organization}'");

        let foreign = self.prober.count_after(opening, TENANT, &of(A)).await;
        self.expect(
            "another tenant's rows are not seen",
            name,
            &foreign,
            foreign == Outcome::Rows(0),
        );
        let absent = self.prober.count_after(opening, TENANT, &of(ABSENT)).await;
        self.expect_alike(
            "another tenant's rows are not seen",
            name,
            &foreign,
            &absent,
        );

        let seen = self.prober.count_after(opening, TENANT, &all).await;
        let own = seen == Outcome::Rows(self.footprint.own_rows(name));
        self.expect("own rows are seen, and no others", name, &seen, own);

        let of_platform = self.footprint.platform_rows(name);
        for (probe, organization, expected) in [
            ("without a tenant no row is seen", None, 0),
            (
                "the platform's scope sees no tenant's rows",
                Some(Uuid::nil()),
                of_platform,
            ),
        ] {
            let seen = self
                .prober
                .count_after(opening, Actor::Unit(APP, organization), &all)
                .await;
            self.expect(probe, name, &seen, seen == Outcome::Rows(expected));
        }
    }

    async fn try_changing(&mut self, table: &Relation, opening: &str) {
        let name = &table.name;
        for (probe, change) in [
            (
                "another tenant's rows are not changed",
                format!("UPDATE public.{name} SET {TENANT_KEY} = {TENANT_KEY}"),
            ),
            (
                "another tenant's rows are not deleted",
                format!("DELETE FROM public.{name}"),
            ),
        ] {
            let statement = format!("{change} WHERE {}", of_a());
            let foreign = self.prober.change_after(opening, TENANT, &statement).await;
            let untouched = foreign == Outcome::Rows(0) || foreign.is_not_granted();
            self.expect(probe, name, &foreign, untouched);
            let statement = format!("{change} WHERE {TENANT_KEY} = '{ABSENT}'");
            let absent = self.prober.change_after(opening, TENANT, &statement).await;
            self.expect_alike(probe, name, &foreign, &absent);
        }

        let statement =
            format!("UPDATE public.{name} SET {TENANT_KEY} = '{A}' WHERE {TENANT_KEY} = '{B}'");
        let outcome = self.prober.change_after(opening, TENANT, &statement).await;
        let refused = outcome.is_forbidden();
        self.expect(
            "rows are not handed to another tenant",
            name,
            &outcome,
            refused,
        );
    }

    async fn try_inserting(&mut self, table: &Relation, opening: &str) {
        let name = &table.name;
        let row = self.footprint.a(name);

        let foreign = self
            .prober
            .change_after(opening, TENANT, &insert(name, row))
            .await;
        let refused = foreign.is_forbidden();
        self.expect(
            "rows are not inserted for another tenant",
            name,
            &foreign,
            refused,
        );
        let statement = insert(name, &moved(row, ABSENT));
        let absent = self.prober.change_after(opening, TENANT, &statement).await;
        self.expect_alike(
            "rows are not inserted for another tenant",
            name,
            &foreign,
            &absent,
        );

        let key = table.indexes.iter().find(|index| index.primary);
        let target = key.map(|key| key.columns.join(", ")).unwrap_or_default();
        let statement = format!(
            "{} ON CONFLICT ({target}) DO UPDATE SET created_at = excluded.created_at",
            insert(name, row)
        );
        let outcome = self.prober.change_after(opening, TENANT, &statement).await;
        let refused = outcome.is_forbidden();
        self.expect(
            "another tenant's rows are not overwritten",
            name,
            &outcome,
            refused,
        );

        let outcome = self
            .prober
            .change_after(opening, Actor::Unit(APP, None), &insert(name, row))
            .await;
        let refused = outcome.is_forbidden();
        self.expect(
            "without a tenant no row is inserted",
            name,
            &outcome,
            refused,
        );
    }

    /// A key that another tenant has is as free as one that nobody has.
    async fn try_telling_apart(&mut self, table: &Relation, opening: &str) {
        const PROBE: &str = "another tenant's row is not told from an absent one";
        let name = &table.name;

        let copy = moved(self.footprint.a(name), B);
        let foreign = self.try_insert(opening, name, &copy).await;
        let pointing = table.foreign_keys.iter().flat_map(|key| &key.columns);
        let leads_to_tenants = |column: &&String| {
            tenant_keys(self.catalogue, table).any(|key| key.columns.contains(column))
        };
        let varied: Vec<&String> = identity(table)
            .into_iter()
            .chain(pointing.filter(leads_to_tenants))
            .filter(|column| *column != TENANT_KEY)
            .collect();
        let other = unheard(table, &copy, varied);
        let absent = self.try_insert(opening, name, &other).await;
        self.expect_alike(PROBE, name, &foreign, &absent);

        let fresh = fresh(
            self.catalogue,
            table,
            self.footprint.b(name),
            self.footprint.a(name),
        );
        let free = self.try_insert(opening, name, &fresh).await;
        for index in table.indexes.iter().filter(|index| index.unique) {
            let columns = chosen(table, index);
            if columns.is_empty() {
                continue;
            }
            let row = with(&fresh, columns, self.footprint.a(name));
            let taken = self.try_insert(opening, name, &row).await;
            self.expect_alike(PROBE, &index.name, &taken, &free);
        }
    }

    async fn try_pointing(&mut self, table: &Relation, opening: &str) {
        const PROBE: &str = "another tenant's row is not pointed at";
        let name = &table.name;
        let fresh = fresh(
            self.catalogue,
            table,
            self.footprint.b(name),
            self.footprint.a(name),
        );
        for key in tenant_keys(self.catalogue, table) {
            let Some(target) = self.catalogue.relation(&key.target) else {
                continue;
            };
            let there = self.footprint.a(&target.name);
            let foreign = self
                .try_insert(opening, name, &pointing_at(&fresh, key, there))
                .await;
            let refused = foreign.is_refused_as(NO_SUCH_ROW);
            self.expect(PROBE, &key.name, &foreign, refused);

            let nowhere = unheard(
                target,
                there,
                key.target_columns
                    .iter()
                    .filter(|column| *column != TENANT_KEY),
            );
            let absent = self
                .try_insert(opening, name, &pointing_at(&fresh, key, &nowhere))
                .await;
            self.expect_alike(PROBE, &key.name, &foreign, &absent);
        }
    }

    /// What is refused above is not refused because everything is.
    async fn try_own(&mut self, table: &Relation, opening: &str) {
        let name = &table.name;
        let preparation = format!(
            "{opening}SET LOCAL session_replication_role = replica; \
             DELETE FROM public.{name} WHERE {TENANT_KEY} = '{B}'; \
             SET LOCAL session_replication_role = origin; "
        );
        let statement = insert(name, self.footprint.b(name));
        let outcome = self
            .prober
            .change_after(&preparation, TENANT, &statement)
            .await;
        self.expect(
            "own rows are inserted",
            name,
            &outcome,
            outcome == Outcome::Rows(1),
        );
    }

    async fn try_insert(&mut self, opening: &str, table: &str, row: &Columns) -> Outcome {
        self.prober
            .change_after(opening, TENANT, &insert(table, row))
            .await
    }

    fn can_insert(&self, table: &Relation) -> bool {
        self.catalogue
            .relation(table.family())
            .is_some_and(|parent| {
                parent
                    .grants_to(APP)
                    .any(|grant| grant.privilege == "INSERT")
            })
    }
}
