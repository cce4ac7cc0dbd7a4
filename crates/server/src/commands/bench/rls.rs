//! `canvass bench rls`: what row-level security costs, beside the same statements without it.
//!
//! Two databases on one server hold the same rows in the same pages: the second is a copy of the first,
//! in which row-level security is switched off. The same prepared statement, which names the
//! organization, runs on both in turn as `canvass_app`, inside a unit of work. A third database, a copy
//! of the copy, shows how far two runs of the very same thing lie apart on this machine.

mod cases;
mod figures;
mod fill;
mod measure;
mod report;
mod stage;

use crate::cli::{BenchRls, Failure};
use crate::settings::Settings;

use self::report::Report;
use self::stage::Stage;

/// Measures, and prints a table or JSON.
///
/// Uses a private PostgreSQL that is thrown away afterwards, or databases of its own on the server of
/// `DATABASE_OWNER_URL`.
pub(crate) async fn run(settings: &Settings, arguments: &BenchRls) -> Result<(), Failure> {
    let report = measure(settings, arguments).await?;
    if arguments.json {
        println!("{:#}", report.to_json());
    } else {
        print!("{report}");
    }
    Ok(())
}

async fn measure(settings: &Settings, arguments: &BenchRls) -> Result<Report, Failure> {
    let stage = Stage::set(settings, arguments.rows).await?;
    // What is not of this program must be removed also when somebody loses patience.
    let measured = tokio::select! {
        measured = measure::all(&stage, arguments.rows, arguments.repeat) => measured,
        _ = tokio::signal::ctrl_c() => Err(Failure::new("stopped")),
    };
    stage.strike().await?;
    measured
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use testkit::TestDatabase;

    use super::*;
    use crate::settings::SettingsSource;

    #[tokio::test]
    async fn every_statement_is_measured_on_both_sides_and_the_databases_are_removed() {
        let database = TestDatabase::shared().await;
        let settings = SettingsSource {
            database_owner_url: Some(database.admin_url()),
            data_dir: Some("unused".into()),
            ..SettingsSource::default()
        };
        let settings = settings.resolve(None).unwrap();
        let arguments = BenchRls {
            rows: 1_000,
            repeat: 20,
            json: true,
        };

        let report = measure(&settings, &arguments).await.unwrap().to_json();

        let statements = report["statements"].as_array().unwrap();
        assert_eq!(statements.len(), cases::Case::ALL.len() + 1);
        for statement in statements {
            for side in ["with", "without"] {
                let p50 = statement[side]["p50_us"].as_f64();
                assert!(p50.is_some_and(|p50| p50 > 0.0), "{statement}");
            }
            let low = statement["ratio"]["low"].as_f64().unwrap();
            let high = statement["ratio"]["high"].as_f64().unwrap();
            assert!(low <= high && statement["ratio"]["value"] != Value::Null);
        }
        assert!(stage::left_behind(&database.admin()).await.is_empty());
    }
}
