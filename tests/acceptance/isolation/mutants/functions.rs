//! Functions that act as their owner and check too little, and guards that let pass.

use migration::role::SEARCH;

use super::{Mutant, Reach};
use crate::isolation::catalogue::{Catalogue, Function};
use crate::isolation::exceptions::{WITHOUT_TENANT_ARGUMENT, is_listed};

const WORDS: &str = "purge_contact_words";
/// Writes down what is left to be counted, and guards nothing.
const NOTES: &str = "note_event_changes";
const COMPARISON: &str = "PERFORM require_tenant(organization);";

pub(super) fn add(catalogue: &Catalogue, mutants: &mut Vec<Mutant>) {
    for function in &catalogue.functions {
        let signature = &function.signature;
        let is_trigger = function.outputs.iter().any(|kind| kind == "trigger");
        let everybody = format!("GRANT EXECUTE ON FUNCTION {signature} TO PUBLIC");
        let called = function.definer && function.name != "make_partition";
        mutants.push(
            Mutant::of_functions("EXECUTE for everybody", signature, everybody).hidden_if(!called),
        );
        if function.definer {
            let mut alter = |operator, action: &str| {
                let statement = format!("ALTER FUNCTION {signature} {action}");
                // Nobody may make objects that a wrong path would lead to; and what is only searched is the caller's
                // to read anyway.
                let hidden = action != "SECURITY INVOKER" || function.owner == SEARCH;
                mutants
                    .push(Mutant::of_functions(operator, signature, statement).hidden_if(hidden));
            };
            alter(
                "definer function with a free search path",
                "RESET search_path",
            );
            alter("definer function acts as its caller", "SECURITY INVOKER");
        }
        if function.definer && !["make_partition", WORDS].contains(&function.name.as_str()) {
            filters(function, mutants);
        }
        if is_trigger && function.name != NOTES {
            let body = function
                .definition
                .replacen("BEGIN\n", "BEGIN\n    RETURN NEW;\n", 1);
            mutants.push(guard("trigger function that lets pass", signature, body));
        }
        match function.name.as_str() {
            "require_tenant" => {
                let body = function
                    .definition
                    .replacen("BEGIN\n", "BEGIN\n    RETURN;\n", 1);
                mutants.push(Mutant::of_functions(
                    "comparison that never fails",
                    signature,
                    body,
                ));
            }
            "unit" => mutants.push(Mutant::of_functions(
                "unit for any role",
                signature,
                function
                    .definition
                    .replacen("role_name NOT IN", "false AND role_name NOT IN", 1),
            )),
            "make_partition" => partitions(function, mutants),
            WORDS => {
                // Each organization's words bear its mark: a filter alone says the same again.
                let of_any = function
                    .definition
                    .replacen("c.organization_id = looked_at.organization_id AND ", "", 1)
                    .replacen("right(looked_at.", "right(c.", 1);
                let of_any_age = function
                    .definition
                    .replacen("w.noted_at < unnoted", "true", 1);
                for (operator, body) in [
                    ("function without its tenant filter", of_any),
                    ("look-up without a filter", of_any_age),
                ] {
                    assert_ne!(body, function.definition, "{operator}");
                    mutants.push(Mutant::of_functions(operator, signature, body));
                }
            }
            _ => {}
        }
    }
}

fn guard(operator: &'static str, target: &str, statements: String) -> Mutant {
    Mutant {
        operator,
        target: target.to_owned(),
        statements,
        reach: Reach::Everything,
        shows: true,
    }
}

/// Leaves out one condition at a time.
fn filters(function: &Function, mutants: &mut Vec<Mutant>) {
    let signature = &function.signature;
    let definition = &function.definition;
    if definition.contains(COMPARISON) {
        let body = definition.replacen(COMPARISON, "", 1);
        mutants.push(Mutant::of_functions(
            "function without its comparison",
            signature,
            body,
        ));
    }
    let operator = if is_listed(WITHOUT_TENANT_ARGUMENT, &function.name) {
        "look-up without a filter"
    } else {
        "function without its tenant filter"
    };
    let mut at = 0;
    while let Some(offset) = definition[at..].find("WHERE ") {
        let start = at + offset + "WHERE ".len();
        let end = start + definition[start..].find([';', ')']).unwrap_or(0);
        let end = start
            + definition[start..end]
                .find(" ORDER BY")
                .unwrap_or(end - start);
        let conditions: Vec<&str> = definition[start..end].split(" AND ").collect();
        for left_out in 0..conditions.len() {
            let own_filter = conditions[left_out].contains("organization_id = organization");
            if !own_filter && operator == "function without its tenant filter" {
                continue;
            }
            let kept: Vec<&str> = conditions
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != left_out)
                .map(|(_, condition)| condition.trim())
                .collect();
            let kept = if kept.is_empty() {
                "true".to_owned()
            } else {
                kept.join(" AND ")
            };
            let body = format!("{}{kept}{}", &definition[..start], &definition[end..]);
            let condition = conditions[left_out].trim();
            mutants.push(Mutant::of_functions(operator, signature, body).on(condition));
        }
        at = end;
    }
}

/// Leaves out one step at a time of what protects a new partition, and makes one.
fn partitions(function: &Function, mutants: &mut Vec<Mutant>) {
    for (step, from) in [
        ("ENABLE", "EXECUTE format('ALTER TABLE public.%I ENABLE"),
        ("FORCE", "EXECUTE format('ALTER TABLE public.%I FORCE"),
        ("policies", "EXECUTE format('CREATE POLICY"),
        (
            "trigger",
            "EXECUTE format(\n        'CREATE TRIGGER refuse_truncate",
        ),
    ] {
        assert!(
            function.definition.contains(from),
            "the step `{step}` is there"
        );
        let skipped = from.replacen("EXECUTE", "PERFORM", 1);
        let body = function.definition.replacen(from, &skipped, 1);
        mutants.push(
            Mutant::of_functions(
                "partition without a guard",
                &function.signature,
                format!("{body}; SELECT make_partition('audit_logs', '1999-01-01')"),
            )
            .on(step)
            .hidden_if(true),
        );
    }
}
