//! Row-level security itself.

use crate::isolation::catalogue::{Catalogue, Policy, Relation};
use crate::isolation::exceptions::{
    WITHOUT_ROW_SECURITY, extra_policies, is_listed, tenant_policy,
};

pub(super) fn enabled_and_forced(catalogue: &Catalogue) -> Vec<String> {
    catalogue
        .tables()
        .filter(|table| !is_listed(WITHOUT_ROW_SECURITY, table.family()))
        .filter(|table| !table.row_security || !table.forced)
        .map(|table| {
            format!(
                "`{}` has it enabled: {}, forced: {}",
                table.name, table.row_security, table.forced
            )
        })
        .collect()
}

pub(super) fn are_exact(catalogue: &Catalogue) -> Vec<String> {
    catalogue
        .relations
        .iter()
        .flat_map(|table| {
            let expected = expected(table);
            let missing = expected
                .iter()
                .filter(|policy| !table.policies.contains(policy))
                .map(|policy| {
                    format!(
                        "`{}` has no policy as `{}` should be",
                        table.name, policy.name
                    )
                })
                .collect::<Vec<_>>();
            let surplus = table
                .policies
                .iter()
                .filter(|policy| !expected.contains(policy))
                .map(|policy| format!("`{}` has {policy:?}", table.name));
            missing.into_iter().chain(surplus).collect::<Vec<_>>()
        })
        .collect()
}

fn expected(table: &Relation) -> Vec<Policy> {
    if !table.is_table() {
        return Vec::new();
    }
    let extra = extra_policies()
        .filter(|extra| extra.table == table.family())
        .map(super::super::exceptions::ExtraPolicy::policy);
    let tenants = table.is_tenants().then(tenant_policy);
    tenants.into_iter().chain(extra).collect()
}
