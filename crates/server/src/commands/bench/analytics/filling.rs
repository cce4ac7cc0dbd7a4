//! Events, recorded by bare statements of the application role.

use std::ops::Range;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::cli::Failure;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::Tenant;

/// Events per transaction.
const BATCH: usize = 20_000;

/// Events in the order in which they happened, on days of which the first have the most; of a third as many people, each
/// with some of them, who come in no order.
const RECORD: &str = "
    INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, contact_id, user_agent, session_id,
        origin, actor_verdict, actor_reason, created_at)
    SELECT $1, (lpad(to_hex((extract(epoch FROM e.at) * 1000)::bigint), 12, '0') || '7' || substr(e.noise, 1, 3) || '8'
            || substr(e.noise, 4, 15))::uuid,
        e.at, (ARRAY['SENT', 'SENT', 'SENT', 'OPEN', 'OPEN', 'OPEN', 'CLICK', 'FORM_VIEW', 'BOUNCE', 'FORM_SUBMIT'])[e.n % 10 + 1],
        $2, ('7c000000-0000-7000-8000-' || lpad(to_hex(e.n::bigint * 104729 % greatest($5 / 3, 1)), 12, '0'))::uuid,
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', NULL, 'api',
        (ARRAY['human', 'human', 'machine', 'unknown'])[e.n % 4 + 1], NULL, now()
    FROM (
        SELECT n, md5(n::text) AS noise, $6 + ((n - $9 + 0.5) / $10) ^ $8 * ($7::timestamptz - $6::timestamptz) AS at
        FROM generate_series($3::integer, $4::integer) AS n
    ) AS e
    ON CONFLICT (organization_id, id, \"timestamp\") DO NOTHING";

/// Leads of thirty days, of whom every fifth is converted.
const LEAD: &str = "
    INSERT INTO leads (organization_id, id, campaign_id, status, source, responses, notes, came_at, created_at, updated_at,
        version)
    SELECT $1, gen_random_uuid(), $2, (ARRAY['converted', 'new', 'qualified', 'contacted', 'disqualified'])[n % 5 + 1],
        (ARRAY['email_campaign', 'direct_form'])[n % 2 + 1], 0, '', made.at, made.at, made.at, 1
    FROM generate_series(1, $3::integer) AS n
    CROSS JOIN LATERAL (
        SELECT $4::timestamptz + (n::float8 / $3::integer) * ($5::timestamptz - $4::timestamptz) AS at
    ) AS made
    ON CONFLICT (organization_id, id) DO NOTHING";

/// The days in which everything happens: thirty, of which the last one is today. What comes on days that are final is late,
/// and less work.
pub(super) struct Month {
    begins: OffsetDateTime,
    ends: OffsetDateTime,
}

impl Month {
    /// The last thirty days, in UTC, with partitions for their events.
    pub(super) async fn make(program: &Program) -> Result<Self, Failure> {
        let mut database = program.administrator().await.map_err(Failure::new)?;
        let sql = "SELECT date_trunc('day', now(), 'UTC') - interval '29 days' AS begins, \
                       date_trunc('day', now(), 'UTC') + interval '1 day' AS ends, \
                       make_partition('events', (now() - interval '30 days')::date), \
                       make_partition('events', (now() - interval '1 day')::date)";
        let row = sqlx::query(sql)
            .fetch_one(&mut database)
            .await
            .map_err(Failure::new)?;
        database.close().await.map_err(Failure::new)?;
        Ok(Self {
            begins: row.try_get(0).map_err(Failure::new)?,
            ends: row.try_get(1).map_err(Failure::new)?,
        })
    }

    /// Records these events of a campaign over all days, and tells how long that took.
    pub(super) async fn fill(
        &self,
        program: &Program,
        tenant: &Tenant,
        campaign: Uuid,
        events: Range<u32>,
    ) -> Result<Duration, Failure> {
        self.record(program, tenant, campaign, events, self.begins)
            .await
    }

    /// Records these events of a campaign on the last of the days.
    pub(super) async fn fill_last_day(
        &self,
        program: &Program,
        tenant: &Tenant,
        campaign: Uuid,
        events: Range<u32>,
    ) -> Result<Duration, Failure> {
        let last = self.ends - time::Duration::DAY;
        self.record(program, tenant, campaign, events, last).await
    }

    /// Gives a campaign so many leads, over all days.
    pub(super) async fn add_leads(
        &self,
        program: &Program,
        tenant: &Tenant,
        campaign: Uuid,
        leads: u32,
    ) -> Result<(), Failure> {
        let organization = tenant.id.parse::<Uuid>().map_err(Failure::new)?;
        let mut writer = program.login().await.map_err(Failure::new)?;
        let opening = format!(
            "BEGIN; SELECT unit('canvass_app', '{}', 600000)",
            organization.hyphenated()
        );
        writer
            .execute(AssertSqlSafe(opening))
            .await
            .map_err(Failure::new)?;
        sqlx::query(LEAD)
            .bind(organization)
            .bind(campaign)
            .bind(i32::try_from(leads).map_err(Failure::new)?)
            .bind(self.begins)
            .bind(self.ends)
            .execute(&mut writer)
            .await
            .map_err(Failure::new)?;
        writer.execute("COMMIT").await.map_err(Failure::new)?;
        writer.close().await.map_err(Failure::new)
    }

    async fn record(
        &self,
        program: &Program,
        tenant: &Tenant,
        campaign: Uuid,
        events: Range<u32>,
        from: OffsetDateTime,
    ) -> Result<Duration, Failure> {
        let organization = tenant.id.parse::<Uuid>().map_err(Failure::new)?;
        let mut writer = program.login().await.map_err(Failure::new)?;
        let number = |number: u32| i32::try_from(number).map_err(Failure::new);
        let begun = Instant::now();
        for first in events.clone().step_by(BATCH) {
            let batch = u32::try_from(BATCH).map_err(Failure::new)?;
            let last = (first + batch).min(events.end) - 1;
            let opening = format!(
                "BEGIN; SELECT unit('canvass_app', '{}', 600000)",
                organization.hyphenated()
            );
            writer
                .execute(AssertSqlSafe(opening))
                .await
                .map_err(Failure::new)?;
            sqlx::query(RECORD)
                .bind(organization)
                .bind(campaign)
                .bind(number(first)?)
                .bind(number(last)?)
                .bind(i64::from(events.end))
                .bind(from)
                .bind(self.ends)
                .bind(2.0_f64)
                .bind(f64::from(events.start))
                .bind(f64::from(events.end - events.start))
                .execute(&mut writer)
                .await
                .map_err(Failure::new)?;
            writer.execute("COMMIT").await.map_err(Failure::new)?;
        }
        writer.close().await.map_err(Failure::new)?;
        Ok(begun.elapsed())
    }
}
