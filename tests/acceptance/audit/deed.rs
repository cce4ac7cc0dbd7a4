//! One call of an operation, and whether the audit log tells what it did.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::ledger::{Entry as Written, Kind, Told, changes, entries, is_secret, text};
use crate::matrix::{Attempt, Bearing, Case, Rule, World};
use crate::stack::{Answer, Columns, PASSWORD, Rows};

/// One call, what it changed and what it wrote.
pub(super) struct Deed<'a> {
    attempt: &'a Attempt<'a>,
    case: &'a Case,
    answer: Answer,
    before: Rows,
    after: Rows,
}

impl<'a> Deed<'a> {
    /// Makes the call.
    pub(super) async fn of(world: &World, attempt: &'a Attempt<'a>, case: &'a Case) -> Self {
        let mut admin = world.stack.admin().await;
        // What a job does has entries of its own, and the comparison is of what the call did.
        world.stack.put_jobs_off().await;
        let before = Rows::read(&mut admin).await;
        let bearing = match attempt.entry.rule {
            Rule::Anyone => Bearing::Nothing,
            _ => Bearing::Token(&case.caller.access_token),
        };
        let answer = attempt.by(&world.stack, bearing).await;
        let after = Rows::read(&mut admin).await;
        world.stack.let_jobs_begin().await;
        Self {
            attempt,
            case,
            answer,
            before,
            after,
        }
    }

    /// The same deed with another picture of a table afterwards.
    pub(super) fn tampered(&self, table: &str, change: impl Fn(&mut Columns) -> bool) -> Self {
        let mut after = self.after.clone();
        // Only what is new is told of; entries from before stay as they were.
        let known = self.before.iter().filter(|(name, _)| *name == table);
        let known = known.map(|(_, row)| row.clone()).collect::<Vec<_>>();
        after.tamper(table, |row| {
            let is_old_entry = table.starts_with("audit") && known.contains(row);
            is_old_entry || change(row)
        });
        Self {
            attempt: self.attempt,
            case: self.case,
            answer: self.answer.clone(),
            before: self.before.clone(),
            after,
        }
    }

    /// A value in a row before the call.
    pub(super) fn value_before(&self, table: &str, id: &str, column: &str) -> Value {
        let mut rows = self.before.iter().filter(|(name, _)| *name == table);
        rows.find(|(_, row)| row["id"] == id)
            .map(|(_, row)| row[column].clone())
            .expect("the row was there before")
    }

