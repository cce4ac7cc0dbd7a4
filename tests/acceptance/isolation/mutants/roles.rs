//! Roles with powers, and doors that stand open.

use migration::role::{APP, LOGIN, OWNER, PLATFORM, RETENTION, SEARCH};

use super::{Mutant, Reach};
use crate::isolation::catalogue::Catalogue;

pub(super) fn add(catalogue: &Catalogue, mutants: &mut Vec<Mutant>) {
    powers(mutants);
    memberships(mutants);
    doors(mutants);
    for (table, column) in [("users", "password_hash"), ("api_keys", "key_hash")] {
        if catalogue
            .relation(table)
            .is_some_and(|it| it.column(column).is_some())
        {
            mutants.push(Mutant {
                operator: "a column granted to the platform",
                target: format!("{table}.{column}"),
                statements: format!("GRANT SELECT ({column}) ON {table} TO {PLATFORM}"),
                reach: Reach::Tables(vec![table.to_owned()]),
                shows: true,
            });
        }
    }
}

/// A mutant that trying has to notice somewhere.
fn open(operator: &'static str, target: &str, statements: String) -> Mutant {
    Mutant {
        operator,
        target: target.to_owned(),
        statements,
        reach: Reach::Everything,
        shows: true,
    }
}

/// A mutant that opens nothing by itself; it is looked for where it would show first.
fn latent(operator: &'static str, target: &str, statements: String) -> Mutant {
    Mutant {
        reach: Reach::Tables(vec!["roles".to_owned(), "users".to_owned()]),
        shows: false,
        ..open(operator, target, statements)
    }
}

fn powers(mutants: &mut Vec<Mutant>) {
    for name in [OWNER, APP, PLATFORM, SEARCH, RETENTION, LOGIN] {
        let alter = |what: &str| format!("ALTER ROLE {name} {what}");
        // The search role's function names the tenant, and the login is nobody outside a unit.
        let bypass = if [OWNER, APP].contains(&name) {
            open
        } else {
            latent
        };
        mutants.push(bypass(
            "role bypasses row-level security",
            name,
            alter("BYPASSRLS"),
        ));
        let power = if name == SEARCH { latent } else { open };
        mutants.push(power("role is a superuser", name, alter("SUPERUSER")));
        mutants.push(latent(
            "role changes a setting",
            name,
            alter("SET row_security = off"),
        ));
        if name == LOGIN {
            mutants.push(open("login inherits", name, alter("INHERIT")));
        } else {
            mutants.push(latent("role inherits", name, alter("INHERIT")));
            mutants.push(latent("role can log in", name, alter("LOGIN")));
        }
    }
}

fn memberships(mutants: &mut Vec<Mutant>) {
    for (member, of) in [
        (LOGIN, OWNER),
        (LOGIN, SEARCH),
        (APP, OWNER),
        (PLATFORM, APP),
        (SEARCH, APP),
        (RETENTION, APP),
    ] {
        mutants.push(latent(
            "role is a member of another",
            &format!("{member} of {of}"),
            format!("GRANT {of} TO {member}"),
        ));
    }
    mutants.push(latent(
        "login may give its roles away",
        LOGIN,
        format!("GRANT {APP} TO {LOGIN} WITH ADMIN OPTION"),
    ));
}

fn doors(mutants: &mut Vec<Mutant>) {
    for (target, right) in [("PUBLIC", "CREATE"), (APP, "CREATE"), ("PUBLIC", "USAGE")] {
        let statement = format!("GRANT {right} ON SCHEMA public TO {target}");
        mutants.push(latent("schema open", target, statement));
    }
    let future = |right: &str, whose: &str| {
        format!("ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT {right} TO {whose}")
    };
    mutants.push(latent(
        "future tables open",
        APP,
        future("SELECT ON TABLES", APP),
    ));
    mutants.push(latent(
        "future functions open",
        "PUBLIC",
        future("EXECUTE ON FUNCTIONS", "PUBLIC"),
    ));
    mutants.push(latent(
        "database open",
        "PUBLIC",
        "DO $$ BEGIN \
         EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); \
         END $$"
            .to_owned(),
    ));
}
