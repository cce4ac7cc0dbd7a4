//! How PostgreSQL carries out the statements that a test runs.
//!
//! The statements are those of the program itself, run by the role and under the policies that they
//! run by in production, with the values that they are bound to: the server tells their plans
//! (`auto_explain`) to the connection that ran them.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::TestDatabase;

/// How one statement was carried out.
#[derive(Clone, Debug)]
pub struct Plan {
    statement: String,
    root: Value,
}

impl Plan {
    /// The statement's text.
    #[must_use]
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// The tables and partitions that were read from end to end.
    #[must_use]
    pub fn sequential_scans(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.walk(&mut |node| {
            if node["Node Type"] == "Seq Scan" {
                found.extend(node["Relation Name"].as_str().map(str::to_owned));
            }
        });
        found
    }

    /// The indexes that were used.
    #[must_use]
    pub fn indexes(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.walk(&mut |node| found.extend(node["Index Name"].as_str().map(str::to_owned)));
        found
    }

    /// Whether rows were sorted, other than in the order of an index.
    #[must_use]
    pub fn sorts(&self) -> bool {
        let mut found = false;
        self.walk(&mut |node| found |= node["Node Type"] == "Sort");
        found
    }

    fn walk(&self, see: &mut dyn FnMut(&Value)) {
        fn visit(node: &Value, see: &mut dyn FnMut(&Value)) {
            see(node);
            for child in node["Plans"].as_array().into_iter().flatten() {
                visit(child, see);
            }
        }
        visit(&self.root, see);
    }
}

impl TestDatabase {
    /// Makes connections that begin from now on tell the plans of their statements to
    /// [`plans_of`]. With `generic`, the plans are those that fit all values, as the server makes them
    /// once a statement was run often; otherwise those that fit the values at hand.
    pub async fn tell_plans(&self, generic: bool) {
        let mut admin = PgConnection::connect_with(&self.admin())
            .await
            .expect("the test server answers its administrator");
        let mode = if generic {
            "force_generic_plan"
        } else {
            "force_custom_plan"
        };
        let settings = [
            ("session_preload_libraries", "auto_explain"),
            ("auto_explain.log_min_duration", "0"),
            ("auto_explain.log_format", "json"),
            ("auto_explain.log_level", "notice"),
            ("plan_cache_mode", mode),
        ];
        for (name, value) in settings {
            let database = self.name();
            admin
                .execute(AssertSqlSafe(format!(
                    "ALTER DATABASE {database} SET {name} = '{value}'"
                )))
                .await
                .expect("the administrator may set it");
        }
    }

    /// Makes connections that begin from now on tell the plans of statements inside of functions too.
    pub async fn tell_plans_of_functions(&self) {
        let mut admin = PgConnection::connect_with(&self.admin())
            .await
            .expect("the test server answers its administrator");
        let database = self.name();
        admin
            .execute(AssertSqlSafe(format!(
                "ALTER DATABASE {database} SET auto_explain.log_nested_statements = on"
            )))
            .await
            .expect("the administrator may set it");
    }
}

/// What came of `work`, and the plans of the statements that ran meanwhile, in their order.
pub async fn plans_of<T>(work: impl Future<Output = T>) -> (T, Vec<Plan>) {
    let told = Told::default();
    let subscriber = tracing_subscriber::registry().with(told.clone());
    let outcome = work.with_subscriber(subscriber).await;
    let plans = told
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    (outcome, plans)
}

/// The plans that were told so far.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Plan>>>);

impl<S: tracing::Subscriber> Layer<S> for Told {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::postgres::notice" {
            return;
        }
        let mut message = Message::default();
        event.record(&mut message);
        let Some((_, json)) = message.0.split_once("plan:\n") else {
            return;
        };
        let told: Value = serde_json::from_str(json).expect("the server tells plans as JSON");
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Plan {
                statement: told["Query Text"].as_str().unwrap_or_default().to_owned(),
                root: told["Plan"].clone(),
            });
    }
}

/// The message of an event.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.0);
        }
    }
}
