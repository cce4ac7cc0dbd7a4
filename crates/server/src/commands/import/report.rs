//! What an import came to, for a person.

use std::fmt::Write as _;

use serde_json::Value;

use crate::client::ClientError;

/// How many rejected rows are shown.
pub(super) const REJECTIONS: u64 = 10;

const OUTCOMES: [(&str, &str); 7] = [
    ("rows_read", "rows read"),
    ("created", "created"),
    ("updated", "updated"),
    ("unchanged", "unchanged"),
    ("duplicate_in_file", "twice in the file"),
    ("rejected", "rejected"),
    ("suppressed", "not to be mailed"),
];

/// The id of an import.
pub(super) fn id(import: &Value) -> &str {
    import["id"].as_str().unwrap_or_default()
}

fn count(import: &Value, name: &str) -> u64 {
    import["counts"][name].as_u64().unwrap_or_default()
}

/// How many rows were read until now.
pub(super) fn so_far(import: &Value) -> String {
    format!(
        "{} rows, {} rejected",
        count(import, "rows_read"),
        count(import, "rejected")
    )
}

/// What became of the rows, a line each.
pub(super) fn outcomes(import: &Value) -> String {
    let mut text = String::new();
    if import["dry_run"] == true {
        text.push_str("dry run, nothing was written\n");
    }
    for (name, words) in OUTCOMES {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{words:<18} {:>10}", count(import, name));
    }
    text
}

/// The first rejected rows, and how many there are more.
pub(super) fn rejections(page: &Value, rejected: u64) -> String {
    let mut text = String::new();
    let rows = page["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    for row in rows {
        let line = row["line"].as_u64().unwrap_or_default();
        let reason = row["reason"].as_str().unwrap_or_default();
        let column = row["column"].as_str();
        let column = column.map(|column| format!(", column {column}"));
        let _ = writeln!(text, "line {line}{}: {reason}", column.unwrap_or_default());
    }
    let more = rejected.saturating_sub(rows.len() as u64);
    if more > 0 {
        let _ = writeln!(
            text,
            "and {more} more; --rejections FILE writes all of them"
        );
    }
    text
}

/// Why a file that was sent was not read, and how it is all the same.
pub(super) fn how_to_go_on(error: &ClientError, id: &str) -> String {
    format!(
        "{error}; the file was sent, and waits as the import {id}: {}",
        start(id)
    )
}

/// How an import that waits is started.
fn start(id: &str) -> String {
    format!(
        "start it with canvass import --waiting {id}, and say with --map COLUMN=MEANING, --header-line, --delimiter and \
         --encoding how its file is read"
    )
}

/// Why a file is not taken in that this earlier import is of.
pub(super) fn repeated(earlier: &Value) -> String {
    let again = "--repeat imports it once more";
    let id = id(earlier);
    match earlier["status"].as_str() {
        Some("needs_mapping") => {
            format!(
                "this file waits as the import {id} of this list: {}; {again}",
                start(id)
            )
        }
        Some(_) => {
            format!("this file was imported into this list before, as the import {id}; {again}")
        }
        None => format!("this file was imported into this list before; {again}"),
    }
}

/// How an import ended that was not completed, and why.
pub(super) fn how_it_ended(import: &Value) -> String {
    let status = import["status"].as_str().unwrap_or("in no known state");
    match import["error"].as_str() {
        Some(code) => format!("the import is {status}: {code}"),
        None => format!("the import is {status}"),
    }
}

/// What somebody has to say of a file before it can be read.
pub(super) fn what_to_map(import: &Value) -> String {
    let columns = import["format"]["columns"].as_array();
    let names = columns
        .into_iter()
        .flatten()
        .filter_map(|column| column["name"].as_str())
        .collect::<Vec<_>>();
    format!(
        "it is not clear which column has the address; say so with canvass import --waiting {} --map COLUMN=email. The \
         columns are: {}",
        id(import),
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_tells_every_outcome() {
        let import =
            json!({ "dry_run": true, "counts": { "rows_read": 12, "created": 10, "rejected": 2 } });

        let text = outcomes(&import);

        assert!(text.starts_with("dry run"));
        assert_eq!(text.lines().count(), 8);
        assert!(
            text.lines()
                .any(|line| line.split_whitespace().eq(["created", "10"]))
        );
    }

    #[test]
    fn an_import_that_failed_tells_why() {
        let failed = json!({ "status": "failed", "error": "file-incomplete" });

        assert_eq!(
            how_it_ended(&failed),
            "the import is failed: file-incomplete"
        );
        let cancelled = json!({ "status": "cancelled", "error": null });
        assert_eq!(how_it_ended(&cancelled), "the import is cancelled");
    }

    #[test]
    fn a_file_that_waits_is_started_and_one_that_was_read_is_repeated() {
        let waiting = repeated(&json!({ "id": "7", "status": "needs_mapping" }));
        assert!(waiting.contains("--waiting 7"), "{waiting}");

        let read = repeated(&json!({ "id": "7", "status": "completed" }));
        assert!(
            read.contains("imported into this list before, as the import 7"),
            "{read}"
        );
        assert!(!read.contains("--waiting"), "{read}");
        assert!(repeated(&Value::Null).contains("--repeat"));
    }

    #[test]
    fn rejected_rows_that_are_not_shown_are_counted() {
        let page = json!({ "items": [{ "line": 7, "column": "E-Mail", "reason": "there is no address" }] });

        assert_eq!(
            rejections(&page, 3),
            "line 7, column E-Mail: there is no address\nand 2 more; --rejections FILE writes all of them\n"
        );
    }
}
