//! Who may do what.

use migration::PARTITIONED;
use migration::role::{APP, LOGIN, PLATFORM, RETENTION, SEARCH};

use crate::isolation::catalogue::{Catalogue, Relation};
use crate::isolation::exceptions::{PLAIN_GRANTS, WITHOUT_ROW_SECURITY, extra_grants, is_listed};

pub(super) fn are_expected(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for relation in &catalogue.relations {
        for grant in &relation.grants {
            if grant.grantable || !is_expected(relation, &grant.grantee, &grant.text()) {
                faults.push(format!(
                    "`{}` grants {} to `{}`",
                    relation.name,
                    grant.text(),
                    grant.grantee
                ));
            }
        }
    }
    for (table, role, rights, _) in extra_grants() {
        let granted: Vec<String> = catalogue
            .relation(table)
            .map(|relation| {
                relation
                    .grants_to(role)
                    .map(super::super::catalogue::Grant::text)
                    .collect()
            })
            .unwrap_or_default();
        for right in rights
            .iter()
            .filter(|right| !granted.iter().any(|it| it == *right))
        {
            faults.push(format!("`{table}` no longer grants {right} to `{role}`"));
        }
    }
    for grant in &catalogue.default_grants {
        faults.push(format!("future objects grant {grant}"));
    }
    faults
}

fn is_expected(relation: &Relation, role: &str, right: &str) -> bool {
    if relation.is_partition {
        return false;
    }
    let listed = extra_grants().any(|(table, grantee, rights, _)| {
        *table == relation.name && *grantee == role && rights.contains(&right)
    });
    if listed {
        return true;
    }
    if role != APP {
        return false;
    }
    if is_listed(WITHOUT_ROW_SECURITY, &relation.name) {
        return PLAIN_GRANTS
            .iter()
            .any(|(table, rights)| *table == relation.name && rights.contains(&right));
    }
    match right {
        "SELECT" => true,
        "INSERT" => relation.is_table(),
        "UPDATE" | "DELETE" => {
            relation.is_table() && !PARTITIONED.contains(&relation.name.as_str())
        }
        _ => false,
    }
}

pub(super) fn schema_and_database_are_closed(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for schema in &catalogue.schemas {
        if schema.name != "public" {
            faults.push(format!("there is a schema `{}`", schema.name));
        }
        for grant in &schema.grants {
            let known = [APP, PLATFORM, SEARCH, RETENTION, LOGIN].contains(&grant.grantee.as_str());
            if !known || grant.privilege != "USAGE" || grant.grantable {
                faults.push(format!(
                    "`{}` grants {} to `{}`",
                    schema.name,
                    grant.text(),
                    grant.grantee
                ));
            }
        }
    }
    for grant in &catalogue.database.grants {
        if grant.grantee != LOGIN || grant.privilege != "CONNECT" || grant.grantable {
            faults.push(format!(
                "the database grants {} to `{}`",
                grant.text(),
                grant.grantee
            ));
        }
    }
    if catalogue.database.settings > 0 {
        faults.push("the database changes settings".to_owned());
    }
    faults
}
