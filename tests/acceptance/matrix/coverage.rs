//! Every operation has an entry, and every entry an operation.

use std::collections::BTreeSet;

use super::document::operations;
use super::entries::entries;
use super::entry::Rule;

#[test]
fn every_operation_has_exactly_one_entry_and_every_entry_an_operation() {
    let operations = operations();
    let documented = operations
        .keys()
        .map(String::as_str)
        .collect::<BTreeSet<_>>();
    let entered = entries()
        .map(|entry| entry.operation)
        .collect::<BTreeSet<_>>();

    assert_eq!(
        entered.len(),
        entries().count(),
        "an operation has two entries"
    );
    let missing = documented.difference(&entered).collect::<Vec<_>>();
    assert!(
        missing.is_empty(),
        "operations without an entry in tests/acceptance/matrix/entries/: {missing:?}"
    );
    let gone = entered.difference(&documented).collect::<Vec<_>>();
    assert!(gone.is_empty(), "entries without an operation: {gone:?}");
}

#[test]
fn an_entry_fits_the_form_of_its_operation() {
    let operations = operations();
    for entry in entries() {
        let operation = &operations[entry.operation];
        let name = entry.operation;
        assert_eq!(
            entry.things.len(),
            operation.parameters().len(),
            "{name}: things for the parameters {:?}",
            operation.parameters()
        );
        assert_eq!(entry.body.is_some(), operation.has_body(), "{name}: a body");
        assert_eq!(
            entry.rule.is_tenants(),
            operation.is_tenants(),
            "{name}: inside an organization, a membership decides"
        );
        assert_eq!(
            operation.is_closed,
            entry.rule != Rule::Anyone,
            "{name}: whether credentials are needed"
        );
    }
}
