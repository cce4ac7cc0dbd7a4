//! Running each statement on both sides in turn.

use std::time::Instant;

use sqlx::types::time::OffsetDateTime;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use super::cases::{Case, Inputs};
use super::figures::Block;
use super::fill::{ORGANIZATIONS, organization_id};
use super::report::{Line, Report, ServerTime};
use super::stage::{Side, Stage};
use crate::cli::Failure;

/// Runs per block: a block is one unit of work on each connection.
const BLOCK: u32 = 20;
/// Blocks that are not counted: plans become generic ones after five runs, and pages are read.
const WARM_UP: u32 = 3;
/// The fewest blocks, so that an interval can be told.
const FEWEST: u32 = 5;

/// Who runs first, second, third: every order in turn, so that none has the warmer caches.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [0, 2, 1],
    [2, 0, 1],
    [1, 0, 2],
];

/// Measures all statements, and the whole unit of work around one of them.
pub(super) async fn all(stage: &Stage, rows: u32, repeat: u32) -> Result<Report, Failure> {
    let mut bench = Bench::new(stage, rows).await.map_err(Failure::new)?;
    bench.check_sides().await?;
    let mut lines = Vec::new();
    for case in Case::ALL {
        tracing::info!(statement = case.name(), "measuring");
        lines.push(bench.measure(case, repeat).await?);
    }
    lines.push(bench.whole_unit(repeat).await?);
    let version = bench.version().await.map_err(Failure::new)?;
    for connection in bench.lanes {
        connection.close().await.map_err(Failure::new)?;
    }
    Ok(Report {
        version,
        rows,
        repeat,
        lines,
    })
}

struct Bench {
    /// In the order of [`Side::ALL`].
    lanes: [PgConnection; 3],
    /// Superusers who read the server's statistics, with and without.
    readers: [PgConnection; 2],
    inputs: Inputs,
}

impl Bench {
    async fn new(stage: &Stage, rows: u32) -> Result<Self, sqlx::Error> {
        let mut readers = [
            stage.as_admin(Side::With).await?,
            stage.as_admin(Side::Without).await?,
        ];
        let time = sqlx::query("SELECT min(created_at), max(created_at) FROM audit_logs")
            .fetch_one(&mut readers[0])
            .await?;
        let (since, until): (OffsetDateTime, OffsetDateTime) = (time.try_get(0)?, time.try_get(1)?);
        Ok(Self {
            lanes: [
                stage.connect(Side::ALL[0]).await?,
                stage.connect(Side::ALL[1]).await?,
                stage.connect(Side::ALL[2]).await?,
            ],
            readers,
            inputs: Inputs { rows, since, until },
        })
    }

    /// A copy that is still protected, or a first database that is not, would make every ratio 1.
    async fn check_sides(&mut self) -> Result<(), Failure> {
        for (lane, seen) in
            self.lanes
                .iter_mut()
                .zip([1, i64::from(ORGANIZATIONS), i64::from(ORGANIZATIONS)])
        {
            lane.execute(AssertSqlSafe(opening(1)))
                .await
                .map_err(Failure::new)?;
            let count = sqlx::query("SELECT count(*) FROM organizations")
                .fetch_one(&mut *lane)
                .await;
            let count: i64 = count.and_then(|row| row.try_get(0)).map_err(Failure::new)?;
            lane.execute("ROLLBACK").await.map_err(Failure::new)?;
            if count != seen {
                return Err(Failure::new(format!(
                    "{count} organizations are seen instead of {seen}"
                )));
            }
        }
        Ok(())
    }

    async fn version(&mut self) -> Result<String, sqlx::Error> {
        self.readers[0]
            .fetch_one("SHOW server_version")
            .await?
            .try_get(0)
    }

    async fn measure(&mut self, case: Case, repeat: u32) -> Result<Line, Failure> {
        let blocks = (repeat / case.share()).div_ceil(BLOCK).max(FEWEST);
        for block in 0..WARM_UP {
            self.block(case, block).await?;
        }
        let before = self.server_times(case).await;
        let mut times = Vec::new();
        for block in WARM_UP..WARM_UP + blocks {
            times.push(self.block(case, block).await?);
        }
        let after = self.server_times(case).await;
        let server = before.zip(after).map(|(before, after)| {
            [
                after[0].mean_since(before[0]),
                after[1].mean_since(before[1]),
            ]
        });
        Ok(Line::new(case.name(), &times, server))
    }