    fn name(&self) -> &'static str {
        self.attempt.entry.operation
    }

    /// Compares; tells how many things changed.
    ///
    /// # Panics
    ///
    /// If the call failed, or the log does not tell exactly what changed.
    pub(super) fn check(&self) -> usize {
        let name = self.name();
        assert_eq!(
            self.answer.status,
            self.attempt.entry.answer,
            "{name}: {}",
            String::from_utf8_lossy(&self.answer.body)
        );
        let changes = changes(&self.before, &self.after);
        let written = self.written();
        let (events, entries): (Vec<&Written>, Vec<&Written>) =
            written.iter().partition(|entry| entry.is_event());

        let mut told = entries.iter().map(|entry| entry.told()).collect::<Vec<_>>();
        told.sort();
        let expected = changes.iter().map(|(told, _)| told).collect::<Vec<_>>();
        assert_eq!(
            told.iter().collect::<Vec<_>>(),
            expected,
            "{name}: on the left what the log tells, on the right what changed"
        );
        for entry in &entries {
            let said = entry.told();
            let (_, kind) = changes
                .iter()
                .find(|(told, _)| *told == said)
                .expect("equal");
            self.check_action(entry, *kind, &said);
        }
        self.check_events(&events);
        self.check_actors(&written);
        self.check_batches(&written);
        self.check_secrets(&written);
        if self.attempt.operation.method == Method::GET {
            assert!(changes.is_empty(), "{name}: a GET changes nothing");
        }
        changes.len()
    }

    fn written(&self) -> Vec<Written> {
        let request = self.answer.header("x-request-id");
        entries(&self.before, &self.after, request)
    }

    fn check_action(&self, entry: &Written, kind: Kind, said: &Told) {
        let action = entry.action();
        assert!(
            kind.actions().contains(&action.as_str()),
            "{}: `{action}` is said of what was {kind:?}: {said:?}",
            self.name()
        );
    }

    /// Only who takes data away in bulk, mails it to somebody, or adds to a log, leaves an entry without changing anything
    /// that has entries.
    fn check_events(&self, events: &[&Written]) {
        let name = self.name();
        let actions = events
            .iter()
            .map(|entry| entry.action())
            .collect::<Vec<_>>();
        let goes_out = ["export", "download", "sendTest"];
        let goes_out = goes_out.iter().any(|start| name.starts_with(start));
        let expected: &[&str] = match name {
            // Events are a log of their own, and the entry says how many were told.
            "ingestEvents" => &["import"],
            // What becomes of a run is told by itself.
            "startScheduledRun" => &["launch"],
            _ if goes_out => &["export"],
            _ => &[],
        };
        assert_eq!(actions, expected, "{name}: entries without a change");
    }

    fn check_actors(&self, written: &[Written]) {
        let caller = json!(self.case.caller.user);
        for entry in written {
            let anonymous =
                entry.log["user_id"].is_null() && entry.log["actor_kind"] == "anonymous";
            let known = entry.log["user_id"] == caller && entry.log["actor_kind"] == "user";
            let fits = known || (anonymous && self.attempt.entry.rule == Rule::Anyone);
            assert!(fits, "{}: who did it: {:?}", self.name(), entry.log);
        }
    }

    /// Entries of one unit of work belong together; a unit works inside one organization.
    fn check_batches(&self, written: &[Written]) {
        let organizations = written
            .iter()
            .map(|entry| text(&entry.log["organization_id"]));
        for organization in organizations.collect::<BTreeSet<_>>() {
            let batches = written
                .iter()
                .filter(|entry| entry.log["organization_id"] == organization)
                .map(|entry| text(&entry.log["batch_id"]))
                .collect::<Vec<_>>();
            let different = batches.iter().collect::<BTreeSet<_>>();
            assert!(
                batches.len() < 2 || (different.len() == 1 && !batches[0].is_empty()),
                "{}: entries of one piece of work have one batch: {batches:?}",
                self.name()
            );
        }
    }

    /// No value that is secret is anywhere in an entry.
    fn check_secrets(&self, written: &[Written]) {
        let mut secrets = BTreeSet::from([PASSWORD.to_owned()]);
        let body = serde_json::from_slice(&self.answer.body).unwrap_or(Value::Null);
        collect_secrets(&body, &mut secrets);
        collect_secrets(
            self.attempt.body.as_ref().unwrap_or(&Value::Null),
            &mut secrets,
        );
        for (_, row) in self.before.iter().chain(self.after.iter()) {
            let hashes = row
                .iter()
                .filter(|(column, value)| is_secret(column, value));
            secrets.extend(hashes.map(|(_, value)| text(value).replace("\\x", "")));
        }
        secrets.remove("");
        for entry in written {
            let said = format!("{} {}", entry.payload["changes"], entry.reason());
            let leaked = secrets.iter().find(|secret| said.contains(secret.as_str()));
            assert!(
                leaked.is_none(),
                "{}: a secret is told: {said}",
                self.name()
            );
        }
    }
}

/// Values under names that speak of passwords and tokens.
fn collect_secrets(value: &Value, secrets: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_secret = name.ends_with("token") || name.ends_with("password");
                match value {
                    Value::String(text) if is_secret => {
                        secrets.insert(text.clone());
                    }
                    other => collect_secrets(other, secrets),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_secrets(item, secrets)),
        _ => {}
    }
}
