//! Measures verdicts against files of judged addresses.
//!
//! ```sh
//! cargo run -p contacts --example address_verdicts -- FILE.json…
//! ```
//!
//! A file is a list of `{"address", "expected": "valid"|"invalid"}` (syntax), a list of
//! `{"input", "expected": "domain"|null}` (suggestions), or `{"positives": […], "negatives": […]}` (disposable domains).

use std::process::ExitCode;
use std::time::Instant;

use contacts::{Classification, Facts, Rules, Verdict, decide};
use serde_json::Value;

fn main() -> ExitCode {
    let mut is_all_right = true;
    for path in std::env::args().skip(1) {
        let read = std::fs::read_to_string(&path)
            .map_err(|error| error.to_string())
            .and_then(|text| {
                serde_json::from_str::<Value>(&text).map_err(|error| error.to_string())
            });
        match read {
            Ok(Value::Array(cases)) if cases.iter().any(|case| case.get("input").is_some()) => {
                is_all_right &= suggestions(&cases);
            }
            Ok(Value::Array(cases)) => is_all_right &= syntax(&cases),
            Ok(lists) => is_all_right &= disposable(&lists),
            Err(error) => {
                eprintln!("{path}: {error}");
                is_all_right = false;
            }
        }
    }
    if is_all_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn judged(address: &str) -> Verdict {
    decide(address, &Facts::offline(), &Rules::default())
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn syntax(cases: &[Value]) -> bool {
    let (mut right, mut accepts, mut rejects) = (0, 0, 0);
    for case in cases {
        let address = text(case, "address");
        let expected = match text(case, "expected") {
            "" => text(case, "recommended_status"),
            expected => expected,
        };
        let verdict = judged(address);
        let is_fine = if expected.contains("nonexistent") && !expected.contains('|') {
            verdict.status().as_str() == "nonexistent"
        } else if expected.starts_with("risky|invalid") {
            ["risky", "invalid", "nonexistent"].contains(&verdict.status().as_str())
        } else {
            verdict.syntax_ok() == expected.starts_with("valid")
        };
        match (is_fine, verdict.syntax_ok()) {
            (true, _) => right += 1,
            (false, true) => accepts += 1,
            (false, false) => rejects += 1,
        }
        if !is_fine {
            println!("  {expected}: {address:?} is {verdict:?}");
        }
    }
    println!(
        "syntax: {right} of {} right, {accepts} false accepts, {rejects} false rejects",
        cases.len()
    );
    accepts + rejects == 0
}

fn suggestions(cases: &[Value]) -> bool {
    let mut right = 0;
    for case in cases {
        let verdict = judged(text(case, "input"));
        let expected = case.get("expected").and_then(Value::as_str);
        if verdict.suggestion() == expected {
            right += 1;
        } else {
            println!("  {case}: suggested {:?}", verdict.suggestion());
        }
    }
    println!("suggestions: {right} of {} right", cases.len());
    right == cases.len()
}

fn disposable(lists: &Value) -> bool {
    let found = |list: &str| {
        let domains = lists
            .get(list)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let begin = Instant::now();
        let found = domains
            .iter()
            .filter_map(Value::as_str)
            .filter(|domain| {
                judged(&format!("ada@{domain}")).classification() == Classification::Disposable
            })
            .count();
        println!(
            "disposable, {list}: {found} of {} found in {:?}",
            domains.len(),
            begin.elapsed()
        );
        (found, domains.len())
    };
    let (hits, positives) = found("positives");
    let (false_calls, _) = found("negatives");
    hits * 100 >= positives * 99 && false_calls == 0
}
