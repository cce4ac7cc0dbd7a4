//! Functions, above all those that act as their owner.

use migration::role::{APP, LOGIN, PLATFORM, SEARCH};

use crate::isolation::catalogue::{Catalogue, Function};
use crate::isolation::exceptions::{WITHOUT_TENANT_ARGUMENT, is_listed};

pub(super) fn definers_are_narrow(catalogue: &Catalogue) -> Vec<String> {
    catalogue
        .functions
        .iter()
        .filter(|function| function.definer)
        .flat_map(|function| {
            faults_of(function)
                .into_iter()
                .map(|fault| format!("`{}` {fault}", function.signature))
        })
        .collect()
}

fn faults_of(function: &Function) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if function.search_path.as_deref() != Some("pg_catalog, public, pg_temp") {
        faults.push("does not fix its search path");
    }
    if function.language != "plpgsql" {
        faults.push("is not plpgsql");
    }
    if function.leakproof {
        faults.push("calls itself leakproof");
    }
    if is_listed(WITHOUT_TENANT_ARGUMENT, &function.name) {
        let is_housekeeping = callers(function) == [PLATFORM];
        let writes = function.volatile && !is_housekeeping;
        if writes {
            faults.push("may write without an organization");
        }
        if !function
            .outputs
            .iter()
            .all(|kind| kind == "uuid" || kind == "boolean")
        {
            faults.push("answers more than ids");
        }
        return faults;
    }
    if function.arguments.first().map(String::as_str) != Some("organization") {
        faults.push("does not take the organization first");
    }
    if !function
        .body
        .trim_start()
        .starts_with("BEGIN\n    PERFORM require_tenant(organization);\n")
    {
        faults.push("does not begin by comparing the organization with the unit's");
    }
    let statements = function.body.split(';').filter(|statement| {
        ["SELECT FROM", "DELETE FROM", "UPDATE ", "SELECT "]
            .iter()
            .any(|verb| statement.contains(verb))
            && !statement.contains("PERFORM")
    });
    for statement in statements {
        if !statement.contains("organization_id = organization") {
            faults.push("has a statement that does not name the organization");
        }
    }
    faults
}

pub(super) fn are_not_public(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for function in &catalogue.functions {
        for executor in &function.executors {
            let expected = callers(function).contains(&executor.as_str());
            if !expected {
                faults.push(format!(
                    "`{}` can be called by `{executor}`",
                    function.signature
                ));
            }
        }
    }
    if !catalogue.functions_closed_by_default {
        faults.push("new functions of the owner are for everybody".to_owned());
    }
    faults
}

/// Who may call it; what is neither here nor a definer function is for migrations and triggers.
fn callers(function: &Function) -> &'static [&'static str] {
    match function.name.as_str() {
        "unit" => &[LOGIN],
        "end_bulk_operations"
        | "make_partition"
        | "purge_contact_words"
        | "purge_credentials"
        | "purge_expired"
        | "purge_import_files"
        | "purge_uploads" => &[PLATFORM],
        // The expression of an index is computed by whoever writes the row.
        "contact_lexemes" | "require_tenant" => &[APP, SEARCH],
        "contact_attribute" | "is_by_machine" | "is_trapped" => &[APP],
        _ if function.definer => &[APP],
        _ => &[],
    }
}
