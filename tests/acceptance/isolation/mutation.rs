//! Breaks the schema in every way that there is, one at a time, and demands that it is noticed.
//!
//! A mutant lives in a transaction that is rolled back. The rules of the catalogue look at it, and
//! the probes try it; the report says which of them noticed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::behaviour::{Scope, first_fault};
use super::catalogue::Catalogue;
use super::journey::{Footprint, connect, run, two_tenants};
use super::mutants::{Mutant, Reach, mutants};
use super::probe::Prober;
use super::rules::violations;

/// What a proof of isolation has to include; each must have found something to break.
const OPERATORS: &[&str] = &[
    "EXECUTE for everybody",
    "USING (true)",
    "WITH CHECK (true)",
    "append-only trigger dropped",
    "definer function with a free search path",
    "drop a policy",
    "foreign key without organization_id",
    "function without its comparison",
    "function without its tenant filter",
    "grant TRUNCATE",
    "grant on a partition",
    "grant to change append-only rows",
    "login inherits",
    "look-up without a filter",
    "policy for SELECT only",
    "policy for the wrong role",
    "role bypasses row-level security",
    "row-level security not forced",
    "row-level security off",
    "the application role owns a table",
    "truncate trigger dropped",
    "unique index without organization_id",
    "view without security_invoker",
];

/// A mutant and what noticed it.
struct Verdict {
    mutant: Mutant,
    rule: Option<&'static str>,
    probe: Option<&'static str>,
}

impl Verdict {
    const fn survived(&self) -> bool {
        self.rule.is_none() && self.probe.is_none()
    }

    /// It should have shown when tried, and did not.
    const fn was_overlooked(&self) -> bool {
        self.mutant.shows && self.probe.is_none()
    }
}

#[tokio::test]
async fn every_way_of_breaking_isolation_is_noticed() {
    let (database, footprint) = two_tenants().await;
    let mut admin = connect(&database).await;
    let sound = Catalogue::read(&mut admin).await;

    // What is broken already would be taken for a mutant that was noticed.
    assert!(
        violations(&sound).is_empty(),
        "the schema breaks no rule before it is changed"
    );
    run(&mut admin, "BEGIN").await;
    let broken = first_fault(
        &mut Prober::inside(&mut admin),
        &sound,
        &sound,
        &footprint,
        Scope::Everything,
    )
    .await;
    run(&mut admin, "ROLLBACK").await;
    assert!(
        broken.is_none(),
        "the probes find nothing before the schema is changed: {broken:?}"
    );

    let mut verdicts = Vec::new();
    for mutant in mutants(&sound) {
        verdicts.push(judge(&mut admin, &sound, &footprint, mutant).await);
    }

    let report = report(&verdicts);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/mutation-report.md");
    std::fs::write(&path, &report).unwrap();
    println!(
        "{}",
        report.split("\n## Mutants").next().unwrap_or_default()
    );
    for operator in OPERATORS {
        assert!(
            verdicts
                .iter()
                .any(|verdict| verdict.mutant.operator == *operator),
            "nothing was found for the operator `{operator}`"
        );
    }
    let missed: Vec<String> = verdicts
        .iter()
        .filter(|verdict| verdict.survived() || verdict.was_overlooked())
        .map(line)
        .collect();
    assert!(missed.is_empty(), "not noticed:\n{}", missed.join("\n"));
}

async fn judge(
    admin: &mut PgConnection,
    sound: &Catalogue,
    footprint: &Footprint,
    mutant: Mutant,
) -> Verdict {
    run(admin, "BEGIN").await;
    if let Err(error) = admin
        .execute(AssertSqlSafe(mutant.statements.as_str()))
        .await
    {
        panic!(
            "the mutant `{}` of `{}` cannot be made: {error}\n{}",
            mutant.operator, mutant.target, mutant.statements
        );
    }
    let broken = Catalogue::read(admin).await;
    let rule = violations(&broken).first().map(|violation| violation.rule);
    let scope = match &mutant.reach {
        Reach::Everything => Scope::Everything,
        Reach::Tables(names) => Scope::Tables(names),
        Reach::Functions => Scope::Functions,
    };
    let fault = first_fault(&mut Prober::inside(admin), sound, &broken, footprint, scope).await;
    run(admin, "ROLLBACK").await;
    Verdict {
        rule,
        probe: fault.map(|fault| fault.probe),
        mutant,
    }
}

fn line(verdict: &Verdict) -> String {
    format!(
        "| {} | `{}` | {} | {} |",
        verdict.mutant.operator,
        verdict.mutant.target,
        verdict.rule.unwrap_or("–"),
        verdict.probe.unwrap_or("–")
    )
}

fn report(verdicts: &[Verdict]) -> String {
    let count = |condition: &dyn Fn(&Verdict) -> bool| {
        verdicts.iter().filter(|verdict| condition(verdict)).count()
    };
    let of_policies = |verdict: &Verdict| {
        verdict.mutant.operator.contains("policy")
            || verdict.mutant.operator.starts_with("USING")
            || verdict.mutant.operator.starts_with("WITH CHECK")
    };
    let mut policies: BTreeMap<&str, bool> = BTreeMap::new();
    for verdict in verdicts.iter().filter(|verdict| of_policies(verdict)) {
        let caught = !verdict.survived() && !verdict.was_overlooked();
        *policies
            .entry(verdict.mutant.target.as_str())
            .or_insert(true) &= caught;
    }
    let mut text = String::from("# Mutation run\n\n");
    let _ = writeln!(
        text,
        "Policies tried: {}, policies caught: {}.\n\
         Mutants: {}, survivors: {}.\n\
         Noticed by the rules (`isolation::structure::the_schema_breaks_no_rule_of_isolation`): {}.\n\
         Noticed by trying (`isolation::verbs`): {}, of which it had to: {} of {}.\n",
        policies.len(),
        policies.values().filter(|caught| **caught).count(),
        verdicts.len(),
        count(&Verdict::survived),
        count(&|verdict| verdict.rule.is_some()),
        count(&|verdict| verdict.probe.is_some()),
        count(&|verdict| verdict.mutant.shows && verdict.probe.is_some()),
        count(&|verdict| verdict.mutant.shows),
    );
    text.push_str("| operator | mutants | noticed by the rules | noticed by trying | survived |\n|---|---|---|---|---|\n");
    let mut operators: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        operators
            .entry(verdict.mutant.operator)
            .or_default()
            .push(verdict);
    }
    for (operator, verdicts) in operators {
        let _ = writeln!(
            text,
            "| {operator} | {} | {} | {} | {} |",
            verdicts.len(),
            verdicts
                .iter()
                .filter(|verdict| verdict.rule.is_some())
                .count(),
            verdicts
                .iter()
                .filter(|verdict| verdict.probe.is_some())
                .count(),
            verdicts.iter().filter(|verdict| verdict.survived()).count(),
        );
    }
    text.push_str("\n## Mutants\n\n| operator | target | rule that noticed | probe that noticed |\n|---|---|---|---|\n");
    for verdict in verdicts {
        let _ = writeln!(text, "{}", line(verdict));
    }
    text
}
