//! Tables, partitions and views whose guards are off.

use migration::PARTITIONED;
use migration::role::{APP, LOGIN, OWNER, PLATFORM, RETENTION};

use super::{Mutant, Reach};
use crate::isolation::catalogue::{Catalogue, Relation};

pub(super) fn add(catalogue: &Catalogue, mutants: &mut Vec<Mutant>) {
    for table in catalogue.tables() {
        guards(table, mutants);
        grants(table, mutants);
        if PARTITIONED.contains(&table.family()) {
            append_only(table, mutants);
        }
        if table.is_tenants() && !table.is_partition {
            views(table, mutants);
        }
        if table.kind == "p" {
            mutants.push(
                Mutant::of_table(
                    "a partition made by hand",
                    table,
                    format!(
                        "CREATE TABLE {name}_by_hand PARTITION OF {name} FOR VALUES FROM ('1999-01-01') TO ('1999-02-01'); \
                         ALTER TABLE {name}_by_hand OWNER TO {OWNER}",
                        name = table.name
                    ),
                )
                .hidden_if(true),
            );
        }
    }
    mutants.push(Mutant {
        operator: "a tenant table without any guard",
        target: "newcomer".to_owned(),
        statements: format!(
            "CREATE TABLE newcomer (organization_id uuid NOT NULL, id uuid PRIMARY KEY, created_at timestamptz NOT NULL); \
             ALTER TABLE newcomer OWNER TO {OWNER}; GRANT SELECT, INSERT ON newcomer TO {APP}"
        ),
        reach: Reach::Functions,
        shows: false,
    });
}

fn guards(table: &Relation, mutants: &mut Vec<Mutant>) {
    let name = &table.name;
    if table.row_security {
        let mut alter = |operator, action: &str| {
            let statement = format!("ALTER TABLE {name} {action} ROW LEVEL SECURITY");
            mutants.push(Mutant::of_table(operator, table, statement));
        };
        alter("row-level security off", "DISABLE");
        alter("row-level security not forced", "NO FORCE");
        let statement = format!("ALTER TABLE {name} OWNER TO {APP}");
        mutants.push(Mutant::of_table(
            "the application role owns a table",
            table,
            statement,
        ));
    }
    for trigger in table.triggers.iter().filter(|trigger| trigger.on_truncate) {
        for (operator, statement) in [
            (
                "truncate trigger dropped",
                format!("DROP TRIGGER {} ON {name}", trigger.name),
            ),
            (
                "truncate trigger disabled",
                format!("ALTER TABLE {name} DISABLE TRIGGER {}", trigger.name),
            ),
        ] {
            mutants.push(Mutant::of_table(operator, table, statement));
        }
    }
}

fn grants(table: &Relation, mutants: &mut Vec<Mutant>) {
    let name = &table.name;
    let mut grant = |operator, right: &str, role: &str| {
        let statement = format!("GRANT {right} ON {name} TO {role}");
        mutants.push(Mutant::of_table(operator, table, statement).on(role));
    };
    for role in [APP, PLATFORM, RETENTION] {
        grant("grant TRUNCATE", "TRUNCATE", role);
        if table.is_partition {
            grant("grant on a partition", "SELECT", role);
        } else if table.grants_to(role).next().is_none() {
            grant("grant to a role without business", "SELECT", role);
        }
    }
    grant("grant to the login", "SELECT", LOGIN);
    grant("grant to everybody", "SELECT", "PUBLIC");
}

fn append_only(table: &Relation, mutants: &mut Vec<Mutant>) {
    let name = &table.name;
    for trigger in table
        .triggers
        .iter()
        .filter(|trigger| trigger.for_each_row && !trigger.internal)
    {
        let statement = format!("ALTER TABLE {name} DISABLE TRIGGER {}", trigger.name);
        mutants.push(Mutant::of_table(
            "append-only trigger disabled",
            table,
            statement,
        ));
        if !table.is_partition {
            let statement = format!("DROP TRIGGER {} ON {name}", trigger.name);
            mutants.push(Mutant::of_table(
                "append-only trigger dropped",
                table,
                statement,
            ));
        }
    }
    if !table.is_partition {
        for right in ["UPDATE", "DELETE"] {
            let statement = format!("GRANT {right} ON {name} TO {APP}");
            mutants.push(
                Mutant::of_table("grant to change append-only rows", table, statement).on(right),
            );
        }
    }
}

fn views(table: &Relation, mutants: &mut Vec<Mutant>) {
    let view = format!(
        "CREATE VIEW window AS SELECT * FROM {}; GRANT SELECT ON window TO {APP};",
        table.name
    )
    .replace("window", "a_window");
    let owned = format!("{view} ALTER VIEW a_window OWNER TO {OWNER}");
    // The owner is under row-level security as well: such a view shows nothing to anybody.
    mutants.push(Mutant::of_table("view without security_invoker", table, owned).hidden_if(true));
    mutants.push(Mutant::of_table("view of a superuser", table, view));
}
