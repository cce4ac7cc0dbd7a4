//! `canvass verify aggregates`

use std::sync::Arc;

use analytics::{Aggregation, Drift};
use infrastructure::{SystemClock, SystemIds};
use kernel::{Clock, IdGenerator};
use serde_json::{Value, json};
use tenancy::Operators;

use crate::cli::{Failure, VerifyArguments};
use crate::database::Database;
use crate::settings::Settings;

/// Counts all events of an organization anew, and tells where something else was counted ahead.
pub(crate) async fn aggregates(
    settings: &Settings,
    arguments: &VerifyArguments,
) -> Result<(), Failure> {
    let database = Database::open_beside(settings)
        .await
        .map_err(Failure::new)?;
    let found = drift(&database, &arguments.organization).await;
    database.close().await;

    let drift = found?;
    if arguments.json {
        let shown = drift.iter().map(as_json).collect::<Vec<_>>();
        println!("{}", Value::from(shown));
    } else {
        for drift in &drift {
            println!("{}", line(drift));
        }
    }
    match drift.len() {
        0 => Ok(()),
        1 => Err(Failure::new("one sum is not what events amount to")),
        sums => Err(Failure::new(format_args!(
            "{sums} sums are not what events amount to"
        ))),
    }
}

async fn drift(database: &Database, organization: &str) -> Result<Vec<Drift>, Failure> {
    let store = Arc::new(database.postgres.clone());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(SystemIds::default());
    let operators = Operators::new(store.clone(), Arc::clone(&clock), Arc::clone(&ids));
    let scope = operators.enter(organization).await.map_err(Failure::new)?;
    let aggregation = Aggregation::new(store, clock, ids);
    aggregation.verify(&scope).await.map_err(Failure::new)
}

fn line(drift: &Drift) -> String {
    let who = if drift.is_machine {
        "machines"
    } else {
        "people"
    };
    format!(
        "{}  {}  {:<11} of {who}: {} counted are {}, and there are {}",
        drift.campaign,
        drift.date,
        drift.event_type.as_str(),
        drift.of.as_str(),
        drift.counted,
        drift.found
    )
}

fn as_json(drift: &Drift) -> Value {
    json!({
        "campaign_id": drift.campaign,
        "date": drift.date.to_string(),
        "event_type": drift.event_type.as_str(),
        "is_machine": drift.is_machine,
        "of": drift.of.as_str(),
        "counted": drift.counted,
        "found": drift.found,
    })
}
