//! What roles may do at all, whichever rows there are.

use migration::PARTITIONED;
use migration::role::{APP, OWNER, PLATFORM, RETENTION};

use super::{Trial, verbs};
use crate::isolation::catalogue::Relation;
use crate::isolation::exceptions::{
    ExtraPolicy, PLAIN_GRANTS, WITHOUT_ROW_SECURITY, extra_grants, extra_policies, is_listed,
};
use crate::isolation::journey::{A, B};
use crate::isolation::probe::{Actor, NO_SUCH_ROW, Outcome};
use crate::isolation::rows::{fresh, insert, moved};

impl Trial<'_, '_> {
    pub(super) async fn try_rights(&mut self, table: &Relation) {
        self.try_outside_a_unit(table).await;
        self.try_other_roles(table).await;
        self.try_truncate(table).await;
        if !self.prober.is_production() {
            self.try_owner(table).await;
            self.try_append_only(table).await;
        }
    }

    async fn try_outside_a_unit(&mut self, table: &Relation) {
        for (_, statement) in own_verbs(table) {
            let outcome = self.prober.change(Actor::Login, &statement).await;
            let refused = outcome.is_not_granted();
            self.expect(
                "outside a unit of work nothing can be done",
                &table.name,
                &outcome,
                refused,
            );
        }
    }

    /// The platform and retention roles can do what is listed, and nothing else.
    async fn try_other_roles(&mut self, table: &Relation) {
        let name = &table.name;
        for role in [PLATFORM, RETENTION] {
            let rights = extra_grants()
                .filter(|(listed, grantee, ..)| *listed == name && *grantee == role)
                .flat_map(|(_, _, rights, _)| *rights)
                .collect::<Vec<_>>();
            for (verb, statement) in own_verbs(table) {
                let actor = Actor::Unit(role, Some(B));
                let whole = rights.iter().any(|right| **right == verb);
                let reads = verb == "SELECT" && rights.iter().any(|right| right.starts_with(verb));
                if !whole && !reads {
                    let outcome = self.prober.change(actor, &statement).await;
                    let refused = outcome.is_not_granted();
                    self.expect("other roles have no right on it", name, &outcome, refused);
                } else if let Some(policy) = confinement(name, role, verb) {
                    self.try_confined_right(table, policy, verb).await;
                } else {
                    self.try_right(table, actor, verb).await;
                }
            }
        }
        let actor = Actor::Unit(PLATFORM, Some(B));
        // Of all columns that the platform may null one shows whether rows are let through.
        if let Some((column, right)) = nulled_columns(name, PLATFORM).first() {
            if confinement(name, PLATFORM, "UPDATE").is_some() {
                self.try_locking(table, actor, column).await;
                return;
            }
            let statement = format!("UPDATE public.{name} SET {column} = NULL");
            let nulled = self.prober.change(actor, &statement).await;
            let all = nulled == Outcome::Rows(self.footprint.all_rows(name));
            self.expect("the platform nulls what is listed", right, &nulled, all);
        }
    }

    /// Where a role may update what it purges, it can lock that, and change nothing.
    async fn try_locking(&mut self, table: &Relation, actor: Actor, column: &str) {
        const PROBE: &str = "who purges locks rows, and changes none";
        if self.prober.is_production() {
            return;
        }
        let name = &table.name;
        let preparation = format!("UPDATE public.{name} SET deleted_at = created_at; ");
        let own = Outcome::Rows(self.footprint.own_rows(name));
        let lock = format!(
            "SELECT count(*) FROM (SELECT {column} FROM public.{name} FOR UPDATE) AS locked"
        );
        let outcome = self.prober.count_after(&preparation, actor, &lock).await;
        self.expect(PROBE, name, &outcome, outcome == own);
        let change = format!("UPDATE public.{name} SET {column} = {column}");
        let outcome = self.prober.change_after(&preparation, actor, &change).await;
        let refused = outcome.is_forbidden() && !outcome.is_not_granted();
        self.expect(PROBE, name, &outcome, refused);
    }

