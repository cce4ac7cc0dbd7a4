//! The benchmarks, on few rows: that they measure what they say, not how fast it is.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::process::Command;

use serde_json::Value;

#[test]
fn files_in_four_encodings_are_accounted_for_and_measured_beside_bare_statements() {
    let output = Command::new(env!("CARGO_BIN_EXE_canvass"))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .args([
            "bench",
            "import",
            "--json",
            "--rows",
            "2000",
            "--searches",
            "2",
        ])
        // Nothing is kept there.
        .args(["--data-dir", "unused"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();

    let imports = report["imports"].as_array().unwrap();
    let encodings = imports.iter().map(|import| import["encoding"].as_str());
    let expected = ["UTF-8", "UTF-8 with BOM", "UTF-16LE", "Windows-1252"].map(Some);
    assert_eq!(encodings.collect::<Vec<_>>(), expected);
    for import in imports {
        let count = |name: &str| import[name].as_u64().unwrap();
        // 8 of 400 rows are broken, 2 of those are kept; 1 is of somebody who unsubscribed.
        assert_eq!(count("rejected"), 5 * 5, "{import}");
        assert_eq!(count("duplicate_in_file"), 5 * 2);
        assert_eq!(count("suppressed"), 5);
        assert_eq!(count("created"), 2_000 - 5 * 8);
        assert!(import["part_of_bare"].as_f64().unwrap() > 0.0, "{import}");
        // So few rows may fit into memory that the program has already.
        assert!(import["growth_bytes"].is_u64(), "{import}");
        assert_ne!(import["statements"].as_array().unwrap().len(), 0);
    }
    assert_eq!(report["bare"]["contacts"], 2_000 - 5 * 7);
    let sizes = report["sizes"].as_array().unwrap();
    for relation in ["contacts", "contacts_search_idx", "contact_list_members"] {
        assert!(
            sizes
                .iter()
                .any(|size| size["relation"] == relation && size["bytes"] != 0)
        );
    }
    // With the header.
    assert_eq!(report["download"]["lines"], 2_000 - 5 * 7 + 1);
    assert_ne!(report["small_imports"]["alone"]["count"], 0);
    for searches in report["searches"].as_array().unwrap() {
        let finds = searches["kind"] != "a word that nobody has";
        assert_eq!(searches["found"] != 0, finds, "{searches}");
    }
    assert_eq!(report["search"]["count"], 16 * 2);
}

#[test]
fn leads_are_found_through_indexes_and_contacts_assigned() {
    let output = Command::new(env!("CARGO_BIN_EXE_canvass"))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .args(["bench", "leads", "--json", "--leads", "30000"])
        .args(["--contacts", "2000", "--searches", "2"])
        // Nothing is kept there.
        .args(["--data-dir", "unused"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!(report["assignment"]["contacts"], 2_000 - 5 * 7);
    let searches = report["searches"].as_array().unwrap();
    assert_eq!(searches.len(), 23);
    for searches in searches {
        // Of so few leads, few are as special as the search for them.
        let is_rare = searches["kind"].as_str().unwrap().contains("rarely");
        assert!(is_rare || searches["found"] != 0, "{searches}");
    }
    for scans in report["scans"].as_array().unwrap() {
        assert_eq!(scans["sequential"], 0, "{scans}");
        assert_ne!(scans["by_index"], 0, "{scans}");
    }
}

fn measured(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_canvass"))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .args(["bench"])
        .args(arguments)
        // Nothing is kept there.
        .args(["--json", "--data-dir", "unused"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "takes some minutes: just bench-small"]
fn every_figure_that_is_to_be_reached_is_measured() {
    let report = measured(&["all", "--scale", "small"]);

    let figures = report["figures"].as_array().unwrap();
    assert!(figures.len() > 15, "{figures:#?}");
    for figure in figures {
        assert!(figure["is_kept"].is_boolean(), "{figure}");
    }
}

#[test]
fn events_over_the_api_are_measured_beside_bare_statements() {
    let report = measured(&["events", "--events", "2500", "--contacts", "1000"]);

    assert_eq!(report["events"], 2_500);
    for figure in [
        "part_of_bare",
        "part_of_bare_with_recipients",
        "request_p95_ms",
        "bytes_per_event",
    ] {
        assert!(report[figure].as_f64().unwrap() > 0.0, "{report}");
    }
}

#[test]
fn hits_of_readers_are_counted_to_the_last() {
    let report = measured(&["tracking", "--rate", "100", "--seconds", "2"]);

    assert_eq!(
        (&report["hits"], &report["recorded"]),
        (&200.into(), &200.into())
    );
    assert!(report["p99_ms"].as_f64().unwrap() > 0.0, "{report}");
}

#[test]
fn dashboards_that_are_measured_tell_what_events_amount_to() {
    // The measurement itself compares what they tell with the events, and fails where they differ.
    let few = ["--events", "10000", "--nightly", "2000", "--reads", "1"];
    let report = measured(&[["analytics"].as_slice(), few.as_slice()].concat());

    let kinds = |name: &str| report[name].as_array().unwrap().len();
    assert_eq!((kinds("dashboards"), kinds("dashboards_behind")), (8, 4));
}

#[test]
fn a_campaign_is_simulated_and_everybody_accounted_for() {
    let report = measured(&["simulation", "--contacts", "2000"]);

    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    assert_eq!(count("assigned"), 2_000 - 5 * 7);
    assert!(count("sent") > 1_000, "{report}");
    assert!(count("events") > count("sent"), "{report}");
    assert!(report["seconds"].as_f64().unwrap() > 0.0);
    assert_ne!(report["statements"].as_array().unwrap().len(), 0);
}
