//! Having events counted ahead.

use std::time::{Duration, Instant};

use analytics::AGGREGATE_EVENTS;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use uuid::Uuid;

use crate::cli::Failure;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::Tenant;

/// How often it is looked whether the job is done.
const PACE: Duration = Duration::from_millis(20);
/// How long it may take: a hundred million events for the first time, too.
const PATIENCE: Duration = Duration::from_hours(6);

/// Asks for the job, and tells how long its worker took.
pub(super) async fn count(program: &Program, tenant: &Tenant) -> Result<Duration, Failure> {
    let organization = tenant.id.parse::<Uuid>().map_err(Failure::new)?;
    let mut database = program.login().await.map_err(Failure::new)?;
    let job = ask(&mut database, organization).await?;
    let begun = Instant::now();
    loop {
        tokio::time::sleep(PACE).await;
        let sql = "SELECT status, extract(epoch FROM finished_at - started_at)::float8 FROM job_queue \
                   WHERE organization_id = $1 AND id = $2";
        open(&mut database, organization).await?;
        let row = sqlx::query(sql)
            .bind(organization)
            .bind(job)
            .fetch_one(&mut database)
            .await
            .map_err(Failure::new)?;
        database.execute("COMMIT").await.map_err(Failure::new)?;
        match row.try_get::<&str, _>(0).map_err(Failure::new)? {
            "completed" => {
                let seconds: f64 = row.try_get(1).map_err(Failure::new)?;
                database.close().await.map_err(Failure::new)?;
                return Ok(Duration::from_secs_f64(seconds));
            }
            "failed" => return Err(Failure::new("the events could not be counted")),
            _ if begun.elapsed() > PATIENCE => {
                return Err(Failure::new("the events are still not counted"));
            }
            _ => {}
        }
    }
}

/// Enqueues the job as the program does; it is claimed when a worker looks next.
async fn ask(database: &mut PgConnection, organization: Uuid) -> Result<Uuid, Failure> {
    let sql = "INSERT INTO job_queue (organization_id, id, kind, payload, status, run_at, attempts, max_attempts, \
                   created_at, updated_at) \
               SELECT $1, gen_random_uuid(), $2, jsonb_build_object('organization', $1), 'pending', now(), 0, 8, now(), now() \
               RETURNING id";
    open(database, organization).await?;
    let row = sqlx::query(sql)
        .bind(organization)
        .bind(AGGREGATE_EVENTS.as_str())
        .fetch_one(&mut *database)
        .await
        .map_err(Failure::new)?;
    database.execute("COMMIT").await.map_err(Failure::new)?;
    row.try_get(0).map_err(Failure::new)
}

async fn open(database: &mut PgConnection, organization: Uuid) -> Result<(), Failure> {
    let opening = format!(
        "BEGIN; SELECT unit('canvass_app', '{}', 60000)",
        organization.hyphenated()
    );
    let opened = database.execute(AssertSqlSafe(opening)).await;
    opened.map(drop).map_err(Failure::new)
}
