//! `canvass migrate`

use crate::cli::{Failure, Migrate};
use crate::database::{migrate_configured, roll_back_configured};
use crate::settings::Settings;

/// Brings the database up to date, or takes migrations back.
pub(crate) async fn migrate(settings: &Settings, arguments: &Migrate) -> Result<(), Failure> {
    if let Some(steps) = arguments.down {
        let migrations = match steps {
            1 => "1 migration".to_owned(),
            several => format!("{several} migrations"),
        };
        if !arguments.yes {
            return Err(Failure::usage(format_args!(
                "taking back {migrations} drops tables and columns with all data in them; \
                 say --yes if that is meant"
            )));
        }
        roll_back_configured(settings, steps)
            .await
            .map_err(Failure::new)?;
        println!("took back {migrations}");
        return Ok(());
    }
    let report = migrate_configured(settings).await.map_err(Failure::new)?;
    match report.migrated.applied {
        0 => println!("the database is up to date"),
        1 => println!("applied 1 migration"),
        applied => println!("applied {applied} migrations"),
    }
    if let Some(url) = report.login_url {
        println!("made the login that serves; its password is shown only now:");
        println!("DATABASE_URL={url}");
    }
    Ok(())
}