    /// One unit of work on each connection, in which the statement runs in turn; nothing of it stays.
    async fn block(&mut self, case: Case, number: u32) -> Result<Block, Failure> {
        let organization = 1 + u16::try_from(number % u32::from(ORGANIZATIONS)).unwrap_or_default();
        for lane in &mut self.lanes {
            lane.execute(AssertSqlSafe(opening(organization)))
                .await
                .map_err(Failure::new)?;
        }
        let mut times: [Vec<f64>; 3] = Default::default();
        for turn in number * BLOCK..(number + 1) * BLOCK {
            let mut rows = [0; 3];
            for lane in ORDERS[turn as usize % ORDERS.len()] {
                let started = Instant::now();
                rows[lane] = case
                    .run(&mut self.lanes[lane], &self.inputs, organization, turn)
                    .await
                    .map_err(Failure::new)?;
                times[lane].push(started.elapsed().as_secs_f64() * 1e6);
            }
            agree(case.name(), rows)?;
        }
        for lane in &mut self.lanes {
            lane.execute("ROLLBACK").await.map_err(Failure::new)?;
        }
        let [with, without, again] = times;
        Ok(Block {
            with,
            without,
            again,
        })
    }

    /// A unit of work around one read, against a bare transaction of a session that has its role already:
    /// what role, tenant and timeouts cost together, which is more than row-level security.
    async fn whole_unit(&mut self, repeat: u32) -> Result<Line, Failure> {
        for lane in &mut self.lanes[1..] {
            lane.execute("SET ROLE canvass_app")
                .await
                .map_err(Failure::new)?;
        }
        let case = Case::ReadById;
        let mut times = Vec::new();
        for number in 0..WARM_UP + repeat.div_ceil(BLOCK).max(FEWEST) {
            let organization =
                1 + u16::try_from(number % u32::from(ORGANIZATIONS)).unwrap_or_default();
            let opening = opening(organization);
            let mut sides: [Vec<f64>; 3] = Default::default();
            for turn in number * BLOCK..(number + 1) * BLOCK {
                for lane in ORDERS[turn as usize % ORDERS.len()] {
                    let begin = if lane == 0 {
                        opening.clone()
                    } else {
                        "BEGIN".to_owned()
                    };
                    let connection = &mut self.lanes[lane];
                    let started = Instant::now();
                    connection
                        .execute(AssertSqlSafe(begin))
                        .await
                        .map_err(Failure::new)?;
                    case.run(connection, &self.inputs, organization, turn)
                        .await
                        .map_err(Failure::new)?;
                    connection.execute("COMMIT").await.map_err(Failure::new)?;
                    sides[lane].push(started.elapsed().as_secs_f64() * 1e6);
                }
            }
            if number >= WARM_UP {
                let [with, without, again] = sides;
                times.push(Block {
                    with,
                    without,
                    again,
                });
            }
        }
        Ok(Line::new("(whole unit around a read)", &times, None))
    }

    /// What the server has counted of the statement so far, on both sides; `None` where it does not count.
    async fn server_times(&mut self, case: Case) -> Option<[ServerTime; 2]> {
        let mut both = [ServerTime::default(); 2];
        for (reader, time) in self.readers.iter_mut().zip(&mut both) {
            let row = sqlx::query(
                "SELECT sum(calls)::bigint, sum(total_plan_time + total_exec_time) FROM pg_stat_statements \
                 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                 AND strpos(query, $1) > 0",
            )
            .bind(case.mark())
            .fetch_one(reader)
            .await
            .ok()?;
            *time = ServerTime {
                calls: row.try_get(0).ok()?,
                total_ms: row.try_get(1).ok()?,
            };
        }
        Some(both)
    }
}

/// Opens a unit of work as the program does, in one string.
fn opening(organization: u16) -> String {
    format!(
        "BEGIN; SELECT unit('canvass_app', '{}', 60000)",
        organization_id(organization).hyphenated()
    )
}

/// Times of different work would tell nothing.
fn agree(name: &str, rows: [u64; 3]) -> Result<(), Failure> {
    if rows[0] > 0 && rows.iter().all(|count| *count == rows[0]) {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "`{name}` touched {rows:?} rows on the three connections"
        )))
    }
}
