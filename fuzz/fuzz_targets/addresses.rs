//! Any text gets a verdict, and the same one under the form that addresses are compared by.

#![no_main]

use contacts::{Facts, RuleResult, Rules, ValidationStatus, Verdict, decide, normalize};
use libfuzzer_sys::fuzz_target;

fn judged(text: &str) -> Verdict {
    decide(text, &Facts::offline(), &Rules::default())
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let verdict = judged(&text);
    let normalized = normalize(&text);

    assert_eq!(verdict.normalized(), normalized);
    assert_eq!(normalize(&normalized), normalized);
    assert!(verdict.risk_score() <= 100);
    let [syntax, ..] = verdict.outcomes();
    if verdict.status() == ValidationStatus::Valid {
        assert!(syntax.result == RuleResult::Pass && normalized.is_ascii());
    }
    if verdict.syntax_ok() {
        assert!(judged(&normalized).syntax_ok());
    } else {
        assert_eq!(verdict.status(), ValidationStatus::Invalid);
    }
    if let Some(domain) = verdict.suggestion() {
        let better = judged(&format!("ada@{domain}"));
        assert!(better.syntax_ok() && better.suggestion().is_none());
    }
});
