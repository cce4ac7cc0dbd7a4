//! Whether the program can take requests.

use std::time::{Duration, Instant};

use api::{Check, Readiness};
use async_trait::async_trait;
use infrastructure::{PostgresDatabase, SystemClock};
use kernel::{Clock as _, JobStore as _};

/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The lag of jobs from which on the program counts as ill.
const LONGEST_LAG: Duration = Duration::from_mins(10);

/// Looks at the database, its schema and the jobs.
pub(crate) struct ServerReadiness {
    pub(crate) database: PostgresDatabase,
    pub(crate) clock: SystemClock,
}

#[async_trait]
impl Readiness for ServerReadiness {
    async fn checks(&self) -> Vec<Check> {
        let started = Instant::now();
        let applied = tokio::time::timeout(PATIENCE, self.database.applied_migrations()).await;
        let took = started.elapsed();
        let Ok(Ok(applied)) = applied else {
            return vec![Check::new("database", false).took(took)];
        };

        let lag = tokio::time::timeout(PATIENCE, self.database.lag(self.clock.now())).await;
        let jobs = match lag {
            Ok(Ok(lag)) => {
                let lag = lag.unsigned_abs();
                Check::new("jobs", lag < LONGEST_LAG).lags(lag)
            }
            _ => Check::new("jobs", false),
        };
        vec![
            Check::new("database", true).took(took),
            Check::new("migrations", migration::pending(&applied).is_empty()),
            jobs,
        ]
    }
}