    /// What is listed does work, on all rows.
    async fn try_right(&mut self, table: &Relation, actor: Actor, verb: &str) {
        const PROBE: &str = "a role does what it is listed for";
        let name = &table.name;
        let all = Outcome::Rows(self.footprint.all_rows(name));
        let first = table.columns.first().map_or("", |column| &column.name);
        match verb {
            "SELECT" => {
                let statement = format!("SELECT count(*) FROM public.{name}");
                let outcome = self.prober.count(actor, &statement).await;
                self.expect(PROBE, name, &outcome, outcome == all);
            }
            "INSERT" => {
                // The row is there already: that it clashes shows that it was let in.
                let statement = insert(name, self.footprint.any(name));
                let outcome = self.prober.change(actor, &statement).await;
                let let_in = !outcome.is_forbidden();
                self.expect(PROBE, name, &outcome, let_in);
            }
            "UPDATE" => {
                let statement = format!("UPDATE public.{name} SET {first} = {first}");
                let outcome = self.prober.change(actor, &statement).await;
                self.expect(PROBE, name, &outcome, outcome == all);
            }
            _ => {
                let statement = format!("DELETE FROM public.{name}");
                let outcome = self.prober.change(actor, &statement).await;
                // That other rows lead to one of them shows that it was let in.
                let let_in = outcome == all || outcome.is_refused_as(NO_SUCH_ROW);
                self.expect(PROBE, name, &outcome, let_in);
            }
        }
    }

    /// What is listed does work, on rows of the unit's organization, and on deleted ones alone where those are meant.
    async fn try_confined_right(&mut self, table: &Relation, policy: &ExtraPolicy, verb: &str) {
        const PROBE: &str = "a role does what it is listed for in one organization";
        let name = &table.name;
        let actor = Actor::Unit(policy.role, Some(B));
        if verb == "INSERT" {
            self.try_confined_insert(table, actor).await;
            return;
        }
        let mut preparation = String::new();
        if policy.is_of_deleted() {
            if self.prober.is_production() {
                return;
            }
            self.try_living_rows(name, actor).await;
            preparation = format!("UPDATE public.{name} SET deleted_at = created_at; ");
        }
        let own = Outcome::Rows(self.footprint.own_rows(name));
        if verb == "SELECT" {
            let statement = format!("SELECT count(*) FROM public.{name}");
            let outcome = self
                .prober
                .count_after(&preparation, actor, &statement)
                .await;
            self.expect(PROBE, name, &outcome, outcome == own);
        } else {
            let statement = format!("DELETE FROM public.{name}");
            let outcome = self
                .prober
                .change_after(&preparation, actor, &statement)
                .await;
            // That other rows lead to one of them shows that it was let in.
            let let_in = outcome == own || outcome.is_refused_as(NO_SUCH_ROW);
            self.expect(PROBE, name, &outcome, let_in);
        }
    }

    /// Where nothing is deleted, a role that reaches what is deleted sees nothing.
    async fn try_living_rows(&mut self, name: &str, actor: Actor) {
        let preparation = format!(
            "SET LOCAL session_replication_role = replica; \
             DELETE FROM public.{name} WHERE deleted_at IS NOT NULL; \
             SET LOCAL session_replication_role = origin; "
        );
        let statement = format!("SELECT count(*) FROM public.{name}");
        let outcome = self
            .prober
            .count_after(&preparation, actor, &statement)
            .await;
        let none = outcome == Outcome::Rows(0);
        self.expect("what is not deleted is out of reach", name, &outcome, none);
    }

    /// Entries of the audit log are added to the unit's organization alone, and say that something was purged.
    async fn try_confined_insert(&mut self, table: &Relation, actor: Actor) {
        const PROBE: &str = "who purges tells so, and nothing else";
        let name = &table.name;
        let (a, b) = (self.footprint.a(name), self.footprint.b(name));
        let mut row = fresh(self.catalogue, table, b, a);
        if row.contains_key("action") {
            let outcome = self.prober.change(actor, &insert(name, &row)).await;
            let refused = outcome.is_forbidden();
            self.expect(PROBE, name, &outcome, refused);
            row.insert("action".to_owned(), "purge".into());
        }
        let outcome = self.prober.change(actor, &insert(name, &row)).await;
        self.expect(PROBE, name, &outcome, outcome == Outcome::Rows(1));
        let foreign = insert(name, &moved(&row, A));
        let outcome = self.prober.change(actor, &foreign).await;
        let refused = outcome.is_forbidden();
        self.expect(PROBE, name, &outcome, refused);
    }

