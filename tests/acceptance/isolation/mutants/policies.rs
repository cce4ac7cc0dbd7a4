//! Policies that are missing, too wide, or for others.

use migration::role::{APP, RETENTION, SEARCH};

use super::Mutant;
use crate::isolation::catalogue::{Catalogue, Policy, Relation};

const ANY_TENANT: &str = "nullif(current_setting('app.organization_id', true), '') IS NOT NULL";

pub(super) fn add(catalogue: &Catalogue, mutants: &mut Vec<Mutant>) {
    for table in catalogue.tables() {
        for policy in &table.policies {
            mutants.extend(
                of_policy(table, policy)
                    .into_iter()
                    .map(|mutant| mutant.on(&policy.name)),
            );
        }
        if table.row_security {
            let open = format!(
                "CREATE POLICY open ON {} FOR ALL TO {APP} USING (true)",
                table.name
            );
            // Where the role holds no right, a policy opens nothing.
            mutants.push(
                Mutant::of_table("a second policy, USING (true)", table, open)
                    .hidden_if(!is_tried(table, APP)),
            );
        }
    }
}

fn of_policy(table: &Relation, policy: &Policy) -> Vec<Mutant> {
    let name = &table.name;
    let role = policy.roles.first().map_or("PUBLIC", String::as_str);
    let using = policy.using.as_deref().unwrap_or("true");
    let check = policy.check.as_deref().unwrap_or("true");
    let drop = format!("DROP POLICY {} ON {name};", policy.name);
    let make = |command: &str, to: &str, using: &str, check: &str| {
        let check = if check.is_empty() {
            String::new()
        } else {
            format!("WITH CHECK ({check})")
        };
        format!(
            "{drop} CREATE POLICY {} ON {name} FOR {command} TO {to} USING ({using}) {check}",
            policy.name
        )
    };
    let mutant = |operator, statements| {
        Mutant::of_table(operator, table, statements).hidden_if(!is_tried(table, role))
    };

    let other = if role == SEARCH { RETENTION } else { SEARCH };
    let mut mutants = vec![
        mutant("drop a policy", drop.clone()),
        // Whoever may write nothing is not kept from writing by it.
        mutant("policy for SELECT only", make("SELECT", role, using, ""))
            .hidden_if(check == "false"),
        mutant(
            "policy for the wrong role",
            make("ALL", other, using, check),
        ),
        // Grants keep the others out still.
        mutant("policy for everybody", make("ALL", "PUBLIC", using, check)).hidden_if(true),
    ];
    if using != "true" {
        mutants.push(mutant("USING (true)", make("ALL", role, "true", check)));
        mutants.push(mutant(
            "USING any tenant",
            make("ALL", role, ANY_TENANT, check),
        ));
    }
    if check != "true" {
        let unseen = role != APP || !table.is_tenants() && !is_tried(table, role);
        mutants
            .push(mutant("WITH CHECK (true)", make("ALL", role, using, "true")).hidden_if(unseen));
        mutants.push(
            mutant(
                "WITH CHECK any tenant",
                make("ALL", role, using, ANY_TENANT),
            )
            .hidden_if(unseen),
        );
    }
    mutants
}

/// Whether trying reaches what the role's policy lets through: on partitions, which nobody reaches,
/// the tenants' own policy is tried by opening them up.
fn is_tried(table: &Relation, role: &str) -> bool {
    if table.is_partition {
        table.is_tenants() && role == APP
    } else {
        // The search role has no units of work: its function is tried.
        role != SEARCH && table.grants_to(role).next().is_some()
    }
}
