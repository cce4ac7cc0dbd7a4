//! Whether the program can take requests.

use std::time::{Duration, Instant};

use api::{Check, Readiness};
use async_trait::async_trait;
use infrastructure::PostgresDatabase;

/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Looks at the database, its schema and the jobs.
pub(crate) struct ServerReadiness {
    pub(crate) database: PostgresDatabase,
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

        vec![
            Check::new("database", true).took(took),
            Check::new("migrations", migration::pending(&applied).is_empty()),
        ]
    }
}