    async fn try_truncate(&mut self, table: &Relation) {
        let name = &table.name;
        let statement = format!("TRUNCATE public.{name}");
        for role in [APP, PLATFORM, RETENTION] {
            let outcome = self
                .prober
                .change(Actor::Unit(role, Some(B)), &statement)
                .await;
            let refused = outcome.is_not_granted();
            self.expect("nobody has the right to truncate", name, &outcome, refused);
        }
        if !self.prober.is_production() && name != "seaql_migrations" {
            // Without CASCADE the foreign keys that lead here would refuse it.
            let statement = format!("{statement} CASCADE");
            let outcome = self.prober.change(Actor::Role(OWNER), &statement).await;
            let refused = matches!(&outcome, Outcome::Refused { message, .. }
                if message.trim_end() == format!("{name} cannot be truncated"));
            self.expect("not even the owner truncates", name, &outcome, refused);
        }
    }

    async fn try_owner(&mut self, table: &Relation) {
        if is_listed(WITHOUT_ROW_SECURITY, table.family()) {
            return;
        }
        let statement = format!("SELECT count(*) FROM public.{}", table.name);
        let outcome = self.prober.count(Actor::Role(OWNER), &statement).await;
        let none = outcome == Outcome::Rows(0);
        self.expect("the owner sees no row", &table.name, &outcome, none);
    }

    async fn try_append_only(&mut self, table: &Relation) {
        if !PARTITIONED.contains(&table.family()) {
            return;
        }
        let name = &table.name;
        for statement in [
            format!("UPDATE public.{name} SET created_at = created_at"),
            format!("DELETE FROM public.{name}"),
        ] {
            let outcome = self.prober.change(Actor::Administrator, &statement).await;
            let refused = matches!(&outcome, Outcome::Refused { message, .. }
                if message.trim_end().ends_with(" is append-only"));
            self.expect("append-only rows stay as they are", name, &outcome, refused);
        }
        for (verb, statement) in verbs(table) {
            if table.is_partition || !matches!(verb, "UPDATE" | "DELETE") {
                continue;
            }
            let outcome = self
                .prober
                .change(Actor::Unit(APP, Some(B)), &statement)
                .await;
            let refused = outcome.is_not_granted();
            self.expect("append-only rows stay as they are", name, &outcome, refused);
        }
        for (column, right) in nulled_columns(name, RETENTION) {
            let of_a = format!("UPDATE public.{name} SET {column} = ");
            let retention = Actor::Unit(RETENTION, None);
            let nulled = self.prober.change(retention, &format!("{of_a} NULL")).await;
            let all = nulled == Outcome::Rows(self.footprint.all_rows(name));
            self.expect("retention nulls personal columns", right, &nulled, all);
            let value = match &self.footprint.any(name)[column] {
                serde_json::Value::Null => continue,
                serde_json::Value::String(old) if column == "ip" => format!("'{old}'::inet + 1"),
                serde_json::Value::String(_) => "'\\x00'".to_owned(),
                _ => "'{}'".to_owned(),
            };
            let changed = self
                .prober
                .change(retention, &format!("{of_a} {value}"))
                .await;
            let refused = changed.is_forbidden();
            self.expect("retention only nulls", right, &changed, refused);
        }
    }
}

/// The verbs that make sense on a table: the list of migrations has no `created_at`.
fn own_verbs(table: &Relation) -> Vec<(&'static str, String)> {
    verbs(table)
        .into_iter()
        .map(|(verb, statement)| match (verb, table.columns.first()) {
            ("UPDATE", Some(first)) => (verb, statement.replace("created_at", &first.name)),
            _ => (verb, statement),
        })
        .collect()
}

/// The policy by which a role reaches rows of the unit's organization alone by this verb, where it is one.
fn confinement(table: &str, role: &str, verb: &str) -> Option<&'static ExtraPolicy> {
    extra_policies()
        .find(|policy| policy.table == table && policy.role == role && policy.is_confined(verb))
}

/// The columns of a table that the role may null, each with the right as it is listed.
fn nulled_columns(table: &str, role: &str) -> Vec<(&'static str, &'static str)> {
    extra_grants()
        .filter(|(listed, grantee, ..)| *listed == table && *grantee == role)
        .flat_map(|(_, _, rights, _)| rights.iter())
        .filter_map(|right| {
            let column = right.strip_prefix("UPDATE (")?.strip_suffix(')')?;
            Some((column, *right))
        })
        .collect()
}

/// Whether the application role may do this to a table without row-level security.
pub(super) fn is_plainly_granted(table: &str, verb: &str) -> bool {
    PLAIN_GRANTS
        .iter()
        .any(|(listed, rights)| *listed == table && rights.contains(&verb))
}

/// What never belongs to B, for tables that name an organization.
pub(super) fn of_a() -> String {
    format!("organization_id = '{A}'")
}
