//! Leads, written by bare statements of the application role.

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use uuid::Uuid;

use crate::cli::Failure;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::{Founder, Tenant};

/// Leads per transaction.
const BATCH: u32 = 20_000;

/// In how many cities leads are.
pub(super) const CITIES: u32 = 20_000;
/// How many sizes there are.
pub(super) const SIZES: u32 = 100_000;
/// How many days there are.
pub(super) const DAYS: u32 = 3_650;

/// What leads answered, so that a search for the same is told of some of them.
///
/// The numbers are prime, and scatter neighbours.
pub(super) const fn scattered(lead: u32, prime: u64, among: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "less than `among`")]
    let place = (lead as u64 * prime % among as u64) as u32;
    place
}

/// Makes the form that asks it all.
pub(super) fn ask(founder: &Founder, tenant: &Tenant) -> Result<(), Failure> {
    let field = |key: &str, field_type: &str| {
        json!({
            "field_key": key, "field_label": key, "field_type": field_type, "is_indexed": true,
        })
    };
    let form = json!({
        "name": "Asked",
        "fields": [
            field("city", "text"), field("company", "text"), field("size", "number"),
            field("start", "date"), field("special", "checkbox"),
        ],
    });
    founder.post(tenant, "/forms", &form)?;
    Ok(())
}

const STATEMENTS: [&str; 4] = [
    "INSERT INTO leads (organization_id, id, status, source, responses, notes, came_at, created_at, updated_at, version) \
     SELECT $1, ('019b6c3c-6a00-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
     (ARRAY['new', 'qualified', 'contacted', 'disqualified'])[n % 4 + 1], 'api', 0, '', made.at, made.at, made.at, 1 \
     FROM generate_series($2::integer, $3::integer) AS n \
     CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 second' AS at) AS made \
     ON CONFLICT (organization_id, id) DO NOTHING",
    "INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_text, value_folded, created_at) \
     SELECT $1, ('019b6c3c-6a00-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, v.field_key, 0, v.value, lower(v.value), \
     timestamptz '2026-01-01' FROM generate_series($2::integer, $3::integer) AS n CROSS JOIN LATERAL (VALUES \
     ('city', 'City ' || (n::bigint * 7919 % 20000)), ('company', 'Company ' || md5(n::text))) AS v (field_key, value) \
     ON CONFLICT (organization_id, lead_id, field_key, position) DO NOTHING",
    "INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_number, value_date, created_at) \
     SELECT $1, ('019b6c3c-6a00-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, v.field_key, 0, v.number, v.day, \
     timestamptz '2026-01-01' FROM generate_series($2::integer, $3::integer) AS n CROSS JOIN LATERAL (VALUES \
     ('size', n::bigint * 104729 % 100000 * 1000000, NULL::date), \
     ('start', NULL::bigint, date '2026-01-01' + (n::bigint * 7907 % 3650)::integer)) AS v (field_key, number, day) \
     ON CONFLICT (organization_id, lead_id, field_key, position) DO NOTHING",
    "INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_bool, created_at) \
     SELECT $1, ('019b6c3c-6a00-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'special', 0, true, \
     timestamptz '2026-01-01' FROM generate_series($2::integer, $3::integer) AS n WHERE n % 5000 = 0 \
     ON CONFLICT (organization_id, lead_id, field_key, position) DO NOTHING",
];

/// Writes so many leads, and tells how long that took.
pub(super) async fn fill(
    program: &Program,
    tenant: &Tenant,
    leads: u32,
) -> Result<Duration, Failure> {
    let organization = tenant.id.parse::<Uuid>().map_err(Failure::new)?;
    let mut writer = program.login().await.map_err(Failure::new)?;
    let begun = Instant::now();
    let mut first = 1;
    while first <= leads {
        let last = leads.min(first + BATCH - 1);
        let opening = format!(
            "BEGIN; SELECT unit('canvass_app', '{}', 600000)",
            organization.hyphenated()
        );
        writer
            .execute(AssertSqlSafe(opening))
            .await
            .map_err(Failure::new)?;
        for statement in STATEMENTS {
            sqlx::query(statement)
                .bind(organization)
                .bind(i32::try_from(first).map_err(Failure::new)?)
                .bind(i32::try_from(last).map_err(Failure::new)?)
                .execute(&mut writer)
                .await
                .map_err(Failure::new)?;
        }
        writer.execute("COMMIT").await.map_err(Failure::new)?;
        first = last + 1;
    }
    writer.close().await.map_err(Failure::new)?;
    Ok(begun.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_scatter_as_searches_expect() {
        assert!(STATEMENTS[1].contains(&format!("7919 % {CITIES}")));
        assert!(STATEMENTS[2].contains(&format!("104729 % {SIZES}")));
        assert!(STATEMENTS[2].contains(&format!("7907 % {DAYS}")));
        assert_eq!(scattered(3, 7_919, CITIES), 3_757);
    }
}
