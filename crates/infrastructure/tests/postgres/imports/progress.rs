//! What is counted of imports, for `/metrics`.

use std::collections::BTreeSet;

use contacts::ImportOptions;
use metrics_exporter_prometheus::PrometheusBuilder;

use super::desk::{Desk, OPTIONS, outcomes};
use crate::counters::counted;

const FILE: &[u8] = b"Email;First Name;Unsubscribed\n\
    ada@analytical.org;Ada;\n\
    ;Nobody;\n\
    bob@analytical.org;Bob;\n\
    ADA@analytical.org;Twice;\n\
    eve@analytical.org;Eve;yes\n";

/// How `/metrics` tells counters with one label.
fn lines<const N: usize>(label: &str, counts: [(&str, u64); N]) -> BTreeSet<String> {
    let lines = counts.map(|(value, n)| format!(r#"{{{label}="{value}"}} {n}"#));
    BTreeSet::from(lines)
}

#[tokio::test]
async fn rows_and_imports_count_once_they_are_written_and_dry_runs_do_not() {
    let desk = Desk::open().await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let handle = recorder.handle();
    let rows = || counted(&handle, "canvass_import_rows_total");
    let imports = || counted(&handle, "canvass_imports_total");

    let tried = ImportOptions {
        dry_run: true,
        ..OPTIONS
    };
    desk.import(FILE, tried).await;
    assert_eq!((rows(), imports()), (BTreeSet::new(), BTreeSet::new()));

    let import = desk.import(FILE, OPTIONS).await;
    assert_eq!(outcomes(&import), [2, 0, 0, 1, 1, 1]);
    let of_rows = [
        ("created", 2),
        ("duplicate_in_file", 1),
        ("rejected", 1),
        ("suppressed", 1),
    ];
    assert_eq!(rows(), lines("outcome", of_rows));
    let statuses = ["completed", "pending", "running", "uploading"];
    let expected = lines("status", statuses.map(|status| (status, 1)));
    assert_eq!(imports(), expected);

    desk.import(FILE, OPTIONS).await;
    desk.undo(import.id).await;
    let of_rows = [
        ("created", 2),
        ("duplicate_in_file", 2),
        ("rejected", 2),
        ("suppressed", 2),
        ("unchanged", 2),
    ];
    assert_eq!(rows(), lines("outcome", of_rows));
    let expected = [
        ("completed", 2),
        ("pending", 2),
        ("running", 2),
        ("undoing", 1),
        ("undone", 1),
        ("uploading", 2),
    ];
    assert_eq!(imports(), lines("status", expected));
}
